//! Waiting for permits.

use super::{Batch, Closed, MAX_PERMITS, TryError, Waiter};
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
        let waiter = Waiter {
            missing: self.needed - batch.permits.take(),
            waker: Some(waker),
        };
        self.key = Some(batch.waiters.borrow_mut().push_back(waiter));
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
            Err(TryError::Closed) => Poll::Ready(Err(Closed)),
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
        if mutants::on(Mutant::SemaphoreBarges) {
            Self::barge(batch, key);
        }
        let served = |waiter: &Waiter| waiter.missing == 0;
        let mut waiters = batch.waiters.borrow_mut();
        if waiters.free_if(key, served) {
            self.key = None;
            return Poll::Ready(Ok(()));
        }
        let kept = waiters.get_mut(key).waker.as_ref();
        if kept.is_some_and(|kept| kept.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        drop(waiters);
        self.renew(batch, key, cx)
    }

    /// Keeps the waker of the last poll, unless there is news meanwhile.
    #[inline(never)]
    fn renew(&mut self, batch: &Batch, key: Key, cx: &Context<'_>) -> Poll<Result<(), Closed>> {
        // A waker is cloned before the borrow and the replaced one dropped after it.
        let mut waker = Some(cx.waker().clone());
        let mut waiters = batch.waiters.borrow_mut();
        let waiter = waiters.get_mut(key);
        if waiter.missing == 0 || batch.closed.get() {
            drop(waiters);
            return self.look(batch, key, cx);
        }
        std::mem::swap(&mut waiter.waker, &mut waker);
        drop(waiters);
        Poll::Pending
    }

    fn barge(batch: &Batch, key: Key) {
        let permits = &batch.permits;
        let mut waiters = batch.waiters.borrow_mut();
        let waiter = waiters.get_mut(key);
        if permits.get() >= waiter.missing {
            permits.set(permits.get() - waiter.missing);
            waiter.missing = 0;
        }
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
