//! The waker of a task: plain numbers, so that it is `Send` without unsafe code.

use crate::local::executor::TaskKey;
use crate::local::runtime::Inner;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Wake;

/// Wakes a task of its own thread; on another thread it finds nothing to wake.
///
/// It is what lies in the run queue, too: a wake-up moves it there, and a poll lends it to the task.
pub(crate) struct TaskWaker {
    pub(crate) key: TaskKey,
    runtime: u64,
    /// It runs in a macrotask of its own.
    pub(crate) blocking: bool,
    /// It is in a queue, or its task has ended. Only its own thread asks and tells.
    queued: AtomicBool,
}

impl TaskWaker {
    pub(crate) fn new(runtime: u64, key: TaskKey, blocking: bool) -> Self {
        Self {
            key,
            runtime,
            blocking,
            queued: AtomicBool::new(false),
        }
    }

    /// Marks it as queued and tells whether it was not.
    pub(crate) fn claim(&self) -> bool {
        let queued = self.queued.load(Ordering::Relaxed);
        self.queued.store(true, Ordering::Relaxed);
        !queued
    }

    /// Marks it as taken from the queue.
    pub(crate) fn release(&self) {
        self.queued.store(false, Ordering::Relaxed);
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        if let Some(inner) = Inner::find(self.runtime) {
            inner.queue(self);
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(inner) = Inner::find(self.runtime) {
            inner.queue(self.clone());
        }
    }
}
