//! The portable cases in a window.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test")]

#[path = "../portable/conformance.rs"]
mod conformance;
#[path = "../portable/connections.rs"]
mod connections;
#[path = "../portable/differential.rs"]
mod differential;
#[path = "../portable/folders.rs"]
mod folders;
#[path = "../portable/host.rs"]
mod host;
#[path = "../portable/http.rs"]
mod http;
#[path = "../../../core-async/tests/files/steps.rs"]
mod steps;
#[path = "../portable/stores.rs"]
mod stores;

use conformance::fresh_name;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
