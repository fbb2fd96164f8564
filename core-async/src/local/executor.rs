//! The run queue and its tasks.
//!
//! One callback of the host runs tasks in order of their wake-ups until the queue is empty or the budget
//! is spent. The budget spans all microtasks since the last macrotask: once it is spent the executor asks
//! for a macrotask, so that timers, drawing and input get their turn however busy the tasks are.

use super::runtime::Inner;
use super::task::id::{self, Id};
use super::task::join_error::JoinError;
use super::task::waker::TaskWaker;
use super::task::work::Work;
use slab::Slab;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// How long tasks run before the event loop gets a turn.
const BUDGET: Duration = Duration::from_millis(2);
/// The clock is read once in so many polls.
const POLLS_PER_CLOCK: u32 = 32;
/// Ends a budget whose clock stands still.
const MOST_POLLS: u32 = 1 << 16;

/// How many wakers are kept to be used again.
const MOST_SPARE: usize = 1_024;

/// Names one task; its slot may be used again under another id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskKey {
    pub(crate) index: usize,
    pub(crate) id: Id,
}

pub(crate) type TaskWork = Pin<Box<dyn Work>>;

struct Task {
    /// `None` while it is being polled.
    work: Option<TaskWork>,
    waker: Arc<TaskWaker>,
    /// Somebody asked for its end.
    aborted: bool,
}

