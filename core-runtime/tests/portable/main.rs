//! All tests: natively, and in a window and a dedicated worker, random ones excepted there.

#![allow(missing_docs, reason = "a test")]

mod config;
mod events;
mod logging;
mod redaction;
mod retry;
mod send_sync;
