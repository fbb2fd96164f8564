//! The machine's clock.
#![allow(
    clippy::disallowed_methods,
    reason = "this is the one place that asks the operating system"
)]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bridge_traits::clock::Clock;

/// The clock of the operating system.
#[derive(Debug, Clone, Copy)]
pub struct NativeClock {
    started: Instant,
}

impl NativeClock {
    /// Makes a clock whose monotonic time begins now.
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
        }
    }
}

impl Default for NativeClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for NativeClock {
    fn now_ms(&self) -> i64 {
        let to_ms = |it: Duration| i64::try_from(it.as_millis()).unwrap_or(i64::MAX);
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(after) => to_ms(after),
            // A machine whose battery is empty may believe in 1969.
            Err(before) => -to_ms(before.duration()),
        }
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}
