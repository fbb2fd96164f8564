//! A channel whose every receiver sees every value, or is told how many it missed.

use crate::local::block_on::block_on;
use crate::local::mutants::{self, Mutant};
use crate::local::sync::Notify;
use crate::local::waiters::{Key, Waiters};
use crate::local::wake_batch::WakeBatch;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Errors of this channel.
pub mod error {
    use std::fmt;
    use thiserror::Error;

    /// Nobody receives; it gives the value back.
    #[derive(Error)]
    #[error("channel closed")]
    pub struct SendError<T>(pub T);

    impl<T> fmt::Debug for SendError<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("SendError").finish_non_exhaustive()
        }
    }

    /// Why there is no next value.
    #[derive(Debug, PartialEq, Eq, Clone, Error)]
    pub enum RecvError {
        /// All senders are gone and everything was received.
        #[error("channel closed")]
        Closed,
        /// So many values were overwritten; the next one is the oldest kept.
        #[error("channel lagged by {0}")]
        Lagged(u64),
    }

    /// Why there is no next value at once.
    #[derive(Debug, PartialEq, Eq, Clone, Error)]
    pub enum TryRecvError {
        /// Everything was received.
        #[error("channel empty")]
        Empty,
        /// All senders are gone and everything was received.
        #[error("channel closed")]
        Closed,
        /// So many values were overwritten; the next one is the oldest kept.
        #[error("channel lagged by {0}")]
        Lagged(u64),
    }
}

use error::{RecvError, SendError, TryRecvError};

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
            self.wake_waiters();
        }
    }

    fn wake_waiters(&self) {
        let mut wakers = WakeBatch::new();
        {
            let mut waiters = self.waiters.borrow_mut();
            while let Some(waker) = waiters.pop_front() {
                wakers.push(waker.take());
            }
        }
        wakers.wake();
    }

    fn subscribe(self: &Rc<Self>) -> Receiver<T> {
        if self.receivers.get() == 0 && !mutants::on(Mutant::BroadcastStaysClosed) {
            self.closed.set(false);
        }
        self.receivers.set(self.receivers.get() + 1);
        Receiver {
            shared: self.clone(),
            next: self.tail.get(),
        }
    }
}

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

/// Receives every value sent since it was made.
pub struct Receiver<T> {
    shared: Rc<Shared<T>>,
    /// The position of the next value to see.
    next: u64,
}

impl<T> Receiver<T> {
    /// Counts the values to come, overwritten ones included.
    pub fn len(&self) -> usize {
        self.shared.tail.get().wrapping_sub(self.next) as usize
    }

    /// Tells whether everything was received.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tells whether both belong to one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.shared, &other.shared)
    }

    /// Counts the senders.
    pub fn sender_strong_count(&self) -> usize {
        self.shared.senders.get()
    }

    /// Counts the weak senders.
    pub fn sender_weak_count(&self) -> usize {
        self.shared.weak_senders.get()
    }

    /// Tells whether all senders are gone.
    pub fn is_closed(&self) -> bool {
        self.shared.senders.get() == 0
    }

    /// Moves on to the next value and gives its position.
    fn advance(&mut self) -> Result<u64, TryRecvError> {
        let tail = self.shared.tail.get();
        if self.next == tail {
            return Err(match self.shared.closed.get() {
                true => TryRecvError::Closed,
                false => TryRecvError::Empty,
            });
        }
        let capacity = self.shared.capacity();
        let behind = tail.wrapping_sub(self.next);
        if behind > capacity {
            self.next = tail.wrapping_sub(capacity);
            return Err(TryRecvError::Lagged(behind - capacity));
        }
        let position = self.next;
        self.next = position.wrapping_add(1);
        Ok(position)
    }
}

impl<T: Clone> Receiver<T> {
    /// Makes a receiver of what is sent from now on.
    pub fn resubscribe(&self) -> Self {
        self.shared.subscribe()
    }

    /// Waits for the next value.
    ///
    /// # Errors
    /// If values were overwritten, or all senders are gone and everything was received.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn recv(&mut self) -> Result<T, RecvError> {
        if let Poll::Ready(received) = settled(self.try_recv()) {
            return received;
        }
        let wait = Recv {
            receiver: self,
            key: None,
        };
        wait.await
    }

    /// Takes the next value if it is there.
    ///
    /// # Errors
    /// If there is none, values were overwritten, or all senders are gone.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let position = self.advance()?;
        let slot = self.shared.slot(position);
        let _passed = Passed(slot);
        slot.value.borrow().clone().ok_or(TryRecvError::Closed)
    }

    /// Waits for the next value from synchronous code.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    ///
    /// # Panics
    /// Where `block_on` does.
    pub fn blocking_recv(&mut self) -> Result<T, RecvError> {
        block_on(self.recv())
    }
}

/// Tells what a receiver waits for from what there is at once.
#[inline]
fn settled<T>(received: Result<T, TryRecvError>) -> Poll<Result<T, RecvError>> {
    Poll::Ready(match received {
        Ok(value) => Ok(value),
        Err(TryRecvError::Lagged(n)) => Err(RecvError::Lagged(n)),
        Err(TryRecvError::Closed) => Err(RecvError::Closed),
        Err(TryRecvError::Empty) => return Poll::Pending,
    })
}

/// Counts a receiver off when the value was cloned, or its `clone` panicked.
struct Passed<'a, T>(&'a Slot<T>);

impl<T> Drop for Passed<'_, T> {
    fn drop(&mut self) {
        self.0.passed();
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let shared = self.shared.clone();
        let left = shared.receivers.get() - 1;
        shared.receivers.set(left);
        if left == 0 {
            shared.closed.set(true);
        }
        let until = shared.tail.get();
        while self.next < until {
            if let Ok(position) = self.advance() {
                shared.slot(position).passed();
            }
        }
        if left == 0 {
            shared.deserted.notify_waiters();
        }
    }
}

struct Recv<'a, T> {
    receiver: &'a mut Receiver<T>,
    key: Option<Key>,
}

impl<T: Clone> Future for Recv<'_, T> {
    type Output = Result<T, RecvError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        // A waker is cloned before the borrow and the replaced one dropped after it.
        let mut spare = this.key.is_none().then(|| cx.waker().clone());
        loop {
            if let Poll::Ready(received) = settled(this.receiver.try_recv()) {
                return Poll::Ready(received);
            }
            let mut waiters = this.receiver.shared.waiters.borrow_mut();
            let current = this.key.and_then(|key| waiters.get_mut(key));
            if let Some(Some(waker)) = &current
                && waker.will_wake(cx.waker())
            {
                return Poll::Pending;
            }
            if spare.is_none() {
                drop(waiters);
                spare = Some(cx.waker().clone());
                continue;
            }
            match current {
                // Still queued: `None` would mean woken, and then there is news above.
                Some(waker @ Some(_)) => std::mem::swap(waker, &mut spare),
                _ => {
                    if let Some(key) = this.key {
                        waiters.remove(key);
                    }
                    this.key = Some(waiters.push_back(spare.take()));
                }
            }
            return Poll::Pending;
        }
    }
}

impl<T> Drop for Recv<'_, T> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            let waker = self.receiver.shared.waiters.borrow_mut().remove(key);
            drop(waker);
        }
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

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broadcast::Receiver")
    }
}
