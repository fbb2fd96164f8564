//! Lists that are narrowed and ordered.

use super::{lines, printed, refused, run_sync, told};
use music_core_tests::{Song, World};

#[test]
fn tracks_are_narrowed_by_any_conditions_and_ordered() {
    let world = World::with_albums(3);
    let song = |sound: u32, title: &str, artist: &str, year: &str| Song {
        title: title.into(),
        artist: artist.into(),
        year: year.into(),
        ..Song::numbered(sound)
    };
    song(100, "Jóga", "Björk", "1997").write(&world.file("joga.mp3"));
    song(101, "Army of Me", "Björk", "1995").write(&world.file("army.mp3"));
    run_sync(&world);
    let titles = |words: &[&str]| {
        let mut all = vec!["tracks", "--json"];
        all.extend(words);
        told(&lines(&world, &all), "title")
    };
    assert_eq!(titles(&[]).len(), 38);
    assert_eq!(titles(&["--artist", "BJORK"]), ["Army of Me", "Jóga"]);
    let bjork = |more: &[&str]| titles(&[&["--artist", "björk"], more].concat());
    assert_eq!(bjork(&["--year", "1997"]), ["Jóga"]);
    assert_eq!(bjork(&["--year", "1990-1996"]), ["Army of Me"]);
    assert_eq!(
        bjork(&["--sort", "year", "--reverse"]),
        ["Jóga", "Army of Me"]
    );
    assert_eq!(bjork(&["--sort", "year", "--limit", "1"]), ["Army of Me"]);
    assert_eq!(titles(&["--reverse", "--limit", "1"]), ["Song 9"]);
    let jazz = titles(&["--genre", "jazz", "--album", "Album 1"]);
    assert_eq!(jazz, ["Song 13", "Song 16", "Song 19", "Song 22"]);
    let mut random = titles(&["--sort", "random"]);
    random.sort_unstable();
    let mut all = titles(&[]);
    all.sort_unstable();
    assert_eq!(random, all);
    // What is known and meets nothing else is no mistake.
    assert!(bjork(&["--genre", "rock", "--year", "1960"]).is_empty());
}

#[test]
fn a_name_that_nobody_has_is_told_with_those_that_come_near() {
    let world = World::with_albums(4);
    run_sync(&world);
    for list in ["tracks", "albums"] {
        let said = refused(&world, &[list, "--artist", "Artist"], 1);
        assert!(
            said.contains("Artist: no artist") && said.contains("Artist 0, "),
            "{said}"
        );
        let said = refused(&world, &[list, "--genre", "Polka"], 1);
        assert!(
            said.contains("Polka: no genre") && said.contains("music genres"),
            "{said}"
        );
    }
    for (words, why) in [
        (&["--year", "1999-1990"][..], "after the second"),
        (&["--year", "nineties"], "1990-1999"),
        (&["--rated", "101"], "101"),
        (&["--sort", "colour"], "last-played"),
        (&["--all", "--artist", "Artist 0"], "--artist"),
        (&["--missing", "--sort", "year"], "--sort"),
        (&["--played", "--unplayed"], "--unplayed"),
    ] {
        let words = [&["tracks"], words].concat();
        let said = refused(&world, &words, 2);
        assert!(said.contains(why), "{words:?}: {said}");
    }
    let said = refused(&world, &["tracks", "--artist", " "], 1);
    assert!(said.contains("not blank"), "{said}");
}

#[test]
fn tracks_whose_files_are_gone_are_listed_alone_or_with_the_others() {
    let world = World::with_albums(1);
    run_sync(&world);
    std::fs::remove_file(world.file("Album 0/01.mp3")).expect("the file goes");
    run_sync(&world);
    let count = |words: &[&str]| lines(&world, words).len();
    assert_eq!(count(&["tracks", "--json"]), 11);
    assert_eq!(count(&["tracks", "--all", "--json"]), 12);
    let missing = lines(&world, &["tracks", "--missing", "--json"]);
    assert_eq!(told(&missing, "title"), ["Song 0"]);
    assert_eq!(missing[0]["set_aside"], false);
    let text = printed(&world, &["tracks", "--missing"]);
    assert!(text.contains("(missing)"), "{text}");
}

