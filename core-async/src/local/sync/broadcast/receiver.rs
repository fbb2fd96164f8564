//! The receiving side.

use super::error::{RecvError, TryRecvError};
use super::{Shared, Slot};
use crate::local::block_on::block_on;
use crate::local::coop;
use crate::local::waiters::Key;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

/// Receives every value sent since it was made.
pub struct Receiver<T> {
    shared: Rc<Shared<T>>,
    /// The position of the next value to see.
    next: u64,
}

impl<T> Receiver<T> {
    pub(super) fn new(shared: Rc<Shared<T>>, next: u64) -> Self {
        Self { shared, next }
    }

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
        if coop::may_go_on()
            && let Poll::Ready(received) = settled(self.try_recv())
        {
            coop::spend();
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
        ready!(coop::proceed(cx));
        let this = self.get_mut();
        // A waker is cloned before the borrow and the replaced one dropped after it.
        let mut spare = this.key.is_none().then(|| cx.waker().clone());
        loop {
            if let Poll::Ready(received) = settled(this.receiver.try_recv()) {
                coop::spend();
                return Poll::Ready(received);
            }
            let mut waiters = this.receiver.shared.waiters.borrow_mut();
            let current = this.key.map(|key| waiters.get_mut(key));
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
                        waiters.free_if_out(key);
                    }
                    this.key = Some(waiters.push_back(spare.take()));
                }
            }
            return Poll::Pending;
        }
    }
}

impl<T> Recv<'_, T> {
    /// Gives up a place in the queue; out of the way of those who never had one.
    #[inline(never)]
    fn cancel(&self, key: Key) {
        let mut waiters = self.receiver.shared.waiters.borrow_mut();
        if waiters.free_if_out(key) {
            return;
        }
        let waker = waiters.remove(key);
        drop(waiters);
        drop(waker);
    }
}

impl<T> Drop for Recv<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.cancel(key);
        }
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broadcast::Receiver")
    }
}
