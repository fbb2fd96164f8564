//! Starting tasks.

use super::handle::JoinHandle;
use super::join_set::Completions;
use crate::local::runtime::Runtime;
use std::future::Future;
use std::rc::Rc;

/// Starts a task; it runs also if nobody waits for it.
///
/// # Panics
/// If the thread has no runtime.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    spawn_in(&Runtime::current(), future, false, None)
}

pub(crate) fn spawn_in<F>(
    runtime: &Runtime,
    future: F,
    blocking: bool,
    set: Option<(Rc<Completions>, usize)>,
) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    JoinHandle::new(runtime.inner().spawn(blocking, future, set))
}
