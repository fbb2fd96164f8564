//! The counting core under `Semaphore`, `Mutex`, `RwLock`, `OnceCell` and bounded channels.
//!
//! Requests are served in order of arrival. The oldest request collects permits as they come; while
//! anyone waits the free count is zero, so nobody can pass the queue.

mod acquire;

use crate::local::coop;
use crate::local::mutants::{self, Mutant};
use crate::local::waiters::{Key, Waiters};
use crate::local::wake_batch::{WakeBatch, wake_all};
pub(crate) use acquire::Acquire;
use std::cell::{Cell, RefCell, RefMut};
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
    /// What the oldest in the queue has collected; the others have nothing yet.
    collected: Cell<usize>,
    queue: RefCell<Queue>,
}

#[derive(Debug)]
struct Queue {
    /// Who waits. Whoever has left was given so many permits.
    waiters: Waiters<Option<Waker>>,
    /// What they need, by their places, as far as somebody needed more than one; where it ends all need one.
    needs: Vec<usize>,
}

impl Queue {
    /// Notes what a waiter needs.
    fn note(&mut self, key: Key, needed: usize) {
        let place = key.place();
        while self.needs.len() <= place {
            self.needs.push(1);
        }
        self.needs[place] = needed;
    }

    /// Tells what a waiter needs, also what it has collected already.
    #[inline]
    fn needed(&self, key: Key) -> usize {
        match self.needs.get(key.place()) {
            Some(needed) => *needed,
            None => 1,
        }
    }
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
            collected: Cell::new(0),
            queue: RefCell::new(Queue {
                waiters: Waiters::new(),
                needs: Vec::new(),
            }),
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
        self.closed.set(true);
        let waiters = RefMut::map(self.queue.borrow_mut(), |queue| &mut queue.waiters);
        wake_all(waiters, self.collected.take(), 0);
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
        if self.queue.borrow().waiters.is_empty() {
            return self.add(added);
        }
        self.serve(added);
    }

    /// Gives permits to the queue, out of the way of those who find nobody there.
    #[inline(never)]
    fn serve(&self, added: usize) {
        // Most often somebody waits for just so many.
        let mut queue = self.queue.borrow_mut();
        let needed = queue.waiters.front().map_or(0, |key| queue.needed(key));
        if needed != added || self.collected.get() > 0 || may_differ() {
            drop(queue);
            return self.hand_out(added);
        }
        let waker = queue.waiters.pop_front(added).flatten();
        drop(queue);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Adds a waiter for whom too few permits are free.
    #[inline]
    fn queue(&self, waker: Waker, needed: usize) -> Key {
        let mut queue = self.queue.borrow_mut();
        let key = queue.waiters.push_back(Some(waker));
        if needed != 1 || key.place() < queue.needs.len() {
            self.note(&mut queue, key, needed);
        }
        key
    }

    /// Notes what a waiter needs, and gives it what is free: if somebody waited before, nothing.
    #[inline(never)]
    fn note(&self, queue: &mut Queue, key: Key, needed: usize) {
        queue.note(key, needed);
        match self.permits.take() {
            0 => {}
            free => self.collected.set(free),
        }
    }

    /// Gives up a place in the queue of somebody who needed so many.
    #[inline(never)]
    fn cancel(&self, key: Key, needed: usize) {
        let mut queue = self.queue.borrow_mut();
        if self.collected.get() > 0 || queue.waiters.given(key).is_some() {
            drop(queue);
            return self.cancel_with_permits(key, needed);
        }
        let waker = queue.waiters.remove(key);
        drop(queue);
        drop(waker);
    }

    /// Gives up a place of somebody who may have got permits.
    #[cold]
    #[inline(never)]
    fn cancel_with_permits(&self, key: Key, needed: usize) {
        let mut queue = self.queue.borrow_mut();
        let (waker, held) = match queue.waiters.given(key) {
            Some(given) => {
                queue.waiters.free_if_out(key);
                (None, given)
            }
            None => {
                let collected = self.collected_by(&queue, key);
                (queue.waiters.remove(key), collected)
            }
        };
        drop(queue);
        if held > 0 {
            self.give_back(needed, held);
        }
        drop(waker);
    }

    /// Takes what a waiter in the queue has collected.
    fn collected_by(&self, queue: &Queue, key: Key) -> usize {
        match queue.waiters.front() == Some(key) {
            true => self.collected.take(),
            false => 0,
        }
    }

    /// Gives back what came before the wait was given up.
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
        let mut queue = self.queue.borrow_mut();
        if mutants::on(Mutant::SemaphoreBarges) {
            self.add(added);
            added = 0;
            let front = queue.waiters.front();
            wakers.push(front.and_then(|key| queue.waiters.get_mut(key).take()));
        }
        let newest_first = mutants::on(Mutant::SemaphoreLifo);
        while added > 0 {
            let next = match newest_first {
                true => queue.waiters.back(),
                false => queue.waiters.front(),
            };
            let Some(key) = next else { break };
            let needed = queue.needed(key);
            let missing = needed - self.collected.get().min(needed);
            let given = added.min(missing);
            added -= given;
            let left = match missing - given {
                1 if mutants::on(Mutant::SemaphoreOverGrants) && given > 1 => 0,
                left => left,
            };
            if left > 0 {
                self.collected.set(needed - left);
                break;
            }
            self.collected.set(0);
            let waker = match newest_first {
                true => queue.waiters.pop_back(needed),
                false => queue.waiters.pop_front(needed),
            };
            wakers.push(waker.flatten());
        }
        if added > 0 {
            self.add(added);
        }
        if mutants::on(Mutant::SemaphoreWakesUnderBorrow) && !std::thread::panicking() {
            wakers.wake();
            drop(queue);
        } else {
            drop(queue);
            wakers.wake();
        }
    }

    /// Somebody else's code that gets here under the borrow would see counts that don't fit the queue.
    #[inline]
    fn assert_unborrowed(&self) {
        debug_assert!(self.queue.try_borrow_mut().is_ok(), "the queue is in use");
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
