//! Futures in numbered slots, polled by hand.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

pub(crate) const SLOTS: usize = 8;

type Boxed = Pin<Box<dyn Future<Output = i64>>>;

/// What a slot holds; a future that is being polled or dropped is in nobody's reach.
#[derive(Default)]
pub(crate) struct Futures {
    slots: [RefCell<Option<Boxed>>; SLOTS],
    polling: [Cell<bool>; SLOTS],
    /// Woken since its last poll began.
    woken: [Cell<bool>; SLOTS],
    /// Counts the futures that were here.
    generation: [Cell<usize>; SLOTS],
}

impl Futures {
    /// Puts a future into a slot, unless there is one.
    pub(crate) fn start(&self, slot: usize, future: impl Future<Output = i64> + 'static) {
        let mut place = self.slots[slot].borrow_mut();
        if place.is_none() {
            *place = Some(Box::pin(future));
            self.generation[slot].set(self.generation[slot].get() + 1);
        } else {
            drop(place);
            drop(future);
        }
    }

    pub(crate) fn poll(&self, slot: usize, cx: &mut Context<'_>) -> Option<Poll<i64>> {
        let mut future = self.slots[slot].borrow_mut().take()?;
        self.polling[slot].set(true);
        self.woken[slot].set(false);
        let polled = future.as_mut().poll(cx);
        self.polling[slot].set(false);
        if polled.is_pending() {
            let displaced = self.slots[slot].borrow_mut().replace(future);
            drop(displaced);
        }
        Some(polled)
    }

    /// Names the future that is or was last in the slot.
    pub(crate) fn generation(&self, slot: usize) -> usize {
        self.generation[slot].get()
    }

    /// Notes a wake-up and tells whether it means anything: the future is there and hasn't been woken.
    pub(crate) fn note_wake(&self, slot: usize, generation: usize) -> bool {
        if self.generation(slot) != generation {
            return false;
        }
        let pending = self.polling[slot].get() || self.slots[slot].borrow().is_some();
        pending && !self.woken[slot].replace(true)
    }

    pub(crate) fn cancel(&self, slot: usize) -> bool {
        let future = self.slots[slot].borrow_mut().take();
        future.is_some()
    }
}
