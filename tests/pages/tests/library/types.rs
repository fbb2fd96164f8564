//! What `index.d.ts` declares, and what there is.

use std::fs;

use anyhow::Result;
use music_core_page_tests::{Browser, demo};
use tempfile::TempDir;

use crate::music::Album;
use crate::trouble::{choose, serve, with_package};

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
