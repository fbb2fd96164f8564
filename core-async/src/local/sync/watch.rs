//! A channel that keeps the latest value only.

use crate::local::coop;
use crate::local::mutants::{self, Mutant};
use crate::local::sync::Notify;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

/// Errors of this channel.
pub mod error {
    use std::fmt;
    use thiserror::Error;

    /// Nobody receives; it gives the value back.
    #[derive(PartialEq, Eq, Clone, Copy, Error)]
    #[error("channel closed")]
    pub struct SendError<T>(pub T);

    impl<T> fmt::Debug for SendError<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("SendError").finish_non_exhaustive()
        }
    }

    /// All senders are gone.
    #[derive(Debug, Clone, Error)]
    #[error("channel closed")]
    pub struct RecvError(pub(super) ());
}

use error::{RecvError, SendError};

/// Makes a channel that holds `init` until something is sent.
pub fn channel<T>(init: T) -> (Sender<T>, Receiver<T>) {
    let shared = Rc::new(Shared {
        value: RefCell::new(init),
        version: Cell::new(0),
        closed: Cell::new(false),
        senders: Cell::new(1),
        receivers: Cell::new(1),
        changed: Notify::new(),
        deserted: Notify::new(),
    });
    (
        Sender {
            shared: shared.clone(),
        },
        Receiver { shared, seen: 0 },
    )
}

#[derive(Debug)]
struct Shared<T> {
    value: RefCell<T>,
    /// Counts the values.
    version: Cell<u64>,
    /// The last sender is gone.
    closed: Cell<bool>,
    senders: Cell<usize>,
    receivers: Cell<usize>,
    /// Wakes receivers on a value or the close.
    changed: Notify,
    /// Wakes senders when the last receiver goes.
    deserted: Notify,
}

/// Sends values of which the latest is kept.
pub struct Sender<T> {
    shared: Rc<Shared<T>>,
}

impl<T> Sender<T> {
    /// Makes a sender without receivers.
    pub fn new(init: T) -> Self {
        channel(init).0
    }

    /// Replaces the value and tells the receivers.
    ///
    /// # Errors
    /// The value itself, if nobody receives; the old value stays then.
    ///
    /// # Panics
    /// If a [`Ref`] of this channel is alive.
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        if self.receiver_count() == 0 && !mutants::on(Mutant::WatchSendsToNobody) {
            return Err(SendError(value));
        }
        self.send_replace(value);
        Ok(())
    }

    /// Changes the value in place and tells the receivers.
    ///
    /// # Panics
    /// If a [`Ref`] of this channel is alive.
    #[track_caller]
    pub fn send_modify<F: FnOnce(&mut T)>(&self, modify: F) {
        self.send_if_modified(|value| {
            modify(value);
            true
        });
    }

    /// Changes the value in place and tells the receivers if `modify` says that it did.
    ///
    /// # Panics
    /// If a [`Ref`] of this channel is alive.
    #[track_caller]
    pub fn send_if_modified<F: FnOnce(&mut T) -> bool>(&self, modify: F) -> bool {
        let Ok(mut value) = self.shared.value.try_borrow_mut() else {
            panic!("a watch channel's value was sent while a borrowed `Ref` of it is alive");
        };
        if !modify(&mut value) {
            return false;
        }
        drop(value);
        let version = &self.shared.version;
        version.set(version.get().wrapping_add(1));
        self.shared.changed.notify_waiters();
        true
    }

    /// Replaces the value, also when nobody receives, and gives the old one.
    ///
    /// # Panics
    /// If a [`Ref`] of this channel is alive.
    #[track_caller]
    pub fn send_replace(&self, mut value: T) -> T {
        self.send_modify(|old| std::mem::swap(old, &mut value));
        value
    }

    /// Shows the value.
    pub fn borrow(&self) -> Ref<'_, T> {
        Ref {
            value: self.shared.value.borrow(),
            has_changed: false,
        }
    }

    /// Tells whether nobody receives now.
    pub fn is_closed(&self) -> bool {
        self.receiver_count() == 0
    }

    /// Waits until nobody receives.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn closed(&self) {
        coop::turn().await;
        coop::spend();
        while self.receiver_count() > 0 {
            self.shared.deserted.notified().await;
        }
    }

    /// Makes a receiver that has seen the present value.
    pub fn subscribe(&self) -> Receiver<T> {
        Receiver::join(&self.shared, self.shared.version.get())
    }

    /// Counts the receivers.
    pub fn receiver_count(&self) -> usize {
        self.shared.receivers.get()
    }

    /// Counts the senders.
    pub fn sender_count(&self) -> usize {
        self.shared.senders.get()
    }

    /// Tells whether both belong to one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.senders.set(self.shared.senders.get() + 1);
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<T: Default> Default for Sender<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let left = self.shared.senders.get() - 1;
        self.shared.senders.set(left);
        if left == 0 {
            self.shared.closed.set(true);
            self.shared.changed.notify_waiters();
        }
    }
}

