//! What a person does on the demo page beside choosing a folder: servers, taking away, deleting, being offline.

use std::sync::{Arc, Mutex};

use anyhow::Result;
use music_core_page_tests::{Browser, Options, http, respond};
use serde_json::json;
use tempfile::TempDir;

use crate::music::{Album, audio};
use crate::servers::{Rclone, rclone};
use crate::trouble::serve;
use crate::visit::Visit;

/// Fills in the dialogue for a server and sends it.
fn connect(visit: &Visit, url: &str, password: &str) -> Result<()> {
    visit.tab.run(
        "const { elements } = document.querySelector('#server form');
         for (const name of ['url', 'user', 'password']) elements[name].value = '';",
    )?;
    for (field, text) in [("url", url), ("user", "anna"), ("password", password)] {
        visit
            .tab
            .type_into(&format!("#server [name={field}]"), text)?;
    }
    visit.tab.click("#server [type=submit]")
}

/// Waits until the dialogue says what is wrong, and gives that.
fn problem(visit: &Visit) -> Result<String> {
    visit.until("document.querySelector('#server .problem').checkVisibility()")?;
    visit.tab.text("#server .problem")
}

/// Waits for a message at the top that has this in it.
pub(crate) fn is_told(visit: &Visit, text: &str) -> Result<()> {
    visit.until(&format!(
        "document.querySelector('#message').checkVisibility()
         && document.querySelector('#message p').textContent.includes({})",
        json!(text)
    ))
}

/// Takes the only folder or server away, after a look at what happens when a person is not sure.
fn take_away(visit: &Visit) -> Result<()> {
    for (answer, left) in [("no", 1), ("yes", 0)] {
        // The list may have gone below the bar at the top.
        visit.tab.run("scrollTo(0, 0)")?;
        visit.tab.click("#folders .remove")?;
        visit.tab.click(&format!("#sure [value={answer}]"))?;
        visit.until(&format!(
            "document.querySelectorAll('#folders li').length === {left}"
        ))?;
    }
    visit.until("document.querySelector('#welcome').checkVisibility()")
}

#[test]
fn a_server_is_added_in_a_dialogue_that_says_in_words_what_is_wrong() -> Result<()> {
    let Some(program) = rclone() else {
        return Ok(());
    };
    let folder = TempDir::new()?;
    Album::new("Album", "Artist", 2000, &["One", "Two"]).write(folder.path());
    let (page, browser) = (serve()?.start()?, Browser::start()?);
    let closed = Rclone::start(&program, folder.path(), None)?;
    let server = Rclone::start(&program, folder.path(), Some(&page.origin()))?;
    let visit = Visit::new(browser.tab()?);
    visit.open(&page)?;
    visit.tab.click("#welcome .server")?;

    connect(&visit, "no url", "horse")?;
    let said = problem(&visit)?;
    assert!(said.contains("no address of a server"), "{said}");
    connect(&visit, &closed.url(), "horse")?;
    let said = problem(&visit)?;
    let header = format!("Access-Control-Allow-Origin: {}", page.origin());
    assert!(said.contains("CORS") && said.contains(&header), "{said}");
    let url = closed.url();
    drop(closed);
    connect(&visit, &url, "horse")?;
    let said = problem(&visit)?;
    assert!(said.contains("No server answers"), "{said}");
    connect(&visit, &format!("{}nowhere/", server.url()), "horse")?;
    let said = problem(&visit)?;
    assert!(said.contains("no such folder"), "{said}");
    connect(&visit, &server.url(), "mule")?;
    let said = problem(&visit)?;
    assert!(said.contains("does not accept"), "{said}");
    assert_eq!(visit.sorted("#folders li")?, Vec::<String>::new());

    connect(&visit, &server.url(), "horse")?;
    visit.until("document.body.dataset.sync === 'idle' && document.body.dataset.result")?;
    assert!(!visit.is_shown("#server")?);
    assert_eq!(visit.sorted("#albums b")?, ["Album"]);
    visit.all_covers_are_shown(1)?;
    // No password stays in the page.
    let typed = "return document.querySelector('#server [name=password]').value";
    assert_eq!(visit.tab.run(typed)?, "");

    // The password is kept, and a server that is away takes nothing with it.
    visit.open(&page)?;
    drop(server);
    visit.tab.click("#folders [data-kind=webdav] button")?;
    is_told(&visit, "no way to the server")?;
    assert_eq!(visit.sorted("#albums b")?, ["Album"]);
    take_away(&visit)?;
    is_told(&visit, "2 tracks left the library")
}

/// The answer of an empty folder to whoever asks for its properties.
const EMPTY: &str = "<multistatus xmlns='DAV:'><response><href>/dav/</href><propstat><prop><resourcetype>\
    <collection/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>";

