//! Lists that are narrowed and ordered.

use super::{lines, printed, refused, run_sync, sync, told};
use music_core_tests::{Song, World, real_size};
use serde_json::json;

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
fn all_that_tags_say_of_a_track_and_its_album_is_told() {
    let world = World::new();
    let comments = [
        "TITLESORT=Song, The",
        "DISCSUBTITLE=The Second",
        "COMPILATION=1",
        "MOOD=Calm",
        "MOOD=Blue",
        "GROUPING=Set 1",
        "LANGUAGE=isl",
        "MEDIA=CD",
        "COMMENT=a remark",
        "KEY=Am",
        "BPM=128.3",
        "ISRC=ISABC9700001",
        "REPLAYGAIN_TRACK_GAIN=-6.51 dB",
        "REPLAYGAIN_TRACK_PEAK=0.987654",
        "REPLAYGAIN_ALBUM_PEAK=1.01",
        "R128_TRACK_GAIN=-512",
        "MY_TAG=one",
        "MY_TAG=two",
        "ALBUMSORT=Album, The",
        "LABEL=One Little Indian",
        "CATALOGNUMBER=TPLP71CD",
        "BARCODE=5016958032227",
        "MUSICBRAINZ_RELEASETRACKID=11111111-1111-1111-1111-111111111111",
        "MUSICBRAINZ_ALBUMID=22222222-2222-2222-2222-222222222222",
        "MUSICBRAINZ_RELEASEGROUPID=33333333-3333-3333-3333-333333333333",
    ];
    real_size::write_flac_with(&Song::numbered(1), &comments, &world.file("a.flac"));
    run_sync(&world);
    let track = &lines(&world, &["tracks", "--json"])[0];
    for (field, value) in [
        ("sort_title", json!("Song, The")),
        ("disc_subtitle", json!("The Second")),
        ("compilation", json!(true)),
        ("moods", json!(["Calm", "Blue"])),
        ("grouping", json!("Set 1")),
        ("language", json!("isl")),
        ("media", json!("CD")),
        ("comment", json!("a remark")),
        ("musical_key", json!("Am")),
        ("bpm", json!(128.3)),
        ("isrc", json!("ISABC9700001")),
        ("track_gain_db", json!(-6.51)),
        ("track_peak", json!(0.987_654)),
        ("album_peak", json!(1.01)),
        ("r128_track_gain_db", json!(-2.0)),
        (
            "tags",
            json!([{ "name": "MY_TAG", "values": ["one", "two"] }]),
        ),
        (
            "musicbrainz_release_track_id",
            json!("11111111-1111-1111-1111-111111111111"),
        ),
    ] {
        assert_eq!(track[field], value, "{field}");
    }
    let album = &lines(&world, &["albums", "--json"])[0];
    for (field, value) in [
        ("sort_title", "Album, The"),
        ("label", "One Little Indian"),
        ("catalog_number", "TPLP71CD"),
        ("barcode", "5016958032227"),
        (
            "musicbrainz_release_id",
            "22222222-2222-2222-2222-222222222222",
        ),
        (
            "musicbrainz_release_group_id",
            "33333333-3333-3333-3333-333333333333",
        ),
    ] {
        assert_eq!(album[field], value, "{field}");
    }
    let shown = printed(&world, &["show", &track["id"].to_string()]);
    assert!(shown.contains("MY_TAG: one, two"), "{shown}");
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

#[test]
fn an_artist_is_shown_with_the_image_beside_its_music() {
    let world = World::with_albums(1);
    let image = world.file("Album 0/artist.png");
    let cover =
        include_bytes!("../../examples/sample-library/Various Artists/Short Waves/cover.png");
    std::fs::write(&image, cover).expect("an image");
    assert!(sync(&world).status().expect("a sync").success());
    let artist = &lines(&world, &["artists", "--json"])[0];
    assert!(artist["artwork_id"].is_null(), "{artist}");
    let id = artist["id"].to_string();
    let shown = &lines(&world, &["artist", &id, "--json"])[0];
    assert_eq!(shown["name"], artist["name"]);
    let image = shown["artwork_id"].to_string();
    let image = &lines(&world, &["artwork", &image, "--json"])[0];
    assert_eq!(image["width"], 64);
}
