//! The runtime of one thread: executor, timers and clock over one host.

use super::executor::Executor;
use super::host::Host;
use super::time::clock::Clock;
use super::time::timers::Timers;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use super::block_on::{WouldBlock, block_on, try_block_on};

thread_local! {
    static CURRENT: RefCell<Option<Runtime>> = const { RefCell::new(None) };
    /// Every living runtime of the thread, so that a waker finds its own.
    static ALL: RefCell<Vec<(u64, Weak<Inner>)>> = const { RefCell::new(Vec::new()) };
}

/// One count for all threads: a waker that got to another one must not find a stranger there.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A handle of one thread's runtime; its tasks end when the last handle outside of them goes.
#[derive(Clone)]
pub struct Runtime {
    inner: Rc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) id: u64,
    pub(crate) host: Rc<dyn Host>,
    pub(crate) executor: Executor,
    pub(crate) timers: RefCell<Timers>,
    pub(crate) clock: Clock,
    /// Operations of the host that something waits for.
    pub(crate) host_ops: Cell<usize>,
    /// A task or a `block_on` is being polled.
    pub(crate) polling: Cell<bool>,
}

impl Runtime {
    /// Makes a runtime over a host.
    pub fn new(host: Rc<dyn Host>) -> Self {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let inner = Rc::new(Inner {
            id,
            executor: Executor::new(),
            timers: RefCell::new(Timers::new()),
            clock: Clock::new(),
            host_ops: Cell::new(0),
            polling: Cell::new(false),
            host,
        });
        ALL.with_borrow_mut(|all| {
            all.retain(|(_, runtime)| runtime.strong_count() > 0);
            all.push((id, Rc::downgrade(&inner)));
        });
        Self { inner }
    }

    /// Gives the runtime of this thread.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn current() -> Self {
        match Self::try_current() {
            Some(runtime) => runtime,
            None => panic!("there is no local runtime in this thread; enter one first"),
        }
    }

    /// Gives the runtime of this thread, if there is one; in a browser there always is.
    pub fn try_current() -> Option<Self> {
        let entered = CURRENT.with_borrow(Clone::clone);
        #[cfg(target_arch = "wasm32")]
        let entered = entered.or_else(|| Some(crate::browser::runtime()));
        entered
    }

    /// Makes this the thread's runtime from now on.
    pub fn install(&self) {
        let old = CURRENT.replace(Some(self.clone()));
        drop(old);
    }

    /// Runs `body` with this as the thread's runtime.
    pub fn enter<R>(&self, body: impl FnOnce() -> R) -> R {
        struct Restore(Option<Runtime>);
        impl Drop for Restore {
            fn drop(&mut self) {
                let entered = CURRENT.replace(self.0.take());
                drop(entered);
            }
        }
        let _restore = Restore(CURRENT.replace(Some(self.clone())));
        body()
    }

    /// Answers a posted microtask: runs tasks within the budget.
    pub fn on_microtask(&self) {
        self.enter(|| self.inner.run(false));
    }

    /// Answers a posted macrotask: starts a new budget and runs tasks within it.
    pub fn on_macrotask(&self) {
        self.enter(|| self.inner.run(true));
    }

    /// Answers an armed timer: wakes what is due and arms the next.
    pub fn on_timer(&self) {
        self.enter(|| self.inner.fire_timers(true));
    }

    /// Takes the work up again after a callback of the host that trapped in the middle, as a panic does where
    /// panics don't unwind. The tasks it was in have failed; what they held is never dropped.
    pub fn recover(&self) {
        self.enter(|| self.inner.recover());
    }

    /// Does the same if synchronous code trapped in `block_on`, of which nobody was told. To be called where
    /// nothing of the thread can be polling.
    pub fn recover_if_left(&self) {
        if self.inner.polling.get() {
            self.recover();
        }
    }

    /// Counts an operation of the host until the guard is dropped.
    pub fn host_op(&self) -> HostOp {
        let inner = self.inner.clone();
        inner.host_ops.set(inner.host_ops.get() + 1);
        HostOp {
            inner: Rc::downgrade(&inner),
        }
    }

    /// Counts the tasks that have not ended.
    pub fn task_count(&self) -> usize {
        self.inner.executor.task_count()
    }

    /// Counts the timers that somebody waits for.
    pub fn timer_count(&self) -> usize {
        self.inner.timers.borrow().live()
    }

    /// Counts the entries kept for timers, dropped ones included.
    pub fn timer_entries(&self) -> usize {
        self.inner.timers.borrow().entries()
    }

    /// Ends all tasks: their futures are dropped and their handles say cancelled.
    pub fn shutdown(&self) {
        self.enter(|| self.inner.shut_down());
    }

    pub(crate) fn inner(&self) -> &Rc<Inner> {
        &self.inner
    }
}

impl Inner {
    pub(crate) fn now(&self) -> Duration {
        self.clock.now(&*self.host)
    }

    /// Finds a living runtime of this thread; the entered one, nearly always.
    pub(crate) fn find(id: u64) -> Option<Rc<Inner>> {
        let entered = CURRENT.try_with(|current| {
            let current = current.borrow();
            let entered = current.as_ref().filter(|runtime| runtime.inner.id == id);
            entered.map(|runtime| runtime.inner.clone())
        });
        if let Ok(Some(inner)) = entered {
            return Some(inner);
        }
        ALL.try_with(|all| {
            let all = all.borrow();
            let found = all.iter().find(|(other, _)| *other == id)?;
            found.1.upgrade()
        })
        .ok()
        .flatten()
    }
}

/// Counts one operation of the host for as long as it lives.
pub struct HostOp {
    inner: Weak<Inner>,
}

impl Drop for HostOp {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.upgrade() {
            inner.host_ops.set(inner.host_ops.get() - 1);
        }
    }
}
