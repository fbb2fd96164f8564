//! A file read in ranges says what the whole file says, and few bytes of it are read.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::support::*;
use core_metadata::{
    AudioIdScheme, Depth, ExtractError, ExtractOptions, RangedExtract, RangedStep, ReadCost,
    TrackMetadata, extract,
};
use std::io::Cursor;

/// Reads in ranges, from a server that has `file`.
pub(crate) fn ranged(
    file: &[u8],
    options: &ExtractOptions,
) -> (Result<TrackMetadata, ExtractError>, ReadCost) {
    let mut ranged = RangedExtract::new(options.clone());
    loop {
        match ranged.advance() {
            RangedStep::Fetch(range) => {
                assert!(range.start < range.end, "nothing is asked for");
                assert!(ranged.cost().requests < 200, "it never ends");
                let len = file.len() as u64;
                let there = range.start.min(len) as usize..range.end.min(len) as usize;
                ranged.supply(range.start, &file[there]);
            }
            RangedStep::Done(result) => return (*result, ranged.cost()),
        }
    }
}

/// All ways of reading that a caller may want.
pub(crate) fn all_options(name: &str, file: &[u8]) -> Vec<ExtractOptions> {
    let mut list = Vec::new();
    for depth in [Depth::Full, Depth::Frugal] {
        for audio_id in [true, false] {
            list.push(ExtractOptions {
                depth,
                audio_id,
                ..ExtractOptions::new(name, file.len() as u64)
            });
        }
    }
    list
}

/// Checks that a file says the same in ranges as whole, and that leaving parts unread leaves all
/// fields but those that are documented.
#[track_caller]
pub(crate) fn check_equal(name: &str, file: &[u8]) {
    let mut full = None;
    for options in all_options(name, file) {
        let whole = extract(&mut Cursor::new(file), &options);
        let (parts, _) = ranged(file, &options);
        assert_eq!(
            parts, whole,
            "{name} {:?} {}",
            options.depth, options.audio_id
        );
        let Some(full) = &full else {
            full = Some(whole);
            continue;
        };
        match (full, whole) {
            (Ok(full), Ok(frugal)) => assert_eq!(essence(frugal), essence(full.clone()), "{name}"),
            (Err(full), Err(frugal)) => assert_eq!(&frugal, full, "{name}"),
            (full, frugal) => panic!("{name}: {full:?} but {frugal:?}"),
        }
    }
}

/// Leaves out what the options leave out: the audio's identity, and of pictures all but the first.
fn essence(mut track: TrackMetadata) -> TrackMetadata {
    track.audio_id = None;
    track.pictures.truncate(1);
    for picture in &mut track.pictures {
        let left = picture.len > 32 << 10;
        if left {
            picture.data = None;
            picture.hash.0 = [0; 16];
            (picture.width, picture.height) = (None, None);
        }
    }
    track
}

#[test]
fn every_format_says_the_same_in_ranges() {
    for (extension, file) in all() {
        check_equal(&format!("x.{extension}"), &file);
    }
}

/// A picture of `len` bytes that no two offsets of look alike.
fn large_picture(len: usize) -> Vec<u8> {
    let mut picture = PNG.to_vec();
    picture.extend((0..(len - PNG.len()) as u64).map(|at| (at * at / 7 % 251) as u8));
    picture
}

fn syncsafe(len: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (len >> shift) as u8 & 127)
}

fn large_frame(version: u8, id: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let size = match version {
        4 => syncsafe(data.len()),
        _ => (data.len() as u32).to_be_bytes(),
    };
    [id.as_slice(), &size, &[0, 0], data].concat()
}

fn large_id3v2(version: u8, frames: &[Vec<u8>]) -> Vec<u8> {
    let body = [frames.concat(), vec![0; 2000]].concat();
    [
        b"ID3".as_slice(),
        &[version, 0, 0],
        &syncsafe(body.len()),
        &body,
    ]
    .concat()
}

fn apic(version: u8, description: &str, picture: &[u8]) -> Vec<u8> {
    let head = [b"\0image/png\0\x03", description.as_bytes(), b"\0"].concat();
    large_frame(version, b"APIC", &[head.as_slice(), picture].concat())
}

