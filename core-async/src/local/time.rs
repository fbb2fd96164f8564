//! Waiting and measuring time on one thread, with tokio's names and semantics.

pub(crate) mod clock;
mod instant;
mod interval;
mod sleep;
mod system_time;
mod timeout;
pub(crate) mod timers;

/// Errors of this module.
pub mod error {
    pub use super::timeout::Elapsed;
}

pub use clock::{advance, pause, resume};
pub use instant::Instant;
pub use interval::{Interval, MissedTickBehavior, interval, interval_at};
pub use sleep::{Sleep, sleep, sleep_until};
pub use std::time::Duration;
pub use system_time::{SystemTime, SystemTimeError, UNIX_EPOCH};
pub use timeout::{Timeout, timeout, timeout_at};
