//! The demo page and the package in it, as a person meets them: real files, offline, killed, twice.

#![allow(missing_docs, reason = "a test")]

mod access;
mod arguments;
mod controls;
mod copies;
mod dropped;
mod duplicates;
mod folders;
mod handing;
mod handles;
mod killed;
mod music;
mod package;
mod permission;
mod servers;
mod storage;
mod trouble;
mod types;
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
        ("Still Water", "Ochre", 2017),
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

/// Takes the picture of the README, which is put there if `DEMO_PICTURE` names the file.
fn take_picture(visit: &Visit) -> Result<()> {
    let folder = TempDir::new()?;
    let file = folder.path().join("demo.png");
    visit.tab.screenshot(&file)?;
    let size = std::fs::metadata(&file)?.len();
    assert!(
        size < 300_000,
        "{size} bytes are too many for the repository"
    );
    if let Some(place) = std::env::var_os("DEMO_PICTURE") {
        std::fs::copy(&file, place)?;
    }
    Ok(())
}

#[test]
fn a_folder_becomes_albums_with_covers_that_are_there_offline_and_follow_the_files() -> Result<()> {
    let folder = TempDir::new()?;
    let music = folder.path().join("Music");
    let albums = shelf(&music);
    let page = demo()?;
    let server = Server::of(&page).start()?;
    let browser = Browser::start_with(Options {
        arguments: vec![
            "--window-size=1180,860".to_owned(),
            "--hide-scrollbars".to_owned(),
        ],
    })?;
    let visit = Visit::new(browser.tab()?);
    visit.open(&server)?;
    assert!(visit.is_shown("#welcome")?);

    let result = visit.choose(&music)?;
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
    visit.finds("cafe lum", "Café Lumière")?;
    visit.search("")?;
    visit.dismiss()?;
    take_picture(&visit)?;

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
    std::fs::remove_dir_all(music.join("Kestrel/Low Orbit"))?;
    let new = Album::new("静かな波", "音叉", 2025, &["One", "Two", "Three"]);
    new.write(&music);
    let result = visit.choose(&music)?;
    let counts = ["added", "deleted", "unchanged"].map(|it| result[it].clone());
    assert_eq!(counts, [3, 5, 55].map(|it| json!(it)));
    // A part of a word, in a script without spaces.
    visit.finds("かな", "静かな波")?;
    visit.search("")?;
    let titles = visit.sorted("#albums b")?;
    assert!(!titles.contains(&"Low Orbit".to_owned()), "{titles:?}");
    visit.all_covers_are_shown(12)?;
    drop(server);
    Ok(())
}
