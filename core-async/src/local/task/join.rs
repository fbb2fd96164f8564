//! The cell between a task and its handles.

use super::join_error::JoinError;
use super::join_set::Completions;
use crate::local::mutants::{self, Mutant};
use crate::local::waker_slot::WakerSlot;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::{Context, Poll};

/// What abort handles and the executor know of the cell, whatever the output.
pub(crate) trait JoinTarget {
    /// Tells whether the task has ended.
    fn is_finished(&self) -> bool;

    /// Notes that the task was told to end.
    fn note_abort(&self);

    /// Stores how the task failed and wakes who waits.
    fn fail(&self, error: JoinError);
}

pub(crate) struct Join<T> {
    result: RefCell<Option<Result<T, JoinError>>>,
    finished: Cell<bool>,
    /// The `JoinHandle` is alive: somebody may want the output.
    wanted: Cell<bool>,
    waiter: WakerSlot,
    /// The set that the task belongs to, and its place there.
    set: Option<(Rc<Completions>, usize)>,
    /// For the defects that confuse aborted with finished.
    aborted: Cell<bool>,
}

impl<T> Join<T> {
    pub(crate) fn new(set: Option<(Rc<Completions>, usize)>) -> Rc<Self> {
        Rc::new(Self {
            result: RefCell::new(None),
            finished: Cell::new(false),
            wanted: Cell::new(true),
            waiter: WakerSlot::default(),
            set,
            aborted: Cell::new(false),
        })
    }

    /// Stores the result and wakes who waits.
    ///
    /// A panic of the unwanted output's drop or of a waker is no failure of the task, and stays here.
    pub(crate) fn finish(&self, result: Result<T, JoinError>) {
        match self.wanted.get() {
            true => *self.result.borrow_mut() = Some(result),
            false => contain(|| drop(result)),
        }
        self.finished.set(true);
        if let Some((completions, place)) = &self.set {
            contain(|| completions.push(*place));
        }
        contain(|| self.waiter.wake());
    }

    pub(crate) fn poll(&self, cx: &Context<'_>) -> Poll<Result<T, JoinError>> {
        if !self.finished.get() {
            self.waiter.register(cx);
        }
        if !self.finished.get() {
            return Poll::Pending;
        }
        Poll::Ready(self.take().expect("JoinHandle polled after completion"))
    }

    pub(crate) fn take(&self) -> Option<Result<T, JoinError>> {
        self.result.take()
    }

    /// Drops the output, now or when it comes.
    pub(crate) fn forget(&self) {
        self.wanted.set(false);
        self.waiter.clear();
        drop(self.take());
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

impl<T> JoinTarget for Join<T> {
    fn is_finished(&self) -> bool {
        if mutants::on(Mutant::FinishedMeansAborted) {
            return self.aborted.get();
        }
        self.finished.get()
    }

    fn note_abort(&self) {
        self.aborted.set(true);
        if mutants::on(Mutant::AbortDiscardsResult) {
            drop(self.take());
        }
    }

    fn fail(&self, error: JoinError) {
        self.finish(Err(error));
    }
}
