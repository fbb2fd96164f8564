//! Samples and turns.

use std::fmt::Write;
use std::future::Future;
use std::pin::Pin;

use core_async::time::{Duration, sleep};
use js_sys::Reflect;
use wasm_bindgen::JsCast;
use web_sys::Performance;

/// The shortest time that a sample takes.
const SAMPLE: Millis = 100.0;
/// How many samples each contestant gives.
const SAMPLES: usize = 7;

/// What a figure's name must have in it to be measured; a page has no command line.
const ONLY: Option<&str> = option_env!("CORE_ASYNC_BENCH_ONLY");

/// A time in milliseconds.
pub type Millis = f64;

type Work = Box<dyn Fn(u32) -> Pin<Box<dyn Future<Output = Millis>>>>;

/// One operation, done by ours and by its peers.
pub struct Figure {
    name: &'static str,
    contestants: Vec<Contestant>,
}

struct Contestant {
    name: &'static str,
    work: Work,
    /// Operations a sample.
    count: u32,
    /// Nanoseconds an operation, one per sample.
    samples: Vec<f64>,
}

impl Figure {
    /// Names an operation.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            contestants: Vec::new(),
        }
    }

    /// Adds somebody who does the operation so many times.
    #[must_use]
    pub fn with<F>(self, name: &'static str, work: impl Fn(u32) -> F + Copy + 'static) -> Self
    where
        F: Future<Output = ()> + 'static,
    {
        self.timed(name, 1, move |count| async move {
            let started = now();
            work(count).await;
            now() - started
        })
    }

    /// Adds somebody who does the operation so many times, and tells how long it took. `least` is how
    /// often it is done at once anyway.
    #[must_use]
    pub fn timed<F>(
        mut self,
        name: &'static str,
        least: u32,
        work: impl Fn(u32) -> F + 'static,
    ) -> Self
    where
        F: Future<Output = Millis> + 'static,
    {
        self.contestants.push(Contestant {
            name,
            work: Box::new(move |count| Box::pin(work(count))),
            count: least,
            samples: Vec::new(),
        });
        self
    }

    /// Measures all, and writes a line each to the console, which `cargo xtask bench async` reads.
    pub async fn measure(mut self) {
        if ONLY.is_some_and(|only| !self.name.contains(only)) {
            return;
        }
        for contestant in &mut self.contestants {
            contestant.find_count().await;
        }
        let all = self.contestants.len();
        for sample in 0..SAMPLES {
            for turn in 0..all {
                self.contestants[(sample + turn) % all].sample().await;
            }
        }
        for contestant in &self.contestants {
            contestant.report(self.name);
        }
    }
}

impl Contestant {
    /// Finds how many operations take a sample's time, which also makes the browser compile them well.
    async fn find_count(&mut self) {
        self.run_long_enough().await;
    }

    async fn sample(&mut self) {
        let time = self.run_long_enough().await;
        self.samples.push(time * 1e6 / f64::from(self.count));
    }

    /// Does the work, more often each time until it takes a sample's time. Once is not enough to find
    /// out how often: on a busy machine a few operations may seem to take that long.
    async fn run_long_enough(&mut self) -> Millis {
        loop {
            let time = self.run().await;
            if time >= SAMPLE {
                return time;
            }
            // Never more than tenfold at once: the first operations are slow.
            let factor = (1.3 * SAMPLE / time.max(0.1)).clamp(1.3, 10.0);
            self.count = (f64::from(self.count) * factor).ceil() as u32;
        }
    }

    /// Does the work after a turn of the event loop: many figures never wait, and a page that does
    /// nothing else for half a minute is given up by the driver.
    async fn run(&self) -> Millis {
        sleep(Duration::from_millis(1)).await;
        (self.work)(self.count).await
    }

    fn report(&self, figure: &str) {
        let mut line = format!("figure {figure} | {} |", self.name);
        for sample in &self.samples {
            // Writing to a string does not fail.
            let _ = write!(line, " {sample:.3}");
        }
        web_sys::console::log_1(&line.into());
    }
}

/// Reads the page's clock.
///
/// # Panics
/// If the page has none.
pub fn now() -> Millis {
    thread_local! {
        static CLOCK: Performance = Reflect::get(&js_sys::global(), &"performance".into())
            .expect("the global object can be read")
            .unchecked_into();
    }
    CLOCK.with(Performance::now)
}
