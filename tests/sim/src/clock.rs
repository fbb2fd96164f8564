//! The clock that the library is given: virtual, and sometimes wrong.

use std::sync::Arc;

use bridge_traits::clock::Clock;
use core_async::time::Duration;

use crate::hub::Hub;

/// 2026-01-01T00:00:00Z, in ms since 1970.
const BEGINNING: i64 = 1_767_225_600_000;

pub(crate) struct VirtualClock {
    hub: Arc<Hub>,
}

impl VirtualClock {
    pub(crate) fn new(hub: Arc<Hub>) -> Self {
        Self { hub }
    }
}

impl Clock for VirtualClock {
    fn now_ms(&self) -> i64 {
        let passed = i64::try_from(self.hub.now().as_millis()).unwrap_or(i64::MAX);
        BEGINNING
            .saturating_add(passed)
            .saturating_add(self.hub.skew())
    }

    fn monotonic(&self) -> Duration {
        self.hub.now()
    }
}
