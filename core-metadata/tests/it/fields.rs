//! Fields of all kinds of tags, with lofty as the writer where it can write them.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::support::*;
use core_metadata::{Lyrics, PictureKind, Role, TrackMetadata};
use lofty::{
    config::WriteOptions,
    picture::{MimeType, Picture, PictureType},
    tag::{ItemKey, Tag, TagExt, TagType},
};
use std::io::Cursor;

/// Lets lofty write a tag into a file.
fn written(file: Vec<u8>, kind: TagType, items: &[(ItemKey, &str)]) -> Vec<u8> {
    let mut tag = Tag::new(kind);
    for (key, value) in items {
        assert!(tag.insert_text(*key, (*value).to_owned()), "{key:?}");
    }
    let picture = Picture::unchecked(PNG.to_vec())
        .pic_type(PictureType::CoverFront)
        .mime_type(MimeType::Png);
    tag.push_picture(picture.build());
    let mut cursor = Cursor::new(file);
    tag.save_to(&mut cursor, WriteOptions::default()).unwrap();
    cursor.into_inner()
}

const ITEMS: [(ItemKey, &str); 23] = [
    (ItemKey::TrackTitle, "Títle 題名"),
    (ItemKey::TrackTitleSortOrder, "Title"),
    (ItemKey::TrackArtist, "AC/DC"),
    (ItemKey::TrackArtistSortOrder, "ACDC"),
    (ItemKey::AlbumTitle, "Album"),
    (ItemKey::AlbumTitleSortOrder, "Album, The"),
    (ItemKey::AlbumArtist, "Various"),
    (ItemKey::Composer, "Composer One; Composer Two"),
    (ItemKey::TrackNumber, "3"),
    (ItemKey::TrackTotal, "12"),
    (ItemKey::DiscNumber, "1"),
    (ItemKey::DiscTotal, "2"),
    (ItemKey::RecordingDate, "2003-06-23"),
    (ItemKey::Genre, "Rock"),
    (ItemKey::Comment, "a comment"),
    (ItemKey::Isrc, "USRC17607839"),
    (ItemKey::CatalogNumber, "CAT 1"),
    (ItemKey::Barcode, "0123456789012"),
    (ItemKey::FlagCompilation, "1"),
    (
        ItemKey::MusicBrainzReleaseId,
        "7cf0ea9d-86b9-4dad-ba9e-2355a64899ea",
    ),
    (
        ItemKey::MusicBrainzArtistId,
        "8b882575-08a5-4452-a7a7-cbb8a1531f9e",
    ),
    (ItemKey::ReplayGainTrackGain, "-7.03 dB"),
    (ItemKey::UnsyncLyrics, "words\nof a song"),
];

fn check_items(track: &TrackMetadata, kind: TagType) {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    assert_eq!(text(&track.title), "Títle 題名", "{kind:?}");
    assert_eq!(text(&track.title_sort), "Title", "{kind:?}");
    assert_eq!(text(&track.album), "Album", "{kind:?}");
    assert_eq!(text(&track.album_sort), "Album, The", "{kind:?}");
    let [artist] = &track.artists[..] else {
        panic!("{kind:?}: {:?}", track.artists)
    };
    assert_eq!(artist.name, "AC/DC", "{kind:?}");
    assert_eq!(artist.sort_name.as_deref(), Some("ACDC"), "{kind:?}");
    assert_eq!(
        artist.musicbrainz_id.as_deref(),
        Some("8b882575-08a5-4452-a7a7-cbb8a1531f9e"),
        "{kind:?}"
    );
    assert_eq!(
        track.album_artist_display.as_deref(),
        Some("Various"),
        "{kind:?}"
    );
    let composers: Vec<&str> = track
        .roles
        .iter()
        .filter(|(role, _)| *role == Role::Composer)
        .map(|(_, credit)| credit.name.as_str())
        .collect();
    assert_eq!(composers, ["Composer One", "Composer Two"], "{kind:?}");
    assert_eq!(
        (track.track, track.track_total, track.disc, track.disc_total),
        (Some(3), Some(12), Some(1), Some(2)),
        "{kind:?}"
    );
    assert_eq!(
        track.date.map(|date| date.to_string()).as_deref(),
        Some("2003-06-23"),
        "{kind:?}"
    );
    assert_eq!(track.genres, ["Rock"], "{kind:?}");
    assert_eq!(text(&track.comment), "a comment", "{kind:?}");
    assert_eq!(text(&track.isrc), "USRC17607839", "{kind:?}");
    assert_eq!(text(&track.catalog_number), "CAT 1", "{kind:?}");
    assert_eq!(text(&track.barcode), "0123456789012", "{kind:?}");
    assert!(track.compilation, "{kind:?}");
    assert_eq!(
        text(&track.musicbrainz.release),
        "7cf0ea9d-86b9-4dad-ba9e-2355a64899ea",
        "{kind:?}"
    );
    assert_eq!(track.replay_gain.track_gain_db, Some(-7.03), "{kind:?}");
    assert_eq!(
        track
            .lyrics
            .iter()
            .map(|lyrics| lyrics.text.as_str())
            .collect::<Vec<_>>(),
        ["words\nof a song"],
        "{kind:?}"
    );
    assert_eq!(track.warnings, [], "{kind:?}");
    // Into APE, lofty's generic tag writes no pictures.
    if kind == TagType::Ape {
        return;
    }
    let [picture] = &track.pictures[..] else {
        panic!("{kind:?}: {:?}", track.pictures)
    };
    assert_eq!(
        (picture.data.as_deref().unwrap(), picture.kind),
        (PNG, PictureKind::FrontCover),
        "{kind:?}"
    );
}