/// Writes a comment packet into pages of `segments` segments.
fn opus_in_pages(comments: &[String], segments: usize, audio_pages: u32) -> Vec<u8> {
    let packet = [b"OpusTags".to_vec(), comment_block(comments)].concat();
    let whole = opus(&[], audio_pages);
    let second = whole[4..].windows(4).position(|it| it == b"OggS").unwrap() + 4;
    let third = whole[second + 4..]
        .windows(4)
        .position(|it| it == b"OggS")
        .unwrap()
        + second
        + 4;
    let mut file = whole[..second].to_vec();
    let mut lens = vec![255u8; packet.len() / 255];
    lens.push((packet.len() % 255) as u8);
    let mut at = 0;
    for (number, lens) in lens.chunks(segments).enumerate() {
        let len: usize = lens.iter().map(|len| usize::from(*len)).sum();
        file.extend(b"OggS\0");
        file.push(u8::from(number > 0));
        file.extend(u64::MAX.to_le_bytes());
        file.extend(77u32.to_le_bytes());
        file.extend((number as u32 + 1).to_le_bytes());
        file.extend([0; 4]);
        file.push(lens.len() as u8);
        file.extend(lens);
        file.extend(&packet[at..at + len]);
        at += len;
    }
    file.extend(&whole[third..]);
    file
}

fn picture_comment(picture: &[u8]) -> String {
    let block = [
        3u32.to_be_bytes().as_slice(),
        &9u32.to_be_bytes(),
        b"image/png",
        &[0; 20],
        &(picture.len() as u32).to_be_bytes(),
        picture,
    ]
    .concat();
    let text = data_encoding::BASE64.encode(&block);
    format!("METADATA_BLOCK_PICTURE={text}")
}

/// Each format with a picture of `len` bytes between its texts, and with the sound of a few minutes.
fn with_large_pictures(len: usize) -> Vec<(String, Vec<u8>)> {
    let picture = large_picture(len);
    let text = |id| text_frame(id, "T");
    let mut files = Vec::new();
    for version in [3, 4] {
        for description in ["", "the front", &"x".repeat(8000)] {
            let frames = [
                text(b"TIT2"),
                apic(version, description, &picture),
                text(b"TPE1"),
                large_frame(version, b"PRIV", &large_picture(50_000)),
                text(b"TALB"),
            ];
            let tag = large_id3v2(version, &frames);
            let described = format!("2.{version} {}", description.len());
            files.push((
                format!("{described} x.mp3"),
                [tag.clone(), mpeg(9000)].concat(),
            ));
            files.push((format!("{described} x.wav"), wav(&[(b"id3 ", &tag)])));
            files.push((format!("{described} x.aiff"), aiff(&[(b"ID3 ", &tag)])));
            files.push((format!("{described} x.dsf"), dsf(&tag)));
        }
    }
    let block = |picture: &[u8]| {
        let fields = [&flac_picture()[..flac_picture().len() - PNG.len() - 4]].concat();
        [
            fields.as_slice(),
            &(picture.len() as u32).to_be_bytes(),
            picture,
        ]
        .concat()
    };
    let mut comments = vec!["TITLE=T".to_owned(), "ARTIST=A".to_owned()];
    let blocks = [
        metadata_block(0, &stream_info(8000)),
        metadata_block(4, &comment_block(&comments)),
        metadata_block(6, &block(&picture)),
        metadata_block(6, &block(&large_picture(40_000))),
        metadata_block(0x81, &[0; 8000]),
    ];
    let audio = vec![0x55; 3 << 20];
    files.push((
        "x.flac".to_owned(),
        [b"fLaC".to_vec(), blocks.concat(), audio.clone()].concat(),
    ));
    let swapped = [
        blocks[0].clone(),
        blocks[2].clone(),
        blocks[1].clone(),
        blocks[4].clone(),
    ];
    files.push((
        "picture first x.flac".to_owned(),
        [b"fLaC".to_vec(), swapped.concat(), audio].concat(),
    ));
    comments.push(picture_comment(&picture));
    comments.push("ALBUM=L".to_owned());
    files.push((
        "in comments x.flac".to_owned(),
        [flac(&comments, 8000), vec![0x55; 1 << 20]].concat(),
    ));
    for segments in [255, 16, 100] {
        let file = opus_in_pages(&comments, segments, 4000);
        files.push((format!("{segments} x.opus"), file));
    }
    let items = [
        item(b"\xA9nam", 1, b"T"),
        item(b"covr", 14, &picture),
        item(b"\xA9ART", 1, b"A"),
    ];
    let movie_first = mp4(&items);
    // The film before its index.
    let (head, rest) = movie_first.split_at(16);
    let (movie, _) = rest.split_at(rest.len() - 608);
    let film = atom(b"mdat", &vec![0x21; 3 << 20]);
    files.push(("x.m4a".to_owned(), [head, movie, &film].concat()));
    files.push(("index last x.m4a".to_owned(), [head, &film, movie].concat()));
    let cover = [b"front.png\0".as_slice(), &picture].concat();
    let items: [(&str, &[u8], u32); 3] = [
        ("Title", b"T", 0),
        ("Cover Art (Front)", &cover, 2),
        ("Artist", b"A", 0),
    ];
    files.push(("ape x.mp3".to_owned(), [mpeg(9000), ape(&items)].concat()));
    files
}