#[test]
fn what_answers_in_place_of_a_server_is_not_taken_for_damage_of_the_library() -> Result<()> {
    const SIGN_IN: &str = "<!doctype html><title>t</title>Welcome to our network";
    // What the server says: its status, and its body or where it redirects to.
    let answer = Arc::new(Mutex::new((200, SIGN_IN)));
    let says = answer.clone();
    let page = serve()?
        .route("/dav/", move |request| {
            let (status, text) = *says.lock().expect("an answer");
            let mut answer = http::Response::from_string(text).with_status_code(status);
            if status == 302 {
                let location = http::Header::from_bytes("Location", text).expect("a header");
                answer = answer.with_header(location);
            }
            respond(request, answer);
        })
        .start()?;
    let browser = Browser::start()?;
    let visit = Visit::new(browser.tab()?);
    visit.open(&page)?;
    visit.tab.click("#welcome .server")?;
    let set = |status, text| *answer.lock().expect("an answer") = (status, text);
    for (status, text, expected) in [
        (200, SIGN_IN, "does not speak WebDAV"),
        (207, "{}", "does not speak WebDAV"),
        (207, "<multistatus></x>", "breaks the rules"),
        (302, "http://elsewhere.invalid/", "to another address"),
        (507, "", "http status 507"),
    ] {
        set(status, text);
        connect(&visit, &page.url("/dav/"), "horse")?;
        let said = problem(&visit)?;
        assert!(said.contains(expected), "{status} {text}: {said}");
    }
    set(207, EMPTY);
    connect(&visit, &page.url("/dav/"), "horse")?;
    is_told(&visit, "there is no music in it")?;
    for (status, text, expected) in [
        (200, SIGN_IN, "Something else than WebDAV answers"),
        (207, "<multistatus></x>", "breaks the rules"),
        (
            302,
            "http://elsewhere.invalid/",
            "sends this page elsewhere",
        ),
        (403, "", "lets this user not into the folder"),
        (404, "", "it is gone or empty"),
        (507, "", "http status 507"),
    ] {
        visit.dismiss()?;
        set(status, text);
        visit.tab.click("#folders [data-kind=webdav] button")?;
        is_told(&visit, expected)?;
    }
    Ok(())
}

#[test]
fn tracks_without_an_album_are_shown_below_the_albums_and_what_is_found_says_where_it_ends()
-> Result<()> {
    let folder = TempDir::new()?;
    let (untagged, tagged) = (folder.path().join("Untagged"), folder.path().join("Tagged"));
    std::fs::create_dir(&untagged)?;
    std::fs::write(untagged.join("song 0.mp3"), audio(1))?;
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    visit.choose(&untagged)?;
    assert_eq!(visit.tab.text("#counts")?, "0 · 1 track");
    assert_eq!(
        visit.tab.text("#loose li span:nth-child(2)")?,
        "song 0 · Unknown artist"
    );
    visit.search("song")?;
    visit.until("document.querySelector('#found').checkVisibility()")?;
    visit.search("")?;
    assert!(visit.is_shown("#loose li")?);

    for at in 1..130 {
        std::fs::write(untagged.join(format!("song {at}.mp3")), audio(at + 1))?;
    }
    Album::new("Album", "Artist", 2000, &["One"]).write_without_cover(&tagged);
    visit.choose(&tagged)?;
    visit.choose(&untagged)?;
    assert_eq!(visit.sorted("#albums b")?, ["Album"]);
    // They come as they are reached.
    let first = "return document.querySelectorAll('#loose li').length < 130";
    assert_eq!(visit.tab.run(first)?, true);
    visit.until("scrollTo(0, 1e6) ?? document.querySelectorAll('#loose li').length === 130")?;
    assert!(
        !visit
            .sorted("#loose li")?
            .iter()
            .any(|it| it.contains("One"))
    );
    visit.tab.run("scrollTo(0, 0)")?;
    for (text, found) in [
        ("song", "0 albums and the best 30 tracks"),
        ("one", "0 albums and 1 track"),
        ("album", "1 album and 1 track"),
    ] {
        visit.search(text)?;
        visit.until(&format!(
            "document.querySelector('#found-count').textContent === 'Shown for “{text}”: {found}'"
        ))?;
    }
    let most = "return document.querySelectorAll('#found-tracks li').length <= 30";
    assert_eq!(visit.tab.run(most)?, true);
    Ok(())
}

