//! Browsers and tabs that are killed, stopped, or open twice.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use music_core_page_tests::{Browser, Server, demo};
use serde_json::json;
use tempfile::TempDir;

use crate::music::Album;
use crate::trouble::{choose, load_package, serve, with_package};
use crate::visit::Visit;

/// How many albums of twelve tracks are synced when the browser is killed.
const ALBUMS: u32 = 100;

/// Writes so much music that a sync can be met in its middle.
fn large(folder: &TempDir) -> PathBuf {
    let music = folder.path().join("Music");
    let titles: Vec<_> = (1..=12).map(|it| format!("Song {it}")).collect();
    let titles: Vec<_> = titles.iter().map(String::as_str).collect();
    for album in 0..ALBUMS {
        let (title, artist) = (format!("Album {album:03}"), format!("Artist {}", album / 9));
        Album::new(&title, &artist, 2000, &titles).write_without_cover(&music);
    }
    music
}

#[test]
fn a_browser_that_is_killed_in_a_sync_keeps_what_was_stored_and_goes_on() -> Result<()> {
    let folder = TempDir::new()?;
    let music = large(&folder);
    let server = Server::of(&demo()?).start()?;
    let mut browser = Browser::start()?;
    // Early, in the middle, and at the end.
    for part in [0.0, 0.3, 0.8] {
        let visit = Visit::new(browser.tab()?);
        visit.open(&server)?;
        visit.tab.choose_files("#folder", &[&music])?;
        visit.until(&format!(
            "document.body.dataset.sync === 'idle'
             || document.querySelector('#progress').position > {part}"
        ))?;
        browser = browser.kill()?.reopen()?;
    }
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    let result = visit.choose(&music)?;
    assert_eq!(result["status"], "completed");
    assert_eq!(result["failed"], 0);
    let shown = visit.tab.text("#counts")?;
    assert_eq!(shown, format!("{ALBUMS} · {} tracks", group(ALBUMS * 12)));
    // And nothing is left to do.
    let result = visit.choose(&music)?;
    assert_eq!(
        ["added", "updated", "deleted"].map(|it| result[it].clone()),
        [0, 0, 0].map(|it| json!(it))
    );
    Ok(())
}

fn group(number: u32) -> String {
    format!("{},{:03}", number / 1000, number % 1000)
}

#[test]
fn a_second_tab_is_told_that_the_library_is_in_use_and_gets_it_when_the_first_is_closed()
-> Result<()> {
    let server = Server::of(&demo()?).start()?;
    let browser = Browser::start()?;
    let first = Visit::new(browser.tab()?);
    first.open(&server)?;
    let second = Visit::new(browser.new_tab()?);
    second.tab.open(&server.url("/"))?;
    second.until("document.body.dataset.state === 'in-use'")?;
    let message = second.tab.text("#message p")?;
    assert!(message.contains("open in another tab"), "{message}");
    let error = second.tab.run(
        "const { MusicLibrary, MusicError } = await import('/music-core/index.js');
         const it = await MusicLibrary.open({ name: 'demo' }).catch((error) => error);
         return [it instanceof MusicError, it.name, it.code, it.subject, typeof it.remedy];",
    )?;
    assert_eq!(
        error,
        json!([true, "MusicError", "in-use", "demo/library", "string"])
    );
    first.tab.close()?;
    second.is_ready()?;
    assert!(!second.is_shown("#message")?);
    Ok(())
}

/// The tab that has the library, in the middle of a sync, and one that waits for it, in processes of their own.
fn met_in_a_sync(browser: &Browser, server: &Server, music: &Path) -> Result<(Visit, Visit)> {
    let owner = Visit::new(browser.tab()?);
    owner.open(server)?;
    let other = Visit::new(browser.new_tab()?);
    other.tab.open(&server.url("/"))?;
    other.until("document.body.dataset.state === 'in-use'")?;
    let [one, two] = [&owner, &other].map(|it| browser.renderer(&it.tab));
    ensure!(!one?.is_same(&two?), "one process runs both tabs");
    owner.tab.choose_files("#folder", &[music])?;
    owner.until("document.querySelector('#progress').position > 0.2")?;
    Ok((owner, other))
}

