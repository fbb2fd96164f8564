//! Closures that take their time.

use super::handle::JoinHandle;
use super::spawn::spawn_in;
use crate::local::runtime::Runtime;

/// Runs a closure in a turn of the event loop of its own, never inside the caller's poll.
///
/// There is only one thread: while the closure runs everything else waits. Long work is better cut into
/// pieces with [`yield_now`](super::yield_now) in between.
///
/// # Panics
/// If the thread has no runtime.
#[track_caller]
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + 'static,
    R: 'static,
{
    spawn_in(&Runtime::current(), async move { f() }, true, None)
}
