//! The run queue and its tasks.
//!
//! One callback of the host runs tasks in order of their wake-ups until the queue is empty or the budget
//! is spent. The budget spans all microtasks since the last macrotask: once it is spent the executor asks
//! for a macrotask, so that timers, drawing and input get their turn however busy the tasks are.

mod tasks;

use super::coop;
use super::runtime::Inner;
use super::task::id;
use super::task::join::Join;
use super::task::join_error::Failure;
use super::task::join_set::Completions;
use super::task::work::Task;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
pub(crate) use tasks::TaskKey;
use tasks::{Taken, TaskWork, Tasks};

/// How long tasks run before the event loop gets a turn.
const BUDGET: Duration = Duration::from_millis(2);
/// The clock is read once in so many polls at most, where polls are short.
const POLLS_PER_CLOCK: u32 = 32;
/// Polls between two looks at the clock that took longer than this are not short: it is read after each.
const SHORT: Duration = Duration::from_micros(125);
/// Ends a budget whose clock stands still.
const MOST_POLLS: u32 = 1 << 16;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Posted {
    Nothing,
    Microtask,
    Macrotask,
}

pub(crate) struct Executor {
    tasks: RefCell<Tasks>,
    ready: RefCell<VecDeque<TaskKey>>,
    /// Blocking tasks, one per macrotask.
    blocking: RefCell<VecDeque<TaskKey>>,
    /// The callback that the host owes us.
    posted: Cell<Posted>,
    /// `run` is on the stack.
    running: Cell<bool>,
    /// Time and polls since the last macrotask.
    spent: Cell<Duration>,
    polls: Cell<u32>,
    /// When what others poll had its last turn of the event loop.
    outside: Cell<Option<Duration>>,
}

impl Executor {
    pub(crate) fn new() -> Self {
        Self {
            tasks: RefCell::default(),
            ready: RefCell::new(VecDeque::new()),
            blocking: RefCell::new(VecDeque::new()),
            posted: Cell::new(Posted::Nothing),
            running: Cell::new(false),
            spent: Cell::new(Duration::ZERO),
            polls: Cell::new(0),
            outside: Cell::new(None),
        }
    }

    pub(crate) fn task_count(&self) -> usize {
        self.tasks.borrow().len()
    }

    pub(crate) fn runnable(&self) -> usize {
        self.ready.borrow().len() + self.blocking.borrow().len()
    }

    /// Takes the next task in line, blocking ones last.
    fn next(&self) -> Option<TaskKey> {
        let ready = self.ready.borrow_mut().pop_front();
        ready.or_else(|| self.blocking.borrow_mut().pop_front())
    }
}