impl Task {
    fn is(&self, key: TaskKey) -> bool {
        self.waker.key.id == key.id
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Posted {
    Nothing,
    Microtask,
    Macrotask,
}

pub(crate) struct Executor {
    tasks: RefCell<Slab<Task>>,
    ready: RefCell<VecDeque<Arc<TaskWaker>>>,
    /// Blocking tasks, one per macrotask.
    blocking: RefCell<VecDeque<Arc<TaskWaker>>>,
    /// Wakers of ended tasks that nobody else has, to be used again.
    spare: RefCell<Vec<Arc<TaskWaker>>>,
    /// The callback that the host owes us.
    posted: Cell<Posted>,
    /// `run` is on the stack.
    running: Cell<bool>,
    /// Time and polls since the last macrotask.
    spent: Cell<Duration>,
    polls: Cell<u32>,
}

impl Executor {
    pub(crate) fn new() -> Self {
        Self {
            tasks: RefCell::new(Slab::new()),
            ready: RefCell::new(VecDeque::new()),
            blocking: RefCell::new(VecDeque::new()),
            spare: RefCell::new(Vec::new()),
            posted: Cell::new(Posted::Nothing),
            running: Cell::new(false),
            spent: Cell::new(Duration::ZERO),
            polls: Cell::new(0),
        }
    }

    pub(crate) fn task_count(&self) -> usize {
        self.tasks.borrow().len()
    }

    pub(crate) fn runnable(&self) -> usize {
        self.ready.borrow().len() + self.blocking.borrow().len()
    }

    /// Takes the next task in line, blocking ones last.
    fn next(&self) -> Option<Arc<TaskWaker>> {
        let ready = self.ready.borrow_mut().pop_front();
        ready.or_else(|| self.blocking.borrow_mut().pop_front())
    }

    fn make(&self, waker: TaskWaker) -> Arc<TaskWaker> {
        let Some(mut spare) = self.spare.borrow_mut().pop() else {
            return Arc::new(waker);
        };
        *Arc::get_mut(&mut spare).expect("nobody else has it") = waker;
        spare
    }

    fn keep(&self, mut waker: Arc<TaskWaker>) {
        let mut spare = self.spare.borrow_mut();
        if spare.len() < MOST_SPARE && Arc::get_mut(&mut waker).is_some() {
            spare.push(waker);
        }
    }
}

impl Inner {
    /// Adds a task and queues its first poll.
    pub(crate) fn spawn(&self, blocking: bool, work: TaskWork) -> TaskKey {
        let waker = {
            let mut tasks = self.executor.tasks.borrow_mut();
            let place = tasks.vacant_entry();
            let key = TaskKey {
                index: place.key(),
                id: Id::next(),
            };
            let waker = self.executor.make(TaskWaker::new(self.id, key, blocking));
            place.insert(Task {
                work: Some(work),
                waker: waker.clone(),
                aborted: false,
            });
            waker
        };
        let key = waker.key;
        self.queue(waker);
        key
    }

    /// Asks for a task's end.
    pub(crate) fn abort(&self, key: TaskKey) {
        let waker = {
            let mut tasks = self.executor.tasks.borrow_mut();
            let Some(task) = tasks.get_mut(key.index).filter(|task| task.is(key)) else {
                return;
            };
            task.aborted = true;
            task.waker.clone()
        };
        self.queue(waker);
    }

    /// Queues a task, once however often it is woken.
    pub(crate) fn queue(&self, waker: Arc<TaskWaker>) {
        if !waker.claim() {
            return;
        }
        let executor = &self.executor;
        let queue = match waker.blocking {
            true => &executor.blocking,
            false => &executor.ready,
        };
        queue.borrow_mut().push_back(waker);
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
            }
        }
        let mut polls = 0;
        while !self.budget_is_spent() {
            let next = executor.ready.borrow_mut().pop_front();
            let Some(task) = next else { break };
            self.poll_task(task);
            polls += 1;
            if polls % POLLS_PER_CLOCK == 0 {
                started = self.charge(started);
            }
        }
        self.charge(started);
        executor
            .polls
            .set(executor.polls.get().saturating_add(polls));
        drop(running);
        self.post();
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

    fn poll_task(&self, waker: Arc<TaskWaker>) {
        let key = waker.key;
        let (mut work, aborted) = {
            let mut tasks = self.executor.tasks.borrow_mut();
            let Some(task) = tasks.get_mut(key.index).filter(|task| task.is(key)) else {
                return;
            };
            waker.release();
            // A task that pumps the queue itself may be woken while it is polled.
            let Some(work) = task.work.take() else {
                return;
            };
            (work, task.aborted)
        };
        if aborted {
            self.end_task(key, work, JoinError::cancelled(key.id));
            return;
        }
        let polled = {
            let _current = id::enter(Some(key.id));
            let _polling = Polling::begin(self, !waker.blocking);
            let waker = Waker::from(waker);
            catch_unwind(AssertUnwindSafe(|| {
                work.as_mut().poll(&mut Context::from_waker(&waker))
            }))
        };
        match polled {
            Err(payload) => {
                self.end_task(key, work, JoinError::panicked(key.id, payload));
            }
            // It has dropped its future and stored the output itself.
            Ok(Poll::Ready(())) => self.remove_task(key),
            Ok(Poll::Pending) => {
                let mut tasks = self.executor.tasks.borrow_mut();
                let task = tasks.get_mut(key.index).filter(|task| task.is(key));
                let task = task.expect("nobody else removes a task while it is polled");
                if task.aborted {
                    drop(tasks);
                    self.end_task(key, work, JoinError::cancelled(key.id));
                } else {
                    task.work = Some(work);
                }
            }
        }
    }

    /// Drops the future of a task that failed, then tells who waits for it.
    fn end_task(&self, key: TaskKey, mut work: TaskWork, error: JoinError) {
        let dropped = {
            let _current = id::enter(Some(key.id));
            let _polling = Polling::begin(self, true);
            catch_unwind(AssertUnwindSafe(|| work.as_mut().drop_future()))
        };
        self.remove_task(key);
        work.fail(match dropped {
            Err(payload) if !error.is_panic() => JoinError::panicked(key.id, payload),
            _ => error,
        });
    }

    /// Frees the place of a task that has ended.
    fn remove_task(&self, key: TaskKey) {
        let waker = {
            let mut tasks = self.executor.tasks.borrow_mut();
            let task = tasks.get(key.index);
            debug_assert!(task.is_some_and(|task| task.is(key)), "it ends once");
            tasks.remove(key.index).waker
        };
        // Later wake-ups find it queued and leave it alone.
        waker.claim();
        self.executor.keep(waker);
    }

    /// Ends all tasks; those that are being polled end when their poll does.
    pub(crate) fn shut_down(&self) {
        let keys: Vec<TaskKey> = {
            let mut tasks = self.executor.tasks.borrow_mut();
            let keys = tasks.iter_mut().map(|(_, task)| {
                task.aborted = true;
                task.waker.key
            });
            keys.collect()
        };
        for key in keys {
            self.end_idle(key);
        }
        // What was started meanwhile, by a drop, has to lie in a queue.
        while let Some(waker) = self.executor.next() {
            self.end_idle(waker.key);
        }
    }

    /// Ends a task at once, unless it is being polled.
    fn end_idle(&self, key: TaskKey) {
        let work = {
            let mut tasks = self.executor.tasks.borrow_mut();
            let task = tasks.get_mut(key.index).filter(|task| task.is(key));
            task.and_then(|task| task.work.take())
        };
        if let Some(work) = work {
            self.end_task(key, work, JoinError::cancelled(key.id));
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

/// Marks that a task is polled, inside of which nothing may block.
pub(crate) struct Polling<'a> {
    inner: &'a Inner,
    before: bool,
}

impl<'a> Polling<'a> {
    pub(crate) fn begin(inner: &'a Inner, polling: bool) -> Self {
        Self {
            inner,
            before: inner.polling.replace(polling),
        }
    }
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        self.inner.polling.set(self.before);
    }
}
