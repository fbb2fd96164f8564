//! Waiting for room in a bounded queue.

use super::chan::Chan;
use super::error::SendError;
use crate::local::sync::batch::Acquire;
use pin_project_lite::pin_project;
use std::future::Future;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// Sends a value once there is room.
    ///
    /// It is no `async fn`, whose poll would carry the wait along where there is room.
    pub(super) struct Sending<'a, T> {
        // `None` while nobody had to wait. Dropped before the value, as in an `async fn`.
        wait: Option<RoomWait<'a, T>>,
        chan: &'a Chan<T>,
        // `None` once it is over.
        value: Option<T>,
        #[pin]
        pinned: PhantomPinned,
    }
}

impl<'a, T> Sending<'a, T> {
    #[inline]
    pub(super) fn new(chan: &'a Chan<T>, value: T) -> Self {
        Self {
            wait: None,
            chan,
            value: Some(value),
            pinned: PhantomPinned,
        }
    }
}

impl<T> Future for Sending<'_, T> {
    type Output = Result<(), SendError<T>>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let over = "`async fn` resumed after completion";
        if this.wait.is_none() {
            let value = this.value.take().expect(over);
            if this.chan.bounded_room().take_at_once(1) {
                this.chan.push(value);
                return Poll::Ready(Ok(()));
            }
            *this.value = Some(value);
        }
        let chan = *this.chan;
        let waited = ready!(poll_room(this.wait, chan, cx));
        let value = this.value.take().expect(over);
        Poll::Ready(match waited {
            Ok(()) => {
                chan.push(value);
                Ok(())
            }
            Err(SendError(())) => Err(SendError(value)),
        })
    }
}

/// Waits for room for one value; out of the way of those who find some.
#[inline(never)]
fn poll_room<'a, T>(
    wait: &mut Option<RoomWait<'a, T>>,
    chan: &'a Chan<T>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), SendError<()>>> {
    let current = wait.get_or_insert_with(|| RoomWait::new(chan, 1));
    let waited = ready!(Pin::new(current).poll(cx));
    *wait = None;
    Poll::Ready(waited)
}

/// Waits for room.
pub(super) struct RoomWait<'a, T> {
    wait: Acquire<'a>,
    // Dropped after the wait: one that ends without room may have held a part of it, for which a closed receiver
    // waits.
    ended: WakeIfOver<'a, T>,
}

impl<'a, T> RoomWait<'a, T> {
    pub(super) fn new(chan: &'a Chan<T>, n: usize) -> Self {
        Self {
            wait: chan.bounded_room().acquire(n),
            ended: WakeIfOver(Some(chan)),
        }
    }
}

impl<T> Future for RoomWait<'_, T> {
    type Output = Result<(), SendError<()>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let taken = ready!(self.wait.poll_turn(cx));
        if taken.is_ok() {
            self.ended.0 = None;
        }
        Poll::Ready(taken.map(|_| ()).map_err(|_| SendError(())))
    }
}

/// Wakes a receiver that waits for the last room to come back.
struct WakeIfOver<'a, T>(Option<&'a Chan<T>>);

impl<T> Drop for WakeIfOver<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(chan) = self.0 {
            chan.wake_if_over();
        }
    }
}
