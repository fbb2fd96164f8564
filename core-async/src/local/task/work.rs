//! A task in one block of memory: its future, its output, and what its handles know of it.

use super::id;
use super::join::Join;
use super::join_error::Failure;
use pin_cell::{PinCell, PinMut};
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// What the executor and abort handles know of a task, whatever its output.
pub(crate) trait Work {
    /// Goes on; the end of it stores the output and wakes who waits.
    ///
    /// # Panics
    /// If the future panics, or is being polled already.
    fn poll(self: Pin<&Self>, cx: &mut Context<'_>) -> Poll<()>;

    /// Drops the future, unless it has ended.
    fn drop_future(self: Pin<&Self>);

    /// Stores how the task failed and wakes who waits.
    fn fail(&self, failure: Failure);

    /// Tells whether the task has ended.
    fn is_finished(&self) -> bool;

    /// Asks for the task's end.
    fn abort(&self);
}

/// What the owner of a task with such an output knows of it.
pub(crate) trait Joinable<T> {
    /// Shows where the output will be.
    fn join(&self) -> &Join<T>;

    /// Forgets what kind of output it is.
    fn into_work(self: Pin<Rc<Self>>) -> Pin<Rc<dyn Work>>;
}

pin_project! {
    /// A future and the place for its output.
    pub(crate) struct Task<F: Future> {
        // `None` once it has ended.
        #[pin]
        future: PinCell<Option<F>>,
        join: Join<F::Output>,
    }
}

impl<F: Future> Task<F> {
    #[inline]
    pub(crate) fn new(future: F, join: Join<F::Output>) -> Pin<Rc<Self>> {
        Rc::pin(Self {
            future: PinCell::new(Some(future)),
            join,
        })
    }
}

impl<F: Future> Work for Task<F> {
    fn poll(self: Pin<&Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project_ref();
        let _current = id::enter(Some(this.join.id()));
        let mut place = this.future.borrow_mut();
        let Some(future) = PinMut::as_mut(&mut place).as_pin_mut() else {
            return Poll::Ready(());
        };
        let Poll::Ready(output) = future.poll(cx) else {
            return Poll::Pending;
        };
        // The future is gone before anybody learns of its output.
        PinMut::as_mut(&mut place).set(None);
        drop(place);
        this.join.finish(Ok(output));
        Poll::Ready(())
    }

    fn drop_future(self: Pin<&Self>) {
        let this = self.project_ref();
        let _current = id::enter(Some(this.join.id()));
        let mut place = this.future.borrow_mut();
        PinMut::as_mut(&mut place).set(None);
    }

    fn fail(&self, failure: Failure) {
        self.join.finish(Err(failure));
    }

    fn is_finished(&self) -> bool {
        self.join.is_finished()
    }

    fn abort(&self) {
        self.join.abort();
    }
}

impl<F: Future + 'static> Joinable<F::Output> for Task<F> {
    fn join(&self) -> &Join<F::Output> {
        &self.join
    }

    fn into_work(self: Pin<Rc<Self>>) -> Pin<Rc<dyn Work>> {
        self
    }
}
