//! Folders by the list of their files, with all the names that files can have, and thousands of them.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use anyhow::Result;
use music_core_page_tests::Browser;
use serde_json::json;
use tempfile::TempDir;

use crate::music::audio;
use crate::trouble::{choose, serve, with_package};
use crate::visit::Visit;

#[test]
fn files_with_odd_names_are_all_taken_in() -> Result<()> {
    let folder = TempDir::new()?;
    let music = folder.path().join("Mü sic #1?");
    fs::create_dir(&music)?;
    let long = format!("{}.mp3", "long ".repeat(49));
    let names: [&[u8]; 12] = [
        b"plain.mp3",
        b"UPPER.MP3",
        b"space & #hash %41 ?.mp3",
        b"line\nbreak.mp3",
        b"back\\slash.mp3",
        b"quote'\".mp3",
        "emoji 🎵.mp3".as_bytes(),
        "か゛.mp3".as_bytes(),
        long.as_bytes(),
        // No text, which Chromium does not give to a page.
        b"caf\xe9.mp3",
        b"caf\xe8.mp3",
        b".hidden.mp3",
    ];
    for (at, name) in names.iter().enumerate() {
        let seed = u32::try_from(at)? + 1;
        fs::write(music.join(OsStr::from_bytes(name)), audio(seed))?;
    }
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    visit.tab.run(
        "const input = document.createElement('input');
         Object.assign(input, { type: 'file', webkitdirectory: true, multiple: true, id: 'probe' });
         document.body.append(input);",
    )?;
    choose(&visit.tab, "#probe", &music)?;
    let given = "return [...document.querySelector('#probe').files].filter((it) => it.name[0] !== '.').length";
    let given = visit.tab.run(given)?.as_u64().unwrap_or_default();
    assert!(given >= 9, "the browser gives {given} files");
    for (added, unchanged) in [(given, 0), (0, given)] {
        let result = visit.choose(&music)?;
        let counts = ["added", "unchanged", "updated", "failed"].map(|it| result[it].clone());
        assert_eq!(
            counts,
            [added, unchanged, 0, 0].map(|it| json!(it)),
            "{result}"
        );
    }
    Ok(())
}

#[test]
fn paths_that_look_alike_to_a_page_are_told_apart() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    let paths = tab.run(
        "const library = await MusicLibrary.open({ name: 'alike' });
         // Halves of characters, which are no text.
         const names = ['caf\\uD800.mp3', 'caf\\uD801.mp3', 'cafe.mp3', 'cafe.mp3'];
         const files = names.map((path, at) => ({ path, file: new File(['no music ' + at], 'x.mp3') }));
         const folder = await library.addFolder(files, { name: 'Alike' });
         const { discovered, job } = await library.sync(folder);
         const warnings = await library.syncWarnings(job);
         await library.close();
         return [discovered, ...warnings.map((it) => it.subject).sort()];",
    )?;
    let expected = json!([
        4,
        "cafe (2).mp3",
        "cafe.mp3",
        "caf\u{FFFD} (2).mp3",
        "caf\u{FFFD}.mp3"
    ]);
    assert_eq!(paths, expected);
    Ok(())
}

/// What is sent to the worker at once holds up the page for as long as it is copied.
#[test]
fn a_folder_of_thousands_is_taken_in_by_steps_that_leave_the_page_its_turn() -> Result<()> {
    const FILES: u32 = 5_000;
    let folder = TempDir::new()?;
    let music = folder.path().join("Music");
    for at in 0..FILES {
        let folder = music.join(format!("{}", at / 20));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("{at}.mp3")), audio(at + 1))?;
    }
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    tab.run(
        "const input = document.createElement('input');
         Object.assign(input, { type: 'file', webkitdirectory: true, multiple: true });
         document.body.append(input);",
    )?;
    choose(&tab, "input", &music)?;
    tab.run(
        "const sent = [];
         const original = Worker.prototype.postMessage;
         Worker.prototype.postMessage = function (message, ...rest) {
           if (message.args?.files) sent.push(message.args.files.length);
           return original.call(this, message, ...rest);
         };
         window.done = null;
         (async () => {
           const library = await MusicLibrary.open({ name: 'thousands' });
           const folder = await library.addFolder(document.querySelector('input').files);
           const { added, failed } = await library.sync(folder);
           await library.close();
           const most = Math.max(...sent);
           return [added, failed, sent.length > 1 && most <= 500, sent.reduce((all, it) => all + it, 0)];
         })().then((it) => { window.done = it; }, (error) => { window.done = error.message; });",
    )?;
    // For longer than one script may run.
    let done = loop {
        let done = tab.run("await new Promise((it) => setTimeout(it, 100)); return window.done")?;
        if !done.is_null() {
            break done;
        }
    };
    // How many at once goes by how long the last ones took; 500 are the most.
    assert_eq!(done, json!([FILES, 0, true, FILES]));
    Ok(())
}
