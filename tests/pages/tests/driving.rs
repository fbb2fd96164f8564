//! The browser does as it is told, and what it kept survives its end.

#![allow(missing_docs, reason = "a test")]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use music_core_page_tests::{Browser, Server, Tab, http, respond};
use serde_json::json;
use tempfile::TempDir;

/// The longest that a quota may take until it bites.
const BITES: Duration = Duration::from_secs(90);

/// A server of one page with this body.
fn page(body: &str) -> Result<(TempDir, Server)> {
    let folder = TempDir::new()?;
    let text = format!("<!doctype html><meta charset=utf-8><title>t</title>{body}");
    fs::write(folder.path().join("index.html"), text)?;
    let server = Server::of(folder.path()).start()?;
    Ok((folder, server))
}

fn open(browser: &Browser, server: &Server) -> Result<Tab> {
    let tab = browser.tab()?;
    tab.open(&server.url("/"))?;
    Ok(tab)
}

#[test]
fn a_script_awaits_and_returns_and_what_it_throws_is_told() -> Result<()> {
    let (_folder, server) = page("")?;
    let browser = Browser::start()?;
    let tab = open(&browser, &server)?;
    let sum = tab.run_with(
        "await new Promise(done => setTimeout(done, 10)); return args[0] + args[1]",
        &[json!(2), json!(5)],
    )?;
    assert_eq!(sum, 7);
    assert!(tab.run("")?.is_null());
    let thrown = tab.run("console.log('told before'); throw new RangeError('too far')");
    let error = thrown.expect_err("it throws").to_string();
    assert!(error.contains("RangeError: too far"), "{error}");
    assert!(error.contains("told before"), "{error}");
    let syntax = tab.run("this is no script").expect_err("it can't run");
    assert!(
        syntax.to_string().contains("Unexpected identifier"),
        "{syntax}"
    );
    Ok(())
}

#[test]
fn a_person_clicks_types_and_chooses_files() -> Result<()> {
    let (folder, server) = page(
        "<button onclick=\"this.textContent = `clicked ${navigator.userActivation.isActive}`\">x</button>
         <input id=word><input id=files type=file multiple><p id=shown>shown</p>",
    )?;
    let songs = ["one.mp3", "two.mp3"].map(|it| folder.path().join(it));
    for song in &songs {
        fs::write(song, "sound")?;
    }
    let browser = Browser::start()?;
    let tab = open(&browser, &server)?;
    tab.click("button")?;
    assert_eq!(tab.text("button")?, "clicked true");
    tab.type_into("#word", "björk")?;
    assert_eq!(tab.run("return word.value")?, "björk");
    let paths: Vec<&Path> = songs.iter().map(AsRef::as_ref).collect();
    tab.choose_files("#files", &paths)?;
    let read = tab
        .run("return Promise.all([...files.files].map(async it => [it.name, await it.text()]))")?;
    assert_eq!(read, json!([["one.mp3", "sound"], ["two.mp3", "sound"]]));
    let missing = tab.click("#nowhere").expect_err("there is none");
    assert!(missing.to_string().contains("no such element"), "{missing}");
    let shot = folder.path().join("shot.png");
    tab.screenshot(&shot)?;
    assert!(fs::read(&shot)?.starts_with(b"\x89PNG"));
    Ok(())
}

#[test]
fn two_tabs_share_an_origin_and_hear_each_other() -> Result<()> {
    let (_folder, server) = page("")?;
    let browser = Browser::start()?;
    let first = open(&browser, &server)?;
    let second = browser.new_tab()?;
    second.open(&server.url("/"))?;
    first.run(
        "window.heard = new Promise(done => {
           new BroadcastChannel('c').onmessage = event => done(event.data) })",
    )?;
    second.run("localStorage.setItem('k', 'from the second'); new BroadcastChannel('c').postMessage('hello')")?;
    assert_eq!(first.run("return window.heard")?, "hello");
    assert_eq!(
        first.run("return localStorage.getItem('k')")?,
        "from the second"
    );
    first.close()?;
    assert_eq!(second.run("return 1")?, 1);
    Ok(())
}

