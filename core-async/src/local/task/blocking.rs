//! Closures that take their time.

use super::handle::JoinHandle;
use super::join_set::Completions;
use super::spawn::spawn_in;
use crate::local::runtime::Runtime;
use std::rc::Rc;

/// Runs a closure in a turn of the event loop of its own, never inside the caller's poll.
///
/// There is only one thread: while the closure runs everything else waits. Long work is better cut into
/// pieces with [`yield_now`](crate::task::yield_now) in between. With the feature `jspi`, where the browser has
/// it, the closure may wait in `block_on` and the page lives on meanwhile.
///
/// # Panics
/// If the thread has no runtime.
#[track_caller]
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + 'static,
    R: 'static,
{
    spawn_blocking_in(f, None)
}

#[cfg(not(all(target_arch = "wasm32", feature = "jspi")))]
#[track_caller]
pub(super) fn spawn_blocking_in<F, R>(f: F, set: Option<(Rc<Completions>, usize)>) -> JoinHandle<R>
where
    F: FnOnce() -> R + 'static,
    R: 'static,
{
    spawn_in(&Runtime::current(), async move { f() }, true, set)
}

/// Runs the closure on a stack that can be put aside, where the browser has such stacks.
#[cfg(all(target_arch = "wasm32", feature = "jspi"))]
#[track_caller]
pub(super) fn spawn_blocking_in<F, R>(f: F, set: Option<(Rc<Completions>, usize)>) -> JoinHandle<R>
where
    F: FnOnce() -> R + 'static,
    R: 'static,
{
    let (sender, receiver) = crate::local::sync::oneshot::channel();
    let job = Box::new(move || {
        // Closed means that the task was aborted before the closure's turn.
        if !sender.is_closed() {
            drop(sender.send(f()));
        }
    });
    let unsupported = crate::browser::fiber::start(job).err();
    let blocking = unsupported.is_some();
    let run = async move {
        if let Some(job) = unsupported {
            job();
        }
        receiver.await.expect("the closure reports its output")
    };
    spawn_in(&Runtime::current(), run, blocking, set)
}