#[test]
fn what_lofty_writes_is_read_back_from_every_kind_of_tag() {
    for (name, file, kind) in [
        ("x.mp3", mpeg(9), TagType::Id3v2),
        ("x.mp3", mpeg(9), TagType::Ape),
        ("x.aac", adts(9), TagType::Id3v2),
        ("x.wav", wav(&[]), TagType::Id3v2),
        ("x.aiff", aiff(&[]), TagType::Id3v2),
        ("x.flac", flac(&[], 8000), TagType::VorbisComments),
        ("x.m4a", mp4(&[]), TagType::Mp4Ilst),
    ] {
        let track = read(name, &written(file, kind, &ITEMS)).unwrap();
        check_items(&track, kind);
    }
}

#[test]
fn id3v2_text_is_decoded_from_all_encodings_and_versions() {
    let wide = |text: &str, bom: &[u8], big: bool| {
        let units = text.encode_utf16().flat_map(|unit| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        });
        bom.iter().copied().chain(units).collect::<Vec<u8>>()
    };
    for (encoding, bytes, expected) in [
        (0, b"caf\xe9".to_vec(), "café"),
        (1, wide("題", &[0xFF, 0xFE], false), "題"),
        (1, wide("題", &[0xFE, 0xFF], true), "題"),
        (1, wide("題", &[], false), "題"),
        (2, wide("題", &[], true), "題"),
        (3, "題".as_bytes().to_vec(), "題"),
        (3, b"caf\xe9".to_vec(), "café"),
    ] {
        for version in [3, 4] {
            let tag = id3v2(
                version,
                &[frame(b"TIT2", &[&[encoding], bytes.as_slice()].concat())],
            );
            let track = read("x.mp3", &[tag, mpeg(4)].concat()).unwrap();
            assert_eq!(
                track.title.as_deref(),
                Some(expected),
                "{encoding} {version}"
            );
        }
    }
}

#[test]
fn version_2_frames_and_split_dates_are_understood() {
    let old = |id: &[u8; 3], data: &[u8]| {
        [id.as_slice(), &(data.len() as u32).to_be_bytes()[1..], data].concat()
    };
    let frames = [
        old(b"TT2", b"\0Old"),
        old(b"PIC", &[b"\0PNG\x03\0", PNG].concat()),
        old(b"TYE", b"\x001999"),
    ];
    let track = read("x.mp3", &[id3v2(2, &frames), mpeg(4)].concat()).unwrap();
    assert_eq!(
        (track.title.as_deref(), track.pictures.len()),
        (Some("Old"), 1)
    );
    let frames = [text_frame(b"TYER", "1999"), text_frame(b"TDAT", "3112")];
    let track = read("x.mp3", &[id3v2(3, &frames), mpeg(4)].concat()).unwrap();
    assert_eq!(track.date.unwrap().to_string(), "1999-12-31");
}

#[test]
fn several_values_of_a_frame_are_several_artists() {
    let tag = id3v2(
        4,
        &[
            text_frame(b"TPE1", "One\0Two\0One"),
            text_frame(b"TCON", "(17)\0Pop"),
        ],
    );
    let track = read("x.mp3", &[tag, mpeg(4)].concat()).unwrap();
    assert_eq!(
        track
            .artists
            .iter()
            .map(|a| a.name.as_str())
            .collect::<Vec<_>>(),
        ["One", "Two"]
    );
    assert_eq!(track.artist_display.as_deref(), Some("One, Two"));
    assert_eq!(track.genres, ["Rock", "Pop"]);
}

#[test]
fn the_first_of_equal_frames_counts() {
    let tag = id3v2(
        4,
        &[text_frame(b"TIT2", "first"), text_frame(b"TIT2", "second")],
    );
    assert_eq!(
        read("x.mp3", &[tag, mpeg(4)].concat())
            .unwrap()
            .title
            .as_deref(),
        Some("first")
    );
}

#[test]
fn people_lists_name_roles_and_instruments() {
    let tag = id3v2(
        4,
        &[
            text_frame(b"TIPL", "producer\0P\0DJ-mix\0D"),
            text_frame(b"TMCL", "Guitar\0G"),
        ],
    );
    let track = read("x.mp3", &[tag, mpeg(4)].concat()).unwrap();
    let roles: Vec<(&str, &str)> = track
        .roles
        .iter()
        .map(|(role, credit)| (role.name(), credit.name.as_str()))
        .collect();
    assert_eq!(
        roles,
        [("producer", "P"), ("dj_mixer", "D"), ("performer", "G")]
    );
    assert_eq!(
        track.roles[2].0,
        Role::Performer {
            instrument: Some("guitar".into())
        }
    );
}

