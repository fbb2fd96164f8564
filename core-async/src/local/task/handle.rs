//! What a task's owner holds.

use super::id::Id;
use super::join_error::JoinError;
use super::work::{Joinable, Work};
use crate::local::executor::TaskKey;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// Waits for a task's output; dropping it lets the task run on unobserved.
pub struct JoinHandle<T> {
    task: Pin<Rc<dyn Joinable<T>>>,
}

impl<T> JoinHandle<T> {
    #[inline]
    pub(crate) fn new(task: Pin<Rc<dyn Joinable<T>>>) -> Self {
        Self { task }
    }

    /// Asks for the task's end; the handle then says cancelled, unless the task was done. A closure of
    /// `spawn_blocking` that runs already goes on to its end.
    pub fn abort(&self) {
        self.task.join().abort();
    }

    /// Tells whether the task has ended in any way.
    pub fn is_finished(&self) -> bool {
        self.task.join().is_finished()
    }

    /// Names the task.
    pub fn id(&self) -> Id {
        self.task.join().id()
    }

    pub(super) fn key(&self) -> TaskKey {
        self.task.join().key()
    }

    pub(crate) fn take(&self) -> Option<Result<T, JoinError>> {
        self.task.join().take()
    }
}

impl<T: 'static> JoinHandle<T> {
    /// Makes a handle that can abort the task without waiting for it.
    #[must_use = "abort handles do nothing unless `.abort` is called"]
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle {
            task: self.task.clone().into_work(),
            id: self.id(),
        }
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    /// # Panics
    /// If it is polled after the output was given.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.task.join().poll(cx)
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        self.task.join().forget();
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle")
            .field("id", &self.id())
            .finish()
    }
}

/// Can end a task without waiting for it.
#[derive(Clone)]
pub struct AbortHandle {
    task: Pin<Rc<dyn Work>>,
    id: Id,
}

impl AbortHandle {
    /// Asks for the task's end; nothing happens if it was done, or is a closure of `spawn_blocking` that runs.
    pub fn abort(&self) {
        self.task.abort();
    }

    /// Tells whether the task has ended in any way.
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }

    /// Names the task.
    pub fn id(&self) -> Id {
        self.id
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle").field("id", &self.id).finish()
    }
}
