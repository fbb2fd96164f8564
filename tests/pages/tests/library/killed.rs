//! Browsers and tabs that are killed, stopped, or open twice.

use anyhow::Result;
use music_core_page_tests::{Browser, Server, demo};
use serde_json::json;
use tempfile::TempDir;

use crate::music::Album;
use crate::visit::Visit;

/// How many albums of twelve tracks are synced when the browser is killed.
const ALBUMS: u32 = 100;

#[test]
fn a_browser_that_is_killed_in_a_sync_keeps_what_was_stored_and_goes_on() -> Result<()> {
    let folder = TempDir::new()?;
    let music = folder.path().join("Music");
    let titles: Vec<_> = (1..=12).map(|it| format!("Song {it}")).collect();
    let titles: Vec<_> = titles.iter().map(String::as_str).collect();
    for album in 0..ALBUMS {
        let (title, artist) = (format!("Album {album:03}"), format!("Artist {}", album / 9));
        Album::new(&title, &artist, 2000, &titles).write_without_cover(&music);
    }
    let server = Server::of(&demo()?).start()?;
    let mut browser = Browser::start()?;
    // Early, in the middle, and at the end.
    for part in [0.0, 0.3, 0.8] {
        let visit = Visit::new(browser.tab()?);
        visit.open(&server)?;
        visit.tab.choose_files("#folder", &[&music])?;
        visit.until(&format!(
            "document.body.dataset.sync === 'idle'
             || document.querySelector('#progress').position > {part}"
        ))?;
        browser = browser.kill()?.reopen()?;
    }
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    let result = visit.choose(&music)?;
    assert_eq!(result["status"], "completed");
    assert_eq!(result["failed"], 0);
    let shown = visit.tab.text("#counts")?;
    assert_eq!(shown, format!("{ALBUMS} · {} tracks", group(ALBUMS * 12)));
    // And nothing is left to do.
    let result = visit.choose(&music)?;
    assert_eq!(
        ["added", "updated", "deleted"].map(|it| result[it].clone()),
        [0, 0, 0].map(|it| json!(it))
    );
    Ok(())
}

fn group(number: u32) -> String {
    format!("{},{:03}", number / 1000, number % 1000)
}

#[test]
fn a_second_tab_is_told_that_the_library_is_in_use_and_gets_it_when_the_first_is_closed()
-> Result<()> {
    let server = Server::of(&demo()?).start()?;
    let browser = Browser::start()?;
    let first = Visit::new(browser.tab()?);
    first.open(&server)?;
    let second = Visit::new(browser.new_tab()?);
    second.tab.open(&server.url("/"))?;
    second.until("document.body.dataset.state === 'in-use'")?;
    let message = second.tab.text("#message p")?;
    assert!(message.contains("open in another tab"), "{message}");
    let error = second.tab.run(
        "const { MusicLibrary, MusicError } = await import('/music-core/index.js');
         const it = await MusicLibrary.open({ name: 'demo' }).catch((error) => error);
         return [it instanceof MusicError, it.name, it.code, it.subject, typeof it.remedy];",
    )?;
    assert_eq!(
        error,
        json!([true, "MusicError", "in-use", "demo/library", "string"])
    );
    first.tab.close()?;
    second.is_ready()?;
    assert!(!second.is_shown("#message")?);
    Ok(())
}
