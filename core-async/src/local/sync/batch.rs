//! The counting core under `Semaphore`, `Mutex`, `RwLock`, `OnceCell` and bounded channels.
//!
//! Requests are served in order of arrival. The oldest request collects permits as they come; while
//! anyone waits the free count is zero, so nobody can pass the queue.

use crate::local::mutants::{self, Mutant};
use crate::local::waiters::{Key, Waiters};
use crate::local::wake_batch::WakeBatch;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// The most permits there can be: tokio's limit.
pub(crate) const MAX_PERMITS: usize = usize::MAX >> 3;

/// The batch was closed.
#[derive(Debug)]
pub(crate) struct Closed;

/// Why nothing could be had at once.
#[derive(Debug)]
pub(crate) enum TryError {
    Closed,
    NoPermits,
}

#[derive(Debug)]
pub(crate) struct Batch {
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    /// Free permits; zero while the queue is not empty.
    permits: usize,
    closed: bool,
    waiters: Waiters<Waiter>,
}

#[derive(Debug)]
struct Waiter {
    /// Permits still to come; zero once served.
    missing: usize,
    /// Taken when the waiter is woken.
    waker: Option<Waker>,
}

impl Batch {
    pub(crate) const fn new(permits: usize) -> Self {
        assert!(
            permits <= MAX_PERMITS,
            "a semaphore may not have more than MAX_PERMITS permits"
        );
        Self::with(permits, false)
    }

    pub(crate) const fn new_closed() -> Self {
        Self::with(0, true)
    }

    const fn with(permits: usize, closed: bool) -> Self {
        Self {
            state: RefCell::new(State {
                permits,
                closed,
                waiters: Waiters::new(),
            }),
        }
    }

    pub(crate) fn available(&self) -> usize {
        self.state.borrow().permits
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state.borrow().closed
    }

    /// Refuses everyone from now on and wakes all who wait.
    pub(crate) fn close(&self) {
        let mut wakers = WakeBatch::new();
        {
            let mut state = self.state.borrow_mut();
            state.closed = true;
            while let Some(waiter) = state.waiters.pop_front() {
                wakers.push(waiter.waker.take());
            }
        }
        wakers.wake();
    }

    pub(crate) fn try_acquire(&self, needed: usize) -> Result<(), TryError> {
        let mut state = self.state.borrow_mut();
        if state.closed {
            return Err(TryError::Closed);
        }
        state.permits = state
            .permits
            .checked_sub(needed)
            .ok_or(TryError::NoPermits)?;
        Ok(())
    }

    /// Waits for permits; what is free is had without a future of its own.
    pub(crate) async fn acquire(&self, needed: usize) -> Result<(), Closed> {
        match self.try_acquire(needed) {
            Ok(()) => return Ok(()),
            Err(TryError::Closed) => return Err(Closed),
            Err(TryError::NoPermits) => {}
        }
        let wait = Acquire {
            batch: self,
            needed,
            key: None,
        };
        wait.await
    }

    /// Gives permits to the queue, then to the free count.
    ///
    /// # Panics
    /// If the free count would pass [`MAX_PERMITS`].
    pub(crate) fn release(&self, added: usize) {
        if added == 0 {
            return;
        }
        let mut state = self.state.borrow_mut();
        if state.waiters.is_empty() {
            return state.add(added);
        }
        let mut wakers = WakeBatch::new();
        state.hand_out(added, &mut wakers);
        if mutants::on(Mutant::SemaphoreWakesUnderBorrow) && !std::thread::panicking() {
            wakers.wake();
            drop(state);
        } else {
            drop(state);
            wakers.wake();
        }
    }

    /// Destroys up to `wanted` free permits and tells how many.
    pub(crate) fn forget(&self, wanted: usize) -> usize {
        let mut state = self.state.borrow_mut();
        let taken = state.permits.min(wanted);
        state.permits -= taken;
        taken
    }
}

