//! The portable cases in a shared worker.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test")]

#[path = "../portable/blocking.rs"]
mod blocking;
#[path = "../portable/cases.rs"]
mod cases;
#[path = "../portable/channels.rs"]
mod channels;
#[path = "../portable/guards.rs"]
mod guards;
#[path = "../portable/page.rs"]
mod page;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_shared_worker);
