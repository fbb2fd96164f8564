//! The runtime's clock, which tests can stop and set.

use crate::local::host::Host;
use crate::local::runtime::{Inner, Runtime};
use crate::local::task::yield_now;
use std::cell::Cell;
use std::time::Duration;

pub(crate) struct Clock {
    state: Cell<State>,
}

#[derive(Clone, Copy)]
enum State {
    /// Runs with the host's clock, which showed `host` when this one showed `own`.
    Running {
        own: Duration,
        host: Duration,
    },
    Paused(Duration),
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self {
            state: Cell::new(State::Running {
                own: Duration::ZERO,
                host: Duration::ZERO,
            }),
        }
    }

    pub(crate) fn now(&self, host: &dyn Host) -> Duration {
        match self.state.get() {
            State::Running { own, host: then } => own + host.now().saturating_sub(then),
            State::Paused(now) => now,
        }
    }

    pub(crate) fn is_paused(&self) -> bool {
        matches!(self.state.get(), State::Paused(_))
    }

    /// Gives the host's time at one of ours; `None` while paused.
    pub(crate) fn to_host(&self, time: Duration) -> Option<Duration> {
        match self.state.get() {
            State::Running { own, host } => Some(time.saturating_sub(own).saturating_add(host)),
            State::Paused(_) => None,
        }
    }

    fn set(&self, state: State) {
        self.state.set(state);
    }
}

impl Inner {
    /// Tells whether a stopped clock may jump to the next timer, because nothing else is left to do.
    pub(crate) fn may_auto_advance(&self) -> bool {
        self.clock.is_paused()
            && self.executor.runnable() == 0
            && self.host_ops.get() == 0
            && self.timers.borrow().live() > 0
    }

    /// Sets a stopped clock to the next timer and fires it.
    pub(crate) fn auto_advance(&self) {
        let next = self.timers.borrow_mut().earliest();
        if let Some(next) = next {
            self.clock.set(State::Paused(next.max(self.now())));
            self.fire_timers(false);
        }
    }
}

/// Stops the clock; with nothing else to do it jumps from timer to timer by itself.
///
/// # Panics
/// If it is stopped already or the thread has no runtime.
#[track_caller]
pub fn pause() {
    let runtime = Runtime::current();
    let inner = runtime.inner();
    assert!(!inner.clock.is_paused(), "time is already frozen");
    inner.clock.set(State::Paused(inner.now()));
    inner.post();
}

/// Lets a stopped clock run on from where it stands.
///
/// # Panics
/// If it is not stopped or the thread has no runtime.
#[track_caller]
pub fn resume() {
    let runtime = Runtime::current();
    let inner = runtime.inner();
    assert!(inner.clock.is_paused(), "time is not frozen");
    inner.clock.set(State::Running {
        own: inner.now(),
        host: inner.host.now(),
    });
    inner.timers.borrow_mut().forget_alarm();
    inner.arm();
}

/// Sets a stopped clock forward, fires what is due and lets other tasks run once.
///
/// # Panics
/// If the clock is not stopped or the thread has no runtime.
pub async fn advance(duration: Duration) {
    {
        let runtime = Runtime::current();
        let inner = runtime.inner();
        assert!(inner.clock.is_paused(), "time is not frozen");
        let target = inner.now().saturating_add(duration);
        inner.clock.set(State::Paused(target));
        inner.fire_timers(false);
    }
    yield_now().await;
}
