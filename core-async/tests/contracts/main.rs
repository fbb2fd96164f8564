//! The contracts of tasks, time and `block_on`, on a host whose clock and order the test decides.

#![allow(missing_docs, reason = "a test")]
#![cfg_attr(
    target_arch = "wasm32",
    allow(dead_code, reason = "what needs panics that unwind is left out")
)]

// It needs panics that unwind.
#[cfg(not(target_arch = "wasm32"))]
mod bad_use;
mod block_on;
mod cancel_points;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../mutants/homes.rs"]
mod homes;
// It needs panics that unwind.
#[cfg(not(target_arch = "wasm32"))]
mod mutants;
mod soak;
mod support;
mod task;
mod time;
