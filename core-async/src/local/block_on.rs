//! Waiting for a future in synchronous code.
//!
//! There is one thread, so that waiting means running the queue here and now: the future, the tasks and
//! the timers that come due. What only the host's event loop can bring never comes meanwhile; then the
//! answer is a typed error instead of a frozen page.

use super::runtime::{Inner, Runtime};
use crate::local::executor::Polling;
use crate::local::host::Stacks;
pub use crate::runtime::WouldBlock;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// How long tasks and the future itself may run, while nobody else wakes it, before they count as spinning.
const PATIENCE: Duration = Duration::from_secs(2);
/// The same for a clock that stands still, in polls.
const MOST_POLLS: u64 = 10_000_000;

/// Drives a future to completion and returns its output.
///
/// # Panics
/// If the future waits for something that only the event loop can bring, or the call comes from
/// asynchronous code: where [`try_block_on`] gives an error. The message says what is waited for.
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    match try_block_on(future) {
        Ok(output) => output,
        Err(error) => panic!("{error}"),
    }
}

/// Drives a future to completion, as far as this thread can.
///
/// # Errors
/// If the future waits for something that only the event loop can bring: a later timer, an operation of
/// the host, a wake-up from outside. On a stack that can be put aside: if JavaScript lies on it. Or if tasks run on for two seconds without waking it, or it does
/// nothing but wake itself for as long. Or if the call comes from asynchronous code. The future is dropped
/// then, unless it was lent.
///
/// # Panics
/// If the thread has no runtime.
#[track_caller]
pub fn try_block_on<F: Future>(future: F) -> Result<F::Output, WouldBlock> {
    let runtime = Runtime::current();
    let inner = runtime.inner();
    if inner.polling.get() {
        return Err(inner.would_block(true));
    }
    if let Some(stacks) = inner.host.stacks()
        && stacks.may_park()
    {
        return inner.wait_aside(stacks, future);
    }
    inner.pump(future)
}

/// Counts how often the awaited future was woken.
struct Wakes(AtomicU64);

impl Wakes {
    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// The number of a stack that does not lie aside.
const AWAKE: usize = usize::MAX;

/// Notes that the awaited future was woken, and lets the stack that waits for it go on.
struct Signal {
    woken: AtomicBool,
    /// The number of the stack while it lies aside, else `AWAKE`.
    parked: AtomicUsize,
    runtime: u64,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Relaxed);
        let number = self.parked.swap(AWAKE, Ordering::Relaxed);
        if number != AWAKE
            && let Some(inner) = Inner::find(self.runtime)
            && let Some(stacks) = inner.host.stacks()
        {
            stacks.unpark(number);
        }
    }
}

impl Inner {
    fn pump<F: Future>(&self, future: F) -> Result<F::Output, WouldBlock> {
        let mut future = pin!(future);
        let wakes = Arc::new(Wakes(AtomicU64::new(1)));
        let waker = Waker::from(wakes.clone());
        let mut cx = Context::from_waker(&waker);
        let mut since = self.host.now();
        let mut polls = 0;
        // The counts before and after the last poll: what lies between are its own wake-ups.
        let (mut before, mut after) = (0, 0);
        loop {
            let count = wakes.count();
            if count != before {
                if count != after {
                    (since, polls) = (self.host.now(), 0);
                }
                before = count;
                let polled = {
                    let _polling = Polling::begin(self, true);
                    future.as_mut().poll(&mut cx)
                };
                if let Poll::Ready(output) = polled {
                    return Ok(output);
                }
                after = wakes.count();
            }
            // Tasks get their turn also if the future wakes itself.
            self.fire_timers(false);
            if self.run_one() || wakes.count() != before {
                polls += 1;
                let spinning = polls % 64 == 0 && self.host.now() - since > PATIENCE;
                if spinning || polls > MOST_POLLS {
                    let mut error = self.would_block(false);
                    error.runnable += usize::from(wakes.count() != before);
                    return Err(error);
                }
            } else if self.may_auto_advance() {
                self.auto_advance();
            } else {
                return Err(self.would_block(false));
            }
        }
    }

    /// Waits on a stack that can be put aside: the event loop goes on meanwhile.
    fn wait_aside<F: Future>(
        &self,
        stacks: &dyn Stacks,
        future: F,
    ) -> Result<F::Output, WouldBlock> {
        // On the heap, because nothing may point into a stack that lies aside.
        let mut future = Box::pin(future);
        let signal = Arc::new(Signal {
            woken: AtomicBool::new(true),
            parked: AtomicUsize::new(AWAKE),
            runtime: self.id,
        });
        let waker = Waker::from(signal.clone());
        loop {
            if signal.woken.swap(false, Ordering::Relaxed) {
                let polled = {
                    // Not while the stack lies aside, when others run.
                    let _polling = Polling::begin(self, true);
                    future.as_mut().poll(&mut Context::from_waker(&waker))
                };
                if let Poll::Ready(output) = polled {
                    return Ok(output);
                }
            }
            // It may wake itself: tasks and the event loop get their turn all the same.
            let wakes_itself = signal.woken.load(Ordering::Relaxed);
            let parked = stacks.park(&mut |number| {
                signal.parked.store(number, Ordering::Relaxed);
                if wakes_itself {
                    self.wake_in_a_turn(signal.clone());
                }
            });
            if !parked {
                signal.parked.store(AWAKE, Ordering::Relaxed);
                return Err(self.would_block(false));
            }
        }
    }

    /// Wakes a stack in a later turn of the event loop.
    fn wake_in_a_turn(&self, signal: Arc<Signal>) {
        let wake = async move { signal.wake() };
        self.spawn(true, wake, None);
    }

    fn would_block(&self, nested: bool) -> WouldBlock {
        WouldBlock {
            nested,
            runnable: self.executor.runnable(),
            timers: self.timers.borrow().live(),
            host_ops: self.host_ops.get(),
        }
    }
}
