//! A wake-up without a value.

use crate::local::mutants::{self, Mutant};
use crate::local::waiters::{Key, Waiters};
use crate::local::wake_batch::wake_all;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Wakes one waiting task or all, and remembers one wake-up if nobody waits.
#[derive(Debug)]
pub struct Notify {
    /// A wake-up by `notify_one` that found nobody waiting.
    permit: Cell<bool>,
    /// Counts `notify_waiters`, so that futures made before one of them know of it.
    calls: Cell<usize>,
    /// Who waits, with a waker unless `enable` put it here before its first poll. Whoever was woken was given the
    /// number of a [`Notification`].
    waiters: RefCell<Waiters<Option<Waker>>>,
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
            permit: Cell::new(false),
            calls: Cell::new(0),
            waiters: RefCell::new(Waiters::new()),
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
    #[inline]
    pub fn notify_waiters(&self) {
        if !mutants::on(Mutant::NotifyMissesUnpolled) {
            self.calls.set(self.calls.get().wrapping_add(1));
        }
        if !self.waiters.borrow().is_empty() {
            let given = Notification::All as usize;
            wake_all(self.waiters.borrow_mut(), given, given);
        }
    }

    #[inline]
    fn notify(&self, kind: Notification) {
        let mut waiters = self.waiters.borrow_mut();
        let next = match kind {
            Notification::Newest => waiters.pop_back(kind as usize),
            _ => waiters.pop_front(kind as usize),
        };
        drop(waiters);
        match next {
            None => self.permit.set(true),
            Some(None) => {}
            Some(Some(waker)) => waker.wake(),
        }
    }

    fn wait(&self) -> Wait {
        debug_assert!(self.waiters.try_borrow_mut().is_ok(), "the queue is in use");
        Wait::New {
            calls: self.calls.get(),
        }
    }

    /// Moves a wait on and tells whether it is over.
    #[inline]
    fn poll_wait(&self, wait: &mut Wait, waker: Option<&Waker>) -> bool {
        match *wait {
            Wait::Over => true,
            Wait::New { calls } => self.join(wait, calls, waker),
            Wait::Queued(key) => self.consume(wait, key) || self.renew(wait, key, waker),
        }
    }

    /// Joins the queue, unless the wake-up is there already.
    #[inline(never)]
    fn join(&self, wait: &mut Wait, calls: usize, waker: Option<&Waker>) -> bool {
        // A call that reached everybody leaves the stored wake-up to others.
        let is_notified = || self.calls.get() != calls || self.permit.take();
        if is_notified() {
            *wait = Wait::Over;
            return true;
        }
        // Somebody else's code, which may change anything.
        let waker = waker.cloned();
        if is_notified() {
            *wait = Wait::Over;
            return true;
        }
        if mutants::on(Mutant::NotifyOneSlot) {
            let lost = {
                let mut waiters = self.waiters.borrow_mut();
                let last = waiters.back().map(|key| waiters.get_mut(key));
                last.and_then(Option::take)
            };
            drop(lost);
        }
        *wait = Wait::Queued(self.waiters.borrow_mut().push_back(waker));
        false
    }

    /// Gives up the place in the queue if the wake-up is there.
    #[inline]
    fn consume(&self, wait: &mut Wait, key: Key) -> bool {
        let consumed = self.waiters.borrow_mut().free_if_out(key);
        if consumed {
            *wait = Wait::Over;
        }
        consumed
    }

    /// Keeps the waker of the last poll, and tells whether the wake-up came meanwhile; out of the way of those whom
    /// it woke.
    #[inline(never)]
    fn renew(&self, wait: &mut Wait, key: Key, waker: Option<&Waker>) -> bool {
        let Some(waker) = waker else {
            return false;
        };
        {
            let mut waiters = self.waiters.borrow_mut();
            let kept = waiters.get_mut(key).as_ref();
            if kept.is_some_and(|kept| kept.will_wake(waker)) {
                return false;
            }
        }
        // A waker is cloned before the borrow and the replaced one dropped after it.
        let mut waker = Some(waker.clone());
        let mut waiters = self.waiters.borrow_mut();
        let place = match mutants::on(Mutant::NotifyOverwritesLastWaker) {
            true => waiters.back().unwrap_or(key),
            false => key,
        };
        if waiters.given(place).is_some() {
            drop(waiters);
            return self.consume(wait, key);
        }
        std::mem::swap(waiters.get_mut(place), &mut waker);
        drop(waiters);
        false
    }

    /// Gives up a place, and hands on what came to it.
    #[inline(never)]
    fn cancel(&self, key: Key) {
        let mut waiters = self.waiters.borrow_mut();
        if let Some(given) = waiters.given(key) {
            waiters.free_if_out(key);
            drop(waiters);
            return self.hand_on(given);
        }
        let waker = waiters.remove(key);
        drop(waiters);
        drop(waker);
    }

    /// Hands on a wake-up that was not consumed.
    #[cold]
    #[inline(never)]
    fn hand_on(&self, given: usize) {
        let kinds = [Notification::Oldest, Notification::Newest];
        let kind = kinds.into_iter().find(|kind| *kind as usize == given);
        if let Some(kind) = kind
            && !mutants::on(Mutant::NotifySwallowsPermit)
        {
            self.notify(kind);
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

            #[inline]
            fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
                let this = self.get_mut();
                match this.notify.poll_wait(&mut this.wait, Some(cx.waker())) {
                    true => Poll::Ready(()),
                    false => Poll::Pending,
                }
            }
        }

        impl Drop for $name {
            #[inline]
            fn drop(&mut self) {
                if let Wait::Queued(key) = self.wait {
                    self.notify.cancel(key);
                }
            }
        }
    )*};
}

notified!(Notified<'_>, OwnedNotified);
