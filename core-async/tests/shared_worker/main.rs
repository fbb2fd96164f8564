//! The portable cases in a shared worker.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test")]

#[path = "../portable/cases.rs"]
mod cases;
#[path = "../portable/page.rs"]
mod page;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_shared_worker);
