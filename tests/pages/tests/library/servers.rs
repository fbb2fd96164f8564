//! Music on WebDAV servers, as a page on another origin may and may not read them.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use music_core_page_tests::{Browser, Tab, http, respond};
use serde_json::json;
use tempfile::TempDir;

use crate::music::Album;
use crate::trouble::{serve, with_package};

/// Where `cargo xtask test` has put the programs of servers.
const PROGRAMS: &str = "MUSIC_CORE_WEBDAV_SERVERS";

/// `rclone serve webdav` on a folder, for `anna` with the password `horse`. It is killed when dropped.
pub(crate) struct Rclone {
    child: Child,
    port: u16,
}

impl Rclone {
    /// Starts it; pages of `allowed` may read it.
    pub(crate) fn start(program: &Path, folder: &Path, allowed: Option<&str>) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new(program);
        command
            .args(["serve", "webdav", "--dir-cache-time", "0s"])
            .args(["--user", "anna", "--pass", "horse"])
            .args(["--addr", &format!("127.0.0.1:{port}")]);
        if let Some(origin) = allowed {
            command.args(["--allow-origin", origin]);
        }
        let child = command
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("rclone does not start")?;
        let server = Self { child, port };
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begun.elapsed() > Duration::from_secs(60) {
                bail!("rclone does not listen");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }
}

