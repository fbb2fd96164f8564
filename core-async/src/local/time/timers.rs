//! All timers of a runtime in one heap, for which one timer of the host is armed.
//!
//! A dropped timer leaves its place in the heap behind; when the dead outnumber the living the heap is
//! built anew, so that it never holds more than about twice what is waited for.

use crate::local::mutants::{self, Mutant};
use crate::local::runtime::Inner;
use crate::local::wake_batch::WakeBatch;
use slab::Slab;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Names one timer for as long as its slot is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimerKey {
    /// In order of registration, so that equal deadlines fire in that order.
    sequence: u64,
    index: usize,
}

#[derive(Debug)]
struct Timer {
    sequence: u64,
    fired: bool,
    waker: Option<Waker>,
}

#[derive(Debug)]
pub(crate) struct Timers {
    slots: Slab<Timer>,
    heap: BinaryHeap<Reverse<(Duration, TimerKey)>>,
    /// How many in the heap are waited for.
    live: usize,
    sequence: u64,
    /// What the host was asked to call back at, in our time.
    armed: Option<Duration>,
}

impl Timers {
    pub(crate) fn new() -> Self {
        Self {
            slots: Slab::new(),
            heap: BinaryHeap::new(),
            live: 0,
            sequence: 0,
            armed: None,
        }
    }

    pub(crate) fn live(&self) -> usize {
        self.live
    }

    pub(crate) fn entries(&self) -> usize {
        self.heap.len()
    }

    /// Gives the next deadline that is waited for.
    pub(crate) fn earliest(&mut self) -> Option<Duration> {
        loop {
            let Reverse((deadline, key)) = *self.heap.peek()?;
            if self.is_live(key) {
                return Some(deadline);
            }
            self.heap.pop();
        }
    }

    /// Forgets the host's callback, which was asked for before the clock was set.
    pub(crate) fn forget_alarm(&mut self) {
        self.armed = None;
    }

    fn is_live(&self, key: TimerKey) -> bool {
        self.slots
            .get(key.index)
            .is_some_and(|timer| timer.sequence == key.sequence && !timer.fired)
    }

    fn insert(&mut self, deadline: Duration, waker: Option<Waker>) -> TimerKey {
        let sequence = self.sequence;
        self.sequence += 1;
        let index = self.slots.insert(Timer {
            sequence,
            fired: false,
            waker,
        });
        let key = TimerKey { sequence, index };
        self.heap.push(Reverse((deadline, key)));
        self.live += 1;
        key
    }

    fn get_mut(&mut self, key: TimerKey) -> &mut Timer {
        let timer = &mut self.slots[key.index];
        debug_assert_eq!(timer.sequence, key.sequence, "the slot is the sleep's own");
        timer
    }

    fn remove(&mut self, key: TimerKey) -> Timer {
        let timer = self.slots.remove(key.index);
        if !timer.fired {
            self.live -= 1;
            if self.heap.len() > 64 && self.heap.len() > 2 * self.live {
                self.compact();
            }
        }
        timer
    }

    fn compact(&mut self) {
        if mutants::on(Mutant::TimerLeaks) {
            return;
        }
        let mut entries = std::mem::take(&mut self.heap).into_vec();
        entries.retain(|Reverse((_, key))| self.is_live(*key));
        self.heap = BinaryHeap::from(entries);
    }
}

impl Inner {
    /// Polls the timer behind a sleep, starting it on the first poll.
    pub(crate) fn poll_timer(
        &self,
        key: &mut Option<TimerKey>,
        deadline: Duration,
        cx: &Context<'_>,
    ) -> Poll<()> {
        let due = self.now() >= reduced(deadline);
        let Some(own) = *key else {
            if due {
                return Poll::Ready(());
            }
            let waker = Some(cx.waker().clone());
            *key = Some(self.timers.borrow_mut().insert(reduced(deadline), waker));
            self.arm();
            return Poll::Pending;
        };
        let mut timers = self.timers.borrow_mut();
        let timer = timers.get_mut(own);
        if timer.fired || due {
            drop(timers);
            self.drop_timer(key);
            return Poll::Ready(());
        }
        let kept = timer
            .waker
            .as_ref()
            .is_some_and(|waker| waker.will_wake(cx.waker()));
        drop(timers);
        if kept || mutants::on(Mutant::SleepKeepsFirstWaker) {
            return Poll::Pending;
        }
        let waker = cx.waker().clone();
        let old = self.timers.borrow_mut().get_mut(own).waker.replace(waker);
        drop(old);
        Poll::Pending
    }

    /// Starts the timer behind a sleep anew for another deadline. Who waits for it goes on waiting, and is woken at once if
    /// that is past.
    pub(crate) fn move_timer(&self, key: &mut Option<TimerKey>, deadline: Duration) {
        let old = key.take().map(|key| self.timers.borrow_mut().remove(key));
        let waker = old.and_then(|timer| timer.waker);
        let due = self.now() >= reduced(deadline);
        let mut timers = self.timers.borrow_mut();
        let moved = timers.insert(reduced(deadline), waker);
        *key = Some(moved);
        if !due {
            drop(timers);
            return self.arm();
        }
        timers.live -= 1;
        let timer = timers.get_mut(moved);
        timer.fired = true;
        let waker = timer.waker.take();
        drop(timers);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Tells whether the timer behind a sleep has rung.
    pub(crate) fn has_rung(&self, key: TimerKey) -> bool {
        self.timers.borrow_mut().get_mut(key).fired
    }

    pub(crate) fn drop_timer(&self, key: &mut Option<TimerKey>) {
        if let Some(key) = key.take() {
            let timer = self.timers.borrow_mut().remove(key);
            drop(timer);
        }
    }

    /// Asks the host for a callback at the next deadline, unless it owes us an earlier one.
    pub(crate) fn arm(&self) {
        let deadline = {
            let mut timers = self.timers.borrow_mut();
            let Some(next) = timers.earliest() else {
                return;
            };
            if timers.armed.is_some_and(|armed| armed <= next) {
                return;
            }
            let Some(deadline) = self.clock.to_host(next) else {
                drop(timers);
                return self.post();
            };
            timers.armed = Some(next);
            deadline
        };
        self.host.arm_timer(deadline);
    }

    /// Asks the host for a callback anew, whatever it owes us.
    pub(crate) fn rearm(&self) {
        if let Ok(mut timers) = self.timers.try_borrow_mut() {
            timers.armed = None;
            drop(timers);
            self.arm();
        }
    }

    /// Wakes all timers that are due, in order of their deadlines, and arms the next.
    pub(crate) fn fire_timers(&self, called_back: bool) {
        let mut wakers = WakeBatch::new();
        {
            let now = self.now();
            let mut timers = self.timers.borrow_mut();
            if called_back {
                timers.armed = None;
            }
            while timers.earliest().is_some_and(|deadline| deadline <= now) {
                let Some(Reverse((_, key))) = timers.heap.pop() else {
                    break;
                };
                let timer = timers.get_mut(key);
                timer.fired = true;
                wakers.push(timer.waker.take());
                timers.live -= 1;
            }
        }
        wakers.wake();
        self.arm();
    }
}

/// Seeds the defects that cut deadlines.
fn reduced(deadline: Duration) -> Duration {
    if mutants::on(Mutant::TimerTruncates) {
        return Duration::from_millis(deadline.as_millis() as u64);
    }
    if mutants::on(Mutant::TimerWraps) {
        return Duration::from_millis((deadline.as_millis() as i32).max(0) as u64);
    }
    deadline
}
