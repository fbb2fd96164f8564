//! All tests: natively, and in a browser's window.

#![allow(missing_docs, reason = "a test")]

#[path = "../portable/fakes.rs"]
mod fakes;
#[path = "../portable/memory_provider.rs"]
mod memory_provider;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
