//! Folders that are dropped on the page.

use std::fs;

use anyhow::Result;
use music_core_page_tests::Browser;
use serde_json::json;
use tempfile::TempDir;

use crate::controls::is_told;
use crate::music::{Album, audio};
use crate::trouble::serve;
use crate::visit::{Visit, drop_on};

#[test]
fn a_folder_that_is_dropped_is_synced_and_what_failed_is_shown() -> Result<()> {
    let folder = TempDir::new()?;
    let music = folder.path().join("Dropped");
    Album::new("Album", "Artist", 2000, &["One", "Two"]).write(&music);
    fs::write(music.join("broken.flac"), "no music")?;
    // This is said of it, and it is read all the same.
    let junk = [vec![b'x'; 615], audio(9)].concat();
    fs::write(music.join("junk.mp3"), junk)?;
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    drop_on(&visit.tab, &music)?;
    visit.until("document.body.dataset.sync === 'idle' && document.body.dataset.result")?;
    assert_eq!(visit.sorted("#albums b")?, ["Album"]);
    visit.all_covers_are_shown(1)?;
    is_told(&visit, "Dropped: 3 added, 1 failed.")?;
    let warnings = "return JSON.parse(document.body.dataset.result).warnings";
    assert_eq!(visit.tab.run(warnings)?, 2);
    visit.tab.click("#message button")?;
    visit.until("document.querySelector('#warnings').open")?;
    assert_eq!(visit.sorted("#warnings b")?, ["broken.flac"]);
    visit.tab.click("#warnings .close")?;

    drop_on(&visit.tab, &music.join("broken.flac"))?;
    is_told(&visit, "That was no folder.")
}

#[test]
fn a_folder_without_music_is_said_to_have_none_and_one_that_is_not_allowed_to_be_kept_out()
-> Result<()> {
    let folder = TempDir::new()?;
    let [docs, empty] = ["Docs", "Empty"].map(|it| folder.path().join(it));
    fs::create_dir(&docs)?;
    fs::create_dir(&empty)?;
    fs::write(docs.join("letter.txt"), "Dear")?;
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    drop_on(&visit.tab, &docs)?;
    is_told(&visit, "Docs: there is no music in it.")?;
    drop_on(&visit.tab, &empty)?;
    is_told(&visit, "Empty: there is no music in it.")?;
    // Of what was synced before, changes alone are listed.
    drop_on(&visit.tab, &docs)?;
    is_told(&visit, "Docs: there is no music in it.")?;
    Album::new("Album", "Artist", 2000, &["One"]).write(&docs);
    drop_on(&visit.tab, &docs)?;
    is_told(&visit, "Docs: 1 added.")?;
    drop_on(&visit.tab, &docs)?;
    is_told(&visit, "Docs: nothing has changed.")?;
    drop_on(&visit.tab, &empty)?;
    is_told(&visit, "Empty: there is no music in it.")?;
    visit.tab.choose_files("#folder", &[&empty])?;
    is_told(&visit, "There is nothing in that folder.")?;

    visit.open(&server)?;
    // Without a word to the person, as Chromium does after some times.
    visit
        .tab
        .run("FileSystemHandle.prototype.requestPermission = async () => 'denied'")?;
    visit.tab.click("#folders button")?;
    is_told(&visit, "This page may not read Docs")
}

#[test]
fn a_folder_that_is_dropped_while_another_is_synced_waits_for_its_turn() -> Result<()> {
    // Enough to be stopped in the middle.
    const FILES: u32 = 3_000;
    let folder = TempDir::new()?;
    let [large, small, last] = ["Large", "Small", "Last"].map(|it| folder.path().join(it));
    for at in 0..FILES {
        let folder = large.join(format!("{}", at / 100));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("{at}.mp3")), audio(at + 1))?;
    }
    Album::new("First", "Artist", 2000, &["One", "Two"]).write(&small);
    Album::new("Second", "Artist", 2001, &["Three"]).write(&last);
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    // Whether nothing ran in between is only seen by who always looks.
    visit.tab.run(
        "window.seen = [];
         const note = () => seen.push(document.body.dataset.sync);
         new MutationObserver(note).observe(document.body, { attributeFilter: ['data-sync'] });",
    )?;
    drop_on(&visit.tab, &large)?;
    visit.until("document.querySelector('#sync').checkVisibility()")?;
    drop_on(&visit.tab, &small)?;
    drop_on(&visit.tab, &last)?;
    visit.until("document.querySelector('#sync .waiting').textContent === 'Then Small, Last'")?;
    visit.tab.click("#stop")?;
    visit.until("document.body.dataset.sync === 'idle'")?;
    is_told(&visit, "Small: 2 added. Last: 1 added.")?;
    assert_eq!(visit.tab.run("return seen")?, json!(["running", "idle"]));
    let result = visit
        .tab
        .run("return JSON.parse(document.body.dataset.result).added")?;
    assert_eq!(result, 1, "the last one's");

    // What was stopped goes on, and is not stopped by what comes.
    visit.dismiss()?;
    let button =
        "return document.querySelectorAll('#folders button:first-of-type')[args[0]].click()";
    visit.tab.run_with(button, &[json!(0)])?;
    visit.tab.run_with(button, &[json!(1)])?;
    // Nothing is to be gained by having it twice.
    visit.tab.run_with(button, &[json!(1)])?;
    loop {
        // For longer than one script may run.
        let state =
            "await new Promise((it) => setTimeout(it, 100)); return document.body.dataset.sync";
        if visit.tab.run(state)? == "idle" {
            break;
        }
    }
    let said = visit.tab.text("#message p")?;
    assert!(said.starts_with("Large: "), "{said}");
    assert!(
        said.ends_with(" added. Small: nothing has changed."),
        "{said}"
    );
    let counts = visit.tab.text("#counts")?;
    assert!(counts.contains("3,003 tracks"), "{counts}");
    Ok(())
}
