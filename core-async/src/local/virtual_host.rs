//! A host for tests: its clock moves only when told, and its order comes from a seed.

use super::host::Host;
use super::runtime::Runtime;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

type Event = Box<dyn FnOnce()>;

/// An event loop without a world.
///
/// Microtasks run first, as in a browser. Macrotasks, due timers and due events are served in an order
/// that the seed decides.
pub struct VirtualHost {
    now: Cell<Duration>,
    /// What each look at the clock costs, so that busy tasks use up their budget.
    tick: Cell<Duration>,
    microtask: Cell<bool>,
    macrotask: Cell<bool>,
    armed: Cell<Option<Duration>>,
    /// Stand-ins for fetches and the like: what happens and when.
    events: RefCell<Vec<(Duration, Event)>>,
    random: Cell<u64>,
    counts: Cell<Counts>,
}

/// What a virtual host was asked for and has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Microtasks served.
    pub microtasks: u64,
    /// Macrotasks served.
    pub macrotasks: u64,
    /// Timers that rang.
    pub timers: u64,
    /// Times that a timer was armed.
    pub armed: u64,
    /// Events served.
    pub events: u64,
}

impl VirtualHost {
    /// Makes a host and a runtime over it.
    pub fn start(seed: u64) -> (Rc<Self>, Runtime) {
        let host = Rc::new(Self {
            now: Cell::new(Duration::ZERO),
            tick: Cell::new(Duration::ZERO),
            microtask: Cell::new(false),
            macrotask: Cell::new(false),
            armed: Cell::new(None),
            events: RefCell::new(Vec::new()),
            random: Cell::new(seed ^ 0x9E37_79B9_7F4A_7C15),
            counts: Cell::new(Counts::default()),
        });
        let runtime = Runtime::new(host.clone());
        (host, runtime)
    }

    /// Sets what each look at the clock costs.
    pub fn set_tick(&self, tick: Duration) {
        self.tick.set(tick);
    }

    /// Moves the clock.
    pub fn advance(&self, duration: Duration) {
        self.now.set(self.now.get() + duration);
    }

    /// Lets something happen after a time.
    pub fn after(&self, duration: Duration, event: impl FnOnce() + 'static) {
        let at = self.now.get() + duration;
        self.events.borrow_mut().push((at, Box::new(event)));
    }

    /// Tells what was done so far.
    pub fn counts(&self) -> Counts {
        self.counts.get()
    }

    /// Tells what the next timer is armed for.
    pub fn armed(&self) -> Option<Duration> {
        self.armed.get()
    }

    /// Serves one callback; `false` if there is nothing to do at the present time.
    pub fn turn(&self, runtime: &Runtime) -> bool {
        if self.microtask.take() {
            self.count(|counts| counts.microtasks += 1);
            runtime.on_microtask();
            return true;
        }
        let now = self.now.get();
        let timer = self.armed.get().is_some_and(|deadline| deadline <= now);
        let event = self.due_event(now);
        let macrotask = self.macrotask.get();
        let choices = usize::from(timer) + usize::from(event.is_some()) + usize::from(macrotask);
        if choices == 0 {
            return false;
        }
        let mut choice = self.below(choices);
        if macrotask {
            if choice == 0 {
                self.macrotask.set(false);
                self.count(|counts| counts.macrotasks += 1);
                runtime.on_macrotask();
                return true;
            }
            choice -= 1;
        }
        match event {
            Some(index) if !timer || choice == 1 => {
                let (_, event) = self.events.borrow_mut().swap_remove(index);
                self.count(|counts| counts.events += 1);
                runtime.enter(event);
            }
            _ => {
                self.armed.set(None);
                self.count(|counts| counts.timers += 1);
                runtime.on_timer();
            }
        }
        true
    }

    /// Serves callbacks until nothing is left to do at the present time.
    pub fn settle(&self, runtime: &Runtime) {
        while self.turn(runtime) {}
    }

    /// Moves the clock to the next timer or event; `false` if there is none.
    pub fn skip(&self) -> bool {
        let events = self.events.borrow();
        let next = events
            .iter()
            .map(|(at, _)| *at)
            .chain(self.armed.get())
            .min();
        if let Some(next) = next {
            self.now.set(next.max(self.now.get()));
        }
        next.is_some()
    }

    /// Runs a future as a task until it is ready, moving the clock whenever nothing else is left.
    ///
    /// # Panics
    /// If the future can't become ready any more, or panics.
    pub fn run<F>(&self, runtime: &Runtime, future: F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let output = Rc::new(RefCell::new(None));
        let store = output.clone();
        let handle = runtime.enter(|| {
            super::task::spawn(async move {
                let ready = future.await;
                *store.borrow_mut() = Some(ready);
            })
        });
        loop {
            self.settle(runtime);
            if let Some(output) = output.take() {
                return output;
            }
            if handle.is_finished() {
                match handle.take() {
                    Some(Err(error)) if error.is_panic() => {
                        std::panic::resume_unwind(error.into_panic())
                    }
                    other => panic!("the future ended without an output: {other:?}"),
                }
            }
            assert!(
                self.skip(),
                "the future waits for something that never comes"
            );
        }
    }

    fn due_event(&self, now: Duration) -> Option<usize> {
        let due: Vec<usize> = {
            let events = self.events.borrow();
            let due = events.iter().enumerate().filter(|(_, (at, _))| *at <= now);
            due.map(|(index, _)| index).collect()
        };
        match due.len() {
            0 => None,
            several => Some(due[self.below(several)]),
        }
    }

    fn count(&self, change: impl FnOnce(&mut Counts)) {
        let mut counts = self.counts.get();
        change(&mut counts);
        self.counts.set(counts);
    }

    fn below(&self, limit: usize) -> usize {
        let mut x = self.random.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.random.set(x);
        (x % limit as u64) as usize
    }
}

impl Host for VirtualHost {
    fn now(&self) -> Duration {
        let now = self.now.get();
        self.now.set(now + self.tick.get());
        now
    }

    fn system_time(&self) -> Duration {
        Duration::from_secs(1_700_000_000) + self.now.get()
    }

    fn post_microtask(&self) {
        self.microtask.set(true);
    }

    fn post_macrotask(&self) {
        self.macrotask.set(true);
    }

    fn arm_timer(&self, deadline: Duration) {
        self.count(|counts| counts.armed += 1);
        self.armed.set(Some(deadline));
    }
}