const PUT: &str = "
    const open = indexedDB.open('d', 1);
    open.onupgradeneeded = () => open.result.createObjectStore('s');
    await new Promise((done, failed) => { open.onsuccess = done; open.onerror = failed });
    const transaction = open.result.transaction('s', 'readwrite', { durability: 'strict' });
    transaction.objectStore('s').put('kept', 'k');
    await new Promise((done, failed) => { transaction.oncomplete = done; transaction.onabort = () => failed(transaction.error) });";
const GET: &str = "
    const open = indexedDB.open('d', 1);
    open.onupgradeneeded = () => open.result.createObjectStore('s');
    await new Promise((done, failed) => { open.onsuccess = done; open.onerror = failed });
    const request = open.result.transaction('s').objectStore('s').get('k');
    await new Promise((done, failed) => { request.onsuccess = done; request.onerror = failed });
    return request.result ?? 'nothing'";

#[test]
fn what_was_committed_survives_a_kill_of_the_browser() -> Result<()> {
    let (_folder, server) = page("")?;
    let mut browser = Browser::start()?;
    assert_eq!(open(&browser, &server)?.run(GET)?, "nothing");
    open(&browser, &server)?.run(PUT)?;
    for _ in 0..3 {
        let tab = open(&browser, &server)?;
        browser = browser.kill()?.reopen()?;
        assert!(tab.run("return 1").is_err(), "a killed browser answers");
        assert_eq!(open(&browser, &server)?.run(GET)?, "kept");
    }
    let browser = browser.quit()?.reopen()?;
    assert_eq!(open(&browser, &server)?.run(GET)?, "kept");
    Ok(())
}

#[test]
fn devtools_commands_set_a_quota_that_writes_run_into() -> Result<()> {
    let (_folder, server) = page("")?;
    let browser = Browser::start()?;
    let tab = open(&browser, &server)?;
    tab.devtools(
        "Storage.overrideQuotaForOrigin",
        &json!({"origin": server.origin(), "quotaSize": 50_000}),
    )?;
    // The browser looks at its quota now and then, so it may be some writes and half a minute until it bites.
    let put = PUT.replace(
        "'kept', 'k'",
        "Array.from({ length: 16 }, () => crypto.getRandomValues(new Uint8Array(65_536))), Math.random()",
    );
    assert_ne!(put, PUT);
    let begun = Instant::now();
    let error = loop {
        match tab.run(&put) {
            Err(error) => break error,
            Ok(_) => assert!(begun.elapsed() < BITES, "megabytes go into 50 kB"),
        }
    };
    assert!(error.to_string().contains("QuotaExceeded"), "{error}");
    Ok(())
}

#[test]
fn a_page_gets_the_files_the_headers_and_the_routes_of_its_server() -> Result<()> {
    let outside = TempDir::new()?;
    fs::write(outside.path().join("outside.txt"), "secret")?;
    let folder = outside.path().join("site");
    fs::create_dir(&folder)?;
    fs::write(folder.join("index.html"), "<!doctype html><title>t</title>")?;
    fs::write(folder.join("m.js"), "export const it = 7;")?;
    // An empty module.
    fs::write(folder.join("m.wasm"), b"\0asm\x01\0\0\0")?;
    let server = Server::of(&folder)
        .isolated()
        .route("/answer", |mut request| {
            let mut body = String::new();
            let read = request.as_reader().read_to_string(&mut body);
            let text = format!("{} {body} {}", request.method(), read.is_ok());
            let response = http::Response::from_string(text).with_status_code(418);
            respond(request, response);
        })
        .start()?;
    let browser = Browser::start()?;
    let tab = open(&browser, &server)?;
    assert_eq!(tab.run("return crossOriginIsolated")?, true);
    assert_eq!(tab.run("return (await import('/m.js')).it")?, 7);
    tab.run("await WebAssembly.compileStreaming(fetch('/m.wasm'))")?;
    let answered = tab.run(
        "const it = await fetch('/answer?q', { method: 'PUT', body: 'b' });
         return [it.status, await it.text()]",
    )?;
    assert_eq!(answered, json!([418, "PUT b true"]));
    for path in ["/nothing.js", "/..%2foutside.txt", "//etc/passwd"] {
        let status = tab.run_with(
            "return (await fetch(location.origin + args[0])).status",
            &[json!(path)],
        )?;
        assert_eq!(status, 404, "{path}");
    }
    Ok(())
}
