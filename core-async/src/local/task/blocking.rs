//! Closures that take their time.

use super::handle::JoinHandle;
use super::join_set::Completions;
use super::spawn::spawn_in;
use crate::local::runtime::{Inner, Runtime};
use crate::local::sync::oneshot;
use std::cell::{Cell, RefCell};
use std::panic::resume_unwind;
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

#[track_caller]
pub(super) fn spawn_blocking_in<F, R>(f: F, set: Option<(Rc<Completions>, usize)>) -> JoinHandle<R>
where
    F: FnOnce() -> R + 'static,
    R: 'static,
{
    let runtime = Runtime::current();
    let Some(stacks) = runtime.inner().host.stacks() else {
        return spawn_in(&runtime, async move { f() }, true, set);
    };
    let (sender, receiver) = oneshot::channel();
    // Within reach of the rescue while the closure runs.
    let sender = Rc::new(RefCell::new(Some(sender)));
    let rescued = sender.clone();
    let task = Rc::new(Cell::new(None));
    let (named, number) = (task.clone(), runtime.inner().id);
    let job = move || {
        // It was aborted before the closure's turn, or can't be any more.
        let wanted = named
            .get()
            .is_some_and(|key| Inner::find(number).is_some_and(|inner| inner.shield(key)));
        if wanted {
            let output = f();
            let sender = sender.take();
            drop(sender.map(|it| it.send(output)));
        }
    };
    stacks.start(Box::new(job), Box::new(move || drop(rescued.take())));
    let run = async move {
        let output = receiver.await;
        // It has said so itself already.
        output.unwrap_or_else(|_| resume_unwind(Box::new("the closure panicked")))
    };
    let handle = spawn_in(&runtime, run, false, set);
    task.set(Some(handle.key()));
    handle
}
