//! A lock that is held across awaits and given in order of arrival.

use super::batch::{Batch, Held};
use crate::local::block_on::block_on;
use ouroboros::self_referencing;
use std::cell::{RefCell, RefMut};
use std::fmt;
use std::ops::{Deref, DerefMut};
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
        self.batch
            .acquire(1)
            .await
            .expect("a mutex never closes its queue");
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
        MutexGuard {
            value: self.value.borrow_mut(),
            held: Held::new(&self.batch, 1),
            lock: self,
        }
    }
}

impl<T: ?Sized + 'static> Mutex<T> {
    /// Waits for the lock and keeps the mutex alive with it.
    ///
    /// # Cancel safety
    /// The place in the queue is lost; the lock is not.
    pub async fn lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        self.batch
            .acquire(1)
            .await
            .expect("a mutex never closes its queue");
        OwnedMutexGuard::locked(self)
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
        Ok(OwnedMutexGuard::locked(self))
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

/// Access to the value of a [`Mutex`]; it unlocks when it is dropped.
// The value's borrow ends before the permit goes back: fields drop in this order.
#[must_use]
#[clippy::has_significant_drop]
pub struct MutexGuard<'a, T: ?Sized> {
    value: RefMut<'a, T>,
    held: Held<'a>,
    lock: &'a Mutex<T>,
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// Narrows the guard to a part of the value.
    pub fn map<U: ?Sized, F: FnOnce(&mut T) -> &mut U>(
        this: Self,
        f: F,
    ) -> MappedMutexGuard<'a, U> {
        MappedMutexGuard {
            value: RefMut::map(this.value, f),
            held: this.held,
        }
    }

    /// Narrows the guard to a part of the value, if there is one.
    ///
    /// # Errors
    /// The guard itself, if `f` gives `None`.
    pub fn try_map<U: ?Sized, F: FnOnce(&mut T) -> Option<&mut U>>(
        this: Self,
        f: F,
    ) -> Result<MappedMutexGuard<'a, U>, Self> {
        let Self { value, held, lock } = this;
        match RefMut::filter_map(value, f) {
            Ok(value) => Ok(MappedMutexGuard { value, held }),
            Err(value) => Err(Self { value, held, lock }),
        }
    }

    /// Gives the mutex that this guard locks.
    pub fn mutex(this: &Self) -> &'a Mutex<T> {
        this.lock
    }
}

/// Access to a part of the value of a [`Mutex`]; it unlocks when it is dropped.
#[must_use]
#[clippy::has_significant_drop]
pub struct MappedMutexGuard<'a, T: ?Sized> {
    value: RefMut<'a, T>,
    held: Held<'a>,
}

impl<'a, T: ?Sized> MappedMutexGuard<'a, T> {
    /// Narrows the guard further.
    pub fn map<U: ?Sized, F: FnOnce(&mut T) -> &mut U>(
        this: Self,
        f: F,
    ) -> MappedMutexGuard<'a, U> {
        MappedMutexGuard {
            value: RefMut::map(this.value, f),
            held: this.held,
        }
    }

    /// Narrows the guard further, if there is such a part.
    ///
    /// # Errors
    /// The guard itself, if `f` gives `None`.
    pub fn try_map<U: ?Sized, F: FnOnce(&mut T) -> Option<&mut U>>(
        this: Self,
        f: F,
    ) -> Result<MappedMutexGuard<'a, U>, Self> {
        let Self { value, held } = this;
        match RefMut::filter_map(value, f) {
            Ok(value) => Ok(MappedMutexGuard { value, held }),
            Err(value) => Err(Self { value, held }),
        }
    }
}

#[self_referencing]
struct Locked<T: ?Sized + 'static> {
    mutex: Arc<Mutex<T>>,
    #[borrows(mutex)]
    #[not_covariant]
    guard: MutexGuard<'this, T>,
}

/// Access to the value of a shared [`Mutex`]; it unlocks when it is dropped.
#[must_use]
#[clippy::has_significant_drop]
pub struct OwnedMutexGuard<T: ?Sized + 'static> {
    locked: Locked<T>,
}

impl<T: ?Sized> OwnedMutexGuard<T> {
    fn locked(mutex: Arc<Mutex<T>>) -> Self {
        Self {
            locked: Locked::new(mutex, |mutex| mutex.locked()),
        }
    }

    /// Gives the mutex that this guard locks.
    pub fn mutex(this: &Self) -> &Arc<Mutex<T>> {
        this.locked.borrow_mutex()
    }
}

impl<T: ?Sized> Deref for OwnedMutexGuard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.locked.with_guard(|guard| &**guard)
    }
}

impl<T: ?Sized> DerefMut for OwnedMutexGuard<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.locked.with_guard_mut(|guard| &mut **guard)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for OwnedMutexGuard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

macro_rules! guard {
    ($name:ident) => {
        impl<T: ?Sized> Deref for $name<'_, T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.value
            }
        }

        impl<T: ?Sized> DerefMut for $name<'_, T> {
            fn deref_mut(&mut self) -> &mut T {
                &mut self.value
            }
        }

        impl<T: ?Sized + fmt::Debug> fmt::Debug for $name<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&**self, f)
            }
        }

        impl<T: ?Sized + fmt::Display> fmt::Display for $name<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&**self, f)
            }
        }
    };
}

guard!(MutexGuard);
guard!(MappedMutexGuard);
