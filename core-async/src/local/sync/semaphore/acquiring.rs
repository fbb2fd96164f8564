//! Waiting for permits of a borrowed semaphore.

use super::{AcquireError, SemaphorePermit};
use crate::local::sync::batch::{Acquire, Batch};
use pin_project_lite::pin_project;
use std::future::Future;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// Waits for permits of a borrowed semaphore.
    ///
    /// It is no `async fn`, whose state would keep the semaphore beside the wait: ten thousand that wait are as many
    /// such futures.
    pub(super) struct Acquiring<'a> {
        wait: Acquire<'a>,
        #[pin]
        pinned: PhantomPinned,
    }
}

impl<'a> Acquiring<'a> {
    #[inline]
    pub(super) fn new(batch: &'a Batch, needed: usize) -> Self {
        Self {
            wait: batch.acquire(needed),
            pinned: PhantomPinned,
        }
    }
}

impl<'a> Future for Acquiring<'a> {
    type Output = Result<SemaphorePermit<'a>, AcquireError>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let wait = self.project().wait;
        let permits = wait.needed();
        let batch = match wait.take_at_once() {
            Some(batch) => batch,
            None => ready!(wait.poll_turn(cx))?,
        };
        Poll::Ready(Ok(SemaphorePermit { batch, permits }))
    }
}
