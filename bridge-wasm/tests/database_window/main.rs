//! The database's cases in a window.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test")]

#[path = "../portable/database.rs"]
mod database;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
