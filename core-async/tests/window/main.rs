//! The portable cases: natively, and in a browser's window.

#![allow(missing_docs, reason = "a test")]

#[path = "../portable/blocking.rs"]
mod blocking;
#[path = "../portable/cases.rs"]
mod cases;
#[path = "../portable/channels.rs"]
mod channels;
#[path = "../portable/guards.rs"]
mod guards;
#[cfg(target_arch = "wasm32")]
#[path = "../portable/page.rs"]
mod page;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
