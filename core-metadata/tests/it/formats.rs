//! Every format is opened and tells what it holds.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::support::*;
use core_metadata::{ExtractErrorKind, PictureKind, Warning};

#[test]
fn every_format_tells_title_artist_number_and_length() {
    for (extension, file) in all() {
        let track = read(&format!("x.{extension}"), &file).expect(extension);
        assert_eq!(track.title.as_deref(), Some("T"), "{extension}");
        assert!(!track.title_from_name, "{extension}");
        assert_eq!(
            track
                .artists
                .iter()
                .map(|a| a.name.as_str())
                .collect::<Vec<_>>(),
            ["A"],
            "{extension}"
        );
        assert_eq!(track.track, Some(3), "{extension}");
        let expected = match extension {
            "mp3" => 1045,
            "mpc" => 509,
            "aac" => 929,
            "flac" => 1000,
            "opus" | "ogg" | "spx" | "oga" => 8000,
            _ => 500,
        };
        assert_eq!(track.properties.duration_ms, Some(expected), "{extension}");
        assert!(track.properties.channels.is_some(), "{extension}");
        assert!(track.audio_id.is_some(), "{extension}");
        assert_eq!(track.warnings, [], "{extension}");
    }
}

#[test]
fn embedded_pictures_are_found_in_every_format_that_has_them() {
    for (extension, file) in all()
        .into_iter()
        .filter(|(extension, _)| *extension != "wma")
    {
        let track = read(&format!("x.{extension}"), &file).unwrap();
        let [picture] = &track.pictures[..] else {
            panic!("{extension}: {:?}", track.pictures)
        };
        assert_eq!(
            (picture.kind, picture.mime.as_str()),
            (PictureKind::FrontCover, "image/png"),
            "{extension}"
        );
        assert_eq!(
            (picture.width, picture.height),
            (Some(3), Some(2)),
            "{extension}"
        );
        assert_eq!(picture.data.as_deref(), Some(PNG), "{extension}");
        let in_base64 = ["opus", "ogg", "spx", "oga"].contains(&extension) || extension == "flac";
        assert_eq!(picture.offset.is_none(), in_base64, "{extension}");
        if let Some(at) = picture.offset {
            assert_eq!(&file[at as usize..][..PNG.len()], PNG, "{extension}");
        }
    }
}

#[test]
fn a_picture_block_of_flac_tells_its_place() {
    let mut file = b"fLaC".to_vec();
    file.extend(metadata_block(0, &stream_info(8000)));
    file.extend(metadata_block(0x86, &flac_picture()));
    let track = read("x.flac", &file).unwrap();
    let at = track.pictures[0].offset.unwrap() as usize;
    assert_eq!(&file[at..][..PNG.len()], PNG);
}

#[test]
fn the_content_decides_over_the_extension() {
    for (extension, file) in all() {
        let track = read("x.jpg", &file).expect(extension);
        assert_eq!(track.title.as_deref(), Some("T"), "{extension}");
        let wrong = if extension == "flac" {
            "x.wav"
        } else {
            "x.flac"
        };
        let track = read(wrong, &file).expect(extension);
        assert!(
            matches!(track.warnings[..], [Warning::Mislabelled { .. }]),
            "{extension}: {:?}",
            track.warnings
        );
    }
}

#[test]
fn junk_before_and_inside_raw_streams_is_passed_over() {
    let tag = id3v2(3, &standard_frames());
    for junk in [1, 5000, 100_000] {
        let junk = vec![b'j'; junk];
        for file in [
            [junk.clone(), mpeg(40)].concat(),
            [tag.clone(), junk.clone(), mpeg(40)].concat(),
            [junk.clone(), tag.clone(), mpeg(40)].concat(),
        ] {
            let track = read("x.mp3", &file).unwrap();
            assert_eq!(track.properties.duration_ms, Some(1045));
            assert!(
                matches!(track.warnings[..], [Warning::LeadingJunk { .. }, ..] | []),
                "{:?}",
                track.warnings
            );
        }
    }
}

