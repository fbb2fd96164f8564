//! All tests: natively, and in a window and a dedicated worker.

#![allow(missing_docs, reason = "a test")]

mod fakes;
mod memory_provider;
