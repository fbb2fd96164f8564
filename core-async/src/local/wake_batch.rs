//! Wakers collected under a borrow, to be woken after it.

use crate::local::waiters::Waiters;
use std::cell::RefMut;
use std::task::Waker;

/// A list of wakers; one, as in every hand-off, needs no allocation.
pub(crate) struct WakeBatch {
    first: Option<Waker>,
    others: Vec<Waker>,
}

/// Takes all waiters off a queue, gives the oldest `first` and the others `given`, and wakes them then.
///
/// Most often there is one, who needs no list and so no frame on wasm's own stack.
#[inline(never)]
pub(crate) fn wake_all(
    mut waiters: RefMut<'_, Waiters<Option<Waker>>>,
    first: usize,
    given: usize,
) {
    let Some(oldest) = waiters.pop_front(first) else {
        return;
    };
    if !waiters.is_empty() {
        return wake_several(waiters, oldest, given);
    }
    drop(waiters);
    if let Some(waker) = oldest {
        waker.wake();
    }
}

#[inline(never)]
fn wake_several(
    mut waiters: RefMut<'_, Waiters<Option<Waker>>>,
    oldest: Option<Waker>,
    given: usize,
) {
    let mut wakers = WakeBatch::new();
    wakers.push(oldest);
    while let Some(waker) = waiters.pop_front(given) {
        wakers.push(waker);
    }
    drop(waiters);
    wakers.wake();
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
