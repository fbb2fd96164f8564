//! A place for one waker.

use std::cell::Cell;
use std::fmt;
use std::task::{Context, Waker};

/// Keeps the waker of the last poll.
///
/// It is taken out before it is used, so that its code finds nothing borrowed.
#[derive(Default)]
pub(crate) struct WakerSlot(Cell<Option<Waker>>);

impl WakerSlot {
    /// Keeps the poll's waker; the caller looks again afterwards whether there is news.
    pub(crate) fn register(&self, cx: &Context<'_>) {
        let old = self.0.take();
        match &old {
            Some(waker) if waker.will_wake(cx.waker()) => self.0.set(old),
            _ => {
                let waker = cx.waker().clone();
                drop(self.0.replace(Some(waker)));
                drop(old);
            }
        }
    }

    pub(crate) fn wake(&self) {
        if let Some(waker) = self.0.take() {
            waker.wake();
        }
    }

    pub(crate) fn clear(&self) {
        drop(self.0.take());
    }
}

impl fmt::Debug for WakerSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WakerSlot")
    }
}