#[test]
fn an_album_shows_its_own_tracks_once_however_quickly_it_is_opened() -> Result<()> {
    let folder = TempDir::new()?;
    let music = folder.path().join("Music");
    Album::new("A", "Artist", 2000, &["One", "Two"]).write_without_cover(&music);
    Album::new("B", "Artist", 2001, &["Three"]).write_without_cover(&music);
    let (server, browser) = (
        serve()?.start()?,
        Browser::start_with(Options {
            arguments: vec!["--window-size=1180,860".to_owned()],
        })?,
    );
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    visit.choose(&music)?;
    let titles = |clicks: &str| -> Result<serde_json::Value> {
        visit.tab.run(&format!(
            "const [a, b] = document.querySelectorAll('#albums button');
             const dialog = document.querySelector('#album');
             {clicks}
             await new Promise((done) => setTimeout(done, 500));
             const titles = [...dialog.querySelectorAll('li span:nth-child(2)')].map((it) => it.textContent);
             dialog.close();
             return titles;"
        ))
    };
    assert_eq!(
        titles("a.click(); dialog.close(); b.click();")?,
        json!(["Three"])
    );
    assert_eq!(titles("a.click(); a.click();")?, json!(["One", "Two"]));

    // The second of two clicks is beside the dialogue that the first one has opened.
    visit.dismiss()?;
    let place = visit.tab.run(
        "const { x, y } = document.querySelector('#albums button').getBoundingClientRect();
         return [x + 20, y + 20];",
    )?;
    for count in [1, 2] {
        for step in ["mousePressed", "mouseReleased"] {
            visit.tab.devtools(
                "Input.dispatchMouseEvent",
                &json!({
                    "type": step, "x": place[0], "y": place[1], "button": "left", "clickCount": count,
                }),
            )?;
        }
    }
    visit.until("document.querySelectorAll('#album li').length === 2")?;
    assert!(visit.is_shown("#album")?);
    // And one beside it closes it.
    for step in ["mousePressed", "mouseReleased"] {
        visit.tab.devtools(
            "Input.dispatchMouseEvent",
            &json!({"type": step, "x": 5, "y": 400, "button": "left", "clickCount": 1}),
        )?;
    }
    visit.until("!document.querySelector('#album').open")
}

/// A folder with another one, which the server keeps to itself.
const WITH_ANOTHER: &str = "<multistatus xmlns='DAV:'>\
    <response><href>/dav/</href><propstat><prop><resourcetype><collection/></resourcetype></prop>\
        <status>HTTP/1.1 200 OK</status></propstat></response>\
    <response><href>/dav/mine/</href><propstat><prop><resourcetype><collection/></resourcetype></prop>\
        <status>HTTP/1.1 200 OK</status></propstat></response></multistatus>";

#[test]
fn what_could_not_be_read_is_shown_also_where_no_file_failed() -> Result<()> {
    let page = serve()?
        .route("/dav/", |request| {
            let answer = match request.url() {
                "/dav/" => http::Response::from_string(WITH_ANOTHER).with_status_code(207),
                _ => http::Response::from_string("").with_status_code(403),
            };
            respond(request, answer);
        })
        .start()?;
    let browser = Browser::start()?;
    let visit = Visit::new(browser.tab()?);
    visit.open(&page)?;
    visit.tab.click("#welcome .server")?;
    connect(&visit, &page.url("/dav/"), "horse")?;
    is_told(&visit, "there is no music in it. Not all could be read.")?;
    visit.tab.click("#message button")?;
    visit.until("document.querySelector('#warnings').open")?;
    let told = visit.sorted("#warnings b")?;
    assert!(told.len() == 1 && told[0].contains("mine"), "{told:?}");
    Ok(())
}

#[test]
fn the_library_is_deleted_from_the_page_and_begins_anew() -> Result<()> {
    let folder = TempDir::new()?;
    let (one, two) = (folder.path().join("One"), folder.path().join("Two"));
    Album::new("First", "Artist", 2000, &["A", "B", "C"]).write(&one);
    Album::new("Second", "Artist", 2001, &["D"]).write(&two);
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    visit.choose(&one)?;
    visit.all_covers_are_shown(1)?;
    let first = visit.picture()?;

    visit.choose_in_menu("#delete")?;
    visit.until("document.querySelector('#sure').open")?;
    let escape = |step| {
        let key =
            json!({"type": step, "key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 27});
        visit.tab.devtools("Input.dispatchKeyEvent", &key)
    };
    escape("keyDown")?;
    escape("keyUp")?;
    visit.until("!document.querySelector('#sure').open")?;
    // The entry of the menu is not to be seen any more.
    visit.until("document.activeElement.id === 'actions'")?;

    for (answer, albums) in [("no", 1), ("yes", 0)] {
        visit.choose_in_menu("#delete")?;
        visit.until("document.querySelector('#sure').open")?;
        visit.tab.click(&format!("#sure [value={answer}]"))?;
        visit.until(&format!(
            "document.body.dataset.state === 'ready'
             && document.querySelectorAll('#albums li').length === {albums}"
        ))?;
    }
    is_told(&visit, "was deleted")?;
    assert!(visit.is_shown("#welcome")?);
    assert_eq!(visit.sorted("#folders li")?, Vec::<String>::new());

    // Numbers begin anew, and what belonged to the old ones is not shown again.
    visit.choose(&two)?;
    assert_eq!(visit.sorted("#albums b")?, ["Second"]);
    visit.all_covers_are_shown(1)?;
    assert_ne!(visit.picture()?, first);
    take_away(&visit)
}

#[test]
fn a_page_without_a_network_says_so_until_there_is_one() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    for offline in [true, false] {
        let conditions = json!({
            "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
        });
        visit
            .tab
            .devtools("Network.emulateNetworkConditions", &conditions)?;
        visit.until(&format!(
            "document.querySelector('#offline').checkVisibility() === {offline}"
        ))?;
    }
    Ok(())
}