#[test]
fn albums_are_narrowed_and_shown_with_their_tracks() {
    let world = World::with_albums(4);
    let guest = Song {
        title: "Guest".into(),
        artist: "Visitor".into(),
        genre: "Polka".into(),
        ..Song::numbered(11)
    };
    guest.write(&world.file("Album 0/12.mp3"));
    run_sync(&world);
    let titles = |words: &[&str]| {
        let words = [&["albums", "--json"], words].concat();
        told(&lines(&world, &words), "title")
    };
    assert_eq!(titles(&["--artist", "artist 1"]), ["Album 3"]);
    assert_eq!(titles(&["--with", "visitor"]), ["Album 0"]);
    assert!(titles(&["--artist", "Visitor"]).is_empty());
    assert_eq!(titles(&["--genre", "POLKA"]), ["Album 0"]);
    assert!(titles(&["--genre", "polka", "--year", "1991"]).is_empty());
    assert_eq!(
        titles(&["--genre", "FOLK", "--year", "1991-1992"]),
        ["Album 1", "Album 2"]
    );
    assert!(titles(&["--compilations"]).is_empty() && titles(&["--type", "live"]).is_empty());
    let mut newest = titles(&["--newest"]);
    newest.sort_unstable();
    assert_eq!(newest, titles(&[]));

    let album = &lines(&world, &["albums", "--year", "1990", "--json"])[0];
    let id = album["id"].to_string();
    let shown = &lines(&world, &["album", &id, "--json"])[0];
    let tracks = shown["tracks"].as_array().expect("tracks");
    assert_eq!(tracks.len(), 12);
    assert_eq!(
        (&tracks[0]["title"], &tracks[11]["title"]),
        (&"Song 0".into(), &"Guest".into())
    );
    let text = printed(&world, &["album", &id]);
    assert!(
        text.lines().count() == 13 && text.contains("Visitor - Guest"),
        "{text}"
    );
    let said = refused(&world, &["album", "999"], 1);
    assert!(said.contains("album 999 does not exist"), "{said}");
}

#[test]
fn artists_and_genres_are_listed_with_what_they_have() {
    let world = World::with_albums(4);
    let guest = Song {
        artist: "Visitor".into(),
        ..Song::numbered(11)
    };
    guest.write(&world.file("Album 0/12.mp3"));
    run_sync(&world);
    let names = |words: &[&str]| {
        let words = [&["artists", "--json"], words].concat();
        told(&lines(&world, &words), "name")
    };
    assert_eq!(names(&[]), ["Artist 0", "Artist 1", "Visitor"]);
    assert_eq!(names(&["--album-artists"]), ["Artist 0", "Artist 1"]);
    assert_eq!(names(&["--role", "artist"]).len(), 3);
    assert!(names(&["--role", "composer"]).is_empty());

    let genres = lines(&world, &["genres", "--json"]);
    assert_eq!(told(&genres, "name"), ["Folk", "Jazz", "Rock"]);
    assert_eq!(told(&genres, "track_count"), ["16", "16", "16"]);
    assert!(printed(&world, &["genres"]).contains("Jazz (16 tracks)"));
}

#[test]
fn albums_and_artists_are_searched_for_too() {
    let world = World::with_albums(4);
    run_sync(&world);
    let found = lines(&world, &["search", "album 3", "--albums", "--json"]);
    assert_eq!(told(&found, "title"), ["Album 3"]);
    let found = lines(&world, &["search", "artist", "--artists", "--json"]);
    assert_eq!(told(&found, "name"), ["Artist 0", "Artist 1"]);
    refused(&world, &["search", "x", "--albums", "--artists"], 2);
}
