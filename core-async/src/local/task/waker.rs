//! The waker of a task: plain numbers, so that it is `Send` without unsafe code.

use crate::local::executor::TaskKey;
use crate::local::runtime::Inner;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Wake, Waker};

/// Wakes a task of its own thread; on another thread it finds nothing to wake.
pub(crate) struct TaskWaker {
    runtime: u64,
    index: u32,
    /// The slot's generation; a later task may take the waker over.
    generation: AtomicU32,
}

impl TaskWaker {
    /// Makes one, and the waker for polls that it is behind.
    pub(crate) fn new(runtime: u64, key: TaskKey) -> (Arc<Self>, Waker) {
        let shared = Arc::new(Self {
            runtime,
            index: key.index,
            generation: AtomicU32::new(key.generation),
        });
        let waker = Waker::from(shared.clone());
        (shared, waker)
    }

    /// Makes it the waker of another task in the same slot. Nobody else may have it.
    #[inline]
    pub(crate) fn rename(&self, key: TaskKey) {
        self.generation.store(key.generation, Ordering::Relaxed);
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(inner) = Inner::find(self.runtime) {
            inner.wake_task(TaskKey {
                index: self.index,
                generation: self.generation.load(Ordering::Relaxed),
            });
        }
    }
}
