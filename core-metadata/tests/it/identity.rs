//! The identity of the audio outlives new tags and new names.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::support::*;

#[track_caller]
fn check_same(name: &str, one: &[u8], two: &[u8]) {
    let id = |file: &[u8]| read(name, file).unwrap().audio_id.expect(name);
    assert_eq!(id(one), id(two), "{name}");
}

fn more_comments() -> Vec<String> {
    vec![
        "TITLE=Another one".to_owned(),
        format!("COMMENT={}", "long ".repeat(200)),
    ]
}

#[test]
fn new_tags_leave_the_identity_as_it_was() {
    let tag = id3v2(3, &[text_frame(b"TIT2", "Another title")]);
    let with = |audio: Vec<u8>| [tag.clone(), audio, id3v1("x")].concat();
    check_same("x.mp3", &mpeg(300), &with(mpeg(300)));
    check_same("x.aac", &adts(300), &with(adts(300)));
    check_same("x.tta", &tta(), &with(tta()));
    check_same(
        "x.mp3",
        &mpeg(9),
        &[mpeg(9), ape(&[("Title", b"x", 0)]), id3v1("x")].concat(),
    );
    check_same(
        "x.flac",
        &flac(&standard_comments(), 8000),
        &flac(&more_comments(), 8000),
    );
    check_same(
        "x.opus",
        &opus(&standard_comments(), 300),
        &opus(&more_comments(), 300),
    );
    check_same(
        "x.ogg",
        &vorbis(&standard_comments(), 300),
        &vorbis(&more_comments(), 300),
    );
    check_same("x.wav", &wav(&[]), &wav(&[(b"id3 ", &tag)]));
    check_same("x.aif", &aiff(&[]), &aiff(&[(b"NAME", b"other")]));
    check_same("x.m4a", &mp4(&[]), &mp4(&[item(b"\xA9nam", 1, b"Another")]));
    check_same(
        "x.wma",
        &asf(&[], "a", "b"),
        &asf(&[("WM/Year", "1999")], "other", "c"),
    );
    check_same("x.dsf", &dsf(b""), &dsf(&tag));
    check_same("x.dff", &dff(b""), &dff(&tag));
}

#[test]
fn flac_in_ogg_and_alone_is_the_same_audio() {
    let alone = read("x.flac", &flac(&[], 64_000)).unwrap().audio_id;
    assert_eq!(read("x.oga", &ogg_flac(&[], 8)).unwrap().audio_id, alone);
    assert_eq!(
        alone.unwrap().to_string(),
        format!("flac-md5:{}", "07".repeat(16))
    );
}

#[test]
fn an_ogg_that_is_numbered_anew_is_the_same_audio() {
    // One more header page shifts the number and the checksum of every page behind it.
    let mut long = more_comments();
    long.push(format!("LONG={}", "x".repeat(40_000)));
    check_same("x.opus", &opus(&[], 300), &opus(&long, 300));
}

/// Sizes of frames as encoders of a variable rate make them.
fn sizes(count: u32, seed: u32) -> Vec<u32> {
    let size = |at: u32| 300 + (at + seed).wrapping_mul(2_654_435_761) % 150;
    (0..count).map(size).collect()
}

#[test]
fn an_mp4_is_told_by_the_sizes_of_its_frames() {
    let scheme = core_metadata::AudioIdScheme::Mp4Sizes;
    let id = |file: &[u8]| read("x.m4a", file).unwrap().audio_id.unwrap();
    let items = [
        item(b"\xA9nam", 1, b"Another title"),
        item(b"covr", 14, &vec![7; 90_000]),
    ];
    // In lists that are hashed whole, and in those that are sampled.
    for count in [500, 10_000, 40_000] {
        let plain = id(&mp4_of_frames(&[], &sizes(count, 1), true));
        assert_eq!(plain.scheme, scheme);
        for movie_first in [true, false] {
            let retagged = mp4_of_frames(&items, &sizes(count, 1), movie_first);
            assert_eq!(id(&retagged), plain, "{count}");
        }
        assert_ne!(id(&mp4_of_frames(&[], &sizes(count, 2), true)), plain);
        assert_ne!(id(&mp4_of_frames(&[], &sizes(count + 1, 1), true)), plain);
    }
}

#[test]
fn an_mp4_whose_frames_are_of_one_size_is_told_by_its_bytes() {
    let id = |file: &[u8]| read("x.m4a", file).unwrap().audio_id.unwrap();
    let file = mp4_of_frames(&[], &[372; 2_000], true);
    assert_eq!(id(&file).scheme, core_metadata::AudioIdScheme::AudioBytes);
    let mut changed = file.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    assert_ne!(id(&changed), id(&file));
}

#[test]
fn an_ogg_stream_is_told_by_its_end() {
    let id = |file: &[u8]| read("x.opus", file).unwrap().audio_id.unwrap();
    let file = opus(&[], 300);
    assert_eq!(id(&file).scheme, core_metadata::AudioIdScheme::OggStream);
    assert_ne!(id(&opus(&[], 301)), id(&file));
    let mut changed = file.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    assert_ne!(id(&changed), id(&file));
    // Another stream's serial number is enough.
    let mut of_other = file.clone();
    let pages: Vec<usize> = (0..file.len() - 4)
        .filter(|at| file[*at..].starts_with(b"OggS"))
        .collect();
    pages.iter().for_each(|at| of_other[at + 14] ^= 1);
    assert_ne!(id(&of_other), id(&file));
}

#[test]
fn other_audio_has_another_identity() {
    let id = |file: &[u8]| read("x.mp3", file).unwrap().audio_id;
    assert_ne!(id(&mpeg(300)), id(&mpeg(301)));
    let mut changed = mpeg(300);
    let middle = changed.len() / 2;
    changed[middle + 50] ^= 1;
    assert_ne!(id(&mpeg(300)), id(&changed));
}

#[test]
fn an_mp3_with_a_checksum_is_told_by_it() {
    let id = |file: &[u8]| read("x.mp3", file).unwrap().audio_id.unwrap();
    let lame = |frames, crc| mpeg_of_lame(frames, crc);
    let tag = id3v2(3, &[text_frame(b"TIT2", "Another title")]);
    let retagged = [tag, lame(300, 7), ape(&[("Title", b"x", 0)]), id3v1("x")].concat();
    assert_eq!(id(&lame(300, 7)), id(&retagged));
    // The checksum tells what differs where nothing is read.
    assert_ne!(id(&lame(300, 7)), id(&lame(300, 8)));
    assert_ne!(id(&lame(300, 7)), id(&lame(301, 7)));
    let mut start = lame(300, 7);
    start[417 + 50] ^= 1;
    assert_ne!(id(&lame(300, 7)), id(&start));
    // A header of a file that was cut since tells nothing of what is left, and none without a checksum.
    let cut = &lame(300, 7)[..90_000];
    for file in [cut, &lame(300, 0)] {
        assert_eq!(id(file).scheme, core_metadata::AudioIdScheme::AudioBytes);
    }
}

#[test]
fn no_identity_is_made_where_none_is_wanted() {
    let mut options = core_metadata::ExtractOptions::new("x.mp3", 0);
    options.audio_id = false;
    let track = core_metadata::extract(&mut std::io::Cursor::new(mpeg(9)), &options).unwrap();
    assert_eq!(track.audio_id, None);
}
