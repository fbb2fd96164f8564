//! Waiting for permits.

use super::{Batch, Closed, MAX_PERMITS, Queue, TryError};
use crate::local::coop;
use crate::local::mutants::{self, Mutant};
use crate::local::waiters::Key;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Waits for its turn, and gives back what it had collected if it is dropped before.
#[derive(Debug)]
pub(crate) struct Acquire<'a> {
    /// `None` once it is over.
    batch: Option<&'a Batch>,
    needed: usize,
    /// The place in the queue, once there is one.
    key: Option<Key>,
}

impl<'a> Acquire<'a> {
    #[inline]
    pub(super) fn new(batch: &'a Batch, needed: usize) -> Self {
        Self {
            batch: Some(batch),
            needed,
            key: None,
        }
    }

    #[inline]
    pub(crate) fn needed(&self) -> usize {
        self.needed
    }

    /// Takes permits that are free if it does not wait yet, unless the task has to give way first.
    #[inline]
    pub(crate) fn take_at_once(&mut self) -> Option<&'a Batch> {
        let batch = self.batch?;
        let taken = self.key.is_none() && batch.take_at_once(self.needed);
        if !taken {
            return None;
        }
        self.batch = None;
        Some(batch)
    }

    /// Goes on waiting.
    ///
    /// # Panics
    /// If more than [`MAX_PERMITS`] are needed, or it is over already.
    #[inline]
    pub(crate) fn poll_turn(&mut self, cx: &Context<'_>) -> Poll<Result<&'a Batch, Closed>> {
        let batch = self.batch.expect("`async fn` resumed after completion");
        let turn = ready!(match self.key {
            None => self.join(batch, cx),
            Some(key) => self.look(batch, key, cx),
        });
        self.batch = None;
        Poll::Ready(turn.map(|()| batch))
    }

    /// Takes what is free or joins the queue.
    #[inline(never)]
    fn join(&mut self, batch: &Batch, cx: &Context<'_>) -> Poll<Result<(), Closed>> {
        assert!(
            self.needed <= MAX_PERMITS,
            "a semaphore may not have more than MAX_PERMITS permits"
        );
        ready!(coop::proceed(cx));
        // Somebody else's code, which may change anything: so the look comes after it.
        let waker = cx.waker().clone();
        if let taken @ Poll::Ready(_) = self.take(batch) {
            return taken;
        }
        self.key = Some(batch.queue(waker, self.needed));
        Poll::Pending
    }

    /// Takes what is free.
    #[inline]
    fn take(&self, batch: &Batch) -> Poll<Result<(), Closed>> {
        match batch.try_acquire(self.needed) {
            Ok(()) => {
                coop::spend();
                Poll::Ready(Ok(()))
            }
            Err(TryError::Closed) => {
                coop::spend();
                Poll::Ready(Err(Closed))
            }
            Err(TryError::NoPermits) => Poll::Pending,
        }
    }

    /// Looks after a place in the queue.
    #[inline(never)]
    fn look(&mut self, batch: &Batch, key: Key, cx: &Context<'_>) -> Poll<Result<(), Closed>> {
        if batch.closed.get() {
            self.key = None;
            batch.cancel(key, self.needed);
            return Poll::Ready(Err(Closed));
        }
        let mut queue = batch.queue.borrow_mut();
        let served = queue.waiters.free_if_out(key);
        if served || (mutants::on(Mutant::SemaphoreBarges) && Self::barges(batch, &mut queue, key))
        {
            self.key = None;
            return Poll::Ready(Ok(()));
        }
        let kept = queue.waiters.get_mut(key).as_ref();
        if kept.is_some_and(|kept| kept.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        drop(queue);
        self.renew(batch, key, cx)
    }

    /// Keeps the waker of the last poll, unless there is news meanwhile.
    #[inline(never)]
    fn renew(&mut self, batch: &Batch, key: Key, cx: &Context<'_>) -> Poll<Result<(), Closed>> {
        // A waker is cloned before the borrow and the replaced one dropped after it.
        let mut waker = Some(cx.waker().clone());
        let mut queue = batch.queue.borrow_mut();
        if queue.waiters.given(key).is_some() {
            drop(queue);
            return self.look(batch, key, cx);
        }
        std::mem::swap(queue.waiters.get_mut(key), &mut waker);
        drop(queue);
        Poll::Pending
    }

    /// Takes permits that are free out of turn.
    fn barges(batch: &Batch, queue: &mut Queue, key: Key) -> bool {
        let needed = queue.needed(key) - batch.collected_by(queue, key);
        let Some(left) = batch.permits.get().checked_sub(needed) else {
            return false;
        };
        batch.permits.set(left);
        drop(queue.waiters.remove(key));
        true
    }
}

impl Future for Acquire<'_> {
    type Output = Result<(), Closed>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_turn(cx).map_ok(|_| ())
    }
}

impl Drop for Acquire<'_> {
    #[inline]
    fn drop(&mut self) {
        if let (Some(batch), Some(key)) = (self.batch, self.key) {
            batch.cancel(key, self.needed);
        }
    }
}
