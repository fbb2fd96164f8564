//! The core in a dedicated worker.

#![cfg(target_arch = "wasm32")]

#[path = "../portable/bootstrap.rs"]
mod bootstrap;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
