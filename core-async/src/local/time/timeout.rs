//! Waiting for a future, but not for ever.

use super::instant::Instant;
use super::sleep::{Sleep, sleep, sleep_until};
use crate::local::coop;
use pin_project_lite::pin_project;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use thiserror::Error;

/// The time was up before the future was ready.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("deadline has elapsed")]
pub struct Elapsed(());

impl From<Elapsed> for std::io::Error {
    fn from(_: Elapsed) -> Self {
        std::io::ErrorKind::TimedOut.into()
    }
}

/// Waits for a future for a time at most; the future is asked first.
///
/// # Panics
/// If the thread has no runtime.
///
/// # Cancel safety
/// As far as the future itself.
#[track_caller]
pub fn timeout<F: IntoFuture>(duration: Duration, future: F) -> Timeout<F::IntoFuture> {
    Timeout {
        value: future.into_future(),
        delay: sleep(duration),
    }
}

/// Waits for a future until a point in time at most; the future is asked first.
///
/// # Panics
/// If the thread has no runtime.
///
/// # Cancel safety
/// As far as the future itself.
#[track_caller]
pub fn timeout_at<F: IntoFuture>(deadline: Instant, future: F) -> Timeout<F::IntoFuture> {
    Timeout {
        value: future.into_future(),
        delay: sleep_until(deadline),
    }
}

pin_project! {
    /// Waits for a future, but not for ever.
    #[must_use = "futures do nothing unless polled"]
    #[derive(Debug)]
    pub struct Timeout<T> {
        #[pin]
        value: T,
        delay: Sleep,
    }
}

impl<T> Timeout<T> {
    /// Gives the future.
    pub fn get_ref(&self) -> &T {
        &self.value
    }

    /// Gives the future through an exclusive borrow.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.value
    }

    /// Gives the future back.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T: Future> Future for Timeout<T> {
    type Output = Result<T::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let could_go_on = coop::may_go_on();
        if let Poll::Ready(output) = this.value.poll(cx) {
            return Poll::Ready(Ok(output));
        }
        // If it was the future that spent what the task may do in one go, the delay is looked at all the same, or it
        // would never be over.
        let over = match could_go_on && !coop::may_go_on() {
            true => this.delay.poll_unlimited(cx),
            false => Pin::new(this.delay).poll(cx),
        };
        over.map(|()| Err(Elapsed(())))
    }
}