/// Receives the latest value.
pub struct Receiver<T> {
    shared: Rc<Shared<T>>,
    /// The version of the value that counts as seen.
    seen: u64,
}

impl<T> Receiver<T> {
    fn join(shared: &Rc<Shared<T>>, seen: u64) -> Self {
        shared.receivers.set(shared.receivers.get() + 1);
        Self {
            shared: shared.clone(),
            seen,
        }
    }

    /// Shows the value without marking it seen.
    pub fn borrow(&self) -> Ref<'_, T> {
        Ref {
            value: self.shared.value.borrow(),
            has_changed: self.unseen(),
        }
    }

    /// Shows the value and marks it seen.
    pub fn borrow_and_update(&mut self) -> Ref<'_, T> {
        let has_changed = self.unseen();
        if !mutants::on(Mutant::WatchBorrowMarksSeen) {
            self.mark_unchanged();
        }
        Ref {
            value: self.shared.value.borrow(),
            has_changed,
        }
    }

    /// Tells whether there is an unseen value.
    ///
    /// # Errors
    /// If all senders are gone.
    pub fn has_changed(&self) -> Result<bool, RecvError> {
        match self.is_closed() {
            true => Err(RecvError(())),
            false => Ok(self.unseen()),
        }
    }

    /// Tells whether all senders are gone.
    pub fn is_closed(&self) -> bool {
        self.shared.closed.get()
    }

    /// Marks the value as unseen.
    pub fn mark_changed(&mut self) {
        self.seen = self.seen.wrapping_sub(1);
    }

    /// Marks the value as seen.
    pub fn mark_unchanged(&mut self) {
        self.seen = self.shared.version.get();
    }

    /// Waits for an unseen value and marks it seen.
    ///
    /// # Errors
    /// If all senders are gone and the value was seen.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn changed(&mut self) -> Result<(), RecvError> {
        coop::turn().await;
        coop::spend();
        loop {
            let closed_first = mutants::on(Mutant::WatchClosesBeforeSeen) && self.is_closed();
            if self.unseen() && !closed_first {
                self.mark_unchanged();
                return Ok(());
            }
            if self.is_closed() {
                return Err(RecvError(()));
            }
            self.shared.changed.notified().await;
        }
    }

    /// Waits until the value fulfils a condition and shows it, marked seen.
    ///
    /// # Errors
    /// If all senders are gone before.
    ///
    /// # Cancel safety
    /// Nothing is lost, but the values looked at count as seen.
    pub async fn wait_for(
        &mut self,
        mut f: impl FnMut(&T) -> bool,
    ) -> Result<Ref<'_, T>, RecvError> {
        let mut closed = false;
        coop::turn().await;
        coop::spend();
        loop {
            let has_changed = self.unseen();
            self.mark_unchanged();
            if (!closed || has_changed) && f(&self.shared.value.borrow()) {
                return Ok(Ref {
                    value: self.shared.value.borrow(),
                    has_changed,
                });
            }
            if closed {
                return Err(RecvError(()));
            }
            closed = self.changed().await.is_err();
        }
    }

    /// Tells whether both belong to one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.shared, &other.shared)
    }

    fn unseen(&self) -> bool {
        self.seen != self.shared.version.get()
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self::join(&self.shared, self.seen)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let left = self.shared.receivers.get() - 1;
        self.shared.receivers.set(left);
        if left == 0 {
            self.shared.deserted.notify_waiters();
        }
    }
}

/// A view of the value; nothing can be sent while it is alive.
#[must_use]
#[clippy::has_significant_drop]
#[derive(Debug)]
pub struct Ref<'a, T> {
    value: std::cell::Ref<'a, T>,
    has_changed: bool,
}

impl<T> Ref<'_, T> {
    /// Tells whether the value was unseen when it was borrowed.
    pub fn has_changed(&self) -> bool {
        self.has_changed
    }
}

impl<T> Deref for Ref<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("shared", &self.shared)
            .finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("shared", &self.shared)
            .finish()
    }
}
