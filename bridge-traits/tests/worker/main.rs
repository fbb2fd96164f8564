//! All tests in a dedicated worker.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test")]

#[path = "../portable/fakes.rs"]
mod fakes;
#[path = "../portable/memory_provider.rs"]
mod memory_provider;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
