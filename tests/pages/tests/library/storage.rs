//! Storage that is full, or that the browser does not give.

use std::fs;

use anyhow::{Result, ensure};
use music_core_page_tests::{Browser, Options, Profile};
use serde_json::json;
use tempfile::TempDir;

use crate::controls::is_told;
use crate::music::Album;
use crate::trouble::{choose, serve, with_package};
use crate::visit::Visit;

const MIB: u64 = 1024 * 1024;
/// The browser looks at its quota again only after half a minute.
const ROUNDS: u32 = 90;

#[test]
fn full_storage_is_a_typed_error_that_loses_nothing_and_passes() -> Result<()> {
    let folder = TempDir::new()?;
    let music = folder.path().join("Music");
    Album::new("Precious", "Artist", 2000, &["One", "Two"]).write_without_cover(&music);
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    tab.run(
        "const input = document.createElement('input');
         Object.assign(input, { type: 'file', webkitdirectory: true, multiple: true });
         document.body.append(input);
         window.library = await MusicLibrary.open({ name: 'full' });
         window.sync = async () => library.sync(await library.addFolder(input.files));
         window.input = input;",
    )?;
    choose(&tab, "input", &music)?;
    assert_eq!(tab.run("return (await sync()).added")?, 2);
    // The demo beside it, in the same storage.
    let demo = Visit::new(browser.new_tab()?);
    demo.open(&server)?;
    demo.choose(&music)?;

    let origin = server.origin();
    let quota = json!({"origin": origin, "quotaSize": 12 * MIB});
    tab.devtools("Storage.overrideQuotaForOrigin", &quota)?;
    for round in 0.. {
        ensure!(round < ROUNDS, "the quota does not bite");
        let code = tab.run(
            "// What can be compressed takes no room.
             const noise = () => String.fromCharCode(...crypto.getRandomValues(new Uint8Array(48_000)));
             const comment = Array.from({ length: 8 }, () => btoa(noise())).join('');
             const made = await outcome(library.createPlaylist('filler', { comment }));
             await new Promise((done) => setTimeout(done, 500));
             return made;",
        )?;
        if code == "quota-exceeded" {
            break;
        }
        assert_eq!(code, "done");
    }
    let many: Vec<_> = (0..3000).map(|it| format!("Song {it}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    Album::new("Large", "Artist", 2001, &many).write_without_cover(&music);
    // What is chosen is added to what was chosen.
    tab.run("input.value = ''")?;
    choose(&tab, "input", &music)?;
    assert_eq!(tab.run("return input.files.length")?, 3002);
    let failed = tab.run(
        "const error = await sync().catch((error) => error);
         const { tracks } = await library.stats();
         return [error.code, error instanceof MusicError, tracks >= 2];",
    )?;
    assert_eq!(failed, json!(["quota-exceeded", true, true]));
    demo.tab.choose_files("#folder", &[&music])?;
    demo.until("document.querySelector('#message p').textContent.includes('no room left')")?;
    assert!(demo.is_shown("#message")?);
    assert!(demo.sorted("#albums b")?.contains(&"Precious".to_owned()));

    // A copy for which there is no room replaces nothing.
    demo.tab.run(
        "const copies = new BroadcastChannel('copies');
         copies.onmessage = ({ data }) => {
           const chosen = new DataTransfer();
           chosen.items.add(new File([data], 'large.db'));
           const input = document.querySelector('#copy');
           input.files = chosen.files;
           input.dispatchEvent(new Event('change'));
         };",
    )?;
    tab.run("new BroadcastChannel('copies').postMessage(await library.export())")?;
    demo.until("document.querySelector('#sure').open")?;
    demo.tab.click("#sure [value=yes]")?;
    is_told(&demo, "There is no room for large.db")?;
    demo.is_ready()?;
    assert!(demo.sorted("#albums b")?.contains(&"Precious".to_owned()));

    tab.devtools("Storage.overrideQuotaForOrigin", &json!({"origin": origin}))?;
    for round in 0.. {
        ensure!(round < ROUNDS, "the quota does not go away");
        let code = tab.run(
            "const ended = await outcome(sync().then((it) => { window.result = it; }));
             if (ended !== 'done') await new Promise((done) => setTimeout(done, 500));
             return ended;",
        )?;
        if code == "done" {
            break;
        }
        assert_eq!(code, "quota-exceeded");
    }
    let small = folder.path().join("Small");
    Album::new("After", "Artist", 2002, &["One"]).write_without_cover(&small);
    assert_eq!(demo.choose(&small)?["added"], 1);
    assert!(!demo.tab.text("#message p")?.contains("no room"));
    let tracks = tab.run(
        "const { tracks } = await library.stats();
         await library.close();
         const again = await MusicLibrary.open({ name: 'full' });
         return [tracks, (await again.stats()).tracks, (await again.health()).healthy, result, (await again.health()).databaseError];",
    )?;
    let expected = [json!(3002), json!(3002), json!(true)];
    assert_eq!(
        tracks.as_array().map(|it| &it[..3]),
        Some(&expected[..]),
        "{tracks}"
    );
    Ok(())
}

#[test]
fn a_browser_that_keeps_no_data_is_said_to_keep_none() -> Result<()> {
    let server = serve()?.start()?;
    let profile = Profile::new(Options::default())?;
    let preferences = json!({"profile": {"default_content_setting_values": {"cookies": 2}}});
    fs::create_dir(profile.folder().join("Default"))?;
    fs::write(
        profile.folder().join("Default/Preferences"),
        preferences.to_string(),
    )?;
    let browser = profile.reopen()?;
    let visit = Visit::new(browser.tab()?);
    visit.tab.open(&server.url("/"))?;
    visit.until("!['opening', 'ready'].includes(document.body.dataset.state)")?;
    let state = visit.tab.run("return document.body.dataset.state")?;
    assert!(
        state == "permission-denied" || state == "not-available",
        "{state}"
    );
    let message = visit.tab.text("#message p")?;
    assert!(
        message.contains("keep data") || message.contains("no storage"),
        "{message}"
    );
    // Whatever is asked for, the same is said.
    let told = visit.tab.run(
        "const { MusicLibrary } = await import('/music-core/index.js');
         const told = (error) => [error.code, error.remedy];
         return [await MusicLibrary.open().catch(told), await MusicLibrary.delete().catch(told),
                 await MusicLibrary.import(new Blob([])).catch(told)];",
    )?;
    assert_eq!((&told[1], &told[2]), (&told[0], &told[0]), "{told}");
    assert_eq!(told[0][0], state, "{told}");
    Ok(())
}

/// Chromium throws IndexedDB away when it is damaged, with whatever was in it.
fn throw_indexed_db_away(profile: &Profile) -> Result<()> {
    let mut kept = profile.indexed_db_files()?;
    kept.retain(|it| it.is_file());
    ensure!(!kept.is_empty(), "the browser keeps no database");
    for file in kept {
        fs::write(file, "no database any more")?;
    }
    Ok(())
}

#[test]
fn a_library_outlives_what_the_browser_threw_away_of_it() -> Result<()> {
    let folder = TempDir::new()?;
    let music = folder.path().join("Music");
    Album::new("Album", "Artist", 2000, &["One"]).write_without_cover(&music);
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    visit.choose(&music)?;
    // What is as it should be says nothing.
    visit.open(&server)?;
    assert!(!visit.is_shown("#message")?);

    let profile = browser.quit()?;
    throw_indexed_db_away(&profile)?;
    let browser = profile.reopen()?;
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    let message = visit.tab.text("#message p")?;
    assert!(message.contains("This library is still here"), "{message}");
    assert_eq!(visit.sorted("#albums b")?, ["Album"]);
    // Nothing is taken for deleted since its folder is not to be had, and the folder that is given again goes on.
    visit.choose(&music)?;
    assert_eq!(visit.sorted("#albums b")?, ["Album"]);
    // Once is enough.
    visit.open(&server)?;
    assert!(!visit.is_shown("#message")?);
    Ok(())
}

#[test]
fn a_library_that_the_browser_threw_away_is_said_to_be_gone() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    // In IndexedDB, as in a browser that has no files for workers.
    let open = "
        const blob = new Blob([`
            import '${location.origin}/music-core/worker.js';
            self.FileSystemSyncAccessHandle = undefined;
        `], { type: 'text/javascript' });
        const worker = () => new Worker(URL.createObjectURL(blob), { type: 'module' });
        const library = await MusicLibrary.open({ worker });";
    let tab = with_package(&browser, &server)?;
    let loss = tab.run(&format!(
        "{open} await library.createPlaylist('Mine'); await library.close(); return library.dataLoss;"
    ))?;
    assert!(loss.is_null());

    let profile = browser.quit()?;
    throw_indexed_db_away(&profile)?;
    let browser = profile.reopen()?;
    let tab = with_package(&browser, &server)?;
    let found = tab.run(&format!(
        "{open} return [library.dataLoss.library, (await library.playlists()).items.length];"
    ))?;
    assert_eq!(found, json!([true, 0]));
    Ok(())
}
