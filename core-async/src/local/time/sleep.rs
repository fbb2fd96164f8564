//! Waiting for a point in time.

use super::instant::Instant;
use super::timers::TimerKey;
use crate::local::coop;
use crate::local::runtime::{Inner, Runtime};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// Waits for a time.
///
/// # Panics
/// If the thread has no runtime.
///
/// # Cancel safety
/// Nothing is lost.
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    let deadline = Instant::now().checked_add(duration);
    sleep_until(deadline.unwrap_or_else(Instant::far_future))
}

/// Waits until a point in time, never ready before it.
///
/// # Panics
/// If the thread has no runtime.
///
/// # Cancel safety
/// Nothing is lost.
#[track_caller]
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep {
        runtime: Rc::downgrade(Runtime::current().inner()),
        deadline,
        key: None,
        over: false,
    }
}

/// Waits until a point in time.
#[must_use = "futures do nothing unless polled"]
pub struct Sleep {
    /// Weak, because the sleep may lie in a task of the runtime itself.
    runtime: Weak<Inner>,
    deadline: Instant,
    /// The timer, once the first poll started it.
    key: Option<TimerKey>,
    over: bool,
}

impl Sleep {
    /// Gives the point waited for.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Tells whether the wait is over: the timer, which the first poll starts, has rung.
    pub fn is_elapsed(&self) -> bool {
        self.over
            || self
                .key
                .zip(self.runtime.upgrade())
                .is_some_and(|(key, inner)| inner.has_rung(key))
    }

    /// Waits for another point instead. Who waits already goes on waiting without another poll.
    pub fn reset(self: Pin<&mut Self>, deadline: Instant) {
        let this = self.get_mut();
        this.deadline = deadline;
        this.over = false;
        // Without a runtime there are no timers either.
        if let Some(inner) = this.runtime.upgrade() {
            inner.move_timer(&mut this.key, deadline.since_zero);
        }
    }

    fn drop_timer(&mut self) {
        // Without a runtime there are no timers left either.
        if let Some(inner) = self.runtime.upgrade() {
            inner.drop_timer(&mut self.key);
        }
    }

    /// Polls also if the task's operations are spent.
    pub(super) fn poll_unlimited(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.over {
            return Poll::Ready(());
        }
        let inner = self.runtime.upgrade();
        let inner = inner.expect("a sleep was polled after its runtime had ended");
        let polled = inner.poll_timer(&mut self.key, self.deadline.since_zero, cx);
        self.over = polled.is_ready();
        polled
    }

    /// Waits for another point from the next poll on.
    pub(crate) fn move_to(&mut self, deadline: Instant) {
        self.drop_timer();
        self.deadline = deadline;
        self.over = false;
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(coop::proceed(cx));
        ready!(self.poll_unlimited(cx));
        coop::spend();
        Poll::Ready(())
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.drop_timer();
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
