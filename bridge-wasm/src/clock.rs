//! Time as the browser tells it.

use std::time::Duration;

use bridge_traits::clock::Clock;
use core_async::time::Instant;

/// The browser's clock. Browsers round it, to 0.1 ms or more, against timing attacks.
#[derive(Debug, Clone)]
pub struct WasmClock {
    start: Instant,
}

impl WasmClock {
    /// Makes a clock whose monotonic time begins now.
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Default for WasmClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for WasmClock {
    fn now_ms(&self) -> i64 {
        // A whole number of ms, far below where an f64 loses whole numbers.
        js_sys::Date::now() as i64
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}
