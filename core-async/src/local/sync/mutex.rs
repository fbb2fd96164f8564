//! A lock that is held across awaits and given in order of arrival.

mod guard;

use super::batch::{Batch, Held};
use crate::local::block_on::block_on;
pub use guard::{MappedMutexGuard, MutexGuard, OwnedMutexGuard};
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use thiserror::Error;

/// The lock is held, or others wait for it.
#[derive(Debug, Error)]
#[error("operation would block")]
pub struct TryLockError(pub(crate) ());

/// Gives one task at a time access to a value, first come, first served.
pub struct Mutex<T: ?Sized> {
    /// One permit: the right to borrow `value`.
    batch: Batch,
    value: RefCell<T>,
}

impl<T> Mutex<T> {
    /// Makes an unlocked mutex.
    pub fn new(value: T) -> Self {
        Self::const_new(value)
    }

    /// Makes an unlocked mutex in a constant.
    pub const fn const_new(value: T) -> Self {
        Self {
            batch: Batch::new(1),
            value: RefCell::new(value),
        }
    }

    /// Gives the value back.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits for the lock.
    ///
    /// # Cancel safety
    /// The place in the queue is lost; the lock is not.
    pub async fn lock(&self) -> MutexGuard<'_, T> {
        if !self.batch.take_at_once(1) {
            let turn = self.batch.acquire(1).await;
            turn.expect("a mutex never closes its queue");
        }
        self.locked()
    }

    /// Waits for the lock from synchronous code.
    ///
    /// # Panics
    /// Where `block_on` does.
    pub fn blocking_lock(&self) -> MutexGuard<'_, T> {
        block_on(self.lock())
    }

    /// Takes the lock if it is free.
    ///
    /// # Errors
    /// If it is held or others wait for it.
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        self.batch.try_acquire(1).map_err(|_| TryLockError(()))?;
        Ok(self.locked())
    }

    /// Gives the value through an exclusive borrow, which needs no lock.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    fn locked(&self) -> MutexGuard<'_, T> {
        MutexGuard::new(self.value.borrow_mut(), Held::new(&self.batch, 1), self)
    }
}

impl<T: ?Sized + 'static> Mutex<T> {
    /// Waits for the lock and keeps the mutex alive with it.
    ///
    /// # Cancel safety
    /// The place in the queue is lost; the lock is not.
    pub async fn lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        if !self.batch.take_at_once(1) {
            let turn = self.batch.acquire(1).await;
            turn.expect("a mutex never closes its queue");
        }
        OwnedMutexGuard::new(self)
    }

    /// Waits for the lock from synchronous code and keeps the mutex alive with it.
    ///
    /// # Panics
    /// Where `block_on` does.
    pub fn blocking_lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        block_on(self.lock_owned())
    }

    /// Takes the lock if it is free and keeps the mutex alive with it.
    ///
    /// # Errors
    /// If it is held or others wait for it.
    pub fn try_lock_owned(self: Arc<Self>) -> Result<OwnedMutexGuard<T>, TryLockError> {
        self.batch.try_acquire(1).map_err(|_| TryLockError(()))?;
        Ok(OwnedMutexGuard::new(self))
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Mutex");
        match self.value.try_borrow() {
            Ok(value) => out.field("data", &&*value),
            Err(_) => out.field("data", &format_args!("<locked>")),
        };
        out.finish()
    }
}
