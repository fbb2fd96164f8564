//! The queue with a limit.

use super::chan::Chan;
use super::error::{SendError, SendTimeoutError, TryRecvError, TrySendError};
use super::permit::{OwnedPermit, Permit, PermitIterator};
use super::sending::{RoomWait, Sending};
use crate::local::block_on::block_on;
use crate::local::sync::batch::{Batch, TryError};
use crate::local::time;
use std::fmt;
use std::future::Future;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

/// Makes a queue for `buffer` values.
///
/// # Panics
/// If `buffer` is zero or exceeds `Semaphore::MAX_PERMITS`.
#[track_caller]
pub fn channel<T>(buffer: usize) -> (Sender<T>, Receiver<T>) {
    assert!(buffer > 0, "mpsc bounded channel requires buffer > 0");
    let chan = Chan::new(Some(buffer));
    (Sender { chan: chan.clone() }, Receiver { chan })
}

/// Sends to a bounded queue.
pub struct Sender<T> {
    chan: Rc<Chan<T>>,
}

impl<T> Sender<T> {
    /// Waits for room and sends.
    ///
    /// # Errors
    /// The value itself, if the receiver is gone or closed.
    ///
    /// # Cancel safety
    /// The value and the place in the queue are lost, nothing is sent.
    pub fn send(&self, value: T) -> impl Future<Output = Result<(), SendError<T>>> {
        Sending::new(&self.chan, value)
    }

    /// Waits for room for a time, and sends.
    ///
    /// # Errors
    /// The value itself, if there was no room in time or the receiver is gone or closed.
    pub async fn send_timeout(
        &self,
        value: T,
        timeout: Duration,
    ) -> Result<(), SendTimeoutError<T>> {
        match time::timeout(timeout, self.reserve()).await {
            Err(_) => Err(SendTimeoutError::Timeout(value)),
            Ok(Err(SendError(()))) => Err(SendTimeoutError::Closed(value)),
            Ok(Ok(permit)) => {
                permit.send(value);
                Ok(())
            }
        }
    }

    /// Sends if there is room.
    ///
    /// # Errors
    /// The value itself, if there is none or the receiver is gone or closed.
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        match self.try_take(1) {
            Ok(()) => {
                self.chan.push(value);
                Ok(())
            }
            Err(TryError::Closed) => Err(TrySendError::Closed(value)),
            Err(TryError::NoPermits) => Err(TrySendError::Full(value)),
        }
    }

    /// Waits for room and sends, from synchronous code.
    ///
    /// # Errors
    /// The value itself, if the receiver is gone or closed.
    ///
    /// # Panics
    /// Where `block_on` does.
    pub fn blocking_send(&self, value: T) -> Result<(), SendError<T>> {
        block_on(self.send(value))
    }

    /// Waits for room for one value.
    ///
    /// # Errors
    /// If the receiver is gone or closed.
    ///
    /// # Cancel safety
    /// The place in the queue is lost.
    pub async fn reserve(&self) -> Result<Permit<'_, T>, SendError<()>> {
        self.take(1).await?;
        Ok(Permit::new(&self.chan))
    }

    /// Waits for room for `n` values together.
    ///
    /// # Errors
    /// If the receiver is gone or closed, or the queue is shorter than `n`.
    ///
    /// # Cancel safety
    /// The place in the queue is lost.
    pub async fn reserve_many(&self, n: usize) -> Result<PermitIterator<'_, T>, SendError<()>> {
        self.take(n).await?;
        Ok(PermitIterator::new(&self.chan, n))
    }

    /// Waits for room for one value and hands the sender over to it.
    ///
    /// # Errors
    /// If the receiver is gone or closed.
    ///
    /// # Cancel safety
    /// The place in the queue and the sender are lost.
    pub async fn reserve_owned(self) -> Result<OwnedPermit<T>, SendError<()>> {
        self.take(1).await?;
        Ok(OwnedPermit::new(self))
    }

    /// Takes room for one value if there is some.
    ///
    /// # Errors
    /// If there is none or the receiver is gone or closed.
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
        self.try_take(1).map_err(refused)?;
        Ok(Permit::new(&self.chan))
    }

    /// Takes room for `n` values if there is enough.
    ///
    /// # Errors
    /// If there is not, or the receiver is gone or closed.
    pub fn try_reserve_many(&self, n: usize) -> Result<PermitIterator<'_, T>, TrySendError<()>> {
        if n > self.max_capacity() {
            return Err(TrySendError::Full(()));
        }
        self.try_take(n).map_err(refused)?;
        Ok(PermitIterator::new(&self.chan, n))
    }

    /// Takes room for one value if there is some and hands the sender over to it.
    ///
    /// # Errors
    /// The sender itself, if there is none or the receiver is gone or closed.
    pub fn try_reserve_owned(self) -> Result<OwnedPermit<T>, TrySendError<Self>> {
        match self.try_take(1) {
            Ok(()) => Ok(OwnedPermit::new(self)),
            Err(TryError::Closed) => Err(TrySendError::Closed(self)),
            Err(TryError::NoPermits) => Err(TrySendError::Full(self)),
        }
    }

    /// Waits until the receiver is gone or closed.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn closed(&self) {
        self.chan.closed().await;
    }

    /// Tells whether the receiver is gone or closed.
    pub fn is_closed(&self) -> bool {
        self.chan.is_closed()
    }

    /// Tells whether both belong to one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.chan, &other.chan)
    }

    /// Tells how many values have room now.
    pub fn capacity(&self) -> usize {
        self.room().available()
    }

    /// Tells how many values have room when the queue is empty.
    pub fn max_capacity(&self) -> usize {
        self.chan.bound
    }

    /// Makes a sender that does not keep the channel open.
    #[must_use = "a weak sender does not keep the channel open"]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::join(&self.chan)
    }

    /// Counts the senders.
    pub fn strong_count(&self) -> usize {
        self.chan.senders.get()
    }

    /// Counts the weak senders.
    pub fn weak_count(&self) -> usize {
        self.chan.weak_senders.get()
    }

    pub(super) fn chan(&self) -> &Chan<T> {
        &self.chan
    }

    #[inline]
    fn room(&self) -> &Batch {
        self.chan.bounded_room()
    }

    async fn take(&self, n: usize) -> Result<(), SendError<()>> {
        if n > self.max_capacity() {
            return Err(SendError(()));
        }
        if self.room().take_at_once(n) {
            return Ok(());
        }
        RoomWait::new(&self.chan, n).await
    }

    fn try_take(&self, n: usize) -> Result<(), TryError> {
        self.room().try_acquire(n)
    }
}

