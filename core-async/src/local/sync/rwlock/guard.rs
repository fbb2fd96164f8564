//! Access to the value of a lock that borrows it.

use super::RwLock;
use crate::local::mutants::{self, Mutant};
use crate::local::sync::batch::Held;
use crate::local::sync::guard::{access, exclusive};
use std::cell::{Ref, RefMut};
use std::fmt;
use std::ops::{Deref, DerefMut};

/// Shared access to the value of a [`RwLock`] or to a part of it.
// The value's borrow ends before the permit goes back: fields drop in this order.
#[must_use]
#[clippy::has_significant_drop]
pub struct RwLockReadGuard<'a, T: ?Sized> {
    value: Ref<'a, T>,
    held: Held<'a>,
}

impl<'a, T: ?Sized> RwLockReadGuard<'a, T> {
    /// Makes the guard of a lock of which the caller holds a reader's permit.
    pub(super) fn new(value: Ref<'a, T>, held: Held<'a>) -> Self {
        Self { value, held }
    }

    /// Narrows the guard to a part of the value.
    pub fn map<F: FnOnce(&T) -> &U, U: ?Sized>(this: Self, f: F) -> RwLockReadGuard<'a, U> {
        RwLockReadGuard {
            value: Ref::map(this.value, f),
            held: this.held,
        }
    }

    /// Narrows the guard to a part of the value, if there is one.
    ///
    /// # Errors
    /// The guard itself, if `f` gives `None`.
    pub fn try_map<F: FnOnce(&T) -> Option<&U>, U: ?Sized>(
        this: Self,
        f: F,
    ) -> Result<RwLockReadGuard<'a, U>, Self> {
        let Self { value, held } = this;
        match Ref::filter_map(value, f) {
            Ok(value) => Ok(RwLockReadGuard { value, held }),
            Err(value) => Err(Self { value, held }),
        }
    }
}

access!(['a,] RwLockReadGuard<'a, T>);

exclusive! {
    /// Exclusive access to the value of a [`RwLock`]; it unlocks when it is dropped.
    RwLockWriteGuard of RwLock,
    /// Exclusive access to a part of the value of a [`RwLock`]; it unlocks when it is dropped.
    RwLockMappedWriteGuard,
    <F, U>
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// Turns the guard into a mapped one of the whole value.
    pub fn into_mapped(this: Self) -> RwLockMappedWriteGuard<'a, T> {
        Self::map(this, |value| value)
    }

    /// Turns the guard into a reader's without letting another writer in between.
    pub fn downgrade(self) -> RwLockReadGuard<'a, T> {
        let Self {
            value,
            mut held,
            lock,
        } = self;
        drop(value);
        let value = lock.value.borrow();
        held.reduce_to(usize::from(!mutants::on(Mutant::RwLockDowngradeUnlocks)));
        RwLockReadGuard { value, held }
    }

    /// Turns the guard into a reader's of a part of the value.
    pub fn downgrade_map<F: FnOnce(&T) -> &U, U: ?Sized>(
        this: Self,
        f: F,
    ) -> RwLockReadGuard<'a, U> {
        let Self {
            value,
            mut held,
            lock,
        } = this;
        drop(value);
        let value = Ref::map(lock.value.borrow(), f);
        held.reduce_to(1);
        RwLockReadGuard { value, held }
    }

    /// Leaves the permits to the caller and tells how many.
    pub(super) fn disarm(&mut self) -> usize {
        self.held.disarm()
    }
}
