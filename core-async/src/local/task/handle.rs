//! What a task's owner holds.

use super::id::Id;
use super::join::{Join, JoinTarget};
use super::join_error::JoinError;
use crate::local::executor::TaskKey;
use crate::local::runtime::Inner;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// Waits for a task's output; dropping it lets the task run on unobserved.
pub struct JoinHandle<T> {
    join: Rc<Join<T>>,
    /// The runtime's number; it may be gone.
    runtime: u64,
    key: TaskKey,
}

impl<T> JoinHandle<T> {
    pub(crate) fn new(join: Rc<Join<T>>, runtime: u64, key: TaskKey) -> Self {
        Self { join, runtime, key }
    }

    /// Asks for the task's end; the handle then says cancelled, unless the task was done.
    pub fn abort(&self) {
        abort(&*self.join, self.runtime, self.key);
    }

    /// Tells whether the task has ended in any way.
    pub fn is_finished(&self) -> bool {
        self.join.is_finished()
    }

    /// Names the task.
    pub fn id(&self) -> Id {
        self.key.id
    }

    pub(crate) fn take(&self) -> Option<Result<T, JoinError>> {
        self.join.take()
    }
}

impl<T: 'static> JoinHandle<T> {
    /// Makes a handle that can abort the task without waiting for it.
    #[must_use = "abort handles do nothing unless `.abort` is called"]
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle {
            join: self.join.clone(),
            runtime: self.runtime,
            key: self.key,
        }
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    /// # Panics
    /// If it is polled after the output was given.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.join.poll(cx)
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        self.join.forget();
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle")
            .field("id", &self.key.id)
            .finish()
    }
}

/// Can end a task without waiting for it.
#[derive(Clone)]
pub struct AbortHandle {
    join: Rc<dyn JoinTarget>,
    /// The runtime's number; it may be gone.
    runtime: u64,
    key: TaskKey,
}

impl AbortHandle {
    /// Asks for the task's end; nothing happens if it was done.
    pub fn abort(&self) {
        abort(&*self.join, self.runtime, self.key);
    }

    /// Tells whether the task has ended in any way.
    pub fn is_finished(&self) -> bool {
        self.join.is_finished()
    }

    /// Names the task.
    pub fn id(&self) -> Id {
        self.key.id
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle")
            .field("id", &self.key.id)
            .finish()
    }
}

fn abort(join: &dyn JoinTarget, runtime: u64, key: TaskKey) {
    join.note_abort();
    if let Some(inner) = Inner::find(runtime) {
        inner.abort(key);
    }
}
