//! A value that the host feeds and others listen to.

use std::sync::Arc;

use bridge_traits::BoxStream;
use core_async::sync::watch;
use futures::{StreamExt, stream};

/// A shared value; a listener that is slow misses states in between, never the last.
#[derive(Debug, Clone)]
pub(crate) struct Fed<T> {
    sender: Arc<watch::Sender<T>>,
}

impl<T: Copy + PartialEq + Send + Sync + 'static> Fed<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            sender: Arc::new(watch::Sender::new(value)),
        }
    }

    pub(crate) fn get(&self) -> T {
        *self.sender.borrow()
    }

    pub(crate) fn set(&self, value: T) {
        self.sender.send_if_modified(|old| {
            let changed = *old != value;
            *old = value;
            changed
        });
    }

    /// Yields the present value and then each new one; ends when the last owner is gone.
    pub(crate) fn stream(&self) -> BoxStream<'static, T> {
        let mut receiver = self.sender.subscribe();
        receiver.mark_changed();
        let states = stream::unfold(receiver, async |mut receiver| {
            receiver.changed().await.ok()?;
            let value = *receiver.borrow_and_update();
            Some((value, receiver))
        });
        Box::pin(states.fuse())
    }
}
