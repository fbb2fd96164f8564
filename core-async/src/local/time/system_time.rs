//! The wall clock, where the standard library's own panics.

use crate::local::mutants::{self, Mutant};
use crate::local::runtime::Runtime;
use std::ops::{Add, Sub};
use std::time::Duration;
use thiserror::Error;

/// A point of the wall clock, from 1970 on; the clock may jump.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemTime {
    since_epoch: Duration,
}

/// The first moment of 1970 in UTC.
pub const UNIX_EPOCH: SystemTime = SystemTime::UNIX_EPOCH;

/// The other point of time is the later one; `duration` tells by how much.
#[derive(Clone, Debug, Error)]
#[error("second time provided was later than self")]
pub struct SystemTimeError(Duration);

impl SystemTimeError {
    /// Tells by how much the other point is later.
    pub fn duration(&self) -> Duration {
        self.0
    }
}

impl SystemTime {
    /// The first moment of 1970 in UTC.
    pub const UNIX_EPOCH: Self = Self {
        since_epoch: Duration::ZERO,
    };

    /// Tells the present time.
    ///
    /// # Panics
    /// If the thread has no runtime.
    #[track_caller]
    pub fn now() -> Self {
        if mutants::on(Mutant::SystemTimePanics) {
            panic!("time not implemented on this platform");
        }
        Self {
            since_epoch: Runtime::current().inner().host.system_time(),
        }
    }

    /// Gives the time from `earlier` to this.
    ///
    /// # Errors
    /// If `earlier` is later.
    pub fn duration_since(&self, earlier: Self) -> Result<Duration, SystemTimeError> {
        self.since_epoch
            .checked_sub(earlier.since_epoch)
            .ok_or_else(|| SystemTimeError(earlier.since_epoch - self.since_epoch))
    }

    /// Gives the time from this point to now.
    ///
    /// # Errors
    /// If this point is in the future.
    ///
    /// # Panics
    /// If the thread has no runtime.
    pub fn elapsed(&self) -> Result<Duration, SystemTimeError> {
        Self::now().duration_since(*self)
    }

    /// Gives the point so much later, if it can be expressed.
    pub fn checked_add(&self, duration: Duration) -> Option<Self> {
        let since_epoch = self.since_epoch.checked_add(duration)?;
        Some(Self { since_epoch })
    }

    /// Gives the point so much earlier, if it is not before 1970.
    pub fn checked_sub(&self, duration: Duration) -> Option<Self> {
        let since_epoch = self.since_epoch.checked_sub(duration)?;
        Some(Self { since_epoch })
    }
}

impl Add<Duration> for SystemTime {
    type Output = Self;

    /// # Panics
    /// If the sum can't be expressed.
    fn add(self, duration: Duration) -> Self {
        self.checked_add(duration)
            .expect("overflow when adding duration to instant")
    }
}

impl Sub<Duration> for SystemTime {
    type Output = Self;

    /// # Panics
    /// If the difference lies before 1970.
    fn sub(self, duration: Duration) -> Self {
        self.checked_sub(duration)
            .expect("overflow when subtracting duration from instant")
    }
}
