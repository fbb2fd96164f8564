//! Access to the value of a lock that keeps it alive.

use super::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use crate::local::sync::guard::owned;
use ouroboros::self_referencing;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

owned! {
    /// Shared access to the value of a shared [`RwLock`].
    OwnedRwLockReadGuard in Reading: RwLockReadGuard of RwLock by reading
}

impl<T: ?Sized> OwnedRwLockReadGuard<T> {
    /// Gives the lock that this guard holds.
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.inner.borrow_lock()
    }
}

owned! {
    mut
    /// Exclusive access to the value of a shared [`RwLock`]; it unlocks when it is dropped.
    OwnedRwLockWriteGuard in Writing: RwLockWriteGuard of RwLock by writing
}

impl<T: ?Sized> OwnedRwLockWriteGuard<T> {
    /// Turns the guard into a reader's without letting another writer in between.
    pub fn downgrade(mut self) -> OwnedRwLockReadGuard<T> {
        let lock = Self::rwlock(&self).clone();
        // The permits outlive the writer's borrow in our hands.
        let all = self.inner.with_guard_mut(|guard| guard.disarm());
        drop(self);
        let reading = OwnedRwLockReadGuard::new(lock.clone());
        lock.batch.release(all - 1);
        reading
    }

    /// Gives the lock that this guard holds.
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.inner.borrow_lock()
    }
}
