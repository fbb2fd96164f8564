//! What is read is the same to the byte on every target: both are held to one committed text.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use std::fmt::Write;

use xxhash_rust::xxh3::xxh3_64;

use crate::support::{all, read};

macro_rules! samples {
    ($($path:literal)*) => {
        [$(($path, include_bytes!(concat!("../../../core-service/examples/sample-library/", $path)) as &[u8])),*]
    };
}

const READ: &str = include_str!("digest.txt");

/// Writes all that a listener would see of a file, one field a line.
macro_rules! fields {
    ($text:ident, $track:ident: $($field:ident)*) => {$(
        writeln!($text, "  {}: {:?}", stringify!($field), $track.$field).unwrap();
    )*};
}

fn describe(name: &str, bytes: &[u8], text: &mut String) {
    writeln!(text, "{name}").unwrap();
    let track = match read(name, bytes) {
        Ok(track) => track,
        Err(error) => return writeln!(text, "  {error}").unwrap(),
    };
    fields!(text, track:
        title title_from_name title_sort artists artist_display album album_sort album_artists
        album_artist_display roles track track_total disc disc_total disc_subtitle date original_date
        release_date genres moods grouping comment label catalog_number barcode isrc bpm key language
        media release_types release_status compilation musicbrainz replay_gain lyrics custom audio_id
        warnings
    );
    let properties = &track.properties;
    fields!(text, properties:
        duration_ms codec container bitrate_kbps sample_rate_hz channels bit_depth lossless
    );
    for picture in &track.pictures {
        let data = picture.data.as_deref().unwrap_or_default();
        writeln!(
            text,
            "  picture: {} bytes, {:016x}",
            data.len(),
            xxh3_64(data)
        )
        .unwrap();
    }
}

#[test]
fn every_target_reads_the_same() {
    let mut text = String::new();
    for (path, bytes) in samples![
        "Sine Ensemble/First Tones/01 Rising.mp3"
        "Sine Ensemble/First Tones/02 Falling.mp3"
        "Sine Ensemble/First Tones/03 Standing Wave.mp3"
        "Sine Ensemble/First Tones/04 Résumé.mp3"
        "Various Artists/Short Waves/01 Corner.opus"
        "Various Artists/Short Waves/02 Edge.opus"
        "Various Artists/Short Waves/03 Tooth.opus"
        "音叉/静かな波/01 朝.flac"
        "音叉/静かな波/02 ビートの夜.flac"
        "音叉/静かな波/03 波.flac"
    ] {
        describe(path, bytes, &mut text);
    }
    for (extension, bytes) in all() {
        describe(&format!("synthetic.{extension}"), &bytes, &mut text);
        // What damage leaves has to be the same, too.
        describe(
            &format!("cut.{extension}"),
            &bytes[..bytes.len() / 2],
            &mut text,
        );
    }
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("MUSIC_CORE_BLESS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/digest.txt");
        return std::fs::write(path, text).unwrap();
    }
    for (at, (is, was)) in text.lines().zip(READ.lines()).enumerate() {
        assert_eq!(
            is,
            was,
            "line {}; if this is meant, run it natively with MUSIC_CORE_BLESS=1",
            at + 1
        );
    }
    assert_eq!(text, READ);
}
