//! The database's cases in a dedicated worker.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test")]

#[path = "../portable/database.rs"]
mod database;
mod opfs;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
