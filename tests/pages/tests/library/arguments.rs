//! What is passed wrongly to the package.

use anyhow::Result;
use music_core_page_tests::Browser;
use serde_json::json;

use crate::trouble::{serve, with_package};

#[test]
fn what_is_passed_wrongly_is_named_and_changes_nothing() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    let told = tab.run(
        "const library = await MusicLibrary.open({ name: 'arguments' });
         const file = new File(['no music'], 'a.mp3');
         const circle = {};
         circle.itself = circle;
         // What has the signal is easily passed in its place.
         const stop = new AbortController();
         const list = await library.createPlaylist('mine');
         const tries = {
           folder: () => library.sync('1x'), id: () => library.artwork(null), track: () => library.lyrics({}),
           rating: () => library.rate(1, undefined), 'rating ': () => library.rate(1, NaN), 'rating  ': () => library.rate(1, 101),
           favourite: () => library.setFavourite(1, 'yes'), album: () => library.tracks({ album: {} }),
           artist: () => library.albums({ artist: NaN }), limit: () => library.genres({ limit: -1 }),
           text: () => library.search(5), after: () => library.addToPlaylist(list, [], { after: {} }),
           tracks: () => library.addToPlaylist(list, 5), entries: () => library.removeFromPlaylist(list),
           keep: () => library.decideDuplicates([1, 2], { keep: {} }), rules: () => library.createSmartPlaylist('s', circle),
           'rules ': () => library.setSmartPlaylist(list), path: () => library.addFolder([{ path: 5, file }], { name: 'n' }),
           signal: () => library.stats({ signal: stop }), 'signal ': () => library.addFolder([file], { name: 'n', signal: stop }),
           'signal  ': () => library.events({ signal: stop }).next(), 'signal   ': () => MusicLibrary.delete({ name: 'x', signal: 'stop' }),
           'signal    ': () => MusicLibrary.open({ name: 'x', signal: stop }), 'signal     ': () => library.sync(1, { signal: stop }),
           'signal      ': () => library.tracks({ signal: {} }), worker: () => MusicLibrary.open({ name: 'x', worker: 5 }),
           'worker ': () => MusicLibrary.open({ name: 'x', worker: () => null }),
           'worker  ': () => MusicLibrary.delete({ name: 'x', worker: async () => own()() }),
           dropped: () => library.addFolders(null), 'dropped ': () => library.addFolders(document.createElement('input').files),
           name: () => library.addFolder([file], { name: 5 }), 'name ': () => MusicLibrary.open({ name: '' }),
           'name  ': () => library.renamePlaylist(list, null), exclude: () => library.addFolder([file], { name: 'n', exclude: 'a' }),
         };
         const told = {};
         for (const [subject, attempt] of Object.entries(tries)) {
           // Nothing is thrown: what calls it looks at the promise.
           const error = await attempt().then(() => null, (it) => it);
           const { code, message } = error ?? {};
           if (error?.subject !== subject.trim() || code !== 'invalid-input' || !message.startsWith(`${subject.trim()}: `)) {
             told[subject] = `${code}: ${message}`;
           }
         }
         const copy = new File(['no library'], 'copy.db');
         const wrong = await MusicLibrary.import(copy, { name: 'other' }).catch((it) => [it.code, it.subject, it.message]);
         // Half of a character, and options that are none.
         const found = await library.search('a' + String.fromCharCode(0xd800), null);
         const left = [(await library.playlists(null)).items.length, (await library.folders()).length];
         await library.close();
         return [told, wrong, found.tracks.length, left];",
    )?;
    assert_eq!(told[0], json!({}));
    assert_eq!(
        (&told[1][0], &told[1][1]),
        (&json!("corrupt"), &json!("copy.db")),
        "{told}"
    );
    assert!(
        told[1][2]
            .as_str()
            .unwrap_or_default()
            .contains("copy.db: "),
        "{told}"
    );
    assert_eq!((&told[2], &told[3]), (&json!(0), &json!([1, 0])));
    Ok(())
}
