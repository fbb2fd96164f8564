//! A library saved as a file from the page, and opened again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use music_core_page_tests::Browser;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::controls::is_told;
use crate::music::{Album, audio};
use crate::trouble::{choose, serve, with_package};
use crate::visit::Visit;

/// A download that is not there after so long does not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// Saves a copy and gives the file that the browser made of it.
fn save(visit: &Visit, downloads: &Path) -> Result<PathBuf> {
    fs::create_dir(downloads)?;
    let behaviour = json!({ "behavior": "allow", "downloadPath": downloads });
    visit
        .tab
        .devtools("Browser.setDownloadBehavior", &behaviour)?;
    visit.choose_in_menu("#export")?;
    is_told(visit, "The browser saves the library as music-")?;
    let start = Instant::now();
    loop {
        for entry in fs::read_dir(downloads)? {
            let path = entry?.path();
            // It has another name until it is whole.
            if path.extension().is_some_and(|it| it == "db") {
                return Ok(path);
            }
        }
        ensure!(start.elapsed() < PATIENCE, "no file was downloaded");
        visit
            .tab
            .run("await new Promise(done => setTimeout(done, 20))")?;
    }
}

/// Chooses a file as the copy to be opened, and answers the question whether it should replace everything.
fn open(visit: &Visit, file: &Path, answer: &str) -> Result<()> {
    visit.tab.choose_files("#copy", &[file])?;
    visit.until("document.querySelector('#sure').open")?;
    visit.tab.click(&format!("#sure [value={answer}]"))
}

/// Says what the folders of the library are, and whether they have to be chosen again.
fn folders(visit: &Visit) -> Result<Value> {
    visit.tab.run(
        "return [...document.querySelectorAll('#folders li')]
           .map((it) => [it.querySelector('.name').textContent, it.dataset.access]);",
    )
}

#[test]
fn a_library_is_saved_as_a_file_and_opened_in_the_place_of_another() -> Result<()> {
    let folder = TempDir::new()?;
    let (one, two) = (folder.path().join("One"), folder.path().join("Two"));
    Album::new("First", "Artist", 2000, &["A", "B", "C"]).write(&one);
    Album::new("Second", "Artist", 2001, &["D"]).write(&two);
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    visit.choose(&one)?;
    visit.all_covers_are_shown(1)?;
    let first = visit.picture()?;
    let copy = save(&visit, &folder.path().join("Downloads"))?;
    let name = copy.file_name().context("a name")?.to_string_lossy();

    visit.choose_in_menu("#delete")?;
    visit.until("document.querySelector('#sure').open")?;
    visit.tab.click("#sure [value=yes]")?;
    is_told(&visit, "was deleted")?;
    visit.choose(&two)?;
    visit.all_covers_are_shown(1)?;
    let second = visit.picture()?;
    assert_ne!(second, first);
    open(&visit, &copy, "no")?;
    assert_eq!(visit.sorted("#albums b")?, ["Second"]);

    open(&visit, &copy, "yes")?;
    is_told(&visit, &format!("{name} is the library now"))?;
    visit.is_ready()?;
    assert_eq!(visit.sorted("#albums b")?, ["First"]);
    assert_eq!(folders(&visit)?, json!([["One", "missing"]]));
    // The images of both have the same numbers.
    let result = visit.choose(&one)?;
    assert_eq!(result["unchanged"], 3);
    visit.all_covers_are_shown(1)?;
    assert_eq!(visit.picture()?, first);
    Ok(())
}

#[test]
fn a_copy_that_is_opened_where_it_was_saved_finds_its_covers_without_its_folder() -> Result<()> {
    let folder = TempDir::new()?;
    let music = folder.path().join("Music");
    let album = Album::new("Album", "Artist", 2000, &["One", "Two"]);
    album.write(&music);
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    visit.choose(&music)?;
    visit.all_covers_are_shown(1)?;
    let first = visit.picture()?;
    let copy = save(&visit, &folder.path().join("Downloads"))?;
    fs::remove_file(music.join("Artist/Album/02.mp3"))?;
    visit.choose(&music)?;
    visit.open(&server)?;

    open(&visit, &copy, "yes")?;
    is_told(&visit, "is the library now")?;
    visit.is_ready()?;
    assert_eq!(folders(&visit)?, json!([["Music", "missing"]]));
    assert!(visit.tab.text("#counts")?.contains("2 tracks"));
    visit.all_covers_are_shown(1)?;
    assert_eq!(visit.picture()?, first);
    Ok(())
}

/// Renames a table or an index: the database is still sound.
fn without(copy: &[u8], name: &[u8]) -> Vec<u8> {
    let mut other = copy.to_vec();
    for at in 0..other.len() - name.len() {
        if other[at..].starts_with(name) {
            other[at] = b'x';
        }
    }
    other
}

