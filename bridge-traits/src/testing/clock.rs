//! Suite and fake for [`Clock`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Clock;

/// Generates the tests that every [`Clock`] passes.
#[macro_export]
macro_rules! clock_conformance {
    ($fresh:expr) => {
        $crate::__conformance_tests! { clock, $fresh,
            the_date_is_of_this_era
            monotonic_time_never_goes_back
        }
    };
}

pub async fn the_date_is_of_this_era(clock: impl Clock) {
    let year_2020 = 1_577_836_800_000;
    let year_2200 = 7_258_118_400_000;
    let now = clock.now_ms();
    assert!((year_2020..year_2200).contains(&now), "{now} ms");
}

pub async fn monotonic_time_never_goes_back(clock: impl Clock) {
    let mut last = clock.monotonic();
    for _ in 0..1000 {
        let now = clock.monotonic();
        assert!(now >= last, "{now:?} after {last:?}");
        last = now;
    }
}

/// A clock that stands still until the test moves it. Clones tell the same time.
#[derive(Debug, Clone)]
pub struct FakeClock {
    inner: Arc<Mutex<Times>>,
}

#[derive(Debug)]
struct Times {
    wall_ms: i64,
    monotonic: Duration,
}

impl FakeClock {
    /// Makes a clock that shows 2026-01-01T00:00:00Z.
    pub fn new() -> Self {
        Self::at_ms(1_767_225_600_000)
    }

    /// Makes a clock that shows `wall_ms`, in ms since 1970.
    pub fn at_ms(wall_ms: i64) -> Self {
        Self {
            inner: Arc::new(Mutex::new(Times {
                wall_ms,
                monotonic: Duration::ZERO,
            })),
        }
    }

    /// Lets time pass: both times go on.
    pub fn advance(&self, by: Duration) {
        let mut times = self.lock();
        times.monotonic += by;
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        times.wall_ms = times.wall_ms.saturating_add(ms);
    }

    /// Sets the wall clock alone, as a user or a time server does; it may go back.
    pub fn set_wall_ms(&self, wall_ms: i64) {
        self.lock().wall_ms = wall_ms;
    }

    fn lock(&self) -> MutexGuard<'_, Times> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for FakeClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for FakeClock {
    fn now_ms(&self) -> i64 {
        self.lock().wall_ms
    }

    fn monotonic(&self) -> Duration {
        self.lock().monotonic
    }
}
