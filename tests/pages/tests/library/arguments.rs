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
           duplicates: () => MusicLibrary.open({ name: 'x', duplicates: 'zz' }), 'duplicates ': () => MusicLibrary.open({ name: 'x', duplicates: 5 }),
           format: () => library.exportPlaylist(list, { format: 'doc' }), size: () => library.onlineCover(1, { size: 'huge' }),
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
         // What may be passed instead is named.
         const words = [`'zz' is none of 'keep-both', 'keep-newest', 'ask'`, `'doc' is none of 'm3u8', 'm3u', 'pls', 'xspf'`,
           `'huge' is none of 'small', 'medium', 'large', 'original'`];
         for (const [at, subject] of ['duplicates', 'format', 'size'].entries()) {
           const { message } = await tries[subject]().catch((it) => it);
           if (message !== `${subject}: ${words[at]}`) told[`${subject} `] = message;
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

#[test]
fn what_is_asked_for_by_an_id_that_nothing_has_is_not_found() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    let told = tab.run(
        "const library = await MusicLibrary.open({ name: 'unknown', lastFmKey: '0123456789abcdef0123456789abcdef' });
         const list = await library.createPlaylist('mine');
         const none = 999;
         const rules = { version: 1 };
         const asked = {
           album: (it) => library.album(it), track: (it) => library.track(it), artist: (it) => library.artist(it),
           lyrics: (it) => library.lyrics(it), recognised: (it) => library.recognised(it), file: (it) => library.file(it),
           artwork: (it) => library.artwork(it), artistArtwork: (it) => library.artistArtwork(it),
           artistInfo: (it) => library.artistInfo(it), onlineCover: (it) => library.onlineCover(it),
           played: (it) => library.played(it), rate: (it) => library.rate(it, 50), setFavourite: (it) => library.setFavourite(it, true),
           playlistEntries: (it) => library.playlistEntries(it), renamePlaylist: (it) => library.renamePlaylist(it, 'n'),
           deletePlaylist: (it) => library.deletePlaylist(it), addToPlaylist: (it) => library.addToPlaylist(it, []),
           'addToPlaylist of a track': (it) => library.addToPlaylist(list, [it]),
           removeFromPlaylist: (it) => library.removeFromPlaylist(it, []), smartPlaylist: (it) => library.smartPlaylist(it),
           setSmartPlaylist: (it) => library.setSmartPlaylist(it, rules), exportPlaylist: (it) => library.exportPlaylist(it),
           sync: (it) => library.sync(it), syncWarnings: (it) => library.syncWarnings(it), removeFolder: (it) => library.removeFolder(it),
           requestAccess: (it) => library.requestAccess(it), quarantined: (it) => library.quarantined(it),
           retryQuarantined: (it) => library.retryQuarantined(it),
         };
         const others = {};
         for (const [call, ask] of Object.entries(asked)) {
           const ended = await outcome(ask(none));
           if (ended !== 'not-found') others[call] = ended;
         }
         // What narrows a list is no question for what it names.
         const narrowed = [await library.tracks({ album: none }), await library.albums({ artist: none })].map((it) => it.items.length);
         await library.close();
         return [others, narrowed];",
    )?;
    assert_eq!(told, json!([{}, [0, 0]]));
    Ok(())
}
