//! Damaged files give what they have; no damage makes the reader panic, hang or eat memory.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::support::*;
use core_metadata::{TrackMetadata, Warning};
#[cfg(not(target_arch = "wasm32"))]
use core_metadata::{artwork, genres, lyrics};
#[cfg(not(target_arch = "wasm32"))]
use proptest::prelude::*;

/// Checks what must hold for whatever was read.
fn check_bounds(track: &TrackMetadata, size: usize) {
    let pictures: usize = track
        .pictures
        .iter()
        .map(|picture| picture.len as usize)
        .sum();
    assert!(
        pictures <= size,
        "pictures of {pictures} bytes out of a file of {size}"
    );
    assert!(track.warnings.len() <= 200);
    assert!(track.properties.duration_ms.is_none_or(|millis| millis > 0));
}

#[test]
fn a_file_cut_at_any_length_gives_what_is_left_or_an_error() {
    for (extension, file) in all() {
        let mut with_title = 0;
        for len in 0..file.len().min(6000) {
            if let Ok(track) = read(&format!("x.{extension}"), &file[..len]) {
                check_bounds(&track, len);
                with_title += usize::from(track.title.as_deref() == Some("T"));
            }
        }
        // Where the tags stand in front, most cuts leave them whole.
        if !["wav", "aiff", "dsf", "dff", "m4a"].contains(&extension) {
            let cuts = file.len().min(6000);
            assert!(with_title * 2 > cuts, "{extension}: {with_title} of {cuts}");
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn changed_bytes_never_break_the_reader(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        for (extension, mut file) in all() {
            // Headers are where damage hurts.
            let reach = file.len().min(400);
            for (at, byte) in &changes {
                file[at.index(reach)] = *byte;
            }
            if let Ok(track) = read(&format!("x.{extension}"), &file) {
                check_bounds(&track, file.len());
            }
        }
    }

    #[test]
    fn large_numbers_in_headers_never_break_the_reader(
        at in any::<prop::sample::Index>(),
        number in prop::sample::select(vec![0u32, 1, 0x7F, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF]),
        little in any::<bool>(),
    ) {
        for (extension, mut file) in all() {
            let at = at.index(file.len().min(600) - 4);
            let bytes = if little { number.to_le_bytes() } else { number.to_be_bytes() };
            file[at..at + 4].copy_from_slice(&bytes);
            if let Ok(track) = read(&format!("x.{extension}"), &file) {
                check_bounds(&track, file.len());
            }
        }
    }

    #[test]
    fn random_bytes_behind_a_signature_never_break_the_reader(
        bytes in prop::collection::vec(any::<u8>(), 0..3000),
    ) {
        for (extension, file) in all() {
            let head = file.len().min(36);
            let file = [&file[..head], &bytes].concat();
            let _ = read(&format!("x.{extension}"), &file);
        }
    }

    #[test]
    fn any_text_is_survived_by_the_small_parsers(text in ".{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = lyrics::parse_lrc(&text);
        let _ = lyrics::sidecar("x.lrc", &bytes);
        let _ = lyrics::is_sidecar_of(&text, "x.mp3");
        let _ = artwork::sniff(&bytes);
        let _ = artwork::folder_image_rank(&text);
        let _ = genres::from_id3(&text);
        let _ = core_metadata::PartialDate::from_tag(&text);
        let rules = core_metadata::SplitRules::default();
        prop_assert!(rules.split(&text).iter().all(|part| text.contains(part) && !part.is_empty()));
    }
}

#[test]
fn one_bad_frame_costs_only_itself() {
    let mut encrypted = text_frame(b"TALB", "lost");
    encrypted[9] = 0x04;
    let frames = [
        text_frame(b"TIT2", "T"),
        encrypted,
        frame(b"APIC", b"\0"),
        text_frame(b"TPE1", "A"),
    ];
    let track = read("x.mp3", &[id3v2(4, &frames), mpeg(4)].concat()).unwrap();
    assert_eq!(
        (
            track.title.as_deref(),
            track.album.as_deref(),
            track.artist_display.as_deref()
        ),
        (Some("T"), None, Some("A"))
    );
    let [
        Warning::DamagedItem { item, .. },
        Warning::DamagedPicture { .. },
    ] = &track.warnings[..]
    else {
        panic!("{:?}", track.warnings)
    };
    assert_eq!(item, "TALB");
}

#[test]
fn tags_are_kept_where_the_audio_is_gone() {
    let track = read("x.mp3", &id3v2(4, &standard_frames())).unwrap();
    assert_eq!(track.title.as_deref(), Some("T"));
    assert!(
        matches!(track.warnings[..], [Warning::DamagedAudio { .. }]),
        "{:?}",
        track.warnings
    );
}

#[test]
fn announced_audio_that_is_missing_is_a_warning() {
    let file = wav(&[]);
    let track = read("x.wav", &file[..file.len() - 1000]).unwrap();
    assert_eq!(
        track.warnings,
        [Warning::TruncatedAudio {
            announced: 4000,
            present: 3000
        }]
    );
}

#[test]
fn a_picture_above_the_limit_is_left_out() {
    let file = flac(&standard_comments(), 8000);
    let mut options = core_metadata::ExtractOptions::new("x.flac", file.len() as u64);
    options.limits.max_picture_bytes = 10;
    let track = core_metadata::extract(&mut std::io::Cursor::new(file), &options).unwrap();
    assert_eq!(track.pictures, []);
    assert_eq!(track.title.as_deref(), Some("T"));
    assert_eq!(
        track.warnings,
        [Warning::LimitReached {
            what: "picture",
            limit: 10
        }]
    );
}

#[test]
fn frames_that_inflate_without_end_are_left_out() {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, &vec![0; 9 << 20]).unwrap();
    let packed = encoder.finish().unwrap();
    let data = [(9u32 << 20).to_be_bytes().as_slice(), &packed].concat();
    let bomb = [
        b"TIT2".as_slice(),
        &(data.len() as u32).to_be_bytes(),
        &[0, 0x80],
        &data,
    ]
    .concat();
    let tag = id3v2(3, &[bomb, text_frame(b"TPE1", "A")]);
    let track = read("x.mp3", &[tag, mpeg(4)].concat()).unwrap();
    assert_eq!(track.artist_display.as_deref(), Some("A"));
    assert!(
        matches!(track.warnings[..], [Warning::DamagedItem { .. }]),
        "{:?}",
        track.warnings
    );
}

#[test]
fn a_tag_of_countless_items_is_read_up_to_the_limit() {
    let comments: Vec<String> = (0..20_000).map(|at| format!("KEY{at}=value")).collect();
    let track = read("x.flac", &flac(&comments, 8000)).unwrap();
    assert_eq!(track.custom.len(), 4096);
    assert_eq!(
        track.warnings,
        [Warning::LimitReached {
            what: "tag items",
            limit: 4096
        }]
    );
}

#[test]
fn a_file_that_shrank_since_it_was_listed_is_read_as_it_is() {
    for (extension, file) in all() {
        let size = file.len() as u64;
        let options = core_metadata::ExtractOptions::new("x", size + 5000);
        let mut track = core_metadata::extract(&mut std::io::Cursor::new(&file), &options).unwrap();
        let expected = read("x", &file).unwrap();
        // Formats that never look at their end do not notice.
        if track.warnings.pop().is_some() {
            assert_eq!(track, expected, "{extension}");
        } else {
            assert_eq!(track.title, expected.title, "{extension}");
        }
    }
}

#[test]
fn a_source_that_fails_is_an_error_of_the_source() {
    struct Failing(std::io::Cursor<Vec<u8>>, u64);
    impl std::io::Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.0.position() >= self.1 {
                return Err(std::io::Error::new(
                    std::io::ErrorKind::ConnectionReset,
                    "the line is dead",
                ));
            }
            let want = buffer.len().min((self.1 - self.0.position()) as usize);
            self.0.read(&mut buffer[..want])
        }
    }
    impl std::io::Seek for Failing {
        fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
            self.0.seek(to)
        }
    }
    for (extension, file) in all() {
        let size = file.len() as u64;
        let mut source = Failing(std::io::Cursor::new(file), 20);
        let error = core_metadata::extract(
            &mut source,
            &core_metadata::ExtractOptions::new(extension, size),
        )
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{extension}: reading failed: the line is dead")
        );
    }
}
