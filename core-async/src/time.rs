//! Waiting and measuring time.

#[cfg(target_arch = "wasm32")]
pub use crate::local::time::{
    Duration, Instant, Interval, MissedTickBehavior, Sleep, SystemTime, SystemTimeError, Timeout,
    UNIX_EPOCH, advance, error, interval, interval_at, pause, resume, sleep, sleep_until, timeout,
    timeout_at,
};
#[cfg(not(target_arch = "wasm32"))]
pub use std::time::{SystemTime, SystemTimeError, UNIX_EPOCH};
#[cfg(not(target_arch = "wasm32"))]
pub use tokio::time::{
    Duration, Instant, Interval, MissedTickBehavior, Sleep, Timeout, advance, error, interval,
    interval_at, pause, resume, sleep, sleep_until, timeout, timeout_at,
};