#[test]
fn synced_lyrics_keep_their_times() {
    let mut data = b"\x03eng\x02\x01\0".to_vec();
    for (words, at) in [("one", 1000u32), ("two", 2500)] {
        data.extend([words.as_bytes(), &[0], &at.to_be_bytes()].concat());
    }
    let track = read(
        "x.mp3",
        &[id3v2(4, &[frame(b"SYLT", &data)]), mpeg(4)].concat(),
    )
    .unwrap();
    let lines = vec![(1000, "one".to_owned()), (2500, "two".to_owned())];
    assert_eq!(
        track.lyrics,
        [Lyrics::synced(lines.clone(), Some("eng".into()))]
    );
    // LRC inside a plain lyrics tag is synced as well.
    let track = read(
        "x.flac",
        &flac(&["LYRICS=[00:01.00]one\n[00:02.50]two".to_owned()], 8000),
    )
    .unwrap();
    assert_eq!(track.lyrics, [Lyrics::synced(lines, None)]);
}

#[test]
fn unknown_tags_are_kept_by_their_names() {
    let user = frame(b"TXXX", b"\x03My Tag\0value\0more");
    let track = read("x.mp3", &[id3v2(4, &[user]), mpeg(4)].concat()).unwrap();
    assert_eq!(
        track.custom,
        [(
            "My Tag".to_owned(),
            vec!["value".to_owned(), "more".to_owned()]
        )]
    );
}

#[test]
fn relative_volume_frames_and_r128_are_loudness() {
    let volume = frame(
        b"RVA2",
        &[
            b"track\0\x01".as_slice(),
            &(-1024i16).to_be_bytes(),
            &[16, 0x40, 0],
        ]
        .concat(),
    );
    let track = read("x.mp3", &[id3v2(4, &[volume]), mpeg(4)].concat()).unwrap();
    assert_eq!(
        (
            track.replay_gain.track_gain_db,
            track.replay_gain.track_peak
        ),
        (Some(-2.0), Some(0.5))
    );
    let track = read("x.opus", &opus(&["R128_TRACK_GAIN=-512".to_owned()], 3)).unwrap();
    assert_eq!(track.replay_gain.r128_track_gain_db, Some(-2.0));
}

#[test]
fn numbers_are_what_the_tag_says_to_the_last_digit() {
    let comments = [
        "BPM=128.3",
        "REPLAYGAIN_TRACK_GAIN=-6.51 dB",
        "REPLAYGAIN_TRACK_PEAK=0.987654",
    ];
    let track = read("x.flac", &flac(&comments.map(str::to_owned), 8000)).unwrap();
    assert_eq!(track.bpm, Some(128.3));
    let gain = track.replay_gain;
    assert_eq!(gain.track_gain_db, Some(-6.51));
    assert_eq!(gain.track_peak, Some(0.987_654));
}

#[test]
fn loudness_and_tempo_beyond_all_bounds_are_not_believed() {
    let comments = [
        "BPM=99999999999999999999",
        "REPLAYGAIN_TRACK_GAIN=+99999 dB",
        "REPLAYGAIN_TRACK_PEAK=-1",
        "REPLAYGAIN_ALBUM_GAIN=+99999 dB",
        "REPLAYGAIN_ALBUM_GAIN=-7 dB",
        "R128_TRACK_GAIN=99999999",
    ];
    let track = read("x.flac", &flac(&comments.map(str::to_owned), 8000)).unwrap();
    let gain = track.replay_gain;
    assert_eq!(track.bpm, None);
    assert_eq!((gain.track_gain_db, gain.track_peak), (None, None));
    assert_eq!(gain.r128_track_gain_db, None);
    assert_eq!(gain.album_gain_db, Some(-7.0));
}

#[test]
fn text_that_is_no_date_is_kept_but_not_guessed_at() {
    let track = read("x.flac", &flac(&["DATE=Oct 3, 1995".to_owned()], 8000)).unwrap();
    assert_eq!(track.date, None);
    assert_eq!(
        track.custom,
        [("DATE".to_owned(), vec!["Oct 3, 1995".to_owned()])]
    );
}

#[test]
fn tags_at_the_end_fill_what_those_in_front_lack() {
    let front = id3v2(4, &[text_frame(b"TIT2", "front")]);
    let back = ape(&[
        ("Title", b"back", 0),
        ("Album", b"album", 0),
        ("Cover Art (Front)", &[b"a.png\0", PNG].concat(), 2),
    ]);
    let track = read("x.mp3", &[front, mpeg(9), back, id3v1("cut")].concat()).unwrap();
    assert_eq!(
        (
            track.title.as_deref(),
            track.album.as_deref(),
            track.pictures.len()
        ),
        (Some("front"), Some("album"), 1)
    );
    assert_eq!(track.properties.duration_ms, Some(235));
}
