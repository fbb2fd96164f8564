//! `sleep` and `timeout` under a stopped clock: deadlines that are past, equal or far, resets, drops, and
//! whose waker is woken when.
//!
//! All times are whole milliseconds, which is as fine as tokio's timers are.

use super::futures::Futures;
use super::harness::{World, agree, catches, see};
use super::random::Random;
use core_async::local::Mutant;
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Sleeps that can be moved while somebody waits for them.
const PLACES: usize = 4;

#[derive(Clone, Debug)]
enum Act {
    Sleep(usize, u64),
    /// Until a point so many milliseconds from now, or before now.
    SleepUntil(usize, i64),
    Reset(usize, i64),
    DropSleep(usize),
    /// Waits for the sleep of a place, which others may wait for too.
    Wait(usize, usize),
    /// Waits for a sleep of its own.
    WaitAlone(usize, u64),
    WaitForever(usize),
    Timeout(usize, usize, u64),
    TimeoutAt(usize, usize, i64),
    /// Ends what is waited for inside of a timeout.
    Open(usize),
    Shut(usize),
    Advance(u64),
}

/// Few milliseconds, so that deadlines coincide, or many.
fn millis(random: &mut Random) -> u64 {
    match random.below(100) {
        0..10 => 0,
        10..70 => random.below(6),
        70..95 => random.below(300),
        _ => random.below(100_000_000),
    }
}

fn offset(random: &mut Random) -> i64 {
    let millis = millis(random) as i64;
    match random.percent(20) {
        true => -(millis % 500),
        false => millis,
    }
}

fn generate(random: &mut Random) -> Act {
    let (slot, place) = (random.slot(), random.below(PLACES as u64) as usize);
    match random.below(100) {
        0..10 => Act::Sleep(place, millis(random)),
        10..20 => Act::SleepUntil(place, offset(random)),
        20..30 => Act::Reset(place, offset(random)),
        30..33 => Act::DropSleep(place),
        33..48 => Act::Wait(slot, place),
        48..56 => Act::WaitAlone(slot, millis(random)),
        56..57 => Act::WaitForever(slot),
        57..65 => Act::Timeout(slot, place, millis(random)),
        65..72 => Act::TimeoutAt(slot, place, offset(random)),
        72..77 => Act::Open(place),
        77..79 => Act::Shut(place),
        _ => Act::Advance(millis(random)),
    }
}

/// Something to wait for that takes no time by itself.
#[derive(Clone, Default)]
struct Gate(Rc<(Cell<bool>, RefCell<Option<Waker>>)>);

