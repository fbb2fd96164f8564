//! Files that sound the same, on the page.

use std::fs;

use anyhow::Result;
use music_core_page_tests::Browser;
use serde_json::json;
use tempfile::TempDir;

use crate::music::Album;
use crate::trouble::serve;
use crate::visit::Visit;

/// Keys, as WebDriver names them.
const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";

/// Waits until the page counts so many tracks.
fn counts(visit: &Visit, tracks: usize) -> Result<()> {
    visit.until(&format!(
        "document.querySelector('#counts').textContent.includes('· {tracks} tracks')"
    ))
}

#[test]
fn the_page_asks_which_of_the_same_files_stands_for_the_others_and_takes_it_back() -> Result<()> {
    let folder = TempDir::new()?;
    let music = folder.path().join("Music");
    let album = Album::new("Album", "Artist", 2000, &["One", "Two"]).write(&music);
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    visit.choose(&music)?;
    counts(&visit, 2)?;
    assert!(!visit.is_shown("#show-duplicates")?);

    fs::copy(album.join("01.mp3"), music.join("copy.mp3"))?;
    visit.choose(&music)?;
    counts(&visit, 3)?;
    visit.until("document.querySelector('#show-duplicates').checkVisibility()")?;
    visit.tab.click("#show-duplicates")?;
    visit.until("document.querySelectorAll('#duplicate-groups li li').length === 2")?;
    // However long names are and however narrow it is, nothing of it goes out of sight.
    let is_seen = visit.tab.run(
        "const dialogue = document.querySelector('#duplicates');
         for (const title of dialogue.querySelectorAll('b')) title.textContent += 'x'.repeat(300);
         return [300, 700].map((width) => {
           dialogue.style.width = `${width}px`;
           const { right } = dialogue.getBoundingClientRect();
           return dialogue.scrollWidth <= dialogue.clientWidth
             && [...dialogue.querySelectorAll('button')].every((it) => it.getBoundingClientRect().right < right);
         });",
    )?;
    assert_eq!(is_seen, json!([true, true]));
    let paths = visit.sorted("#duplicate-groups li li b + span")?;
    assert_eq!(paths, ["Music/Artist/Album/01.mp3", "Music/copy.mp3"]);
    let details = visit.sorted("#duplicate-groups li li span:last-child")?;
    assert!(
        details.iter().all(|it| it.contains("128 kbit/s")),
        "{details:?}"
    );

    // By keys: the focus stays in the dialogue as the list changes below it.
    let keep = "#duplicate-groups [aria-label='Keep this one: Music/Artist/Album/01.mp3']";
    visit.tab.type_into(keep, ENTER)?;
    visit.until("document.querySelector('#no-duplicates').checkVisibility()")?;
    counts(&visit, 2)?;
    assert_eq!(
        visit.tab.text("#duplicates-said")?,
        "One stands for the others now."
    );
    assert_eq!(visit.sorted("#set-aside b + span")?, ["Music/copy.mp3"]);
    visit.until(
        "document.activeElement.closest('#duplicates') && document.activeElement.matches('button')",
    )?;

    visit
        .tab
        .type_into("#set-aside [aria-label='Take back: Music/copy.mp3']", ENTER)?;
    counts(&visit, 3)?;
    visit.until("document.querySelectorAll('#set-aside li').length === 0")?;
    visit.tab.type_into("#duplicates .close", ESCAPE)?;
    visit.until("!document.querySelector('#duplicates').open")?;
    // Both were kept, so that there is nothing to decide any more.
    visit.until("!document.querySelector('#show-duplicates').checkVisibility()")?;

    // What is set aside can be taken back after a reload, too, and with nothing to decide all may be kept.
    fs::copy(album.join("02.mp3"), music.join("another.mp3"))?;
    visit.choose(&music)?;
    visit.until("document.querySelector('#show-duplicates').matches('.main')")?;
    visit.open(&server)?;
    visit.until("document.querySelector('#show-duplicates').matches('.main')")?;
    visit.tab.click("#show-duplicates")?;
    visit.until("document.querySelector('#duplicate-groups > li')")?;
    visit
        .tab
        .click("#duplicate-groups [aria-label='Keep all: Two']")?;
    visit.until(
        "document.querySelector('#duplicates-said').textContent.startsWith('All of them')",
    )?;
    assert!(visit.is_shown("#no-duplicates")?);
    visit.tab.click("#duplicates .close")?;
    visit.until("!document.querySelector('#show-duplicates').checkVisibility()")
}
