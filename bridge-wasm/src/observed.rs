//! A value that the browser or the host changes and others listen to.

use std::rc::Rc;

use bridge_traits::BoxStream;
use core_async::sync::watch;
use futures::{StreamExt, stream};

/// A shared value; a listener that is slow misses states in between, never the last.
#[derive(Debug, Clone)]
pub(crate) struct Observed<T> {
    sender: Rc<watch::Sender<T>>,
}

impl<T: Copy + PartialEq + 'static> Observed<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            sender: Rc::new(watch::Sender::new(value)),
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

    /// Yields the present value and then each new one, as long as `guard` or anybody else keeps the
    /// value alive.
    pub(crate) fn stream<G: 'static>(&self, guard: G) -> BoxStream<'static, T> {
        let mut receiver = self.sender.subscribe();
        receiver.mark_changed();
        let states = stream::unfold((receiver, guard), async |(mut receiver, guard)| {
            receiver.changed().await.ok()?;
            let value = *receiver.borrow_and_update();
            Some((value, (receiver, guard)))
        });
        Box::pin(states.fuse())
    }
}