#[test]
fn a_tab_whose_process_is_killed_in_a_sync_leaves_the_library_to_the_next_one() -> Result<()> {
    let folder = TempDir::new()?;
    let music = large(&folder);
    let server = Server::of(&demo()?).start()?;
    let browser = Browser::start()?;
    let (owner, other) = met_in_a_sync(&browser, &server, &music)?;
    browser.renderer(&owner.tab)?.kill()?;
    other.is_ready()?;
    let tracks =
        "const { library } = await import('/library.js'); return (await library.stats()).tracks";
    let kept = other.tab.run(tracks)?.as_u64().unwrap_or_default();
    assert!(kept > 0, "what was committed is there");
    let result = other.choose(&music)?;
    let counts = ["status", "failed", "deleted"].map(|it| result[it].clone());
    assert_eq!(counts, [json!("completed"), json!(0), json!(0)]);
    assert_eq!(other.tab.run(tracks)?, ALBUMS * 12);
    Ok(())
}

/// With the package alone: a service worker, as the demo has, may stand still with the tab, and then nothing is loaded.
#[test]
fn a_tab_whose_process_stands_still_in_a_sync_keeps_the_library_and_goes_on() -> Result<()> {
    let folder = TempDir::new()?;
    let music = large(&folder);
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let (owner, other) = (with_package(&browser, &server)?, browser.new_tab()?);
    load_package(&other, &server)?;
    let process = browser.renderer(&owner)?;
    ensure!(
        !process.is_same(&browser.renderer(&other)?),
        "one process runs both tabs"
    );
    owner.run(
        "const input = document.createElement('input');
         Object.assign(input, { type: 'file', webkitdirectory: true, multiple: true });
         document.body.append(input);",
    )?;
    choose(&owner, "input", &music)?;
    owner.run(
        "window.library = await MusicLibrary.open({ name: 'standing' });
         const folder = await library.addFolder(document.querySelector('input').files);
         window.sync = library.sync(folder);
         for await (const { processed } of sync) if (processed > 100) break;",
    )?;
    process.stop()?;
    let open = "const { code, subject, message } = await MusicLibrary.open({ name: 'standing' }).catch((it) => it);
        return [code, subject, message];";
    let error = other.run(open)?;
    assert_eq!(
        (&error[0], &error[1]),
        (&json!("in-use"), &json!("standing/library")),
        "{error}"
    );
    let message = error[2].as_str().unwrap_or_default();
    assert!(message.contains("client"), "it names who has it: {message}");
    process.go_on()?;
    let result = owner
        .run("const { status, added, failed } = await sync; return [status, added, failed]")?;
    assert_eq!(result, json!(["completed", ALBUMS * 12, 0]));
    assert_eq!(other.run(open)?, error, "it has it still");
    Ok(())
}

/// As Chromium's files are where a site's data are cleared while one is open.
#[test]
fn a_worker_that_never_comes_to_its_end_is_ended_when_the_library_is_closed() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    let found = tab.run(
        "const blob = new Blob([`
             import '${location.origin}/music-core/worker.js';
             const { prototype } = FileSystemSyncAccessHandle;
             const { close } = prototype;
             // The first is that of the file by which it is found out whether there are any.
             prototype.close = function () {
               prototype.close = () => { for (;;); };
               close.call(this);
             };
         `], { type: 'text/javascript' });
         const worker = () => new Worker(URL.createObjectURL(blob), { type: 'module' });
         const library = await MusicLibrary.open({ worker });
         await library.createPlaylist('Mine');
         const open = library.events().next().then((it) => it.done);
         await library.close();
         const again = await MusicLibrary.open();
         const playlists = (await again.playlists()).items.map((it) => it.name);
         await again.close();
         return [await open, playlists];",
    )?;
    assert_eq!(found, json!([true, ["Mine"]]));
    Ok(())
}
