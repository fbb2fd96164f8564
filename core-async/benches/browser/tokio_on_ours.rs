//! tokio's primitives on our executor.

use core_async::task;
use tokio::sync;

#[path = "handoffs.rs"]
pub(crate) mod handoffs;
