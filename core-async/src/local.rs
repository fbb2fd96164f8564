//! The single-threaded backend behind the browser half of this crate.
//!
//! Nothing here names a browser type. A [`Host`] tells the time and calls back: the browser's lives in
//! `crate::browser`, and the `VirtualHost` of the tests drives the same code natively, with tokio as the
//! oracle.
//!
//! Two rules hold in every file:
//! - Waiters live in a slab and are linked by index, never by a pointer into a future, because a
//!   suspended stack may move.
//! - Cloning, waking and dropping a waker runs a stranger's code, which may come straight back into the
//!   same primitive. It never happens while a cell is borrowed: collect, release, wake.

#![forbid(unsafe_code)]

mod block_on;
mod coop;
mod executor;
pub mod fs;
mod host;
mod mutants;
pub mod runtime;
pub mod sync;
pub mod task;
pub mod time;
#[cfg(feature = "local")]
mod virtual_host;
mod waiters;
mod wake_batch;
mod waker_slot;

pub use host::{Host, Stacks};
#[cfg(feature = "mutants")]
pub use mutants::{ALL as ALL_MUTANTS, Mutant, with as with_mutant};
#[cfg(feature = "local")]
pub use virtual_host::{Counts, VirtualHost};
