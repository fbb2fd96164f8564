//! A module over tokio_with_wasm.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a benchmark")]

#[path = "work.rs"]
mod work;

use tokio_with_wasm as rt;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub fn run() {
    drop(rt::task::spawn(async {
        web_sys::console::log_1(&work::work().await.into());
    }));
}