#[test]
fn what_is_no_copy_replaces_nothing_and_the_page_says_what_is_wrong_with_it() -> Result<()> {
    let folder = TempDir::new()?;
    let music = folder.path().join("Music");
    Album::new("Album", "Artist", 2000, &["One"]).write(&music);
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    visit.choose(&music)?;
    let copy = fs::read(save(&visit, &folder.path().join("Downloads"))?)?;

    // What can be seen at once is not asked about.
    for (name, content) in [("song.mp3", audio(1)), ("empty.db", Vec::new())] {
        let file = folder.path().join(name);
        fs::write(&file, content)?;
        visit.tab.choose_files("#copy", &[&file])?;
        is_told(&visit, &format!("{name} is no saved library"))?;
        assert!(!visit.is_shown("#sure")?);
    }
    let mut holed = copy.clone();
    holed[4096..8192].fill(0xA5);
    for (name, content, problem) in [
        ("half.db", copy[..copy.len() / 2].to_vec(), "is damaged"),
        ("holed.db", holed, "is damaged"),
        (
            "other.db",
            // By this table a library is known.
            without(&copy, b"schema_migration"),
            "holds something else than a library",
        ),
        (
            "changed.db",
            without(&copy, b"track_sort"),
            "holds something else than a library",
        ),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, content)?;
        open(&visit, &file, "yes")?;
        is_told(
            &visit,
            &format!("{name} {problem}, and nothing was replaced"),
        )?;
        visit.is_ready()?;
    }
    assert_eq!(visit.sorted("#albums b")?, ["Album"]);
    visit.all_covers_are_shown(1)?;
    // And what was open goes on.
    let sync = visit.choose(&music)?;
    assert_eq!(sync["unchanged"], 1);
    Ok(())
}

#[test]
fn another_tab_has_to_be_closed_before_the_library_is_replaced_or_deleted() -> Result<()> {
    let folder = TempDir::new()?;
    let music = folder.path().join("Music");
    Album::new("Album", "Artist", 2000, &["One"]).write(&music);
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let first = Visit::new(browser.tab()?);
    first.open(&server)?;
    let copy = save(&first, &folder.path().join("Downloads"))?;
    first.choose(&music)?;
    let second = Visit::new(browser.new_tab()?);
    second.tab.open(&server.url("/"))?;
    second.until("document.body.dataset.state === 'in-use'")?;
    for control in ["export", "import", "copy", "delete"] {
        let disabled = format!("return document.querySelector('#{control}').disabled");
        assert_eq!(second.tab.run(&disabled)?, true, "{control}");
    }

    // Told before anything is closed: the first one goes on.
    first.tab.choose_files("#copy", &[&copy])?;
    is_told(&first, "has to be closed first. Nothing was replaced")?;
    first.choose_in_menu("#delete")?;
    is_told(&first, "has to be closed first. Nothing was deleted")?;
    first.is_ready()?;
    assert_eq!(first.sorted("#albums b")?, ["Album"]);
    assert_eq!(first.choose(&music)?["unchanged"], 1);
    second.until("document.body.dataset.state === 'in-use'")?;

    second.tab.close()?;
    // The browser takes a moment to let go of what a tab has held.
    first.tab.run(
        "const others = async () => (await navigator.locks.query()).held.filter(({ name }) => name === 'music-core-demo/tab');
         while ((await others()).length > 1) await new Promise((done) => setTimeout(done, 20));",
    )?;
    open(&first, &copy, "yes")?;
    is_told(&first, "is the library now")?;
    first.is_ready()?;
    assert_eq!(first.sorted("#albums b")?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_cover_that_nothing_has_any_more_is_let_go_by_the_next_sync() -> Result<()> {
    let folder = TempDir::new()?;
    let music = folder.path().join("Music");
    let album = Album::new("Album", "Artist", 2000, &["One"]);
    let file = album.write(&music).join("01.mp3");
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    tab.run(
        "document.body.innerHTML = '<input type=file webkitdirectory>';
         window.sync = async () => {
           const library = await MusicLibrary.open({ name: 'covers' });
           await library.sync(await library.addFolder(document.querySelector('input').files));
           await library.close();
           // The keys of entries are their folders and names.
           const files = await new Promise((done, failed) => {
             const opening = indexedDB.open('covers/files');
             Object.assign(opening, { onsuccess: () => done(opening.result), onerror: () => failed(opening.error) });
           });
           const entries = files.transaction('entries').objectStore('entries').getAllKeys();
           await new Promise((done) => { entries.onsuccess = done; });
           files.close();
           return entries.result.map((it) => it.at(-1)).filter((it) => /^[0-9a-f]{32}$/.test(it));
         };",
    )?;
    choose(&tab, "input", &music)?;
    let before = tab.run("return await sync()")?;
    assert_eq!(before.as_array().map(Vec::len), Some(1), "{before}");
    album.tag(&file, 0, "One", Some(&crate::music::cover(7, 300)));
    tab.run("document.querySelector('input').value = ''")?;
    choose(&tab, "input", &music)?;
    let after = tab.run("return await sync()")?;
    assert_eq!(after.as_array().map(Vec::len), Some(1), "{after}");
    assert_ne!(after, before);
    Ok(())
}

#[test]
fn a_copy_that_no_page_can_hold_is_refused_by_its_size() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    let refused = tab.run(
        "const piece = new Blob([new Uint8Array(2 ** 20)]);
         const file = new File(Array(901).fill(piece), 'large.db');
         try {
           await MusicLibrary.import(file);
         } catch (error) {
           return [error.code, error.subject, error.message.includes('944766976'), typeof error.remedy];
         }",
    )?;
    assert_eq!(
        refused,
        json!(["quota-exceeded", "large.db", true, "string"])
    );
    Ok(())
}
