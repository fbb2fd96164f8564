//! Time as the host tells it.

use std::time::Duration;

use crate::PlatformSendSync;

/// Tells the time. Wall-clock time is for showing and for dates, never for correctness: it may
/// jump. Waiting is `core_async::time`'s job.
pub trait Clock: PlatformSendSync {
    /// Tells the milliseconds since 1970-01-01T00:00:00Z, leap seconds left out.
    fn now_ms(&self) -> i64;

    /// Tells the time since an arbitrary fixed point; never goes back.
    fn monotonic(&self) -> Duration;
}
