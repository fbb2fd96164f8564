//! Folders that the browser lets the page read no more: after a reload, after a no, in the midst of a sync.

use anyhow::Result;
use music_core_page_tests::{Browser, Server, Tab};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::controls::is_told;
use crate::music::Album;
use crate::permission::{Permission, prepare, with_music};
use crate::trouble::{serve, with_package};
use crate::visit::{Visit, drop_on};

/// Opens the library and tells what a page would be told: of an error what is typed, of the library what is in it.
const OPEN: &str = "
    window.told = ({ name, code, message, subject, remedy }) => ({ name, code, message, subject, remedy });
    window.library = await MusicLibrary.open({ name: 'access' });
    window.held = async () => {
      const [folder] = await library.folders();
      const { tracks, missingTracks } = await library.stats();
      return { access: folder.access, tracks, missing: missingTracks };
    };
    window.ask = document.createElement('button');
    ask.onclick = () => { window.asked = library.requestAccess(1).catch(told); };
    ask.textContent = 'Allow';
    document.body.append(ask);";

fn opened(browser: &Browser, server: &Server) -> Result<Tab> {
    let tab = with_package(browser, server)?;
    tab.run(OPEN)?;
    Ok(tab)
}

/// Takes an error for what says that the folder `Music` has to be allowed again.
fn is_refused(error: &Value) {
    let text = |name: &str| error[name].as_str().unwrap_or_default();
    assert_eq!(
        (text("name"), text("code")),
        ("MusicError", "permission-denied"),
        "{error}"
    );
    assert!(text("message").contains("Music"), "{error}");
    assert!(text("remedy").contains("requestAccess"), "{error}");
}

/// Chromium's own permission, which a drop gives and a reload takes away.
#[test]
fn a_dropped_folder_has_to_be_allowed_again_after_a_reload_and_is_the_same_when_it_is() -> Result<()>
{
    let folder = TempDir::new()?;
    let music = folder.path().join("Music");
    Album::new("Album", "Artist", 2000, &["One", "Two"]).write(&music);
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let take_drops = "
        document.documentElement.style.height = document.body.style.height = '100%';
        addEventListener('dragover', (event) => event.preventDefault());
        window.dropped = new Promise((done) => addEventListener('drop', (event) => {
          event.preventDefault();
          done(library.addFolders(event.dataTransfer));
        }));";
    let sync_dropped = "
        const [{ id }] = await dropped;
        const { added, unchanged, deleted } = await library.sync(id);
        return [id, added, unchanged, deleted];";
    let tab = opened(&browser, &server)?;
    tab.run(take_drops)?;
    drop_on(&tab, &music)?;
    assert_eq!(tab.run(sync_dropped)?, json!([1, 2, 0, 0]));

    let tab = opened(&browser, &server)?;
    let kept = json!({"access": "prompt", "tracks": 2, "missing": 0});
    assert_eq!(tab.run("return held()")?, kept);
    let errors = tab.run(
        "const [track] = (await library.tracks()).items;
         return [
           await library.sync(1).catch(told), await library.sync(1, { full: true }).catch(told),
           await library.file(track).catch(told), await library.requestAccess(1).catch(told),
         ];",
    )?;
    for error in errors.as_array().expect("a list") {
        is_refused(error);
    }
    assert_eq!(tab.run("return held()")?, kept);

    tab.run(take_drops)?;
    drop_on(&tab, &music)?;
    assert_eq!(tab.run(sync_dropped)?, json!([1, 0, 2, 0]));
    assert_eq!(tab.run("return (await held()).access")?, "granted");
    Ok(())
}

#[test]
fn a_click_asks_the_person_and_what_the_answer_is_costs_the_library_nothing() -> Result<()> {
    let (server, permission) = Permission::serve()?;
    let browser = Browser::start()?;
    let tab = opened(&browser, &server)?;
    let sync = "await library.sync(await library.addFolder(music))";
    with_music(&tab, &[1, 2, 3], sync)?;

    permission.set("prompt", "granted");
    let tab = opened(&browser, &server)?;
    prepare(&tab)?;
    let unasked = tab.run("return library.requestAccess(1).catch(told)")?;
    is_refused(&unasked);
    assert_eq!(permission.asked(), 0, "there was no click");
    for answer in ["denied", "prompt"] {
        permission.set("prompt", answer);
        let asked = permission.asked();
        tab.click("button")?;
        assert_eq!(tab.run("return (await asked).access")?, answer);
        assert_eq!(permission.asked(), asked + 1);
        is_refused(&tab.run("return library.sync(1).catch(told)")?);
        let kept = json!({"access": answer, "tracks": 3, "missing": 0});
        assert_eq!(tab.run("return held()")?, kept);
    }
    permission.set("prompt", "granted");
    tab.click("button")?;
    assert_eq!(tab.run("return (await asked).access")?, "granted");
    let synced = with_music(
        &tab,
        &[4],
        "const { added, unchanged, deleted } = await library.sync(1, { full: true });
         return [added, unchanged, deleted]",
    )?;
    assert_eq!(synced, json!([1, 3, 0]));
    Ok(())
}

