//! Errors of the queues.

use std::fmt;
use thiserror::Error;

/// The receiver is gone or closed; it gives the value back.
#[derive(PartialEq, Eq, Clone, Copy, Error)]
#[error("channel closed")]
pub struct SendError<T>(pub T);

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendError").finish_non_exhaustive()
    }
}

/// Why a value could not be sent at once; it gives the value back.
#[derive(PartialEq, Eq, Clone, Copy, Error)]
pub enum TrySendError<T> {
    /// The queue is full, or others wait for room.
    #[error("no available capacity")]
    Full(T),
    /// The receiver is gone or closed.
    #[error("channel closed")]
    Closed(T),
}

impl<T> TrySendError<T> {
    /// Gives the value back.
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(value) | Self::Closed(value) => value,
        }
    }
}

impl<T> fmt::Debug for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> From<SendError<T>> for TrySendError<T> {
    fn from(error: SendError<T>) -> Self {
        Self::Closed(error.0)
    }
}

/// Why a value could not be sent in time; it gives the value back.
#[derive(PartialEq, Eq, Clone, Copy, Error)]
pub enum SendTimeoutError<T> {
    /// There was no room in time.
    #[error("timed out waiting on send operation")]
    Timeout(T),
    /// The receiver is gone or closed.
    #[error("channel closed")]
    Closed(T),
}

impl<T> SendTimeoutError<T> {
    /// Gives the value back.
    pub fn into_inner(self) -> T {
        match self {
            Self::Timeout(value) | Self::Closed(value) => value,
        }
    }
}

impl<T> fmt::Debug for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout(_) => "Timeout(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}

/// Why no value could be had at once.
#[derive(PartialEq, Eq, Clone, Copy, Debug, Error)]
pub enum TryRecvError {
    /// The queue is empty, but something may come.
    #[error("receiving on an empty channel")]
    Empty,
    /// The queue is empty and nothing will come any more.
    #[error("receiving on a closed channel")]
    Disconnected,
}
