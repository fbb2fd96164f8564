//! The portable cases: natively, and in a window and a dedicated worker.

#![allow(missing_docs, reason = "a test")]

mod blocking;
mod cases;
mod channels;
mod guards;
#[cfg(target_arch = "wasm32")]
mod page;
