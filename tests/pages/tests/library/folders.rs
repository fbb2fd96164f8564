//! Folders in all the ways that a page can be given one, and files with all the names that they can have.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::Result;
use music_core_page_tests::{Browser, demo, http, respond};
use serde_json::json;
use tempfile::TempDir;

use crate::controls::is_told;
use crate::music::{Album, audio};
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

/// Drops a file or folder on the demo.
fn drop_on(visit: &Visit, what: &Path) -> Result<()> {
    for step in ["dragEnter", "dragOver", "drop"] {
        visit.tab.devtools(
            "Input.dispatchDragEvent",
            &json!({
                "type": step, "x": 300, "y": 300,
                "data": {"items": [], "files": [what], "dragOperationsMask": 1},
            }),
        )?;
    }
    Ok(())
}

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
    drop_on(&visit, &music)?;
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

    drop_on(&visit, &music.join("broken.flac"))?;
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
    drop_on(&visit, &docs)?;
    is_told(&visit, "Docs: there is no music in it.")?;
    drop_on(&visit, &empty)?;
    is_told(&visit, "Empty: there is no music in it.")?;
    // Of what was synced before, changes alone are listed.
    drop_on(&visit, &docs)?;
    is_told(&visit, "Docs: there is no music in it.")?;
    Album::new("Album", "Artist", 2000, &["One"]).write(&docs);
    drop_on(&visit, &docs)?;
    is_told(&visit, "Docs: 1 added.")?;
    drop_on(&visit, &docs)?;
    is_told(&visit, "Docs: nothing has changed.")?;
    drop_on(&visit, &empty)?;
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
    drop_on(&visit, &large)?;
    visit.until("document.querySelector('#sync').checkVisibility()")?;
    drop_on(&visit, &small)?;
    drop_on(&visit, &last)?;
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

#[test]
fn a_handle_outlives_the_page_and_is_told_from_another_of_its_name() -> Result<()> {
    let server = serve()?
        .route("/song", |request| {
            let seed = request.url().rsplit('=').next().unwrap_or_default().parse();
            let song = http::Response::from_data(audio(seed.unwrap_or(1)));
            respond(request, song);
        })
        .start()?;
    let browser = Browser::start()?;
    let tab = with_package(&browser, &server)?;
    let added = tab.run(
        "const put = async (folder, name, seed) => {
           const song = await (await fetch(`/song?seed=${seed}`)).arrayBuffer();
           const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
           await file.write(song);
           await file.close();
         };
         const root = await navigator.storage.getDirectory();
         const music = await root.getDirectoryHandle('Music', { create: true });
         for (const seed of [1, 2, 3]) await put(music, `${seed}.mp3`, seed);
         const elsewhere = await root.getDirectoryHandle('Elsewhere', { create: true });
         const music2 = await elsewhere.getDirectoryHandle('Music', { create: true });
         await put(music2, '4 %41.mp3', 4);
         const library = await MusicLibrary.open({ name: 'handles' });
         const first = await library.addFolder(music);
         const second = await library.addFolder(music2);
         const again = await library.addFolder(await root.getDirectoryHandle('Music'));
         const refused = await library.addFolder(elsewhere).catch((it) => [it.code, it.subject]);
         const results = [await library.sync(first), await library.sync(second), refused];
         const [track] = (await library.tracks()).items;
         const file = await library.file(track);
         const song = await (await fetch(`/song?seed=${file.name[0]}`)).blob();
         // A percent sign is written as another one in a path.
         const other = (await library.tracks()).items.find((it) => it.key === '4 %2541.mp3');
         const same = file.size === song.size && file.name === track.path
           && (await library.file(other)).name === '4 %41.mp3';
         await library.close();
         return [first, second, again.id === first.id, results.map((it) => it.added ?? it), same];",
    )?;
    let expected = |id: &serde_json::Value, name: &str| json!({"id": id, "name": name, "kind": "local", "url": null, "access": "granted", "live": true});
    assert_eq!(added[0], expected(&added[0]["id"], "Music"));
    assert_eq!(added[1], expected(&added[1]["id"], "Music (2)"));
    assert_eq!(
        (&added[2], &added[3], &added[4]),
        (
            &json!(true),
            &json!([3, 1, ["folders-overlap", "Elsewhere"]]),
            &json!(true)
        )
    );

    let tab = with_package(&browser, &server)?;
    let after = tab.run(
        "const root = await navigator.storage.getDirectory();
         const music = await root.getDirectoryHandle('Music');
         await music.removeEntry('2.mp3');
         const library = await MusicLibrary.open({ name: 'handles' });
         const folders = await library.folders();
         const allowed = await library.requestAccess(folders[0]);
         const { deleted, unchanged } = await library.sync(folders[0]);
         const { items } = await library.tracks();
         await library.close();
         return [folders.map((it) => [it.name, it.access, it.live]), allowed.access, deleted, unchanged, items.length];",
    )?;
    assert_eq!(
        after,
        json!([
            [["Music", "granted", true], ["Music (2)", "granted", true]],
            "granted",
            1,
            2,
            3
        ])
    );
    Ok(())
}

