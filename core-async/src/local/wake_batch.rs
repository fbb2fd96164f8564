//! Wakers collected under a borrow, to be woken after it.

use std::task::Waker;

/// A list of wakers; one, as in every hand-off, needs no allocation.
pub(crate) struct WakeBatch {
    first: Option<Waker>,
    others: Vec<Waker>,
}

impl WakeBatch {
    pub(crate) const fn new() -> Self {
        Self {
            first: None,
            others: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, waker: Option<Waker>) {
        match waker {
            None => {}
            waker if self.first.is_none() => self.first = waker,
            waker => self.others.extend(waker),
        }
    }

    /// Wakes all in the order of collection. No cell may be borrowed now.
    pub(crate) fn wake(self) {
        if let Some(waker) = self.first {
            waker.wake();
        }
        for waker in self.others {
            waker.wake();
        }
    }
}
