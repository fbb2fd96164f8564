//! Time: never early, in order, one armed timer, and what becomes of missed ticks.

use super::support::{Notes, Wakes, run, run_with};
use core_async::local::task::{spawn, yield_now};
use core_async::local::time::{
    self, Duration, Instant, MissedTickBehavior, SystemTime, UNIX_EPOCH, interval, interval_at,
    sleep, sleep_until, timeout, timeout_at,
};
use core_async::local::{Host, VirtualHost};
use std::future::{Future, pending, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Context;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const MS: Duration = Duration::from_millis(1);

#[test]
fn a_sleep_is_never_early() {
    run(never_early());
}

pub(crate) async fn never_early() {
    for micros in [1, 999, 1_000, 1_001, 1_999, 12_345] {
        let started = Instant::now();
        sleep(Duration::from_micros(micros)).await;
        let waited = started.elapsed();
        assert!(
            waited >= Duration::from_micros(micros),
            "{micros} µs took {waited:?}"
        );
    }
}

#[test]
fn a_sleep_of_a_century_neither_fires_nor_wraps() {
    run_with(a_century);
}

pub(crate) async fn a_century(
    host: std::rc::Rc<VirtualHost>,
    runtime: core_async::local::runtime::Runtime,
) {
    const DAY: Duration = Duration::from_secs(86_400);
    for far in [25 * DAY, 50 * DAY, 36_525 * DAY, Duration::MAX] {
        let asleep = spawn(sleep(far));
        yield_now().await;
        host.advance(24 * DAY);
        runtime.on_timer();
        yield_now().await;
        assert!(!asleep.is_finished(), "{far:?} passed in 24 days");
        asleep.abort();
        yield_now().await;
    }
    let started = Instant::now();
    sleep(30 * DAY).await;
    assert!(started.elapsed() >= 30 * DAY);
}

#[test]
fn sleeps_end_in_the_order_of_their_deadlines() {
    run(async {
        let notes = Notes::default();
        for millis in [5, 1, 3, 1, 4] {
            let notes = notes.clone();
            spawn(async move {
                sleep(millis * MS).await;
                notes.add(millis.to_string());
            });
        }
        sleep(10 * MS).await;
        assert_eq!(notes.take(), ["1", "1", "3", "4", "5"]);
    });
}

#[test]
fn a_sleep_wakes_the_waker_of_its_last_poll() {
    run_with(|host, _| last_waker(host));
}

pub(crate) async fn last_waker(host: std::rc::Rc<VirtualHost>) {
    let (first, last) = (Arc::new(Wakes::default()), Arc::new(Wakes::default()));
    let mut asleep = Box::pin(sleep(5 * MS));
    for wakes in [&first, &last] {
        let waker = wakes.waker();
        assert!(
            asleep
                .as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
    }
    host.after(6 * MS, || {});
    sleep(10 * MS).await;
    assert_eq!((first.count(), last.count()), (0, 1));
    assert!(asleep.is_elapsed(), "also before the next poll");
    asleep.await;
}

#[test]
fn a_sleep_can_be_moved() {
    run(async {
        let mut asleep = pin!(sleep(5 * MS));
        let target = Instant::now() + 20 * MS;
        asleep.as_mut().reset(target);
        assert_eq!(asleep.deadline(), target);
        asleep.as_mut().await;
        assert!(Instant::now() >= target && asleep.is_elapsed());
        // Once over it stays over, and can be used again.
        asleep.as_mut().await;
        asleep.as_mut().reset(Instant::now() + MS);
        assert!(!asleep.is_elapsed());
        asleep.await;
    });
}

#[test]
fn a_timeout_asks_the_future_first() {
    run(async {
        assert_eq!(timeout(Duration::ZERO, ready(1)).await, Ok(1));
        assert!(timeout(5 * MS, pending::<()>()).await.is_err());
        assert!(timeout_at(Instant::now(), pending::<()>()).await.is_err());
        let error = timeout(MS, pending::<()>())
            .await
            .expect_err("nothing comes");
        assert_eq!(error.to_string(), "deadline has elapsed");
        assert_eq!(
            std::io::Error::from(error).kind(),
            std::io::ErrorKind::TimedOut
        );
        assert_eq!(timeout(Duration::MAX, ready(2)).await, Ok(2));
    });
}

#[test]
fn an_interval_ticks_at_once_and_then_every_period() {
    run(async {
        let started = Instant::now();
        let mut ticks = interval(10 * MS);
        for n in 0..5 {
            assert_eq!(ticks.tick().await, started + n * 10 * MS);
        }
        assert_eq!(ticks.period(), 10 * MS);
        ticks.reset_after(3 * MS);
        assert_eq!(ticks.tick().await, started + 43 * MS);
        ticks.reset_immediately();
        assert_eq!(ticks.tick().await, started + 43 * MS);
        ticks.reset();
        assert_eq!(ticks.tick().await, started + 53 * MS);
        ticks.reset_at(started + 99 * MS);
        assert_eq!(ticks.tick().await, started + 99 * MS);
    });
}

#[test]
fn an_interval_whose_tick_was_cancelled_keeps_its_schedule() {
    run(cancelled_tick());
}

pub(crate) async fn cancelled_tick() {
    let started = Instant::now();
    let mut ticks = interval_at(started + 10 * MS, 10 * MS);
    for _ in 0..3 {
        assert!(
            timeout(2 * MS, ticks.tick()).await.is_err(),
            "the tick is not due"
        );
    }
    assert_eq!(ticks.tick().await, started + 10 * MS);
    assert_eq!(
        Instant::now(),
        started + 10 * MS,
        "it neither spun nor waited longer"
    );
}

#[test]
fn missed_ticks_burst_delay_or_skip() {
    // When the ticks after a pause of 35 ms come, by the present time and by their schedule.
    let cases = [
        (
            MissedTickBehavior::Burst,
            [(35, 10), (35, 20), (35, 30), (40, 40)],
        ),
        (
            MissedTickBehavior::Delay,
            [(35, 10), (45, 45), (55, 55), (65, 65)],
        ),
        (
            MissedTickBehavior::Skip,
            [(35, 10), (40, 40), (50, 50), (60, 60)],
        ),
    ];
    for (behavior, expected) in cases {
        let seen = run(async move {
            let started = Instant::now();
            let mut ticks = interval(10 * MS);
            ticks.set_missed_tick_behavior(behavior);
            ticks.tick().await;
            sleep(35 * MS).await;
            let mut seen = Vec::new();
            for _ in 0..4 {
                let due = ticks.tick().await;
                seen.push((started.elapsed().as_millis(), (due - started).as_millis()));
            }
            seen
        });
        assert_eq!(seen, expected, "{behavior:?}");
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn ticks_come_when_tokios_do() {
    let oracle = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    for seed in 0..300u64 {
        let period = 1 + seed % 13;
        let waits: Vec<u64> = (0..12).map(|n| (seed * 31 + n * 17) % 40).collect();
        for choice in 0..3 {
            let ours = {
                let waits = waits.clone();
                run(async move {
                    let started = Instant::now();
                    let mut ticks = interval(period as u32 * MS);
                    ticks.set_missed_tick_behavior(match choice {
                        0 => MissedTickBehavior::Burst,
                        1 => MissedTickBehavior::Delay,
                        _ => MissedTickBehavior::Skip,
                    });
                    let mut seen = Vec::new();
                    for wait in waits {
                        sleep(wait as u32 * MS).await;
                        let due = ticks.tick().await;
                        seen.push(((due - started).as_millis(), started.elapsed().as_millis()));
                    }
                    seen
                })
            };
            let theirs = oracle.block_on(async {
                use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
                let started = Instant::now();
                let mut ticks = interval(period as u32 * MS);
                ticks.set_missed_tick_behavior(match choice {
                    0 => MissedTickBehavior::Burst,
                    1 => MissedTickBehavior::Delay,
                    _ => MissedTickBehavior::Skip,
                });
                let mut seen = Vec::new();
                for wait in &waits {
                    sleep(*wait as u32 * MS).await;
                    let due = ticks.tick().await;
                    seen.push(((due - started).as_millis(), started.elapsed().as_millis()));
                }
                seen
            });
            assert_eq!(
                ours, theirs,
                "period {period}, choice {choice}, waits {waits:?}"
            );
        }
    }
}

#[test]
fn a_hundred_thousand_timers_arm_one_at_a_time() {
    run_with(a_hundred_thousand);
}

pub(crate) async fn a_hundred_thousand(
    host: std::rc::Rc<VirtualHost>,
    runtime: core_async::local::runtime::Runtime,
) {
    const COUNT: u64 = 100_000;
    let waker = Arc::new(Wakes::default()).waker();
    let mut cx = Context::from_waker(&waker);
    let mut asleep: Vec<_> = (0..COUNT)
        .map(|n| sleep(Duration::from_millis(1_000 + n * 7_919 % COUNT)))
        .collect();
    for one in &mut asleep {
        assert!(Pin::new(one).poll(&mut cx).is_pending());
    }
    assert_eq!(runtime.timer_count(), COUNT as usize);
    assert!(
        host.counts().armed < 100,
        "one timer is armed: {:?}",
        host.counts()
    );
    // Nine of ten go: what they leave behind is cleared away.
    let mut kept = Vec::new();
    for (n, one) in asleep.into_iter().enumerate() {
        if n % 10 == 0 {
            kept.push(one);
        }
    }
    assert_eq!(runtime.timer_count(), kept.len());
    assert!(
        runtime.timer_entries() <= 2 * kept.len() + 64,
        "{}",
        runtime.timer_entries()
    );
    let last = kept
        .iter()
        .map(|one| one.deadline())
        .max()
        .expect("some are left");
    sleep_until(last).await;
    for one in &mut kept {
        // More than a task may do in one go, and so awaited.
        one.await;
    }
    assert_eq!(runtime.timer_count(), 0);
}

#[test]
fn a_stopped_clock_jumps_from_timer_to_timer() {
    run_with(|host, _| async move {
        time::pause();
        let (started, real) = (Instant::now(), host.counts().timers);
        let notes = Notes::default();
        let inner = notes.clone();
        let other = spawn(async move {
            sleep(Duration::from_secs(60)).await;
            inner.add("a minute");
        });
        sleep(Duration::from_secs(3_600)).await;
        assert_eq!(started.elapsed(), Duration::from_secs(3_600));
        assert_eq!(host.counts().timers, real, "no timer of the host rang");
        other.await.expect("it ends well");
        assert_eq!(notes.take(), ["a minute"]);
        time::resume();
        sleep(5 * MS).await;
        assert!(started.elapsed() >= Duration::from_secs(3_600) + 5 * MS);
    });
}

#[test]
fn a_stopped_clock_can_be_set_forward() {
    run(async {
        time::pause();
        let started = Instant::now();
        let asleep = spawn(sleep(10 * MS));
        yield_now().await;
        time::advance(9 * MS).await;
        assert!(!asleep.is_finished());
        time::advance(MS).await;
        assert!(asleep.is_finished());
        assert_eq!(started.elapsed(), 10 * MS);
    });
}

#[test]
fn a_clock_that_was_set_forward_and_runs_again_rings_in_time() {
    run_with(|host, _| async move {
        // Lets the host owe a callback at a time that the clock skips.
        assert!(
            timeout(Duration::ZERO, sleep(Duration::from_secs(3600)))
                .await
                .is_err()
        );
        time::pause();
        time::advance(Duration::from_secs(7200)).await;
        time::resume();
        let before = host.now();
        sleep(Duration::from_secs(1)).await;
        assert_eq!(host.now() - before, Duration::from_secs(1));
    });
}

#[test]
fn the_wall_clock_works() {
    run(wall_clock());
}

pub(crate) async fn wall_clock() {
    let now = SystemTime::now();
    let since = now
        .duration_since(UNIX_EPOCH)
        .expect("it is later than 1970");
    assert!(since >= Duration::from_secs(1_700_000_000));
    let error = UNIX_EPOCH.duration_since(now).expect_err("it is earlier");
    assert_eq!(error.duration(), since);
    assert_eq!(now + MS - MS, now);
}
