//! The gate that a service closes by `Retry-After`.

use std::sync::{Mutex, PoisonError};

use core_async::time::{Duration, Instant, sleep_until};

use crate::mutants::{self, Mutant};

/// By less than this a gate that is closed for longer is not closed anew. `Retry-After` is in whole seconds.
const WORTH_TELLING: Duration = Duration::from_secs(1);

pub(super) struct Throttle {
    /// The longest that one refusal closes the gate, however long it asks for.
    longest: Duration,
    closed_until: Mutex<Option<Instant>>,
}

impl Throttle {
    pub(super) fn new(longest: Duration) -> Self {
        Self {
            longest,
            closed_until: Mutex::new(None),
        }
    }

    /// Tells until when the gate is closed; `None` if it is open.
    fn closed_until(&self) -> Option<Instant> {
        let until = *self
            .closed_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        until.filter(|until| *until > Instant::now() && !mutants::on(Mutant::GateIgnored))
    }

    pub(super) fn is_open(&self) -> bool {
        self.closed_until().is_none()
    }

    /// Waits until requests are wanted.
    pub(super) async fn pass(&self) {
        // It may be closed again meanwhile.
        while let Some(until) = self.closed_until() {
            sleep_until(until).await;
        }
    }

    /// Tells for how long the gate would be closed, if that is worth telling: those that were under way when it closed
    /// only close it a moment longer.
    pub(super) fn would_close_for(&self, wait: Duration) -> Option<Duration> {
        let wait = wait.min(self.longest);
        let before = self.closed_until().unwrap_or_else(Instant::now);
        (Instant::now() + wait >= before + WORTH_TELLING).then_some(wait)
    }

    /// Closes the gate for so long from now on, at the least.
    pub(super) fn close_for(&self, wait: Duration) {
        let until = Instant::now() + wait.min(self.longest);
        let mut closed = self
            .closed_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *closed = (*closed).max(Some(until));
    }
}
