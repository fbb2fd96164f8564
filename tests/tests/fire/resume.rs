//! What a crash costs: at most one page is listed again.

use std::collections::BTreeSet;
use std::fs;
use std::sync::{Arc, Mutex};

use music_core_tests::{FaultProxy, Software, Song, WebServer};

use crate::music;

/// A page ends with the folder that brings it to 1,000 items; an album has 12 songs and itself.
const PAGE: usize = 1_000 / 13 + 1;
/// Folders that may have been asked for ahead of their turn, and the way back to where it was.
const AHEAD: usize = 6 + 8 * 6 + 2;

#[test]
fn a_crash_lists_at_most_one_page_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = folder.path().join("music");
    let albums = 260;
    for number in 0..albums {
        let album = source.join(format!("{number:03}"));
        fs::create_dir_all(&album).expect("a folder");
        for track in 0..12 {
            // Of playlists nothing is read.
            let path = album.join(format!("{track}.m3u"));
            fs::write(&path, format!("{number} {track}")).expect("a file");
        }
    }
    Song::numbered(1).write(&source.join("song.mp3"));
    let server = WebServer::start(Software::WsgiDav, &source);
    let proxy = FaultProxy::start(server.address());
    let url = proxy.url("/");
    let database = folder.path().join("library.db");
    let mut listed = BTreeSet::new();
    let mut again = Vec::new();
    for kill_at in [100, 90, 80] {
        let child = Arc::new(Mutex::new(None::<std::process::Child>));
        let killer = child.clone();
        let mut seen = 0;
        proxy.watch(move |method, _| {
            seen += usize::from(method == "PROPFIND");
            if seen == kill_at
                && let Some(child) = &mut *killer.lock().expect("no panic")
            {
                let _ = child.kill();
            }
        });
        let said = folder.path().join("said");
        {
            let mut child = child.lock().expect("no panic");
            *child = Some(music::start_sync(&database, &url, &said));
        }
        loop {
            let mut child = child.lock().expect("no panic");
            let child = child.as_mut().expect("started");
            if child.try_wait().expect("the child is ours").is_some() {
                break;
            }
            std::thread::yield_now();
        }
        let requests = proxy.take_requests();
        let folders = requests.into_iter().filter(|it| it.method == "PROPFIND");
        let folders: Vec<String> = folders.map(|it| it.path).collect();
        again.push(folders.iter().filter(|it| listed.contains(*it)).count());
        listed.extend(folders);
    }
    proxy.unwatch();
    music::sync(&database, &url, &[]);
    let requests = proxy.take_requests();
    let folders = requests.iter().filter(|it| it.method == "PROPFIND");
    again.push(
        folders
            .clone()
            .filter(|it| listed.contains(&it.path))
            .count(),
    );
    listed.extend(folders.map(|it| it.path.clone()));
    assert_eq!(listed.len(), albums + 1, "all folders were listed");
    eprintln!("listed again after each crash: {:?}", &again[1..]);
    for count in &again[1..] {
        assert!(*count <= PAGE + AHEAD, "{again:?}");
    }
}
