//! A hundred thousand timers at a time; the operation is one timer.

use super::time::{Sleep, sleep};
use core_async_benches::{Millis, now};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

/// How many there are at a time.
pub(crate) const TIMERS: u32 = 100_000;

/// Starts timers that ring after a time.
fn start(waker: &Waker, after: impl Fn(u32) -> Duration) -> Vec<Pin<Box<Sleep>>> {
    let mut cx = Context::from_waker(waker);
    let start_one = |number| {
        let mut timer = Box::pin(sleep(after(number)));
        assert!(timer.as_mut().poll(&mut cx).is_pending());
        timer
    };
    (0..TIMERS).map(start_one).collect()
}

/// In no order, as timeouts of requests come.
fn far_off(number: u32) -> Duration {
    Duration::from_millis(60_000 + u64::from(number) * 7_919 % 60_000)
}

pub(crate) async fn insert(count: u32) -> Millis {
    let mut time = 0.0;
    for _ in 0..count.div_ceil(TIMERS) {
        let started = now();
        let timers = start(Waker::noop(), far_off);
        time += now() - started;
        drop(timers);
    }
    per_count(time, count)
}

pub(crate) async fn drop_all(count: u32) -> Millis {
    let mut time = 0.0;
    for _ in 0..count.div_ceil(TIMERS) {
        let timers = start(Waker::noop(), far_off);
        let started = now();
        drop(timers);
        time += now() - started;
    }
    per_count(time, count)
}

/// From the deadline that all have until the last was seen to have rung.
pub(crate) async fn fire(count: u32) -> Millis {
    let mut time = 0.0;
    for _ in 0..count.div_ceil(TIMERS) {
        let (deadline, timers) = start_together();
        for mut timer in timers {
            poll_fn(|cx| timer.as_mut().poll(cx)).await;
        }
        time += now() - deadline;
    }
    per_count(time, count)
}

/// Starts timers with one deadline, all of them before it.
fn start_together() -> (Millis, Vec<Pin<Box<Sleep>>>) {
    /// How long starting them takes; it is found out.
    static LEAD: AtomicU32 = AtomicU32::new(500);
    loop {
        let lead = LEAD.load(Ordering::Relaxed);
        let deadline = now() + f64::from(lead);
        let timers = start(Waker::noop(), |_| {
            let left = (deadline - now()).max(1.0);
            Duration::from_micros((left * 1_000.0) as u64)
        });
        if now() < deadline {
            return (deadline, timers);
        }
        LEAD.store(2 * lead, Ordering::Relaxed);
    }
}

/// What as many operations took as were asked for, when whole rounds were measured.
fn per_count(time: Millis, count: u32) -> Millis {
    time * f64::from(count) / f64::from(count.div_ceil(TIMERS) * TIMERS)
}
