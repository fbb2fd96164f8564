//! The core in a page, in a window and in a dedicated worker.

#![cfg(target_arch = "wasm32")]

mod bootstrap;
