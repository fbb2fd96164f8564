//! A set of tasks that is joined in order of completion.

use super::blocking::spawn_blocking_in;
use super::handle::{AbortHandle, JoinHandle};
use super::id::Id;
use super::join_error::JoinError;
use super::spawn::spawn_in;
use crate::local::coop;
use crate::local::runtime::Runtime;
use crate::local::waker_slot::WakerSlot;
use slab::Slab;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::{Context, Poll, ready};

/// The tasks of a set that have ended, in order.
#[derive(Default)]
pub(crate) struct Completions {
    places: RefCell<VecDeque<usize>>,
    waiter: WakerSlot,
}

impl Completions {
    pub(crate) fn push(&self, place: usize) {
        self.places.borrow_mut().push_back(place);
        self.waiter.wake();
    }
}

/// Owns tasks with the same kind of output; dropping it aborts them.
pub struct JoinSet<T: 'static> {
    tasks: Slab<JoinHandle<T>>,
    completions: Rc<Completions>,
}

impl<T: 'static> JoinSet<T> {
    /// Makes an empty set.
    pub fn new() -> Self {
        Self {
            tasks: Slab::new(),
            completions: Rc::default(),
        }
    }

    /// Counts the tasks that were not joined.
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Tells whether all tasks were joined.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Starts a task in the set.
    ///
    /// # Panics
    /// If the thread has no runtime.
    #[track_caller]
    pub fn spawn<F: Future<Output = T> + 'static>(&mut self, task: F) -> AbortHandle {
        let place = self.tasks.vacant_key();
        let set = (self.completions.clone(), place);
        let handle = spawn_in(&Runtime::current(), task, false, Some(set));
        let abort = handle.abort_handle();
        self.tasks.insert(handle);
        abort
    }

    /// Starts a closure in the set, in a turn of the event loop of its own.
    ///
    /// # Panics
    /// If the thread has no runtime.
    #[track_caller]
    pub fn spawn_blocking<F: FnOnce() -> T + 'static>(&mut self, f: F) -> AbortHandle {
        let place = self.tasks.vacant_key();
        let set = (self.completions.clone(), place);
        let handle = spawn_blocking_in(f, Some(set));
        let abort = handle.abort_handle();
        self.tasks.insert(handle);
        abort
    }

    /// Waits for the next task to end; `None` if the set is empty.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn join_next(&mut self) -> Option<Result<T, JoinError>> {
        poll_fn(|cx| self.poll_join_next(cx)).await
    }

    /// Waits like [`join_next`](Self::join_next) and names the task.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        poll_fn(|cx| self.poll_join_next_with_id(cx)).await
    }

    /// Gives the next task that has ended, if there is one.
    pub fn try_join_next(&mut self) -> Option<Result<T, JoinError>> {
        self.try_join_next_with_id().map(without_id)
    }

    /// Gives the next task that has ended together with its name, if there is one.
    pub fn try_join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        let place = self.completions.places.borrow_mut().pop_front()?;
        let handle = self.tasks.remove(place);
        let result = handle.take().expect("a task that ended left its result");
        Some(result.map(|output| (handle.id(), output)))
    }

    /// Polls for [`join_next`](Self::join_next).
    pub fn poll_join_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, JoinError>>> {
        self.poll_join_next_with_id(cx)
            .map(|next| next.map(without_id))
    }

    /// Polls for [`join_next_with_id`](Self::join_next_with_id).
    pub fn poll_join_next_with_id(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<(Id, T), JoinError>>> {
        if self.is_empty() {
            return Poll::Ready(None);
        }
        ready!(coop::proceed(cx));
        if self.completions.places.borrow().is_empty() {
            self.completions.waiter.register(cx);
        }
        let Some(result) = self.try_join_next_with_id() else {
            return Poll::Pending;
        };
        coop::spend();
        Poll::Ready(Some(result))
    }

    /// Aborts all tasks and waits until they have ended.
    ///
    /// # Cancel safety
    /// The tasks are aborted in any case.
    pub async fn shutdown(&mut self) {
        self.abort_all();
        while self.join_next().await.is_some() {}
    }

    /// Waits for all tasks and gives their outputs in order of completion.
    ///
    /// # Panics
    /// If a task panicked, with its panic; or if a task was aborted.
    pub async fn join_all(mut self) -> Vec<T> {
        let mut outputs = Vec::with_capacity(self.len());
        while let Some(result) = self.join_next().await {
            match result {
                Ok(output) => outputs.push(output),
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(error) => panic!("{error}"),
            }
        }
        outputs
    }

    /// Asks for the end of all tasks; they are still to be joined.
    pub fn abort_all(&mut self) {
        for (_, task) in &self.tasks {
            task.abort();
        }
    }

    /// Empties the set and lets the tasks run on unobserved.
    pub fn detach_all(&mut self) {
        let tasks = std::mem::take(&mut self.tasks);
        // Tasks that end later report to the old list, which nobody reads or waits for.
        self.completions.waiter.clear();
        self.completions = Rc::default();
        drop(tasks);
    }
}

fn without_id<T>(result: Result<(Id, T), JoinError>) -> Result<T, JoinError> {
    result.map(|(_, output)| output)
}

impl<T: 'static> Drop for JoinSet<T> {
    fn drop(&mut self) {
        self.completions.waiter.clear();
        self.abort_all();
    }
}

impl<T: 'static> Default for JoinSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: 'static> fmt::Debug for JoinSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinSet").field("len", &self.len()).finish()
    }
}

impl<T, F> FromIterator<F> for JoinSet<T>
where
    F: Future<Output = T> + 'static,
    T: 'static,
{
    fn from_iter<I: IntoIterator<Item = F>>(futures: I) -> Self {
        let mut set = Self::new();
        for future in futures {
            set.spawn(future);
        }
        set
    }
}
