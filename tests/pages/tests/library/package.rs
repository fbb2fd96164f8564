//! What the package offers beyond what the demo shows.

use anyhow::Result;
use music_core_page_tests::{Browser, http, respond};
use serde_json::json;
use tempfile::TempDir;

use crate::music::{Album, cover};
use crate::trouble::{choose, serve, with_package};

#[test]
fn the_package_narrows_lists_makes_smart_playlists_and_exchanges_playlist_files() -> Result<()> {
    let folder = TempDir::new()?;
    let music = folder.path().join("Music");
    Album::new("First", "Öland", 2000, &["One", "Two"]).write(&music);
    Album::new("Second", "Öland", 2001, &["Three"]).write(&music);
    Album::new("Third", "Other", 2002, &["Four"]).write(&music);
    std::fs::write(music.join("Öland/artist.png"), cover(7, 64))?;
    std::fs::write(music.join("broken.mp3"), b"no audio")?;
    std::fs::copy(music.join("Other/Third/01.mp3"), music.join("copy.mp3"))?;
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    tab.run("document.body.innerHTML = '<input type=file webkitdirectory id=folder>';")?;
    choose(&tab, "#folder", &music)?;

    let lists = tab.run(
        "window.library = await MusicLibrary.open({ name: 'package', duplicates: 'ask' });
         window.folder = await library.addFolder(document.querySelector('#folder').files);
         await library.sync(folder);
         const groups = (await library.duplicates()).items;
         const keep = groups[0].tracks.find((it) => it.path !== 'copy.mp3');
         await library.decideDuplicates(groups[0].tracks, { keep });
         const aside = (await library.duplicatesSetAside()).items.map((it) => [it.track.path, it.kept === keep.id, it.byPerson]);
         window.titles = async (list) => { const all = []; for await (const it of list) all.push(it.title ?? it.name); return all; };
         const [artist] = (await library.artists({ albumArtists: true })).items.filter((it) => it.name === 'Öland');
         const [three] = (await library.search('three')).tracks;
         await library.setFavourite(three, true);
         await library.played(three);
         const image = await library.artistArtwork(artist);
         const { type, size } = await library.artwork(image);
         return [
           groups.length, aside, (await library.duplicates()).items.length,
           await titles(library.albums({ artist })), await titles(library.albums({ appears: artist, newest: true, limit: 1 })).then((it) => it.length),
           await titles(library.tracks({ favourite: true })), await titles(library.tracks({ artist, role: 'artist', limit: 2 })),
           await titles(library.artists({ role: 'composer' })),
           (await library.history()).items.map((it) => [it.track.title, typeof it.atMs]),
           [type, size > 0, (await library.artist(artist.id)).artworkId === image],
         ];",
    )?;
    let expected = json!([
        1,
        [["copy.mp3", true, true]],
        0,
        ["First", "Second"],
        2,
        ["Three"],
        ["One", "Three", "Two"],
        [],
        [["Three", "number"]],
        ["image/png", true, true]
    ]);
    assert_eq!(lists, expected);

    let rules = tab.run(
        "const rules = { version: 1, match: { field: 'year', at_least: 2001 }, sort: [{ by: 'year', descending: true }] };
         const preview = await titles(library.previewSmartPlaylist(rules));
         const made = await library.createSmartPlaylist('new', rules, { comment: 'c' });
         await library.setSmartPlaylist(made, { ...rules, limit: 1 });
         const entries = (await library.playlistEntries(made)).items.map((it) => it.track.title);
         const wrong = await library.createSmartPlaylist('x', { version: 1, match: { field: 'colour', is: 'red' } }).catch((it) => it);
         return [preview, entries, await library.smartPlaylist(made), wrong.code, wrong.message.includes('colour')];",
    )?;
    let expected = json!([
        ["Four", "Three"],
        ["Four"],
        {
            "version": 1, "match": {"field": "year", "at_least": 2001},
            "sort": [{"by": "year", "descending": true}], "limit": 1,
        },
        "invalid-input",
        true
    ]);
    assert_eq!(rules, expected);

    let files = tab.run(
        "const text = '#EXTM3U\\nÖland/First/02.mp3\\nOther/Third/01.mp3\\nnowhere.mp3\\n';
         const imported = await library.importPlaylist(new File([text], 'mine.m3u8'), { folder });
         const lists = (await library.playlists()).items;
         const mine = lists.find((it) => it.id === imported.playlist);
         const out = await library.exportPlaylist(mine, { format: 'xspf', folder });
         const back = await library.importPlaylist(new File([out.file], 'back.xspf'), { name: 'back', folder });
         const order = (await library.playlistEntries(back.playlist)).items.map((it) => it.track.title);
         const doc = await library.importPlaylist(new File([text], 'mine.doc')).catch((it) => it.code);
         const noFiles = await Promise.all([
           library.importPlaylist(new Blob([text])), library.importPlaylist('mine.m3u8'),
           MusicLibrary.import(new Uint8Array(8)), MusicLibrary.import('library.db'),
         ].map((it) => it.catch((error) => error.code)));
         const [aside] = await library.quarantined(folder);
         const retried = await library.retryQuarantined(folder, { file: aside.key });
         // No track is asked about with a limit of none, so no service is.
         const online = await library.fetchLyrics({ limit: 0 });
         const none = await library.recognised((await library.search('three')).tracks[0]);
         const cover = await library.onlineCover((await library.albums()).items[0]);
         const artist = (await library.artists()).items[0];
         const unknown = await library.artistInfo(artist, { language: 'de' }).catch((it) => [it.code, it.subject]);
         const copy = await library.export();
         const inUse = await MusicLibrary.import(copy, { name: 'package' }).catch((it) => it.code);
         await library.close();
         await MusicLibrary.import(copy, { name: 'moved' });
         const wrong = await MusicLibrary.import(new Blob(['no library']), { name: 'moved' }).catch((it) => it.code);
         const moved = await MusicLibrary.open({ name: 'moved' });
         const there = [(await moved.folders())[0].access, (await moved.playlists()).items.length, (await moved.stats()).tracks];
         await moved.close();
         return [mine.name, imported.added, imported.unknown, out.written, out.leftOut, out.file.type, back.added, order,
                 doc, noFiles, aside.name, retried, online.found, none, cover, unknown,
                 inUse, wrong, there];",
    )?;
    let expected = json!([
        "mine",
        2,
        [{"number": 3, "location": "nowhere.mp3"}],
        2,
        [],
        "application/xspf+xml",
        2,
        ["Two", "Four"],
        "invalid-input",
        ["invalid-input", "invalid-input", "invalid-input", "invalid-input"],
        "broken.mp3",
        1,
        0,
        null,
        null,
        ["invalid-config", "a Last.fm API key"],
        "in-use",
        "corrupt",
        ["missing", 3, 4]
    ]);
    assert_eq!(files, expected);
    Ok(())
}

