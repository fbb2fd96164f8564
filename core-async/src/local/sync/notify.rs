//! A wake-up without a value.

use crate::local::mutants::{self, Mutant};
use crate::local::waiters::{Key, Waiters};
use crate::local::wake_batch::WakeBatch;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Wakes one waiting task or all, and remembers one wake-up if nobody waits.
#[derive(Debug)]
pub struct Notify {
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    /// A wake-up by `notify_one` that found nobody waiting.
    permit: bool,
    /// Counts `notify_waiters`, so that futures made before one of them know of it.
    calls: usize,
    waiters: Waiters<Waiter>,
}

#[derive(Debug)]
struct Waiter {
    /// `None` once woken, or if `enable` put the waiter here before its first poll.
    waker: Option<Waker>,
    /// What the waiter was woken by.
    notified: Option<Notification>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notification {
    /// By `notify_one`: handed on to the oldest waiter if it is not consumed.
    Oldest,
    /// By `notify_last`: handed on to the newest waiter if it is not consumed.
    Newest,
    /// By `notify_waiters`: not handed on.
    All,
}

impl Notify {
    /// Makes a notify without a stored wake-up.
    pub fn new() -> Self {
        Self::const_new()
    }

    /// Makes a notify in a constant.
    pub const fn const_new() -> Self {
        Self {
            state: RefCell::new(State {
                permit: false,
                calls: 0,
                waiters: Waiters::new(),
            }),
        }
    }

    /// Makes a future that waits for a wake-up.
    ///
    /// A `notify_waiters` after this call reaches it even before its first poll.
    ///
    /// # Cancel safety
    /// The place in the queue is lost; a wake-up by `notify_one` goes to the next waiter.
    pub fn notified(&self) -> Notified<'_> {
        Notified {
            notify: self,
            wait: self.wait(),
        }
    }

    /// Makes a future like [`notified`](Self::notified) that keeps the notify alive.
    pub fn notified_owned(self: Arc<Self>) -> OwnedNotified {
        OwnedNotified {
            wait: self.wait(),
            notify: self,
        }
    }

    /// Wakes the oldest waiter, or stores the wake-up for the next.
    pub fn notify_one(&self) {
        self.notify(Notification::Oldest);
    }

    /// Wakes the newest waiter, or stores the wake-up for the next.
    pub fn notify_last(&self) {
        self.notify(Notification::Newest);
    }

    /// Wakes all who wait now and stores nothing.
    pub fn notify_waiters(&self) {
        {
            let mut state = self.state.borrow_mut();
            if !mutants::on(Mutant::NotifyMissesUnpolled) {
                state.calls = state.calls.wrapping_add(1);
            }
            if state.waiters.is_empty() {
                return;
            }
        }
        let mut wakers = WakeBatch::new();
        {
            let mut state = self.state.borrow_mut();
            while let Some(waiter) = state.waiters.pop_front() {
                waiter.notified = Some(Notification::All);
                wakers.push(waiter.waker.take());
            }
        }
        wakers.wake();
    }

