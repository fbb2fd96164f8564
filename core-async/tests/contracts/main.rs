//! The contracts of tasks, time and `block_on`, on a host whose clock and order the test decides.

#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, reason = "a test")]

mod bad_use;
mod block_on;
mod cancel_points;
mod mutants;
mod soak;
mod support;
mod task;
mod time;
