//! Ticks at regular times.

use super::instant::Instant;
use super::sleep::{Sleep, sleep_until};
use crate::local::mutants::{self, Mutant};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// A tick this late still counts as on time.
const TOLERANCE: Duration = Duration::from_millis(5);

/// Makes ticks every `period`, the first at once.
///
/// # Panics
/// If `period` is zero or the thread has no runtime.
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    assert!(period > Duration::ZERO, "`period` must be non-zero.");
    interval_at(Instant::now(), period)
}

/// Makes ticks every `period`, the first at `start`.
///
/// # Panics
/// If `period` is zero or the thread has no runtime.
#[track_caller]
pub fn interval_at(start: Instant, period: Duration) -> Interval {
    assert!(period > Duration::ZERO, "`period` must be non-zero.");
    Interval {
        delay: sleep_until(start),
        period,
        missed: MissedTickBehavior::default(),
    }
}

/// What happens to ticks that nobody took in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissedTickBehavior {
    /// They come at once, one after the other, until the schedule is caught up with.
    #[default]
    Burst,
    /// They are dropped; the schedule starts anew from the late tick.
    Delay,
    /// They are dropped; the schedule stays as it was.
    Skip,
}

impl MissedTickBehavior {
    fn next(self, missed: Instant, now: Instant, period: Duration) -> Instant {
        match self {
            Self::Burst => later(missed, period),
            Self::Delay => later(now, period),
            Self::Skip => {
                let over = now.duration_since(missed).as_nanos() % period.as_nanos();
                // Below a period, which is a Duration.
                let over =
                    Duration::new((over / 1_000_000_000) as u64, (over % 1_000_000_000) as u32);
                later(now, period - over)
            }
        }
    }
}

fn later(instant: Instant, duration: Duration) -> Instant {
    instant
        .checked_add(duration)
        .unwrap_or_else(Instant::far_future)
}

/// Ticks at regular times.
#[derive(Debug)]
pub struct Interval {
    delay: Sleep,
    period: Duration,
    missed: MissedTickBehavior,
}

impl Interval {
    /// Waits for the next tick and gives the time it was due.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn tick(&mut self) -> Instant {
        poll_fn(|cx| self.poll_tick(cx)).await
    }

    /// Polls for [`tick`](Self::tick); the last poll's waker is kept.
    pub fn poll_tick(&mut self, cx: &mut Context<'_>) -> Poll<Instant> {
        if mutants::on(Mutant::IntervalSpins) {
            let due = self.delay.deadline();
            self.delay.move_to(later(due, self.period));
            return Poll::Ready(due);
        }
        ready!(Pin::new(&mut self.delay).poll(cx));
        let due = self.delay.deadline();
        let now = Instant::now();
        let next = match now > later(due, TOLERANCE) {
            true => self.missed.next(due, now, self.period),
            false => later(due, self.period),
        };
        self.delay.move_to(next);
        Poll::Ready(due)
    }

    /// Lets the next tick come a period from now.
    pub fn reset(&mut self) {
        self.delay.move_to(later(Instant::now(), self.period));
    }

    /// Lets the next tick come at once.
    pub fn reset_immediately(&mut self) {
        self.delay.move_to(Instant::now());
    }

    /// Lets the next tick come after a time.
    pub fn reset_after(&mut self, after: Duration) {
        self.delay.move_to(later(Instant::now(), after));
    }

    /// Lets the next tick come at a point in time.
    pub fn reset_at(&mut self, deadline: Instant) {
        self.delay.move_to(deadline);
    }

    /// Tells what happens to missed ticks.
    pub fn missed_tick_behavior(&self) -> MissedTickBehavior {
        self.missed
    }

    /// Sets what happens to missed ticks.
    pub fn set_missed_tick_behavior(&mut self, behavior: MissedTickBehavior) {
        self.missed = behavior;
    }

    /// Tells the time between ticks.
    pub fn period(&self) -> Duration {
        self.period
    }
}
