//! A point on the runtime's clock.

use crate::local::runtime::Runtime;
use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::time::Duration;

/// A point in time that is only good for comparing with others of the same runtime.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    /// Since the clock's zero.
    pub(crate) since_zero: Duration,
}

impl Instant {
    /// Tells the present time.
    ///
    /// # Panics
    /// If the thread has no runtime.
    #[track_caller]
    pub fn now() -> Self {
        Self {
            since_zero: Runtime::current().inner().now(),
        }
    }

    /// About thirty years from now: later than anybody waits, early enough to calculate with.
    pub(crate) fn far_future() -> Self {
        Self::now() + Duration::from_secs(86400 * 365 * 30)
    }

    /// Gives the time from `earlier` to this, or zero if it is later.
    pub fn duration_since(&self, earlier: Self) -> Duration {
        self.saturating_duration_since(earlier)
    }

    /// Gives the time from `earlier` to this, or `None` if it is later.
    pub fn checked_duration_since(&self, earlier: Self) -> Option<Duration> {
        self.since_zero.checked_sub(earlier.since_zero)
    }

    /// Gives the time from `earlier` to this, or zero if it is later.
    pub fn saturating_duration_since(&self, earlier: Self) -> Duration {
        self.since_zero.saturating_sub(earlier.since_zero)
    }

    /// Gives the time from this point to now.
    ///
    /// # Panics
    /// If the thread has no runtime.
    #[track_caller]
    pub fn elapsed(&self) -> Duration {
        Self::now().duration_since(*self)
    }

    /// Gives the point so much later, if it can be expressed.
    pub fn checked_add(&self, duration: Duration) -> Option<Self> {
        let since_zero = self.since_zero.checked_add(duration)?;
        Some(Self { since_zero })
    }

    /// Gives the point so much earlier, if it can be expressed.
    pub fn checked_sub(&self, duration: Duration) -> Option<Self> {
        let since_zero = self.since_zero.checked_sub(duration)?;
        Some(Self { since_zero })
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    /// # Panics
    /// If the sum can't be expressed.
    fn add(self, duration: Duration) -> Self {
        self.checked_add(duration)
            .expect("overflow when adding duration to instant")
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.duration_since(earlier)
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;

    /// # Panics
    /// If the difference can't be expressed.
    fn sub(self, duration: Duration) -> Self {
        self.checked_sub(duration)
            .expect("overflow when subtracting duration from instant")
    }
}

impl SubAssign<Duration> for Instant {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Instant").field(&self.since_zero).finish()
    }
}