impl Gate {
    fn open(&self) {
        self.0.0.set(true);
        let waker = self.0.1.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Future for Gate {
    type Output = i64;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<i64> {
        if self.0.0.get() {
            return Poll::Ready(600);
        }
        let old = self.0.1.replace(Some(cx.waker().clone()));
        drop(old);
        Poll::Pending
    }
}

/// Compiles the driver against both, with what each calls by another name.
macro_rules! both {
    ($($driver:tt)*) => {
        mod ours {
            use super::*;
            use core_async::local::time::{self, Instant, Sleep};

            struct Timers(core_async::local::runtime::Runtime);

            impl Timers {
                fn new() -> Self {
                    let (_, runtime) = core_async::local::VirtualHost::start(1);
                    runtime.enter(time::pause);
                    Self(runtime)
                }

                fn enter<R>(&self, body: impl FnOnce() -> R) -> R {
                    self.0.enter(body)
                }

                fn advance(&self, by: Duration) {
                    // It does its work in the first poll, then other tasks have their turn; there are none.
                    self.enter(|| {
                        let mut cx = Context::from_waker(Waker::noop());
                        assert!(Box::pin(time::advance(by)).as_mut().poll(&mut cx).is_pending());
                    });
                }
            }

            $($driver)*
        }

        mod theirs {
            use super::*;
            use tokio::time::{self, Instant, Sleep};

            struct Timers(tokio::runtime::Runtime);

            impl Timers {
                fn new() -> Self {
                    let mut runtime = tokio::runtime::Builder::new_current_thread();
                    let runtime = runtime.enable_time().start_paused(true).build();
                    Self(runtime.expect("it needs nothing of the system"))
                }

                fn enter<R>(&self, body: impl FnOnce() -> R) -> R {
                    let _entered = self.0.enter();
                    body()
                }

                fn advance(&self, by: Duration) {
                    self.0.block_on(time::advance(by));
                }
            }

            $($driver)*
        }
    };
}

both! {
    type Place = Rc<RefCell<Option<Pin<Box<Sleep>>>>>;

    /// Borrows the sleep for each poll, so that other steps can use it in between.
    struct Wait(Place);

    impl Future for Wait {
        type Output = i64;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<i64> {
            let Some(mut sleep) = self.0.borrow_mut().take() else {
                return Poll::Ready(-10);
            };
            let polled = sleep.as_mut().poll(cx);
            let displaced = self.0.borrow_mut().replace(sleep);
            drop(displaced);
            polled.map(|()| 100)
        }
    }

    pub(super) struct Driver {
        // Sleeps go before their timers.
        futures: Futures,
        sleeps: [Place; PLACES],
        gates: [Gate; PLACES],
        /// The slots of those who wait for the sleep of a place.
        waiting: [RefCell<Vec<usize>>; PLACES],
        base: Instant,
        timers: Timers,
        advancing: Cell<bool>,
    }

    impl Driver {
        fn put(&self, place: usize, sleep: Sleep) {
            let old = self.sleeps[place].borrow_mut().replace(Box::pin(sleep));
            drop(old);
        }
    }

    fn from_now(offset: i64) -> Instant {
        let by = Duration::from_millis(offset.unsigned_abs());
        match offset < 0 {
            true => Instant::now() - by,
            false => Instant::now() + by,
        }
    }

    impl World for Driver {
        type Act = Act;

        fn new(_setup: u64) -> Self {
            let timers = Timers::new();
            let base = timers.enter(Instant::now);
            // So that there is a past.
            timers.advance(Duration::from_secs(1));
            Self {
                futures: Futures::default(),
                sleeps: Default::default(),
                gates: Default::default(),
                waiting: Default::default(),
                base,
                timers,
                advancing: Cell::new(false),
            }
        }

        fn futures(&self) -> &Futures {
            &self.futures
        }

        fn act(&self, act: &Act) {
            if let Act::Advance(by) = *act {
                if !self.advancing.replace(true) {
                    self.timers.advance(Duration::from_millis(by));
                    self.advancing.set(false);
                }
                return;
            }
            self.timers.enter(|| match *act {
                Act::Sleep(place, millis) => {
                    self.put(place, time::sleep(Duration::from_millis(millis)));
                }
                Act::SleepUntil(place, offset) => {
                    self.put(place, time::sleep_until(from_now(offset)));
                }
                Act::Reset(place, offset) => {
                    let sleep = self.sleeps[place].borrow_mut().take();
                    if let Some(mut sleep) = sleep {
                        sleep.as_mut().reset(from_now(offset));
                        let displaced = self.sleeps[place].borrow_mut().replace(sleep);
                        drop(displaced);
                    }
                }
                Act::DropSleep(place) => {
                    let sleep = self.sleeps[place].borrow_mut().take();
                    drop(sleep);
                }
                Act::Wait(slot, place) => {
                    self.waiting[place].borrow_mut().push(slot);
                    self.futures.start(slot, Wait(self.sleeps[place].clone()));
                }
                Act::WaitAlone(slot, millis) => {
                    let sleep = time::sleep(Duration::from_millis(millis));
                    self.futures.start(slot, async move {
                        sleep.await;
                        101
                    });
                }
                Act::WaitForever(slot) => {
                    let sleep = time::sleep(Duration::MAX);
                    self.futures.start(slot, async move {
                        sleep.await;
                        102
                    });
                }
                Act::Timeout(slot, gate, millis) => {
                    let gate = self.gates[gate].clone();
                    let timeout = time::timeout(Duration::from_millis(millis), gate);
                    self.futures.start(slot, async move { timeout.await.unwrap_or(-600) });
                }
                Act::TimeoutAt(slot, gate, offset) => {
                    let gate = self.gates[gate].clone();
                    let timeout = time::timeout_at(from_now(offset), gate);
                    self.futures.start(slot, async move { timeout.await.unwrap_or(-600) });
                }
                Act::Open(gate) => self.gates[gate].open(),
                Act::Shut(gate) => self.gates[gate].0.0.set(false),
                Act::Advance(_) => {}
            });
        }

        fn counts(&self) {
            let since = |point: Instant| point.saturating_duration_since(self.base).as_millis() as i64;
            see(self.timers.enter(|| since(Instant::now())));
            for sleep in &self.sleeps {
                if let Some(sleep) = &*sleep.borrow() {
                    see(since(sleep.deadline()));
                    see(i64::from(sleep.is_elapsed()));
                }
            }
        }

        fn probe(&self) {
            if let Ok(sleep) = self.sleeps[0].try_borrow()
                && let Some(sleep) = &*sleep
            {
                sleep.is_elapsed();
            }
        }
    }
}

#[test]
fn sleeps_and_timeouts_do_what_tokios_do() {
    agree::<ours::Driver, theirs::Driver>(generate);
}

/// Seeds the defects that this comparison knows.
pub(crate) fn caught() -> &'static [Mutant] {
    catches::<ours::Driver, theirs::Driver>(generate, &[Mutant::SleepKeepsFirstWaker])
}
