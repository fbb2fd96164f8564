//! Holds every primitive of `core_async::local` against tokio's, operation by operation.
//!
//! Each file makes random sequences, runs them on both and compares everything that can be seen: results,
//! counts, who is woken and in which order. Each file also seeds known defects and proves that they are
//! caught. `CORE_ASYNC_SEQUENCES` sets the number of sequences, `CORE_ASYNC_SEED` the first one's seed.

#![allow(missing_docs, reason = "a test")]
#![cfg_attr(
    target_arch = "wasm32",
    allow(
        dead_code,
        unused_imports,
        reason = "the defects need panics that unwind"
    )
)]

mod barrier;
mod broadcast;
mod cancellation_token;
mod futures;
mod harness;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../mutants/homes.rs"]
mod homes;
mod mpsc;
// It needs panics that unwind.
#[cfg(not(target_arch = "wasm32"))]
mod mutants;
mod mutex;
mod notify;
mod once_cell;
mod oneshot;
mod random;
mod rwlock;
mod semaphore;
// The oracle's runtime needs what a browser does not have.
#[cfg(not(target_arch = "wasm32"))]
mod sleep;
#[cfg(not(target_arch = "wasm32"))]
mod task;
mod unbounded;
mod wakers;
mod watch;

/// The oracle, under the same names.
mod tokio_sync {
    pub(crate) use tokio::sync::*;
    pub(crate) use tokio_util::sync::CancellationToken;
}
