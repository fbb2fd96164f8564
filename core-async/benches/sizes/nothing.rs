//! A module with an export and no async code: what the others' sizes are compared with.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a benchmark")]

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub fn run() -> u32 {
    1
}