#[test]
fn large_pictures_are_left_in_the_file_and_hide_nothing() {
    for len in [33_000, 300_000] {
        for (name, file) in with_large_pictures(len) {
            check_equal(&name, &file);
            let options = &all_options(&name, &file)[3];
            let (track, cost) = ranged(&file, options);
            let track = track.expect(&name);
            assert_eq!(track.title.as_deref(), Some("T"), "{name}");
            let picture = &track.pictures[0];
            assert_eq!(
                (picture.len, picture.width),
                (len as u64, Some(3)),
                "{name}"
            );
            // A description that long is read with its picture.
            assert_eq!(picture.data.is_some(), name.contains("8000"), "{name}");
            if let Some(at) = picture.offset {
                let there = &file[at as usize..][..len];
                assert_eq!(there, large_picture(len), "{name}");
            }
            if picture.data.is_none() {
                // Head, behind the picture, end; twice more where the rate is sampled, and in APE
                // tags, which are read backwards.
                assert!(cost.requests <= 7, "{name}: {cost:?}");
                assert!(cost.bytes <= 132 << 10, "{name}: {cost:?}");
            }
        }
    }
}

#[test]
fn flac_takes_one_request() {
    for len in [100, 40_000, 900_000] {
        let files = with_large_pictures(len.max(33_000));
        let (_, file) = files.iter().find(|it| it.0 == "x.flac").unwrap();
        let (track, cost) = ranged(file, &all_options("x.flac", file)[2]);
        assert!(track.unwrap().audio_id.is_some());
        assert_eq!((cost.requests, cost.bytes), (1, 64 << 10));
    }
}

#[test]
fn mpeg_audio_whose_header_counts_all_bytes_takes_one_request() {
    let mut audio = mpeg(9000);
    let len = audio.len() as u32;
    audio[36..40].copy_from_slice(b"Info");
    audio[40..44].copy_from_slice(&3u32.to_be_bytes());
    audio[44..48].copy_from_slice(&9000u32.to_be_bytes());
    audio[48..52].copy_from_slice(&len.to_be_bytes());
    let tag = id3v2(4, &standard_frames());
    let alone = [tag.clone(), audio].concat();
    let tagged = [alone.clone(), id3v1("other")].concat();
    for (file, requests) in [(&alone, 1), (&tagged, 2)] {
        check_equal("x.mp3", file);
        let (track, cost) = ranged(file, &all_options("x.mp3", file)[3]);
        assert_eq!(track.unwrap().properties.duration_ms, Some(235_102));
        assert_eq!(cost.requests, requests);
    }
}

