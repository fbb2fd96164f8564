//! Reads whatever comes as lyrics, cue sheet or image.
#![no_main]

use core_metadata::{artwork, cue::CueSheet, lyrics};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for name in ["x.lrc", "x.ttml", "x.srt", "x.txt"] {
        let _ = lyrics::sidecar(name, bytes);
    }
    if let Some(sheet) = CueSheet::from_bytes(bytes) {
        assert!(sheet.embedded_tracks().is_sorted_by(|a, b| a.start < b.start));
    }
    let _ = artwork::sniff(bytes);
});
