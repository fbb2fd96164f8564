//! Reads whatever comes as an audio file: whole, and in ranges with the same outcome.
#![no_main]

use std::io::Cursor;

use core_metadata::{ExtractOptions, RangedExtract, RangedStep, extract};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let options = ExtractOptions::new("x", file.len() as u64);
    let whole = extract(&mut Cursor::new(file), &options);
    let mut ranged = RangedExtract::new(options);
    let parts = loop {
        match ranged.advance() {
            RangedStep::Fetch(range) => {
                let there = range.start as usize..(range.end as usize).min(file.len());
                ranged.supply(range.start, &file[there]);
            }
            RangedStep::Done(result) => break *result,
        }
    };
    // A size of 0 is one that is not known, so an empty file is asked for differently.
    assert!(file.is_empty() || whole == parts);
});
