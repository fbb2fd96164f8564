//! The portable cases in a dedicated worker.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test")]

#[path = "../portable/cases.rs"]
mod cases;
#[path = "../portable/page.rs"]
mod page;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