#[test]
fn a_folder_that_can_not_be_added_leaves_no_handle_and_a_known_one_keeps_its() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    let told = tab.run(
        "const root = await navigator.storage.getDirectory();
         const music = await root.getDirectoryHandle('Music', { create: true });
         const library = await MusicLibrary.open({ name: 'refusing' });
         const events = [];
         const listening = (async () => { for await (const it of library.events()) events.push(it); })();
         const kept = async () => {
           const database = await new Promise((done, failed) => {
             const opening = indexedDB.open('refusing/folders');
             Object.assign(opening, { onsuccess: () => done(opening.result), onerror: () => failed(opening.error) });
           });
           const names = database.transaction('handles').objectStore('handles').getAllKeys();
           await new Promise((done) => { names.onsuccess = done; });
           database.close();
           return names.result;
         };
         const refused = async () => {
           const code = await library.addFolder(music, { exclude: ['{'] }).catch((it) => it.code);
           return [code, await kept()];
         };
         const before = await refused();
         const folder = await library.addFolder(music);
         const after = await refused();
         const [{ access }] = await library.folders();
         await library.close();
         await listening;
         const added = events.find((it) => it.topic === 'provider');
         return [before, after, access, added.event, added.provider === folder.id];",
    )?;
    assert_eq!(
        told,
        json!([
            ["invalid-input", []],
            ["invalid-input", ["Music"]],
            "granted",
            "added",
            true
        ])
    );
    Ok(())
}

#[test]
fn what_is_no_folder_is_refused_and_says_what_would_be_one() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    let errors = tab.run(
        "const library = await MusicLibrary.open({ name: 'refused' });
         const file = new File(['x'], 'a.mp3');
         const tries = [
           library.addFolder(null), library.addFolder([]), library.addFolder([file]), library.addFolder(['a.mp3']),
           library.addFolder([{ path: '../a.mp3', file }], { name: 'up' }),
           library.addFolder(new DataTransfer()),
           library.sync(99), library.requestAccess(99), library.artwork(99), library.artwork(0.5),
         ];
         const told = await Promise.allSettled(tries);
         await library.close();
         return told.map(({ reason }) => [reason?.code, reason instanceof MusicError, reason?.message]);",
    )?;
    let expected = [
        "invalid-input",
        "invalid-input",
        "invalid-input",
        "invalid-input",
        "invalid-input",
        "invalid-input",
        "not-found",
        "not-found",
        "not-found",
        "invalid-input",
    ];
    for (at, code) in expected.iter().enumerate() {
        let error = &errors[at];
        assert_eq!(
            (&error[0], &error[1]),
            (&json!(code), &json!(true)),
            "{at}: {error}"
        );
    }
    // The sentence helps.
    assert!(
        errors[2][2]
            .as_str()
            .unwrap_or_default()
            .contains("drop a folder"),
        "{errors}"
    );
    Ok(())
}

