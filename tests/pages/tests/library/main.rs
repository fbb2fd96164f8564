//! The demo page and the package in it, as a person meets them: real files, offline, killed, twice.

#![allow(missing_docs, reason = "a test")]

mod music;
mod visit;

use std::path::Path;

use anyhow::Result;
use music_core_page_tests::{Browser, Options, Server, demo};
use serde_json::json;
use tempfile::TempDir;

use music::Album;
use visit::Visit;

/// What the README's picture shows.
fn shelf(music: &Path) -> Vec<Album> {
    let songs = ["Dawn", "Salt and Iron", "Öland", "Half a Mile", "Lanterns"];
    let albums = [
        ("Northern Lines", "Ingrid Solberg", 2019),
        ("Paper Boats", "The Quiet Hours", 2021),
        ("静かな波", "音叉", 2017),
        ("Café Lumière", "Trio Mélange", 2008),
        ("Signal to Noise", "Halftone", 2023),
        ("Tideland", "Ingrid Solberg", 2015),
        ("Low Orbit", "Kestrel", 2022),
        ("Garden Variety", "Mossgrove", 2011),
        ("Blue Hour", "Amara Diallo", 2020),
        ("Cartography", "Kestrel", 2018),
        ("Weightless", "Sine Ensemble", 2016),
        ("Small Hours", "Odeon Street", 1999),
    ];
    let albums = albums.map(|(title, artist, year)| Album::new(title, artist, year, &songs));
    for album in &albums {
        album.write(music);
    }
    albums.to_vec()
}

#[test]
fn a_folder_becomes_albums_with_covers_that_are_there_offline_and_follow_the_files() -> Result<()> {
    let music = TempDir::with_prefix("Music ")?;
    let albums = shelf(music.path());
    let page = demo()?;
    let server = Server::of(&page).start()?;
    let browser = Browser::start_with(Options {
        arguments: vec!["--window-size=1280,880".to_owned()],
    })?;
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    assert!(visit.is_shown("#welcome")?);

    let result = visit.choose(music.path())?;
    assert_eq!(
        (&result["added"], &result["failed"]),
        (&json!(60), &json!(0))
    );
    visit.until("document.querySelectorAll('#albums li').length === 12")?;
    let mut titles: Vec<_> = albums.iter().map(|it| it.title.clone()).collect();
    titles.sort();
    assert_eq!(visit.sorted("#albums b")?, titles);
    visit.all_covers_are_shown(12)?;

    visit.search("iron kestrel")?;
    visit.until("document.querySelectorAll('#found-tracks li').length === 2")?;
    // A part of a word without spaces, and an accent that was not typed.
    for (text, album) in [("かな", "静かな波"), ("cafe lum", "Café Lumière")] {
        visit.search(text)?;
        visit.until(&format!(
            "document.querySelector('#found-albums b')?.textContent === '{album}'"
        ))?;
    }
    visit.search("")?;

    // The picture of the README.
    visit.dismiss()?;
    visit.tab.screenshot(&page.join("demo.png"))?;

    visit.until("navigator.serviceWorker.controller")?;
    let port = server.port();
    drop(server);
    visit.tab.reload()?;
    visit.is_ready()?;
    assert_eq!(visit.sorted("#albums b")?, titles);
    visit.all_covers_are_shown(12)?;
    visit.search("tideland lanterns")?;
    visit.until("document.querySelectorAll('#found-tracks li').length === 1")?;
    visit.search("")?;

    let server = Server::of(&page).port(port).start()?;
    std::fs::remove_dir_all(music.path().join("Kestrel/Low Orbit"))?;
    let new = Album::new("Afterglow", "Kestrel", 2025, &["One", "Two", "Three"]);
    new.write(music.path());
    let result = visit.choose(music.path())?;
    let counts = ["added", "deleted", "unchanged"].map(|it| result[it].clone());
    assert_eq!(counts, [3, 5, 55].map(|it| json!(it)));
    visit.until(
        "[...document.querySelectorAll('#albums b')].some(it => it.textContent === 'Afterglow')",
    )?;
    let titles = visit.sorted("#albums b")?;
    assert!(!titles.contains(&"Low Orbit".to_owned()), "{titles:?}");
    visit.all_covers_are_shown(12)?;
    drop(server);
    Ok(())
}