    fn notify(&self, kind: Notification) {
        let waker = {
            let mut state = self.state.borrow_mut();
            let next = match kind {
                Notification::Newest => state.waiters.back(),
                _ => state.waiters.front(),
            };
            match next {
                None => {
                    state.permit = true;
                    None
                }
                Some(key) => {
                    state.waiters.unlink(key);
                    let waiter = state
                        .waiters
                        .get_mut(key)
                        .expect("a queued key has its slot");
                    waiter.notified = Some(kind);
                    waiter.waker.take()
                }
            }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn wait(&self) -> Wait {
        Wait::New {
            calls: self.state.borrow().calls,
        }
    }

    /// Moves a wait on and tells whether it is over.
    fn poll_wait(&self, wait: &mut Wait, waker: Option<&Waker>) -> bool {
        // A waker is cloned before the borrow and the replaced one dropped after it.
        let mut spare: Option<Waker> = None;
        loop {
            let mut borrowed = self.state.borrow_mut();
            let state = &mut *borrowed;
            match *wait {
                Wait::Over => return true,
                Wait::New { calls } => {
                    // A call that reached everybody leaves the stored wake-up to others.
                    if state.calls != calls || std::mem::take(&mut state.permit) {
                        *wait = Wait::Over;
                        return true;
                    }
                    if spare.is_none()
                        && let Some(waker) = waker
                    {
                        drop(borrowed);
                        spare = Some(waker.clone());
                        continue;
                    }
                    if mutants::on(Mutant::NotifyOneSlot)
                        && let Some(key) = state.waiters.back()
                        && let Some(waiter) = state.waiters.get_mut(key)
                    {
                        let lost = waiter.waker.take();
                        drop(borrowed);
                        drop(lost);
                        borrowed = self.state.borrow_mut();
                    }
                    *wait = Wait::Queued(borrowed.waiters.push_back(Waiter {
                        waker: spare.take(),
                        notified: None,
                    }));
                    return false;
                }
                Wait::Queued(key) => {
                    let waiter = state.waiters.get_mut(key).expect("the slot is ours");
                    if waiter.notified.is_some() {
                        let waiter = state.waiters.remove(key);
                        *wait = Wait::Over;
                        drop(borrowed);
                        drop(waiter);
                        return true;
                    }
                    let Some(waker) = waker else { return false };
                    if waiter
                        .waker
                        .as_ref()
                        .is_some_and(|old| old.will_wake(waker))
                    {
                        return false;
                    }
                    if spare.is_none() {
                        drop(borrowed);
                        spare = Some(waker.clone());
                        continue;
                    }
                    let place = if mutants::on(Mutant::NotifyOverwritesLastWaker) {
                        let last = state.waiters.back().expect("we wait ourselves");
                        state
                            .waiters
                            .get_mut(last)
                            .expect("a queued key has its slot")
                    } else {
                        waiter
                    };
                    std::mem::swap(&mut place.waker, &mut spare);
                    return false;
                }
            }
        }
    }

    fn cancel(&self, wait: &mut Wait) {
        let Wait::Queued(key) = *wait else { return };
        *wait = Wait::Over;
        let waiter = self.state.borrow_mut().waiters.remove(key);
        match waiter.as_ref().and_then(|waiter| waiter.notified) {
            Some(kind @ (Notification::Oldest | Notification::Newest))
                if !mutants::on(Mutant::NotifySwallowsPermit) =>
            {
                self.notify(kind);
            }
            _ => {}
        }
    }
}

impl Default for Notify {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Debug)]
enum Wait {
    /// Not in the queue yet; made when the count of `notify_waiters` was `calls`.
    New { calls: usize },
    /// In the queue, or woken with the proof in the slot.
    Queued(Key),
    /// Consumed.
    Over,
}

/// Waits for a wake-up of a [`Notify`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Notified<'a> {
    notify: &'a Notify,
    wait: Wait,
}

/// Waits for a wake-up of a shared [`Notify`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct OwnedNotified {
    notify: Arc<Notify>,
    wait: Wait,
}

macro_rules! notified {
    ($($name:ty),*) => {$(
        impl $name {
            /// Joins the queue without a poll and tells whether the wake-up is already there.
            pub fn enable(self: Pin<&mut Self>) -> bool {
                let this = self.get_mut();
                this.notify.poll_wait(&mut this.wait, None)
            }
        }

        impl Future for $name {
            type Output = ();

            fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
                let this = self.get_mut();
                match this.notify.poll_wait(&mut this.wait, Some(cx.waker())) {
                    true => Poll::Ready(()),
                    false => Poll::Pending,
                }
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                self.notify.cancel(&mut self.wait);
            }
        }
    )*};
}

notified!(Notified<'_>, OwnedNotified);
