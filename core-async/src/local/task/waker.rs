//! The waker of a task: plain numbers, so that it is `Send` without unsafe code.

use crate::local::executor::TaskKey;
use crate::local::runtime::Inner;
use std::sync::Arc;
use std::task::{Wake, Waker};

/// Wakes a task of its own thread; on another thread it finds nothing to wake.
pub(crate) struct TaskWaker {
    runtime: u64,
    key: TaskKey,
}

impl TaskWaker {
    pub(crate) fn make(runtime: u64, key: TaskKey) -> Waker {
        Waker::from(Arc::new(Self { runtime, key }))
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(inner) = Inner::find(self.runtime) {
            inner.queue(self.key);
        }
    }
}
