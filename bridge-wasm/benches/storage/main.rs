//! Ours, and the peer that is written in Rust, as `figures.js` takes its contestants.

#![cfg(target_arch = "wasm32")]
#![allow(
    unreachable_pub,
    missing_docs,
    reason = "the page calls them; a benchmark"
)]

mod ours;
mod ours_sql;
mod tokio_fs_ext;

use bytes::Bytes;
use wasm_bindgen::prelude::*;

/// Bytes in the module's memory, where a program in Rust has them.
#[wasm_bindgen]
pub struct Content(Bytes);

#[wasm_bindgen]
impl Content {
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }

    pub fn equals(&self, bytes: &[u8]) -> bool {
        self.0 == bytes
    }
}

/// The name of a file among many.
fn name_of(at: u32) -> String {
    format!("song {at:05}.mp3")
}

fn told(error: impl std::fmt::Debug) -> JsError {
    JsError::new(&format!("{error:?}"))
}