/// The types are written by hand, so they are held against what there is.
#[test]
fn the_declared_types_have_the_fields_that_objects_have() -> Result<()> {
    let folder = TempDir::new()?;
    let music = folder.path().join("Music");
    Album::new("Album", "Artist", 2000, &["One"]).write(&music);
    fs::write(music.join("broken.flac"), "no music")?;
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    tab.run(
        "const input = document.createElement('input');
         Object.assign(input, { type: 'file', webkitdirectory: true, multiple: true });
         document.body.append(input);",
    )?;
    choose(&tab, "input", &music)?;
    let objects = tab.run(
        "const library = await MusicLibrary.open({ name: 'types' });
         const events = [];
         const listening = (async () => { for await (const it of library.events()) events.push(it); })();
         const folder = await library.addFolder(document.querySelector('input').files);
         const sync = library.sync(folder);
         let progress;
         for await (const it of sync) if (it.phase !== 'covers') progress = it;
         const result = await sync;
         const tracks = await library.tracks();
         const track = tracks.items.find((it) => it.title === 'One');
         const playlist = await library.createPlaylist('mine');
         await library.addToPlaylist(playlist, [track]);
         const first = async (list) => (await list).items[0];
         const found = {
           Folder: folder, SyncProgress: progress, SyncResult: result, SyncRecord: (await library.syncs())[0],
           SyncWarning: (await library.syncWarnings(result.job))[0], Page: tracks, Track: track,
           ArtistCredit: track.credits[0], Album: await first(library.albums()), Artist: await first(library.artists()),
           Playlist: await first(library.playlists()), PlaylistEntry: await first(library.playlistEntries(playlist)),
           RemovedFolder: await library.removeFolder(folder), SearchResult: await library.search('one'), Stats: await library.stats(), Health: await library.health(),
         };
         await library.close();
         await listening;
         found.ChangedIds = events.find((it) => it.event === 'changed').tracksAdded;
         return Object.fromEntries(Object.entries(found).map(([name, it]) => [name, it && Object.keys(it)]));",
    )?;
    let types = fs::read_to_string(demo()?.join("music-core/index.d.ts"))?;
    for (name, keys) in objects.as_object().expect("objects") {
        let (mut required, mut all) = fields(&types, name);
        let keys = keys
            .as_array()
            .unwrap_or_else(|| panic!("there is no {name}"));
        let mut keys: Vec<_> = keys.iter().filter_map(|it| it.as_str()).collect();
        keys.sort_unstable();
        required.sort_unstable();
        all.sort_unstable();
        let missing: Vec<_> = required.iter().filter(|it| !keys.contains(it)).collect();
        let undeclared: Vec<_> = keys.iter().filter(|it| !all.contains(it)).collect();
        assert!(
            missing.is_empty() && undeclared.is_empty(),
            "{name}: it lacks {missing:?}, and {undeclared:?} are not declared"
        );
    }
    Ok(())
}

/// Reads the fields of an interface: those that are always there, and all.
fn fields<'a>(types: &'a str, name: &str) -> (Vec<&'a str>, Vec<&'a str>) {
    let heads = [
        format!("export interface {name} {{"),
        format!("export interface {name}<T> {{"),
    ];
    let start = heads.iter().find_map(|it| Some(types.find(it)? + it.len()));
    let start = start.unwrap_or_else(|| panic!("{name} is not declared"));
    let body = types[start..].split("\n}").next().unwrap_or_default();
    let lines = body
        .lines()
        .filter(|it| it.starts_with("  ") && !it.trim_start().starts_with(['*', '/']));
    let names = lines.filter_map(|it| it.trim().split_once(':').map(|(name, _)| name));
    let (mut required, mut all) = (Vec::new(), Vec::new());
    for name in names {
        all.push(name.trim_end_matches('?'));
        if !name.ends_with('?') {
            required.push(name);
        }
    }
    (required, all)
}
