//! Room in a bounded queue that is held for values to come.

use super::bounded::Sender;
use super::chan::Chan;
use std::fmt;
use std::iter::FusedIterator;

/// Room for one value.
#[must_use]
pub struct Permit<'a, T> {
    chan: &'a Chan<T>,
    used: bool,
}

impl<'a, T> Permit<'a, T> {
    pub(super) fn new(chan: &'a Chan<T>) -> Self {
        Self { chan, used: false }
    }

    /// Sends a value, also when the receiver has closed meanwhile.
    pub fn send(mut self, value: T) {
        self.used = true;
        self.chan.push(value);
    }
}

impl<T> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        if !self.used {
            self.chan.give_back(1);
        }
    }
}

/// Room for several values, one permit each.
#[must_use]
pub struct PermitIterator<'a, T> {
    chan: &'a Chan<T>,
    left: usize,
}

impl<'a, T> PermitIterator<'a, T> {
    pub(super) fn new(chan: &'a Chan<T>, left: usize) -> Self {
        Self { chan, left }
    }
}

impl<'a, T> Iterator for PermitIterator<'a, T> {
    type Item = Permit<'a, T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some(Permit::new(self.chan))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for PermitIterator<'_, T> {}
impl<T> FusedIterator for PermitIterator<'_, T> {}

impl<T> Drop for PermitIterator<'_, T> {
    fn drop(&mut self) {
        self.chan.give_back(self.left);
    }
}

/// Room for one value, together with the sender that got it.
#[must_use]
pub struct OwnedPermit<T> {
    /// `None` once used or released.
    sender: Option<Sender<T>>,
}

impl<T> OwnedPermit<T> {
    pub(super) fn new(sender: Sender<T>) -> Self {
        Self {
            sender: Some(sender),
        }
    }

    /// Sends a value, also when the receiver has closed meanwhile, and gives the sender back.
    pub fn send(mut self, value: T) -> Sender<T> {
        let sender = self.take();
        sender.chan().push(value);
        sender
    }

    /// Gives the room and the sender back.
    pub fn release(mut self) -> Sender<T> {
        let sender = self.take();
        sender.chan().give_back(1);
        sender
    }

    /// Tells whether both belong to one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        match (&self.sender, &other.sender) {
            (Some(one), Some(other)) => one.same_channel(other),
            _ => false,
        }
    }

    /// Tells whether the permit belongs to the sender's channel.
    pub fn same_channel_as_sender(&self, sender: &Sender<T>) -> bool {
        self.sender
            .as_ref()
            .is_some_and(|own| own.same_channel(sender))
    }

    fn take(&mut self) -> Sender<T> {
        self.sender.take().expect("a used permit is consumed")
    }
}

impl<T> Drop for OwnedPermit<T> {
    fn drop(&mut self) {
        if let Some(sender) = self.sender.take() {
            sender.chan().give_back(1);
        }
    }
}

impl<T> fmt::Debug for Permit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for PermitIterator<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PermitIterator")
            .field("capacity", &self.left)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for OwnedPermit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedPermit").finish_non_exhaustive()
    }
}