impl Inner {
    /// Adds a task and queues its first poll.
    #[inline]
    pub(crate) fn spawn<F: Future + 'static>(
        &self,
        blocking: bool,
        future: F,
        set: Option<(Rc<Completions>, usize)>,
    ) -> Pin<Rc<Task<F>>> {
        let key = self.executor.tasks.borrow().next_key();
        let task = Task::new(future, Join::new(self.id, key, set));
        self.start(key, blocking, task.clone());
        task
    }

    fn start(&self, key: TaskKey, blocking: bool, work: TaskWork) {
        let mut tasks = self.executor.tasks.borrow_mut();
        tasks.insert(key, self.id, blocking, work);
        drop(tasks);
        self.push(key, blocking);
    }

    /// Asks for a task's end.
    pub(crate) fn abort(&self, key: TaskKey) {
        if let Some(task) = self.executor.tasks.borrow_mut().get_mut(key) {
            task.abort();
        }
        self.wake_task(key);
    }

    /// Keeps a task from being aborted from now on, and tells whether nobody asked for its end before.
    pub(crate) fn shield(&self, key: TaskKey) -> bool {
        let mut tasks = self.executor.tasks.borrow_mut();
        tasks.get_mut(key).is_some_and(|task| task.shield())
    }

    /// Queues a task, once however often it is woken.
    pub(crate) fn wake_task(&self, key: TaskKey) {
        let mut tasks = self.executor.tasks.borrow_mut();
        let Some(task) = tasks.get_mut(key) else {
            return;
        };
        if task.wake() {
            let blocking = task.blocking;
            drop(tasks);
            self.push(key, blocking);
        }
    }

    fn push(&self, key: TaskKey, blocking: bool) {
        let executor = &self.executor;
        let queue = match blocking {
            true => &executor.blocking,
            false => &executor.ready,
        };
        queue.borrow_mut().push_back(key);
        if !executor.running.get() {
            self.post();
        }
    }

    /// Makes sure that the host calls back if there is something to run.
    pub(crate) fn post(&self) {
        let executor = &self.executor;
        if executor.running.get() {
            return;
        }
        let wanted = if !executor.ready.borrow().is_empty() && !self.budget_is_spent() {
            Posted::Microtask
        } else if executor.runnable() > 0 || self.may_auto_advance() {
            Posted::Macrotask
        } else {
            return;
        };
        // A microtask comes first in any case, and asks for the macrotask then.
        if executor.posted.get() == wanted || executor.posted.get() == Posted::Microtask {
            return;
        }
        executor.posted.set(wanted);
        match wanted {
            Posted::Microtask => self.host.post_microtask(),
            _ => self.host.post_macrotask(),
        }
    }

    fn budget_is_spent(&self) -> bool {
        self.executor.spent.get() >= BUDGET || self.executor.polls.get() >= MOST_POLLS
    }

    /// Runs tasks until the queue is empty or the budget is spent.
    pub(crate) fn run(&self, macrotask: bool) {
        let executor = &self.executor;
        if executor.running.get() {
            return;
        }
        let answered = match macrotask {
            true => Posted::Macrotask,
            false => Posted::Microtask,
        };
        if executor.posted.get() == answered {
            executor.posted.set(Posted::Nothing);
        }
        executor.running.set(true);
        let running = Running(executor);
        let mut started = self.host.now();
        if macrotask {
            executor.spent.set(Duration::ZERO);
            executor.polls.set(0);
            if executor.runnable() == 0 && self.may_auto_advance() {
                self.auto_advance();
            }
            let next = executor.blocking.borrow_mut().pop_front();
            if let Some(task) = next {
                self.poll_task(task);
                started = self.charge(started);
            }
        }
        // Nobody knows how long the polls of this turn take: so the first are looked after one by one.
        let (mut polls, mut look, mut step) = (0, 1, 1);
        loop {
            if polls == look && !executor.ready.borrow().is_empty() {
                let before = started;
                started = self.charge(before);
                step = match started.saturating_sub(before) > SHORT {
                    true => 1,
                    false => POLLS_PER_CLOCK.min(2 * step),
                };
                look = polls + step;
            }
            if self.budget_is_spent() {
                break;
            }
            let next = executor.ready.borrow_mut().pop_front();
            let Some(task) = next else { break };
            self.poll_task(task);
            polls += 1;
        }
        self.charge(started);
        executor
            .polls
            .set(executor.polls.get().saturating_add(polls));
        drop(running);
        self.post();
    }

    /// Wakes what gives way and is polled by others, who may do so before the event loop does anything else: so it is at
    /// once only within a budget, and in a later turn then.
    pub(crate) fn wake_outside(&self, waker: &Waker) {
        let begun = self.executor.outside.get();
        if begun.is_some_and(|begun| self.host.now().saturating_sub(begun) < BUDGET) {
            return waker.wake_by_ref();
        }
        let (waker, number) = (waker.clone(), self.id);
        let in_a_turn = async move {
            if let Some(inner) = Inner::find(number) {
                inner.executor.outside.set(Some(inner.host.now()));
            }
            waker.wake();
        };
        self.spawn(true, in_a_turn, None);
    }

    fn charge(&self, started: Duration) -> Duration {
        let now = self.host.now();
        let spent = &self.executor.spent;
        spent.set(spent.get().saturating_add(now.saturating_sub(started)));
        now
    }

    /// Polls the next task in line, if there is one, for a caller that drives the queue itself.
    pub(crate) fn run_one(&self) -> bool {
        match self.executor.next() {
            Some(task) => {
                self.poll_task(task);
                true
            }
            None => false,
        }
    }

    fn poll_task(&self, key: TaskKey) {
        let (taken, aborted, blocking) = {
            let mut tasks = self.executor.tasks.borrow_mut();
            let Some(task) = tasks.get_mut(key) else {
                return;
            };
            let Some(taken) = task.take() else {
                return;
            };
            (taken, task.aborted, task.blocking)
        };
        if aborted {
            self.end_task(key, taken, Failure::cancelled());
            return;
        }
        let Taken { work, waker } = taken;
        let polled = {
            let _polling = Polling::begin(self, !blocking);
            let mut cx = Context::from_waker(&waker);
            catch_unwind(AssertUnwindSafe(|| work.as_ref().poll(&mut cx)))
        };
        match polled {
            Ok(Poll::Pending) => self.put_back(key, Taken { work, waker }),
            // It has dropped its future and stored the output itself.
            Ok(Poll::Ready(())) => self.remove(key, waker),
            Err(payload) => {
                let failure = Failure::panicked(payload);
                self.end_task(key, Taken { work, waker }, failure);
            }
        }
    }

    /// Keeps a task that waits, or queues it if it was woken already.
    fn put_back(&self, key: TaskKey, taken: Taken) {
        let mut tasks = self.executor.tasks.borrow_mut();
        let task = tasks.get_mut(key);
        let task = task.expect("nobody removes a task while it is polled");
        if task.aborted {
            drop(tasks);
            self.end_task(key, taken, Failure::cancelled());
        } else if task.put_back(taken.waker) {
            let blocking = task.blocking;
            drop(tasks);
            self.push(key, blocking);
        }
    }

    /// Frees the slot of a task that has ended.
    fn remove(&self, key: TaskKey, waker: Waker) {
        let work = self.executor.tasks.borrow_mut().remove(key, waker);
        drop(work);
    }

    /// Drops the future of a task that failed, then tells who waits for it.
    fn end_task(&self, key: TaskKey, taken: Taken, failure: Failure) {
        let Taken { work, waker } = taken;
        let dropped = {
            let _polling = Polling::begin(self, true);
            catch_unwind(AssertUnwindSafe(|| work.as_ref().drop_future()))
        };
        self.remove(key, waker);
        work.fail(match dropped {
            Err(payload) if !failure.is_panic() => Failure::panicked(payload),
            _ => failure,
        });
    }

    /// Takes the work up again after a turn that never came back, and fails the tasks that it polled.
    pub(crate) fn recover(&self) {
        self.executor.running.set(false);
        self.polling.set(false);
        id::leave();
        coop::reset();
        // Borrowed if what trapped was not a task but the executor, whose state nobody knows then.
        let Ok(mut tasks) = self.executor.tasks.try_borrow_mut() else {
            return;
        };
        let failed = tasks.remove_polled(self.id);
        drop(tasks);
        for work in failed {
            work.fail(Failure::trapped());
        }
        // Wake-ups that it was in the middle of are lost: so everybody looks again.
        let keys = self.executor.tasks.borrow().keys();
        for key in keys {
            self.wake_task(key);
        }
        self.rearm();
        self.post();
    }

    /// Ends all tasks; those that are being polled end when their poll does.
    pub(crate) fn shut_down(&self) {
        let keys = self.executor.tasks.borrow().keys();
        for key in keys {
            self.end_idle(key);
        }
        // What was started meanwhile, by a drop, lies in a queue.
        while let Some(key) = self.executor.next() {
            self.end_idle(key);
        }
    }

    /// Ends a task, at once unless it is being polled.
    fn end_idle(&self, key: TaskKey) {
        let taken = {
            let mut tasks = self.executor.tasks.borrow_mut();
            let Some(task) = tasks.get_mut(key) else {
                return;
            };
            task.aborted = true;
            task.take()
        };
        if let Some(taken) = taken {
            self.end_task(key, taken, Failure::cancelled());
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shut_down();
    }
}

/// Marks the executor as running, also when something unwinds.
struct Running<'a>(&'a Executor);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.set(false);
    }
}

/// Marks that a task is polled, inside of which nothing may block, and limits what it does in one go.
pub(crate) struct Polling<'a> {
    inner: &'a Inner,
    before: bool,
    left_before: u64,
}

impl<'a> Polling<'a> {
    pub(crate) fn begin(inner: &'a Inner, polling: bool) -> Self {
        Self {
            inner,
            before: inner.polling.replace(polling),
            left_before: coop::begin(),
        }
    }
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        self.inner.polling.set(self.before);
        coop::end(self.left_before);
    }
}