impl Drop for Rclone {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Finds rclone; where it could not be installed that is said, as by the other tests of real servers.
pub(crate) fn rclone() -> Option<PathBuf> {
    let found = std::env::var_os(PROGRAMS).map(|it| Path::new(&it).join("rclone"));
    if found.is_none() {
        eprintln!("{PROGRAMS} does not say where rclone is, so no page was shown a real server");
    }
    found
}

/// Adds a server and tells how that failed: code and remedy.
fn refusal(tab: &Tab, url: &str, password: &str) -> Result<serde_json::Value> {
    tab.run_with(
        "const library = await MusicLibrary.open({ name: 'refused' });
         const added = library.addServer({ url: args[0], user: 'anna', password: args[1] });
         const error = await added.catch((error) => error);
         const left = (await library.folders()).length;
         await library.close();
         return [error.code, error instanceof MusicError, left, error.remedy ?? '', error.message];",
        &[json!(url), json!(password)],
    )
}

fn first_three(list: &serde_json::Value) -> serde_json::Value {
    json!([list[0], list[1], list[2]])
}

#[test]
fn a_server_that_allows_the_page_is_synced_played_and_there_after_a_reload() -> Result<()> {
    let Some(program) = rclone() else {
        return Ok(());
    };
    let folder = TempDir::new()?;
    Album::new("Album", "Artist", 2000, &["One", "Two"]).write(folder.path());
    let (page, browser) = (serve()?.start()?, Browser::start()?);
    let server = Rclone::start(&program, folder.path(), Some(&page.origin()))?;
    let tab = with_package(&browser, &page)?;

    let wrong = refusal(&tab, &server.url(), "mule")?;
    assert_eq!(
        (&wrong[0], &wrong[2]),
        (&json!("auth-expired"), &json!(0)),
        "{wrong}"
    );

    let found = tab.run_with(
        "const library = await MusicLibrary.open({ name: 'server' });
         const server = await library.addServer({ url: new URL(args[0]), user: 'anna', password: 'horse' });
         const result = await library.sync(server);
         const { items } = await library.tracks();
         const file = await library.file(items[0]);
         const cover = await library.artwork(items[0].artworkId, { original: true });
         await library.close();
         return [server, result.added, result.failed, items.map((it) => it.title), file.name, file.size, cover.size > 0];",
        &[json!(server.url())],
    )?;
    let id = &found[0]["id"];
    let described = json!({
        "id": id, "name": found[0]["name"], "kind": "webdav", "url": server.url(),
        "access": "granted", "live": true,
    });
    assert_eq!(found[0], described);
    let size = std::fs::metadata(folder.path().join("Artist/Album/01.mp3"))?.len();
    assert_eq!(
        (
            &found[1], &found[2], &found[3], &found[4], &found[5], &found[6]
        ),
        (
            &json!(2),
            &json!(0),
            &json!(["One", "Two"]),
            &json!("01.mp3"),
            &json!(size),
            &json!(true)
        ),
        "{found}"
    );

    // The password was kept, and is gone with the server; what was played comes back.
    Album::new("New", "Artist", 2001, &["Three"]).write(folder.path());
    let tab = with_package(&browser, &page)?;
    let after = tab.run_with(
        "const library = await MusicLibrary.open({ name: 'server' });
         const [server] = await library.folders();
         const { added, unchanged } = await library.sync(server);
         const [played] = (await library.search('two')).tracks;
         await library.played(played);
         const playlist = await library.createPlaylist('mine');
         await library.addToPlaylist(playlist, [played]);
         const removed = await library.removeFolder(server);
         const left = [await library.folders(), (await library.albums()).items];
         const again = await library.addServer({ url: args[0], user: 'anna' }).catch((error) => error.code);
         const anew = await library.addServer({ url: args[0], user: 'anna', password: 'horse', remember: false });
         await library.sync(anew);
         const [entry] = (await library.playlistEntries(playlist)).items;
         await library.close();
         return [added, unchanged, removed, left, again,
                 entry.track.id === played.id, entry.track.missing, entry.track.playCount];",
        &[json!(server.url())],
    )?;
    let expected = json!([
        1, 2, {"tracksRemoved": 2, "tracksKept": 1}, [[], []], "auth-expired", true, false, 1
    ]);
    assert_eq!(after, expected);
    Ok(())
}

#[test]
fn a_server_that_does_not_allow_the_page_is_refused_with_what_it_has_to_allow() -> Result<()> {
    let Some(program) = rclone() else {
        return Ok(());
    };
    let folder = TempDir::new()?;
    let (page, browser) = (serve()?.start()?, Browser::start()?);
    let server = Rclone::start(&program, folder.path(), None)?;
    let tab = with_package(&browser, &page)?;
    let refused = refusal(&tab, &server.url(), "horse")?;
    assert_eq!(
        first_three(&refused),
        json!(["not-available", true, 0]),
        "{refused}"
    );
    let remedy = refused[3].as_str().unwrap_or_default();
    assert!(remedy.contains("Access-Control-Allow-Origin"), "{refused}");

    let url = server.url();
    drop(server);
    let away = refusal(&tab, &url, "horse")?;
    assert_eq!(first_three(&away), json!(["offline", true, 0]), "{away}");
    Ok(())
}

#[test]
fn what_is_no_server_is_refused_by_name_and_stores_nothing() -> Result<()> {
    let page = serve()?
        .route("/plain/", |request| {
            respond(
                request,
                http::Response::from_string("a page").with_status_code(405),
            );
        })
        // What shows its own page to any method, as sites of one page do.
        .route("/any/", |request| {
            let html = http::Header::from_bytes("Content-Type", "text/html").expect("a header");
            let page = http::Response::from_string("<!doctype html><title>t</title>Welcome");
            respond(request, page.with_header(html));
        })
        .start()?;
    let browser = Browser::start()?;
    let tab = with_package(&browser, &page)?;
    for (url, code) in [
        ("no url", "invalid-input"),
        ("ftp://example.test/", "invalid-input"),
        ("https://anna:horse@example.test/", "invalid-input"),
    ] {
        let refused = refusal(&tab, url, "horse")?;
        assert_eq!(
            (&refused[0], &refused[2]),
            (&json!(code), &json!(0)),
            "{url}: {refused}"
        );
        let message = refused[4].as_str().unwrap_or_default();
        assert!(!message.contains("horse"), "{message}");
    }
    for path in ["/plain/", "/any/"] {
        let plain = refusal(&tab, &page.url(path), "horse")?;
        assert_eq!(
            (&plain[0], &plain[2]),
            (&json!("unsupported"), &json!(0)),
            "{path}: {plain}"
        );
    }
    Ok(())
}

/// Names what the page's origin keeps: databases of IndexedDB's, and files of SQLite databases.
fn stored(tab: &Tab) -> Result<serde_json::Value> {
    tab.run(
        "const root = await navigator.storage.getDirectory();
         const folder = await root.getDirectoryHandle('music-core-database');
         const files = [];
         for await (const name of folder.keys()) files.push(decodeURIComponent(name));
         const databases = (await indexedDB.databases()).map((it) => it.name);
         return [...databases, ...files].sort();",
    )
}

#[test]
fn a_library_is_deleted_with_all_that_is_stored_and_not_while_it_is_open() -> Result<()> {
    let (page, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &page)?;
    let outcomes = tab.run(
        "const files = [{ path: 'a.mp3', file: new File(['no music'], 'a.mp3') }];
         window.library = await MusicLibrary.open({ name: 'doomed' });
         await library.addFolder(files, { name: 'Folder' });
         await library.createPlaylist('mine');
         const other = await MusicLibrary.open({ name: 'spared' });
         await other.createPlaylist('theirs');
         await other.close();
         const aborted = AbortSignal.abort(new RangeError('before'));
         return [await outcome(MusicLibrary.delete({ name: 'doomed' })),
                 await outcome(MusicLibrary.delete({ name: 'doomed', signal: aborted })),
                 (await library.playlists()).items.length];",
    )?;
    assert_eq!(outcomes, json!(["in-use", "RangeError: before", 1]));
    let of = |names: &[&str]| {
        let own = ["files", "folders", "secrets", "settings"];
        let own = names
            .iter()
            .flat_map(|name| own.map(|it| format!("{name}/{it}")));
        let libraries = names
            .iter()
            .flat_map(|name| ["db", "log"].map(|it| format!("{name}/library.{it}")));
        let mut all: Vec<_> = own.chain(libraries).collect();
        all.sort();
        json!(all)
    };
    assert_eq!(stored(&tab)?, of(&["doomed", "spared"]));

    let outcomes = tab.run(
        "await library.close();
         const deleted = await outcome(MusicLibrary.delete({ name: 'doomed' }));
         return [deleted, await outcome(MusicLibrary.delete({ name: 'never was' }))];",
    )?;
    assert_eq!(outcomes, json!(["done", "done"]));
    assert_eq!(stored(&tab)?, of(&["spared"]));

    let anew = tab.run(
        "const library = await MusicLibrary.open({ name: 'doomed' });
         const found = [(await library.playlists()).items.length, (await library.folders()).length];
         await library.close();
         const other = await MusicLibrary.open({ name: 'spared' });
         found.push((await other.playlists()).items.length);
         await other.close();
         return found;",
    )?;
    assert_eq!(anew, json!([0, 0, 1]));
    Ok(())
}