#[test]
fn mpeg_audio_with_a_checksum_takes_one_request_with_its_identity() {
    let tag = id3v2(4, &standard_frames());
    let file = [tag, mpeg_of_lame(9000, 0x1234)].concat();
    check_equal("x.mp3", &file);
    let (track, cost) = ranged(&file, &all_options("x.mp3", &file)[2]);
    let id = track.unwrap().audio_id.unwrap();
    assert_eq!(id.scheme, AudioIdScheme::Mp3Header);
    assert_eq!((cost.requests, cost.bytes), (1, 64 << 10));
    // Without it the middle and the end are looked at, the latter together with the tags there.
    let file = mpeg(9000);
    let (track, cost) = ranged(&file, &all_options("x.mp3", &file)[2]);
    assert!(track.unwrap().audio_id.is_some());
    assert_eq!(cost.requests, 3);
    assert!(cost.bytes <= 108 << 10, "{cost:?}");
}

#[test]
fn mp4_takes_one_request_with_its_identity() {
    // Four minutes.
    let sizes: Vec<u32> = (0..10_336).map(|at| 300 + at * at % 149).collect();
    let items = [
        item(b"\xA9nam", 1, b"T"),
        item(b"covr", 14, &large_picture(40_000)),
    ];
    for (movie_first, requests, kib) in [(true, 1, 64), (false, 2, 64 + 48)] {
        let file = mp4_of_frames(&items, &sizes, movie_first);
        check_equal("x.m4a", &file);
        let (track, cost) = ranged(&file, &all_options("x.m4a", &file)[2]);
        let id = track.unwrap().audio_id.unwrap();
        assert_eq!(id.scheme, AudioIdScheme::Mp4Sizes);
        assert_eq!((cost.requests, cost.bytes), (requests, kib << 10));
    }
}

#[test]
fn ogg_takes_two_requests_with_its_identity() {
    let comments = [
        "TITLE=T".to_owned(),
        picture_comment(&large_picture(40_000)),
    ];
    let file = opus_in_pages(&comments, 255, 4000);
    check_equal("x.opus", &file);
    let (track, cost) = ranged(&file, &all_options("x.opus", &file)[2]);
    let id = track.unwrap().audio_id.unwrap();
    assert_eq!(id.scheme, AudioIdScheme::OggStream);
    assert_eq!(cost.requests, 2);
    assert!(cost.bytes <= 92 << 10, "{cost:?}");
}

#[test]
fn the_pictures_of_an_album_are_one_picture_wherever_they_were_left() {
    let picture = large_picture(100_000);
    let hash = |album: &str, title: &str, picture: &[u8]| {
        let frames = [
            text_frame(b"TIT2", title),
            text_frame(b"TALB", album),
            apic(4, "", picture),
        ];
        let file = [large_id3v2(4, &frames), mpeg(9000)].concat();
        let (track, _) = ranged(&file, &all_options("x.mp3", &file)[3]);
        track.unwrap().pictures[0].hash
    };
    let first = hash("L", "one", &picture);
    assert_eq!(first, hash("L", "another title", &picture));
    // What was not read may differ, so the album has to be the same.
    assert_ne!(first, hash("M", "one", &picture));
    assert_ne!(first, hash("L", "one", &large_picture(100_001)));
}

#[test]
fn a_file_of_unknown_size_is_fetched_up_to_its_end() {
    for file in [mpeg(4), mpeg(2000), Vec::new()] {
        let whole = read("x.mp3", &file);
        let (parts, _) = ranged(&file, &ExtractOptions::new("x.mp3", 0));
        assert_eq!(parts, whole);
    }
}

#[test]
fn a_file_that_shrank_since_it_was_listed_is_read_as_it_is_in_ranges_too() {
    for (extension, file) in all() {
        for more in [5000, 500_000] {
            let options = ExtractOptions::new(extension, file.len() as u64 + more);
            let whole = extract(&mut Cursor::new(&file), &options);
            let (parts, _) = ranged(&file, &options);
            assert_eq!(
                parts.unwrap().title,
                whole.unwrap().title,
                "{extension} {more}"
            );
        }
    }
}

#[test]
fn a_file_full_of_junk_ends_in_few_requests() {
    let junk: Vec<u8> = (0..8u32 << 20).map(|at| (at * 7 % 253) as u8 | 1).collect();
    let (outcome, cost) = ranged(&junk, &ExtractOptions::new("x.mp3", junk.len() as u64));
    assert!(outcome.is_err());
    assert!(cost.requests < 20 && cost.bytes < 4 << 20, "{cost:?}");
}
