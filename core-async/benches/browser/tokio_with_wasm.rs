//! What calls itself tokio in a browser; its primitives are tokio's own.

use ::tokio_with_wasm::{sync, task, time};

#[path = "handoffs.rs"]
pub(crate) mod handoffs;
#[path = "tasks.rs"]
pub(crate) mod tasks;
#[path = "timers.rs"]
pub(crate) mod timers;
