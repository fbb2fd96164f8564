//! Tasks.
//!
//! Natively they run on tokio's threads and are `Send`; in a browser on the one thread there is, and need
//! not be.

#[cfg(target_arch = "wasm32")]
pub use crate::local::task::{
    AbortHandle, Id, JoinError, JoinHandle, JoinSet, id, spawn, spawn_blocking, try_id, yield_now,
};
#[cfg(not(target_arch = "wasm32"))]
pub use tokio::task::{
    AbortHandle, Id, JoinError, JoinHandle, JoinSet, id, spawn, try_id, yield_now,
};

/// Runs a closure where it may block, on a thread for such closures.
///
/// In a browser it gets a turn of the event loop of its own on the one thread there is: not in parallel.
///
/// # Panics
/// If called from outside a runtime.
#[cfg(not(target_arch = "wasm32"))]
#[track_caller]
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    tokio::task::spawn_blocking(|| crate::runtime::in_blocking_closure(f))
}
