//! The waker of a task: plain numbers, so that it is `Send` without unsafe code.

use super::id::Id;
use crate::local::executor::TaskKey;
use crate::local::runtime::Inner;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Wake, Waker};

/// Wakes a task of its own thread; on another thread it finds nothing to wake.
pub(crate) struct TaskWaker {
    runtime: u64,
    index: usize,
    /// The task's id; a later task may take the waker over.
    id: AtomicU64,
}

impl TaskWaker {
    /// Makes one, and the waker for polls that it is behind.
    pub(crate) fn new(runtime: u64, key: TaskKey) -> (Arc<Self>, Waker) {
        let shared = Arc::new(Self {
            runtime,
            index: key.index,
            id: AtomicU64::new(key.id.number()),
        });
        let waker = Waker::from(shared.clone());
        (shared, waker)
    }

    /// Makes it the waker of another task in the same slot. Nobody else may have it.
    pub(crate) fn rename(&self, id: Id) {
        self.id.store(id.number(), Ordering::Relaxed);
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(inner) = Inner::find(self.runtime)
            && let Some(id) = Id::from_number(self.id.load(Ordering::Relaxed))
        {
            let index = self.index;
            inner.wake_task(TaskKey { index, id });
        }
    }
}