fn refused(error: TryError) -> TrySendError<()> {
    match error {
        TryError::Closed => TrySendError::Closed(()),
        TryError::NoPermits => TrySendError::Full(()),
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.chan.add_sender();
        Self {
            chan: self.chan.clone(),
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.chan.sender_gone();
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

macro_rules! weak {
    ($weak:ident, $strong:ident) => {
        /// A sender that does not keep the channel open.
        pub struct $weak<T> {
            chan: Rc<Chan<T>>,
        }

        impl<T> $weak<T> {
            fn join(chan: &Rc<Chan<T>>) -> Self {
                chan.weak_senders.set(chan.weak_senders.get() + 1);
                Self { chan: chan.clone() }
            }

            /// Makes a sender, unless the last one is gone.
            pub fn upgrade(&self) -> Option<$strong<T>> {
                (self.chan.senders.get() > 0).then(|| {
                    self.chan.add_sender();
                    $strong {
                        chan: self.chan.clone(),
                    }
                })
            }

            /// Counts the senders.
            pub fn strong_count(&self) -> usize {
                self.chan.senders.get()
            }

            /// Counts the weak senders.
            pub fn weak_count(&self) -> usize {
                self.chan.weak_senders.get()
            }
        }

        impl<T> Clone for $weak<T> {
            fn clone(&self) -> Self {
                Self::join(&self.chan)
            }
        }

        impl<T> Drop for $weak<T> {
            fn drop(&mut self) {
                let count = &self.chan.weak_senders;
                count.set(count.get() - 1);
            }
        }

        impl<T> fmt::Debug for $weak<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($weak)).finish_non_exhaustive()
            }
        }
    };
}
pub(super) use weak;

weak!(WeakSender, Sender);

macro_rules! receiver {
    ($name:ident) => {
        impl<T> $name<T> {
            /// Waits for the next value; `None` means that nothing will come any more.
            ///
            /// # Cancel safety
            /// Nothing is lost.
            pub async fn recv(&mut self) -> Option<T> {
                poll_fn(|cx| self.poll_recv(cx)).await
            }

            /// Waits for values and takes up to `limit` of them; zero means the end.
            ///
            /// # Cancel safety
            /// Nothing is lost.
            pub async fn recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> usize {
                poll_fn(|cx| self.poll_recv_many(cx, buffer, limit)).await
            }

            /// Takes the next value if it is there.
            ///
            /// # Errors
            /// If the queue is empty, told apart by whether something may come.
            pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
                self.chan.try_recv()
            }

            /// Waits for the next value from synchronous code.
            ///
            /// # Panics
            /// Where `block_on` does.
            pub fn blocking_recv(&mut self) -> Option<T> {
                block_on(self.recv())
            }

            /// Waits for values from synchronous code.
            ///
            /// # Panics
            /// Where `block_on` does.
            pub fn blocking_recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> usize {
                block_on(self.recv_many(buffer, limit))
            }

            /// Refuses new values; what was sent or has room already still comes.
            pub fn close(&mut self) {
                self.chan.close();
            }

            /// Tells whether no sender can send any more.
            pub fn is_closed(&self) -> bool {
                self.chan.is_closed() || self.chan.senders.get() == 0
            }

            /// Tells whether no value lies ready.
            pub fn is_empty(&self) -> bool {
                self.chan.len() == 0
            }

            /// Counts the values that lie ready.
            pub fn len(&self) -> usize {
                self.chan.len()
            }

            /// Polls for the next value; the last poll's waker is kept.
            pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
                self.chan.poll_recv(cx)
            }

            /// Polls for values; the last poll's waker is kept.
            pub fn poll_recv_many(
                &mut self,
                cx: &mut Context<'_>,
                buffer: &mut Vec<T>,
                limit: usize,
            ) -> Poll<usize> {
                self.chan.poll_recv_many(cx, buffer, limit)
            }

            /// Counts the senders.
            pub fn sender_strong_count(&self) -> usize {
                self.chan.senders.get()
            }

            /// Counts the weak senders.
            pub fn sender_weak_count(&self) -> usize {
                self.chan.weak_senders.get()
            }
        }

        impl<T> Drop for $name<T> {
            fn drop(&mut self) {
                self.chan.desert();
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}
pub(super) use receiver;

/// Receives from a bounded queue.
pub struct Receiver<T> {
    chan: Rc<Chan<T>>,
}

receiver!(Receiver);

impl<T> Receiver<T> {
    /// Tells how many values have room now.
    pub fn capacity(&self) -> usize {
        self.chan.room.as_ref().map_or(0, Batch::available)
    }

    /// Tells how many values have room when the queue is empty.
    pub fn max_capacity(&self) -> usize {
        self.chan.bound
    }
}