#[test]
fn a_xing_header_tells_the_length_of_a_variable_rate() {
    let mut audio = mpeg(3);
    audio[36..40].copy_from_slice(b"Xing");
    audio[40..44].copy_from_slice(&1u32.to_be_bytes());
    audio[44..48].copy_from_slice(&1000u32.to_be_bytes());
    assert_eq!(
        read("x.mp3", &audio).unwrap().properties.duration_ms,
        Some(26_122)
    );
}

#[test]
fn musepack_stores_loudness_in_its_stream() {
    let gain = read("x.mpc", &musepack_8()).unwrap().replay_gain;
    assert_eq!(
        (gain.track_gain_db, gain.track_peak, gain.album_gain_db),
        (Some(0.82), None, None)
    );
}

#[test]
fn riff_info_and_iff_text_are_tags_too() {
    let info = b"INFOINAM\x02\0\0\0T\0IART\x02\0\0\0A\0IPRT\x02\0\0\x003\0";
    let track = read("x.wav", &wav(&[(b"LIST", info)])).unwrap();
    assert_eq!(
        (
            track.title.as_deref(),
            track.artist_display.as_deref(),
            track.track
        ),
        (Some("T"), Some("A"), Some(3))
    );
    let track = read("x.aif", &aiff(&[(b"NAME", b"T"), (b"AUTH", b"A")])).unwrap();
    assert_eq!(
        (track.title.as_deref(), track.artist_display.as_deref()),
        (Some("T"), Some("A"))
    );
}

#[test]
fn a_wav_chunk_without_its_padding_does_not_hide_the_next() {
    let mut file = wav(&[]);
    file.extend(b"junk\x03\0\0\0abc");
    file.extend(b"LIST\x0E\0\0\0INFOINAM\x02\0\0\0T\0");
    assert_eq!(read("x.wav", &file).unwrap().title.as_deref(), Some("T"));
}

#[track_caller]
fn check_error(name: &str, file: &[u8], expected: ExtractErrorKind) {
    let error = read(name, file).expect_err(name);
    assert_eq!((error.kind, error.name.as_str()), (expected, name));
}

#[test]
fn what_is_no_audio_fails_with_its_name_and_cause() {
    check_error("a.mp3", b"", ExtractErrorKind::Empty);
    check_error("a.mp3", &[0; 4096], ExtractErrorKind::NotAudio);
    check_error(
        "a.mp3",
        b"just some text that is no audio at all",
        ExtractErrorKind::NotAudio,
    );
    check_error("a.mp3", &[0xFF; 10_000], ExtractErrorKind::NotAudio);
    check_error(
        "a.flac",
        b"fLaC",
        ExtractErrorKind::Truncated {
            part: "STREAMINFO block",
        },
    );
    check_error(
        "a.wav",
        &wav(&[])[..20],
        ExtractErrorKind::Truncated {
            part: "`fmt ` chunk",
        },
    );
    check_error(
        "a.mka",
        b"\x1A\x45\xDF\xA3 and more",
        ExtractErrorKind::Unsupported { format: "Matroska" },
    );
}

#[test]
fn a_file_above_the_limit_is_refused() {
    let file = mpeg(4);
    let mut options = core_metadata::ExtractOptions::new("big.mp3", file.len() as u64);
    options.limits.max_file = 1000;
    let error = core_metadata::extract(&mut std::io::Cursor::new(file), &options).unwrap_err();
    assert_eq!(error.kind, ExtractErrorKind::TooLarge { limit: 1000 });
    assert_eq!(
        error.to_string(),
        "big.mp3: the file is larger than 1000 bytes"
    );
}

#[test]
fn without_tags_the_name_is_the_title() {
    let track = read("01 - Some Song.mp3", &mpeg(4)).unwrap();
    assert_eq!(
        (track.title.as_deref(), track.title_from_name),
        (Some("01 - Some Song"), true)
    );
}
