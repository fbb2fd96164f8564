//! Errors of this channel.

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