#[test]
fn a_permission_that_is_taken_back_at_any_time_of_a_sync_costs_no_track() -> Result<()> {
    let (server, permission) = Permission::serve()?;
    let browser = Browser::start()?;
    let tab = opened(&browser, &server)?;
    let first: Vec<u32> = (0..12).collect();
    let before = with_music(
        &tab,
        &first,
        "await library.sync(await library.addFolder(music));
         window.ids = async () => (await library.tracks()).items.map(({ id, key }) => `${id} ${key}`);
         return ids()",
    )?;
    let before = before.as_array().cloned().unwrap_or_default();
    assert_eq!(before.len(), 12);
    let more: Vec<u32> = (12..24).collect();
    with_music(&tab, &more, "")?;
    let (mut in_listing, mut in_reading) = (0, 0);
    for reads in (0..).step_by(7) {
        permission.revoke_after(reads);
        let [result, ids] = [
            "const sync = library.sync(1, { full: true });
             return sync.then(({ added, failed, deleted }) => ({ added, failed, deleted }), told)",
            "return ids()",
        ]
        .map(|it| tab.run(it));
        let (result, ids) = (result?, ids?);
        if permission.access() == "granted" {
            break;
        }
        let ids = ids.as_array().cloned().unwrap_or_default();
        assert!(before.iter().all(|it| ids.contains(it)), "{reads}: {ids:?}");
        if result["code"].is_null() {
            in_reading += 1;
            assert!(result["failed"].as_u64() > Some(0), "{reads}: {result}");
        } else {
            in_listing += 1;
            is_refused(&result);
        }
        assert_eq!(tab.run("return (await held()).missing")?, 0);
    }
    assert!(
        in_listing > 1 && in_reading > 0,
        "{in_listing}, {in_reading}"
    );
    let kept = json!({"access": "granted", "tracks": 24, "missing": 0});
    assert_eq!(tab.run("return held()")?, kept);
    Ok(())
}

#[test]
fn the_page_says_which_folder_has_to_be_allowed_and_what_comes_of_the_answer() -> Result<()> {
    let (server, permission) = Permission::serve()?;
    let browser = Browser::start()?;
    let visit = Visit::new(browser.tab()?);
    let begin = || -> Result<()> {
        visit.open(&server)?;
        prepare(&visit.tab)
    };
    begin()?;
    let sync = "const { library } = await import('/library.js');
        await library.sync(await library.addFolder(music));";
    with_music(&visit.tab, &[1, 2, 3], sync)?;
    let offers = |access: &str, button: &str| {
        visit.until(&format!(
            "document.querySelector('#folders li')?.dataset.access === '{access}'
             && document.querySelector('#folders button').getAttribute('aria-label') === '{button}: Music'"
        ))
    };

    permission.set("prompt", "denied");
    begin()?;
    offers("prompt", "Allow again")?;
    assert!(visit.tab.text("#counts")?.contains("3 tracks"));
    visit.tab.click("#folders button")?;
    is_told(
        &visit,
        "This page may not read Music, so it is not synced. What was synced before is still here.",
    )?;
    offers("denied", "Allow again")?;
    assert!(visit.tab.text("#counts")?.contains("3 tracks"));

    permission.set("prompt", "granted");
    with_music(&visit.tab, &[4], "")?;
    visit.dismiss()?;
    visit.tab.click("#folders button")?;
    is_told(&visit, "Music: 1 added.")?;
    offers("granted", "Sync")?;

    // Taken back while the page is open.
    permission.set("denied", "granted");
    visit.dismiss()?;
    visit.tab.click("#folders button")?;
    is_told(
        &visit,
        "Music: The browser does not let this page read the folder. Allow it and sync again.",
    )?;
    offers("denied", "Allow again")?;
    assert!(visit.tab.text("#counts")?.contains("4 tracks"));
    visit.dismiss()?;
    visit.tab.click("#folders button")?;
    is_told(&visit, "Music: nothing has changed.")?;
    offers("granted", "Sync")
}