/// A script of a worker that opens a library for whoever asks, and answers with what comes of it.
const OPENING: &str = "import { MusicLibrary } from '/music-core/index.js';
    const tell = async (port) => {
      const error = await MusicLibrary.open({ name: 'nowhere' }).then(() => ({}), (it) => it);
      port.postMessage([error.name, error.code, error.message, error.remedy]);
    };
    addEventListener('connect', ({ ports }) => tell(ports[0]));
    addEventListener('message', ({ source }) => tell(source));";

#[test]
fn a_worker_that_can_start_none_says_which_it_is_and_where_to_open_a_library() -> Result<()> {
    let server = serve()?.route("/opening.js", |request| {
        let script = http::Header::from_bytes("Content-Type", "text/javascript").expect("a header");
        respond(
            request,
            http::Response::from_string(OPENING).with_header(script),
        );
    });
    let (server, browser) = (server.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    let told = tab.run(
        "const { port } = new SharedWorker('/opening.js', { type: 'module' });
         const shared = await new Promise((done) => { port.onmessage = ({ data }) => done(data); });
         const { serviceWorker } = navigator;
         const answer = new Promise((done) => { serviceWorker.onmessage = ({ data }) => done(data); });
         await serviceWorker.register('/opening.js', { type: 'module' });
         const { active } = await serviceWorker.ready;
         active.postMessage('open');
         return [shared, await answer];",
    )?;
    let expected = ["shared", "service"].map(|kind| {
        json!([
            "MusicError",
            "not-available",
            format!("Worker: a {kind} worker can start none in this browser"),
            "open the library in a page or in a dedicated worker, and pass on by messages what it says",
        ])
    });
    assert_eq!(told, json!(expected));
    Ok(())
}
