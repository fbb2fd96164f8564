//! A channel whose every receiver sees every value, or is told how many it missed.

pub mod error;
mod receiver;
mod sender;

use crate::local::mutants::{self, Mutant};
use crate::local::sync::Notify;
use crate::local::waiters::Waiters;
use crate::local::wake_batch::wake_all;
pub use receiver::Receiver;
pub use sender::{Sender, WeakSender};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Waker;

/// Makes a channel that keeps the last `capacity` values, rounded up to a power of two.
///
/// # Panics
/// If `capacity` is zero or exceeds `usize::MAX / 2`.
#[track_caller]
pub fn channel<T: Clone>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let sender = Sender::new(capacity);
    let receiver = sender.subscribe();
    (sender, receiver)
}

struct Shared<T> {
    /// A value at position `p` lies in slot `p & mask`.
    slots: Box<[Slot<T>]>,
    mask: u64,
    /// Where the next value goes.
    tail: Cell<u64>,
    /// No sender or no receiver is left.
    closed: Cell<bool>,
    senders: Cell<usize>,
    weak_senders: Cell<usize>,
    receivers: Cell<usize>,
    waiters: RefCell<Waiters<Option<Waker>>>,
    deserted: Notify,
}

struct Slot<T> {
    /// How many receivers have yet to see the value.
    remaining: Cell<usize>,
    /// Cloned under a shared borrow of this slot alone, so that a `clone` may use the channel.
    value: RefCell<Option<T>>,
}

impl<T> Slot<T> {
    /// Counts one receiver off and drops the value after the last.
    fn passed(&self) {
        let left = self.remaining.get() - 1;
        self.remaining.set(left);
        if left == 0
            && let Ok(mut place) = self.value.try_borrow_mut()
        {
            let value = place.take();
            drop(place);
            drop(value);
        }
    }
}

impl<T> Shared<T> {
    fn slot(&self, position: u64) -> &Slot<T> {
        &self.slots[(position & self.mask) as usize]
    }

    fn capacity(&self) -> u64 {
        self.slots.len() as u64
    }

    #[inline]
    fn wake_receivers(&self) {
        if !self.waiters.borrow().is_empty() {
            wake_all(self.waiters.borrow_mut(), 0, 0);
        }
    }

    fn subscribe(self: &Rc<Self>) -> Receiver<T> {
        if self.receivers.get() == 0 && !mutants::on(Mutant::BroadcastStaysClosed) {
            self.closed.set(false);
        }
        self.receivers.set(self.receivers.get() + 1);
        Receiver::new(self.clone(), self.tail.get())
    }
}
