//! A page that reads audio files and says what `extract` says, so that the two can be compared.

#![cfg(target_arch = "wasm32")]

#[path = "../../../../core-metadata/examples/extract/describe.rs"]
mod describe;

use std::convert::Infallible;
use std::io::Cursor;

use core_metadata::{ExtractOptions, extract};
use wasm_bindgen::prelude::*;

/// Reads a file whole and gives its line.
#[wasm_bindgen]
pub fn whole(name: &str, bytes: &[u8]) -> String {
    let options = ExtractOptions::new(name, bytes.len() as u64);
    let outcome = extract(&mut Cursor::new(bytes), &options);
    describe::line(name, &outcome, None).to_string()
}

/// Reads a file in ranges, with the identity of its sound, and gives its line with what that cost.
#[wasm_bindgen]
pub fn ranged(name: &str, bytes: &[u8]) -> String {
    let size = bytes.len();
    let read = |range: std::ops::Range<u64>| {
        let end = range.end.min(size as u64) as usize;
        let start = (range.start as usize).min(end);
        Ok::<_, Infallible>(bytes[start..end].to_vec())
    };
    let Ok((outcome, cost)) = describe::ranged(name, size as u64, true, read);
    describe::line(name, &outcome, Some(cost)).to_string()
}
