//! What a task is made of: its future, and the cell that its output goes to.

use super::join::Join;
use super::join_error::JoinError;
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// What the executor knows of a task, whatever its output.
pub(crate) trait Work {
    /// Goes on; the end of it stores the output and wakes who waits.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()>;

    /// Drops the future, unless it has ended.
    fn drop_future(self: Pin<&mut Self>);

    /// Stores how the task failed and wakes who waits.
    fn fail(&self, error: JoinError);
}

pin_project! {
    /// A future whose output goes to a cell.
    pub(crate) struct Job<F: Future> {
        // `None` once it has ended.
        #[pin]
        future: Option<F>,
        join: Rc<Join<F::Output>>,
    }
}

impl<F: Future> Job<F> {
    pub(crate) fn new(future: F, join: Rc<Join<F::Output>>) -> Self {
        Self {
            future: Some(future),
            join,
        }
    }
}

impl<F: Future> Work for Job<F> {
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let Some(future) = this.future.as_mut().as_pin_mut() else {
            return Poll::Ready(());
        };
        let Poll::Ready(output) = future.poll(cx) else {
            return Poll::Pending;
        };
        // The future is gone before anybody learns of its output.
        this.future.set(None);
        this.join.finish(Ok(output));
        Poll::Ready(())
    }

    fn drop_future(self: Pin<&mut Self>) {
        self.project().future.set(None);
    }

    fn fail(&self, error: JoinError) {
        self.join.finish(Err(error));
    }
}
