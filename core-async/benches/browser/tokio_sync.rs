//! tokio's primitives on wasm-bindgen's executor.

use super::bare as task;
use tokio::sync;

#[path = "handoffs.rs"]
pub(crate) mod handoffs;
#[path = "primitives.rs"]
pub(crate) mod primitives;
#[path = "tasks.rs"]
pub(crate) mod tasks;
