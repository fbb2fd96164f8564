//! Access to the value of a mutex.

use super::Mutex;
use crate::local::sync::batch::Held;
use crate::local::sync::guard::{exclusive, owned};
use ouroboros::self_referencing;
use std::cell::RefMut;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

exclusive! {
    /// Access to the value of a [`Mutex`]; it unlocks when it is dropped.
    MutexGuard of Mutex,
    /// Access to a part of the value of a [`Mutex`]; it unlocks when it is dropped.
    MappedMutexGuard,
    <U, F>
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// Gives the mutex that this guard locks.
    pub fn mutex(this: &Self) -> &'a Mutex<T> {
        this.lock
    }
}

owned! {
    mut
    /// Access to the value of a shared [`Mutex`]; it unlocks when it is dropped.
    OwnedMutexGuard in Locked: MutexGuard of Mutex by locked
}

impl<T: ?Sized> OwnedMutexGuard<T> {
    /// Gives the mutex that this guard locks.
    pub fn mutex(this: &Self) -> &Arc<Mutex<T>> {
        this.inner.borrow_lock()
    }
}
