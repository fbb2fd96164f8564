//! The counting core under `Semaphore`, `Mutex`, `RwLock`, `OnceCell` and bounded channels.
//!
//! Requests are served in order of arrival. The oldest request collects permits as they come; while
//! anyone waits the free count is zero, so nobody can pass the queue.

mod acquire;

use crate::local::coop;
use crate::local::mutants::{self, Mutant};
use crate::local::waiters::{Key, Waiters};
use crate::local::wake_batch::WakeBatch;
pub(crate) use acquire::Acquire;
use std::cell::{Cell, RefCell};
use std::task::Waker;

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
    /// Free permits; zero while the queue is not empty.
    permits: Cell<usize>,
    closed: Cell<bool>,
    waiters: RefCell<Waiters<Waiter>>,
}

#[derive(Debug, Default)]
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
            permits: Cell::new(permits),
            closed: Cell::new(closed),
            waiters: RefCell::new(Waiters::new()),
        }
    }

    pub(crate) fn available(&self) -> usize {
        self.assert_unborrowed();
        self.permits.get()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Refuses everyone from now on and wakes all who wait.
    pub(crate) fn close(&self) {
        let mut wakers = WakeBatch::new();
        self.closed.set(true);
        {
            let mut waiters = self.waiters.borrow_mut();
            while let Some(waiter) = waiters.pop_front() {
                wakers.push(waiter.waker.take());
            }
        }
        wakers.wake();
    }

    #[inline]
    pub(crate) fn try_acquire(&self, needed: usize) -> Result<(), TryError> {
        self.assert_unborrowed();
        if self.closed.get() {
            return Err(TryError::Closed);
        }
        match self.permits.get().checked_sub(needed) {
            Some(left) => {
                self.permits.set(left);
                Ok(())
            }
            None => Err(TryError::NoPermits),
        }
    }

    /// Takes permits that are free, unless the task has to give way first.
    #[inline]
    pub(crate) fn take_at_once(&self, needed: usize) -> bool {
        let taken = coop::may_go_on() && self.try_acquire(needed).is_ok();
        if taken {
            coop::spend();
        }
        taken
    }

    /// Waits for permits; whoever may find them free is better off to try that first.
    #[inline]
    pub(crate) fn acquire(&self, needed: usize) -> Acquire<'_> {
        Acquire::new(self, needed)
    }

    /// Gives permits to the queue, then to the free count.
    ///
    /// # Panics
    /// If the free count would pass [`MAX_PERMITS`].
    #[inline]
    pub(crate) fn release(&self, added: usize) {
        if added == 0 {
            return;
        }
        if self.waiters.borrow().is_empty() {
            return self.add(added);
        }
        self.serve(added);
    }

    /// Gives permits to the queue, out of the way of those who find nobody there.
    #[inline(never)]
    fn serve(&self, added: usize) {
        // Most often somebody waits for just so many.
        let mut waiters = self.waiters.borrow_mut();
        let served = waiters.pop_front_if(|waiter| waiter.missing == added && !may_differ());
        let Some(waiter) = served else {
            drop(waiters);
            return self.hand_out(added);
        };
        waiter.missing = 0;
        let waker = waiter.waker.take();
        drop(waiters);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Gives up a place in the queue of somebody who needed so many.
    #[inline(never)]
    fn cancel(&self, key: Key, needed: usize) {
        let waiter = self.waiters.borrow_mut().remove(key);
        if waiter.missing != needed {
            self.give_back(needed, needed - waiter.missing);
        }
    }

    /// Gives back what came before the wait was given up.
    #[cold]
    #[inline(never)]
    fn give_back(&self, needed: usize, collected: usize) {
        let lost = mutants::on(Mutant::SemaphoreLosesHandOff)
            || (mutants::on(Mutant::MutexLostOnCancel) && needed == 1);
        if !lost {
            self.release(collected);
        }
    }

    /// Destroys up to `wanted` free permits and tells how many.
    pub(crate) fn forget(&self, wanted: usize) -> usize {
        self.assert_unborrowed();
        let permits = self.permits.get();
        let taken = permits.min(wanted);
        self.permits.set(permits - taken);
        taken
    }

    /// Gives permits to those who wait, in order of arrival, and what is left to the free count.
    #[inline(never)]
    fn hand_out(&self, mut added: usize) {
        let mut wakers = WakeBatch::new();
        let mut waiters = self.waiters.borrow_mut();
        if mutants::on(Mutant::SemaphoreBarges) {
            self.add(added);
            added = 0;
            let front = waiters.front_mut();
            wakers.push(front.and_then(|waiter| waiter.waker.take()));
        }
        let newest_first = mutants::on(Mutant::SemaphoreLifo);
        while added > 0 {
            let next = match newest_first {
                true => waiters.back().map(|key| waiters.get_mut(key)),
                false => waiters.front_mut(),
            };
            let Some(waiter) = next else { break };
            let given = added.min(waiter.missing);
            waiter.missing -= given;
            added -= given;
            if mutants::on(Mutant::SemaphoreOverGrants) && waiter.missing == 1 && given > 1 {
                waiter.missing = 0;
            }
            if waiter.missing > 0 {
                break;
            }
            wakers.push(waiter.waker.take());
            match newest_first {
                true => waiters.pop_back(),
                false => waiters.pop_front(),
            };
        }
        if added > 0 {
            self.add(added);
        }
        if mutants::on(Mutant::SemaphoreWakesUnderBorrow) && !std::thread::panicking() {
            wakers.wake();
            drop(waiters);
        } else {
            drop(waiters);
            wakers.wake();
        }
    }

    /// Somebody else's code that gets here under the borrow would see counts that don't fit the queue.
    #[inline]
    fn assert_unborrowed(&self) {
        debug_assert!(self.waiters.try_borrow_mut().is_ok(), "the queue is in use");
    }

    #[inline]
    fn add(&self, added: usize) {
        let permits = self.permits.get();
        if added > MAX_PERMITS || permits > MAX_PERMITS - added {
            too_many(added);
        }
        self.permits.set(permits + added);
    }
}

/// Tells whether a defect is seeded into how permits are handed out.
fn may_differ() -> bool {
    mutants::on(Mutant::SemaphoreBarges)
        || mutants::on(Mutant::SemaphoreLifo)
        || mutants::on(Mutant::SemaphoreOverGrants)
        || mutants::on(Mutant::SemaphoreWakesUnderBorrow)
}

#[cold]
fn too_many(added: usize) -> ! {
    panic!("number of added permits ({added}) would overflow MAX_PERMITS ({MAX_PERMITS})")
}

/// Permits in somebody's hands; they go back when it is dropped.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    batch: &'a Batch,
    permits: usize,
}

impl<'a> Held<'a> {
    #[inline]
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
    #[inline]
    fn drop(&mut self) {
        self.batch.release(self.permits);
    }
}
