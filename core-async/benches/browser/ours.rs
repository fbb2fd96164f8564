//! Our primitives on our executor.

use core_async::{sync, task, time};

#[path = "handoffs.rs"]
pub(crate) mod handoffs;
#[path = "primitives.rs"]
pub(crate) mod primitives;
#[path = "tasks.rs"]
pub(crate) mod tasks;
#[path = "timers.rs"]
pub(crate) mod timers;
