//! What all parts of a world share: the lot that decides, the trace, and the end of the process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use core_async::sync::Notify;
use core_async::time::{Duration, Instant};
use fastrand::Rng;

use crate::fault::Fault;

/// Decides by lot what happens, and writes down what did.
pub(crate) struct Hub {
    state: Mutex<State>,
    killed: Notify,
}

struct State {
    rng: Rng,
    /// How many of 1,000 occasions each fault takes; what is not named never happens.
    rates: BTreeMap<Fault, u32>,
    counts: BTreeMap<Fault, u64>,
    /// Occasions until the process is killed.
    kill_in: Option<u64>,
    dead: bool,
    trace: Trace,
    violations: Vec<String>,
    /// Requests to providers since the last job began.
    requests: u64,
    /// Virtual time that passed in earlier lives of the process, and the beginning of this one.
    past: Duration,
    born: Option<Instant>,
    /// What the wall clock is wrong by, in ms.
    skew: i64,
}

/// All that happened, as a number; and as text where somebody wants to read it.
#[derive(Debug)]
struct Trace {
    hash: u64,
    lines: Option<Vec<String>>,
}

impl Hub {
    pub(crate) fn new(seed: u64, verbose: bool) -> Arc<Self> {
        let state = State {
            rng: Rng::with_seed(seed ^ 0x5EED),
            rates: BTreeMap::new(),
            counts: BTreeMap::new(),
            kill_in: None,
            dead: false,
            trace: Trace {
                hash: 0xcbf2_9ce4_8422_2325,
                lines: verbose.then(Vec::new),
            },
            violations: Vec::new(),
            requests: 0,
            past: Duration::ZERO,
            born: None,
            skew: 0,
        };
        Arc::new(Self {
            state: Mutex::new(state),
            killed: Notify::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws from the lot.
    pub(crate) fn draw<T>(&self, draw: impl FnOnce(&mut Rng) -> T) -> T {
        draw(&mut self.lock().rng)
    }

    /// Says which faults may happen from now on, and how often.
    pub(crate) fn set_rates(&self, rates: BTreeMap<Fault, u32>) {
        self.lock().rates = rates;
    }

    /// Asks whether a fault happens here.
    pub(crate) fn strikes(&self, fault: Fault) -> bool {
        let mut state = self.lock();
        let Some(rate) = state.rates.get(&fault).copied() else {
            return false;
        };
        let hit = state.rng.u32(0..1_000) < rate;
        if hit {
            *state.counts.entry(fault).or_default() += 1;
        }
        drop(state);
        if hit {
            self.tell(|| format!("fault {}", fault.name()));
        }
        hit
    }

    /// Counts a fault that was decided elsewhere.
    pub(crate) fn count(&self, fault: Fault) {
        *self.lock().counts.entry(fault).or_default() += 1;
        self.tell(|| format!("fault {}", fault.name()));
    }

    /// Tells how often the disk failed so far.
    pub(crate) fn disk_faults(&self) -> u64 {
        let counts = &self.lock().counts;
        [Fault::DiskFull, Fault::IoError, Fault::Busy]
            .iter()
            .filter_map(|fault| counts.get(fault))
            .sum()
    }

    /// Tells how often a folder could not be listed so far.
    pub(crate) fn gaps(&self) -> u64 {
        let counts = &self.lock().counts;
        counts.get(&Fault::UnreadableFolder).copied().unwrap_or(0)
    }

    pub(crate) fn counts(&self) -> BTreeMap<Fault, u64> {
        self.lock().counts.clone()
    }

    /// Takes back when the process is to be killed.
    pub(crate) fn spare(&self) -> Option<u64> {
        self.lock().kill_in.take()
    }

    /// Lets the process be killed at the occasion after so many.
    pub(crate) fn kill_in(&self, occasions: Option<u64>) {
        self.lock().kill_in = occasions;
    }

    /// An occasion to be killed. Whoever is alive goes on; the dead wait here for ever.
    pub(crate) async fn survive(&self) {
        let dead = {
            let mut state = self.lock();
            if let Some(left) = &mut state.kill_in {
                if *left == 0 {
                    state.kill_in = None;
                    state.dead = true;
                } else {
                    *left -= 1;
                }
            }
            state.dead
        };
        if dead {
            self.killed.notify_one();
            std::future::pending::<()>().await;
        }
    }

    /// Waits until the process is killed.
    pub(crate) async fn killed(&self) {
        self.killed.notified().await;
    }

    /// Begins a life of the process; its clock is the runtime's.
    pub(crate) fn be_born(&self) {
        let mut state = self.lock();
        state.dead = false;
        state.born = Some(Instant::now());
    }

    /// Ends a life: time stands still until the next.
    pub(crate) fn end_life(&self) {
        let mut state = self.lock();
        if let Some(born) = state.born.take() {
            state.past += born.elapsed();
        }
        state.kill_in = None;
    }

    /// Tells the virtual time since the world began.
    pub(crate) fn now(&self) -> Duration {
        let state = self.lock();
        state.past + state.born.map_or(Duration::ZERO, |born| born.elapsed())
    }

    pub(crate) fn skew(&self) -> i64 {
        self.lock().skew
    }

    pub(crate) fn set_skew(&self, ms: i64) {
        self.lock().skew = ms;
    }

    /// Counts a request; gives how many there were since the last job began.
    pub(crate) fn count_request(&self) -> u64 {
        let mut state = self.lock();
        state.requests += 1;
        state.requests
    }

    /// Gives the requests since this was asked last.
    pub(crate) fn take_requests(&self) -> u64 {
        std::mem::take(&mut self.lock().requests)
    }

    /// Writes down what happened.
    pub(crate) fn tell(&self, line: impl FnOnce() -> String) {
        let now = self.now();
        let line = format!("{:>10} ms  {}", now.as_millis(), line());
        let mut state = self.lock();
        for byte in line.bytes() {
            state.trace.hash = (state.trace.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if let Some(lines) = &mut state.trace.lines {
            lines.push(line);
        }
    }

    /// Notes that an invariant does not hold.
    pub(crate) fn violated(&self, invariant: &str, what: impl std::fmt::Display) {
        let text = format!("{invariant}: {what}");
        self.tell(|| format!("VIOLATION {text}"));
        self.lock().violations.push(text);
    }

    pub(crate) fn violations(&self) -> Vec<String> {
        self.lock().violations.clone()
    }

    pub(crate) fn trace(&self) -> (u64, Vec<String>) {
        let state = self.lock();
        let lines = state.trace.lines.clone().unwrap_or_default();
        (state.trace.hash, lines)
    }
}
