//! The sending side.

use super::error::SendError;
use super::{Receiver, Shared, Slot};
use crate::local::mutants::{self, Mutant};
use crate::local::sync::Notify;
use crate::local::waiters::Waiters;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

/// Sends values to every receiver.
pub struct Sender<T> {
    shared: Rc<Shared<T>>,
}

impl<T> Sender<T> {
    /// Makes a sender without receivers; the capacity is rounded up to a power of two.
    ///
    /// # Panics
    /// If `capacity` is zero or exceeds `usize::MAX / 2`.
    #[track_caller]
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "broadcast channel capacity cannot be zero");
        assert!(
            capacity <= usize::MAX >> 1,
            "broadcast channel capacity exceeded `usize::MAX / 2`"
        );
        let capacity = match mutants::on(Mutant::BroadcastLagUnrounded) {
            true => 1 << capacity.ilog2(),
            false => capacity.next_power_of_two(),
        };
        let slots = (0..capacity).map(|_| Slot {
            remaining: Cell::new(0),
            value: RefCell::new(None),
        });
        Self {
            shared: Rc::new(Shared {
                slots: slots.collect(),
                mask: capacity as u64 - 1,
                tail: Cell::new(0),
                closed: Cell::new(true),
                senders: Cell::new(1),
                weak_senders: Cell::new(0),
                receivers: Cell::new(0),
                waiters: RefCell::new(Waiters::new()),
                deserted: Notify::new(),
            }),
        }
    }

    /// Sends a value and tells how many receivers there are.
    ///
    /// # Errors
    /// The value itself, if nobody receives.
    ///
    /// # Panics
    /// If it comes from the `clone` of the very value that it would overwrite.
    #[track_caller]
    #[inline]
    pub fn send(&self, value: T) -> Result<usize, SendError<T>> {
        let shared = &*self.shared;
        let receivers = shared.receivers.get();
        if receivers == 0 || (mutants::on(Mutant::BroadcastStaysClosed) && shared.closed.get()) {
            return Err(SendError(value));
        }
        let position = shared.tail.get();
        let slot = shared.slot(position);
        let Ok(mut place) = slot.value.try_borrow_mut() else {
            panic!("a broadcast value was overwritten from its own `clone`");
        };
        let old = place.replace(value);
        drop(place);
        slot.remaining.set(receivers);
        shared.tail.set(position.wrapping_add(1));
        drop(old);
        shared.wake_receivers();
        Ok(receivers)
    }

    /// Makes a receiver of what is sent from now on.
    pub fn subscribe(&self) -> Receiver<T> {
        self.shared.subscribe()
    }

    /// Makes a sender that does not keep the channel open.
    #[must_use = "a weak sender does not keep the channel open"]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::join(&self.shared)
    }

    /// Counts the values that some receiver has yet to see.
    pub fn len(&self) -> usize {
        let tail = self.shared.tail.get();
        let capacity = self.shared.capacity();
        // Seen values are the older ones, so that a binary search finds the border.
        let (mut low, mut high) = (0, capacity);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.shared.slot(tail.wrapping_add(middle)).remaining.get() {
                0 => low = middle + 1,
                _ => high = middle,
            }
        }
        (capacity - low) as usize
    }

    /// Tells whether every receiver has seen everything.
    pub fn is_empty(&self) -> bool {
        let newest = self.shared.tail.get().wrapping_sub(1);
        self.shared.slot(newest).remaining.get() == 0
    }

    /// Counts the receivers.
    pub fn receiver_count(&self) -> usize {
        self.shared.receivers.get()
    }

    /// Tells whether both belong to one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.shared, &other.shared)
    }

    /// Waits until nobody receives.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn closed(&self) {
        while !self.shared.closed.get() {
            self.shared.deserted.notified().await;
        }
    }

    /// Counts the senders.
    pub fn strong_count(&self) -> usize {
        self.shared.senders.get()
    }

    /// Counts the weak senders.
    pub fn weak_count(&self) -> usize {
        self.shared.weak_senders.get()
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.senders.set(self.shared.senders.get() + 1);
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let left = self.shared.senders.get() - 1;
        self.shared.senders.set(left);
        if left == 0 {
            let hang = mutants::on(Mutant::BroadcastHangsAfterClose) && self.shared.tail.get() > 0;
            self.shared.closed.set(!hang);
            self.shared.wake_receivers();
        }
    }
}

/// A sender that does not keep the channel open.
pub struct WeakSender<T> {
    shared: Rc<Shared<T>>,
}

impl<T> WeakSender<T> {
    fn join(shared: &Rc<Shared<T>>) -> Self {
        shared.weak_senders.set(shared.weak_senders.get() + 1);
        Self {
            shared: shared.clone(),
        }
    }

    /// Makes a sender, unless the last one is gone.
    #[must_use]
    pub fn upgrade(&self) -> Option<Sender<T>> {
        let senders = self.shared.senders.get();
        (senders > 0).then(|| {
            self.shared.senders.set(senders + 1);
            Sender {
                shared: self.shared.clone(),
            }
        })
    }

    /// Counts the senders.
    pub fn strong_count(&self) -> usize {
        self.shared.senders.get()
    }

    /// Counts the weak senders.
    pub fn weak_count(&self) -> usize {
        self.shared.weak_senders.get()
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self::join(&self.shared)
    }
}

impl<T> Drop for WeakSender<T> {
    fn drop(&mut self) {
        let count = &self.shared.weak_senders;
        count.set(count.get() - 1);
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broadcast::Sender")
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broadcast::WeakSender")
    }
}
