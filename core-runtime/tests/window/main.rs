//! All tests: natively, and in a browser's window, random ones excepted there.

#![allow(missing_docs, reason = "a test")]

#[path = "../portable/config.rs"]
mod config;
#[path = "../portable/events.rs"]
mod events;
#[path = "../portable/logging.rs"]
mod logging;
#[path = "../portable/redaction.rs"]
mod redaction;
#[path = "../portable/retry.rs"]
mod retry;
#[path = "../portable/send_sync.rs"]
mod send_sync;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
