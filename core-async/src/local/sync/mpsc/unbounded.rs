//! The queue without a limit.

use super::bounded::{receiver, weak};
use super::chan::Chan;
use super::error::{SendError, TryRecvError};
use crate::local::block_on::block_on;
use crate::local::mutants::{self, Mutant};
use std::fmt;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll};

/// Makes a queue without a limit.
pub fn unbounded_channel<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
    let chan = Chan::new(None);
    (
        UnboundedSender { chan: chan.clone() },
        UnboundedReceiver { chan },
    )
}

/// Sends to an unbounded queue.
pub struct UnboundedSender<T> {
    chan: Rc<Chan<T>>,
}

impl<T> UnboundedSender<T> {
    /// Sends.
    ///
    /// # Errors
    /// The value itself, if the receiver is gone or closed.
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        if self.chan.is_closed() && !mutants::on(Mutant::UnboundedSendsToClosed) {
            return Err(SendError(value));
        }
        self.chan.push(value);
        Ok(())
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

    /// Makes a sender that does not keep the channel open.
    #[must_use = "a weak sender does not keep the channel open"]
    pub fn downgrade(&self) -> WeakUnboundedSender<T> {
        WeakUnboundedSender::join(&self.chan)
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

impl<T> Clone for UnboundedSender<T> {
    fn clone(&self) -> Self {
        self.chan.add_sender();
        Self {
            chan: self.chan.clone(),
        }
    }
}

impl<T> Drop for UnboundedSender<T> {
    fn drop(&mut self) {
        self.chan.sender_gone();
    }
}

impl<T> fmt::Debug for UnboundedSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnboundedSender").finish_non_exhaustive()
    }
}

weak!(WeakUnboundedSender, UnboundedSender);

/// Receives from an unbounded queue.
pub struct UnboundedReceiver<T> {
    chan: Rc<Chan<T>>,
}

receiver!(UnboundedReceiver);
