//! A channel for one value.

use crate::local::block_on::block_on;
use crate::local::coop;
use crate::local::mutants::{self, Mutant};
use crate::local::waker_slot::WakerSlot;
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

/// Errors of this channel.
pub mod error {
    use thiserror::Error;

    /// The sender was dropped without sending.
    #[derive(Debug, Clone, PartialEq, Eq, Error)]
    #[error("channel closed")]
    pub struct RecvError(pub(super) ());

    /// Why no value could be had at once.
    #[derive(Debug, Clone, PartialEq, Eq, Error)]
    pub enum TryRecvError {
        /// Nothing was sent yet.
        #[error("channel empty")]
        Empty,
        /// Nothing will come any more.
        #[error("channel closed")]
        Closed,
    }
}

use error::{RecvError, TryRecvError};

/// Makes a channel for one value.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let shared = Rc::new(Shared {
        value: Cell::new(None),
        complete: Cell::new(false),
        closed: Cell::new(false),
        sender: WakerSlot::default(),
        receiver: WakerSlot::default(),
    });
    (
        Sender {
            shared: shared.clone(),
        },
        Receiver {
            shared: Some(shared),
        },
    )
}

struct Shared<T> {
    value: Cell<Option<T>>,
    /// The sender has sent or is gone.
    complete: Cell<bool>,
    /// The receiver wants nothing any more.
    closed: Cell<bool>,
    /// Who waits for `closed`.
    sender: WakerSlot,
    /// Who waits for `complete`.
    receiver: WakerSlot,
}

impl<T> Shared<T> {
    #[inline]
    fn complete(&self) {
        self.complete.set(true);
        // Who closed knows already that nothing comes.
        if !self.closed.get() {
            self.receiver.wake();
        }
    }

    fn close(&self) {
        if !self.closed.replace(true) && !self.complete.get() {
            self.sender.wake();
            // The one who closes is the one who waits, and knows.
            self.receiver.clear();
        }
    }
}

/// Sends the one value.
pub struct Sender<T> {
    shared: Rc<Shared<T>>,
}

impl<T> Sender<T> {
    /// Sends the value.
    ///
    /// # Errors
    /// The value itself, if the receiver is gone or closed.
    #[inline]
    pub fn send(self, value: T) -> Result<(), T> {
        if self.shared.closed.get() && !mutants::on(Mutant::OneshotSendsToClosed) {
            return Err(value);
        }
        self.shared.value.set(Some(value));
        // To drop the sender completes it.
        if mutants::on(Mutant::OneshotDropIsSilent) {
            self.shared.complete();
        }
        Ok(())
    }

    /// Waits until the receiver is gone or closed.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn closed(&mut self) {
        std::future::poll_fn(|cx| self.poll_closed(cx)).await;
    }

    /// Tells whether the receiver is gone or closed.
    pub fn is_closed(&self) -> bool {
        self.shared.closed.get()
    }

    /// Polls for [`closed`](Self::closed); the last poll's waker is kept.
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        ready!(coop::proceed(cx));
        let shared = &self.shared;
        if !shared.closed.get() {
            shared.sender.register(cx);
        }
        if !shared.closed.get() {
            return Poll::Pending;
        }
        coop::spend();
        Poll::Ready(())
    }
}

impl<T> Drop for Sender<T> {
    #[inline]
    fn drop(&mut self) {
        if !mutants::on(Mutant::OneshotDropIsSilent) {
            self.shared.complete();
        }
    }
}

/// Receives the one value.
#[must_use = "futures do nothing unless polled"]
pub struct Receiver<T> {
    /// `None` once the end was seen.
    shared: Option<Rc<Shared<T>>>,
}

impl<T> Receiver<T> {
    /// Refuses a value that was not sent yet.
    pub fn close(&mut self) {
        if let Some(shared) = &self.shared {
            shared.close();
        }
    }

    /// Takes the value if it is there.
    ///
    /// # Errors
    /// If nothing was sent yet, or nothing will come any more.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let shared = self.shared.as_ref().ok_or(TryRecvError::Closed)?;
        if !shared.complete.get() && !shared.closed.get() {
            return Err(TryRecvError::Empty);
        }
        let value = shared.value.take();
        self.shared = None;
        value.ok_or(TryRecvError::Closed)
    }

    /// Waits for the value from synchronous code.
    ///
    /// # Errors
    /// If the sender was dropped without sending.
    ///
    /// # Panics
    /// Where `block_on` does.
    pub fn blocking_recv(self) -> Result<T, RecvError> {
        block_on(self)
    }

    /// Tells whether the end was seen, after which a poll panics.
    pub fn is_terminated(&self) -> bool {
        self.shared.is_none()
    }

    /// Tells whether no value lies ready.
    pub fn is_empty(&self) -> bool {
        self.shared.as_ref().is_none_or(|shared| {
            let value = shared.value.take();
            let is_empty = value.is_none();
            shared.value.set(value);
            is_empty
        })
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, RecvError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let shared = self.shared.as_ref().expect("called after complete");
        ready!(coop::proceed(cx));
        if !shared.is_over() && !shared.is_over_once_registered(cx) {
            return Poll::Pending;
        }
        coop::spend();
        let value = shared.value.take();
        self.shared = None;
        Poll::Ready(value.ok_or(RecvError(())))
    }
}

impl<T> Shared<T> {
    /// Tells whether the receiver has nothing to wait for any more.
    #[inline]
    fn is_over(&self) -> bool {
        self.complete.get() || self.closed.get()
    }

    /// Keeps the waker of the receiver; out of the way of those who find the value there.
    #[inline(never)]
    fn is_over_once_registered(&self, cx: &Context<'_>) -> bool {
        self.receiver.register(cx);
        self.is_over()
    }

    /// Gives up what may still come; out of the way of those who got it.
    #[inline(never)]
    fn give_up(&self) {
        self.close();
        self.receiver.clear();
        drop(self.value.take());
    }
}

impl<T> Drop for Receiver<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(shared) = &self.shared {
            shared.give_up();
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}
