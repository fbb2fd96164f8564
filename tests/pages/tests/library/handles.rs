//! Folders by handle, and what is no folder.

use anyhow::Result;
use music_core_page_tests::{Browser, http, respond};
use serde_json::json;

use crate::music::audio;
use crate::trouble::{serve, with_package};

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
