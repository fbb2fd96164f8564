//! Where a task's output goes, and who waits for it.

use super::id::{self, Id};
use super::join_error::{Failure, JoinError};
use super::join_set::Completions;
use crate::local::coop;
use crate::local::executor::TaskKey;
use crate::local::mutants::{self, Mutant};
use crate::local::runtime::Inner;
use crate::local::waker_slot::WakerSlot;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::{Context, Poll, ready};

pub(crate) struct Join<T> {
    result: Cell<Option<Result<T, Failure>>>,
    id: Id,
    key: TaskKey,
    /// The runtime's number; it may be gone.
    runtime: u64,
    waiter: WakerSlot,
    /// The set that the task belongs to, and its place there.
    set: Option<(Rc<Completions>, usize)>,
    finished: Cell<bool>,
    /// The `JoinHandle` is alive: somebody may want the output.
    wanted: Cell<bool>,
    /// For the defects that confuse aborted with finished.
    aborted: Cell<bool>,
}

impl<T> Join<T> {
    #[inline]
    pub(crate) fn new(runtime: u64, key: TaskKey, set: Option<(Rc<Completions>, usize)>) -> Self {
        Self {
            result: Cell::new(None),
            id: Id::next(),
            key,
            runtime,
            waiter: WakerSlot::default(),
            set,
            finished: Cell::new(false),
            wanted: Cell::new(true),
            aborted: Cell::new(false),
        }
    }

    /// Finds the task while it has not ended.
    #[inline]
    pub(crate) fn key(&self) -> TaskKey {
        self.key
    }

    /// Names the task.
    #[inline]
    pub(crate) fn id(&self) -> Id {
        self.id
    }

    /// Stores the result and wakes who waits.
    ///
    /// A panic of the unwanted output's drop or of a waker is no failure of the task, and stays here.
    pub(crate) fn finish(&self, result: Result<T, Failure>) {
        match self.wanted.get() {
            true => self.result.set(Some(result)),
            false => contain(|| drop(result)),
        }
        self.finished.set(true);
        if let Some((completions, place)) = &self.set {
            contain(|| completions.push(*place));
        }
        contain(|| self.waiter.wake());
    }

    pub(crate) fn poll(&self, cx: &Context<'_>) -> Poll<Result<T, JoinError>> {
        ready!(coop::proceed(cx));
        if !self.finished.get() {
            self.waiter.register(cx);
        }
        if !self.finished.get() {
            return Poll::Pending;
        }
        coop::spend();
        Poll::Ready(self.take().expect("JoinHandle polled after completion"))
    }

    /// Tells whether the task has ended.
    #[inline]
    pub(crate) fn is_finished(&self) -> bool {
        if mutants::on(Mutant::FinishedMeansAborted) {
            return self.aborted.get();
        }
        if mutants::on(Mutant::FinishedNeedsAbort) && !self.aborted.get() {
            return false;
        }
        self.finished.get()
    }

    /// Asks for the task's end.
    pub(crate) fn abort(&self) {
        self.aborted.set(true);
        if mutants::on(Mutant::SelfAbortUnderBorrow) && id::try_id() == Some(self.id) {
            panic!("RefCell already borrowed");
        }
        if mutants::on(Mutant::AbortDiscardsResult) {
            drop(self.take());
        }
        if let Some(inner) = Inner::find(self.runtime) {
            inner.abort(self.key);
        }
    }

    #[inline]
    pub(crate) fn take(&self) -> Option<Result<T, JoinError>> {
        let result = self.result.take()?;
        Some(result.map_err(|failure| JoinError::new(self.id, failure)))
    }

    /// Drops the output, now or when it comes.
    pub(crate) fn forget(&self) {
        self.wanted.set(false);
        self.waiter.clear();
        contain(|| drop(self.result.take()));
    }
}

/// Runs somebody else's code, whose panic concerns nobody here.
fn contain(code: impl FnOnce()) {
    let panicked = catch_unwind(AssertUnwindSafe(code)).err();
    // A payload that panics when it is dropped would get out after all.
    if let Some(payload) = panicked {
        std::mem::forget(payload);
    }
}