impl State {
    fn hand_out(&mut self, mut added: usize, wakers: &mut WakeBatch) {
        if mutants::on(Mutant::SemaphoreBarges) && !self.waiters.is_empty() {
            self.permits += added;
            let front = self.waiters.front().expect("the queue is not empty");
            if let Some(waiter) = self.waiters.get_mut(front) {
                wakers.push(waiter.waker.take());
            }
            return;
        }
        while added > 0 {
            let next = if mutants::on(Mutant::SemaphoreLifo) {
                self.waiters.back()
            } else {
                self.waiters.front()
            };
            let Some(key) = next else { break };
            let waiter = self
                .waiters
                .get_mut(key)
                .expect("a queued key has its slot");
            let given = added.min(waiter.missing);
            waiter.missing -= given;
            added -= given;
            if mutants::on(Mutant::SemaphoreOverGrants) && waiter.missing == 1 && given > 1 {
                waiter.missing = 0;
            }
            if waiter.missing > 0 {
                return;
            }
            wakers.push(waiter.waker.take());
            self.waiters.unlink(key);
        }
        self.add(added);
    }

    fn add(&mut self, added: usize) {
        assert!(
            added <= MAX_PERMITS && self.permits <= MAX_PERMITS - added,
            "number of added permits ({added}) would overflow MAX_PERMITS ({MAX_PERMITS})"
        );
        self.permits += added;
    }
}

/// Waits for its turn, and gives back what it had collected if it is dropped before.
#[derive(Debug)]
pub(crate) struct Acquire<'a> {
    batch: &'a Batch,
    needed: usize,
    /// The place in the queue, once there is one.
    key: Option<Key>,
}

impl Future for Acquire<'_> {
    type Output = Result<(), Closed>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        // A waker is cloned before the borrow and the replaced one dropped after it.
        let mut spare: Option<Waker> = None;
        loop {
            let mut borrowed = this.batch.state.borrow_mut();
            let state = &mut *borrowed;
            if state.closed {
                return Poll::Ready(Err(Closed));
            }
            let Some(key) = this.key else {
                if let Some(left) = state.permits.checked_sub(this.needed) {
                    state.permits = left;
                    return Poll::Ready(Ok(()));
                }
                if let Some(waker) = spare.take() {
                    let missing = this.needed - std::mem::take(&mut state.permits);
                    this.key = Some(state.waiters.push_back(Waiter {
                        missing,
                        waker: Some(waker),
                    }));
                    return Poll::Pending;
                }
                drop(borrowed);
                spare = Some(cx.waker().clone());
                continue;
            };
            let waiter = state.waiters.get_mut(key).expect("the slot is ours");
            if mutants::on(Mutant::SemaphoreBarges) && state.permits >= waiter.missing {
                state.permits -= waiter.missing;
                waiter.missing = 0;
            }
            if waiter.missing == 0 {
                let waiter = state.waiters.remove(key);
                this.key = None;
                drop(borrowed);
                drop(waiter);
                return Poll::Ready(Ok(()));
            }
            if waiter
                .waker
                .as_ref()
                .is_some_and(|old| old.will_wake(cx.waker()))
            {
                return Poll::Pending;
            }
            if spare.is_some() {
                std::mem::swap(&mut waiter.waker, &mut spare);
                return Poll::Pending;
            }
            drop(borrowed);
            spare = Some(cx.waker().clone());
        }
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(key) = self.key.take() else { return };
        let waiter = self.batch.state.borrow_mut().waiters.remove(key);
        let waiter = waiter.expect("the slot is ours");
        let lost = mutants::on(Mutant::SemaphoreLosesHandOff)
            || (mutants::on(Mutant::MutexLostOnCancel) && self.needed == 1);
        if !lost {
            self.batch.release(self.needed - waiter.missing);
        }
    }
}

/// Permits in somebody's hands; they go back when it is dropped.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    batch: &'a Batch,
    permits: usize,
}

impl<'a> Held<'a> {
    pub(crate) fn new(batch: &'a Batch, permits: usize) -> Self {
        Self { batch, permits }
    }

    /// Leaves the permits to the caller and tells how many.
    pub(crate) fn disarm(&mut self) -> usize {
        std::mem::take(&mut self.permits)
    }

    /// Gives back all but `kept`.
    pub(crate) fn reduce_to(&mut self, kept: usize) {
        let given = self.permits - kept;
        self.permits = kept;
        self.batch.release(given);
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.batch.release(self.permits);
    }
}
