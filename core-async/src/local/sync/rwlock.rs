//! A lock for many readers or one writer, given in order of arrival.
//!
//! A waiting writer stops new readers, so that it is never starved.

use super::batch::{Batch, Held};
use super::mutex::TryLockError;
use crate::local::block_on::block_on;
use crate::local::mutants::{self, Mutant};
use ouroboros::self_referencing;
use std::cell::{Ref, RefCell, RefMut};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

const MAX_READS: u32 = u32::MAX >> 3;

/// Gives many readers or one writer access to a value, first come, first served.
pub struct RwLock<T: ?Sized> {
    /// What a writer takes: every reader's permit.
    max_reads: usize,
    batch: Batch,
    value: RefCell<T>,
}

impl<T> RwLock<T> {
    /// Makes an unlocked lock.
    pub fn new(value: T) -> Self {
        Self::const_new(value)
    }

    /// Makes an unlocked lock for at most `max_reads` readers at once.
    ///
    /// # Panics
    /// If `max_reads` exceeds `u32::MAX >> 3`.
    #[track_caller]
    pub fn with_max_readers(value: T, max_reads: u32) -> Self {
        Self::const_with_max_readers(value, max_reads)
    }

    /// Makes an unlocked lock in a constant.
    pub const fn const_new(value: T) -> Self {
        Self::const_with_max_readers(value, MAX_READS)
    }

    /// Makes an unlocked lock for at most `max_reads` readers in a constant.
    ///
    /// # Panics
    /// If `max_reads` exceeds `u32::MAX >> 3`.
    #[track_caller]
    pub const fn const_with_max_readers(value: T, max_reads: u32) -> Self {
        assert!(
            max_reads <= MAX_READS,
            "a RwLock may not be created with more than u32::MAX >> 3 readers"
        );
        Self {
            max_reads: max_reads as usize,
            batch: Batch::new(max_reads as usize),
            value: RefCell::new(value),
        }
    }

    /// Gives the value back.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits to read.
    ///
    /// # Cancel safety
    /// The place in the queue is lost; the lock is not.
    pub async fn read(&self) -> RwLockReadGuard<'_, T> {
        self.admit(1).await;
        self.reading()
    }

    /// Waits to write.
    ///
    /// # Cancel safety
    /// The place in the queue is lost; the lock is not.
    pub async fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.admit(self.max_reads).await;
        self.writing()
    }

    /// Waits to read from synchronous code.
    ///
    /// # Panics
    /// Where `block_on` does.
    pub fn blocking_read(&self) -> RwLockReadGuard<'_, T> {
        block_on(self.read())
    }

    /// Waits to write from synchronous code.
    ///
    /// # Panics
    /// Where `block_on` does.
    pub fn blocking_write(&self) -> RwLockWriteGuard<'_, T> {
        block_on(self.write())
    }

    /// Takes the lock for reading if nobody writes or waits before us.
    ///
    /// # Errors
    /// If the lock is held or others wait for it.
    pub fn try_read(&self) -> Result<RwLockReadGuard<'_, T>, TryLockError> {
        self.try_admit(1)?;
        Ok(self.reading())
    }

    /// Takes the lock for writing if it is free.
    ///
    /// # Errors
    /// If the lock is held or others wait for it.
    pub fn try_write(&self) -> Result<RwLockWriteGuard<'_, T>, TryLockError> {
        self.try_admit(self.max_reads)?;
        Ok(self.writing())
    }

    /// Gives the value through an exclusive borrow, which needs no lock.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    async fn admit(&self, permits: usize) {
        if mutants::on(Mutant::RwLockReaderBarges)
            && permits == 1
            && self.value.try_borrow().is_ok()
        {
            self.batch.release(1);
        }
        self.batch
            .acquire(permits)
            .await
            .expect("a lock never closes its queue");
    }

    fn try_admit(&self, permits: usize) -> Result<(), TryLockError> {
        self.batch
            .try_acquire(permits)
            .map_err(|_| TryLockError(()))
    }

    fn reading(&self) -> RwLockReadGuard<'_, T> {
        RwLockReadGuard {
            value: self.value.borrow(),
            held: Held::new(&self.batch, 1),
        }
    }

    fn writing(&self) -> RwLockWriteGuard<'_, T> {
        RwLockWriteGuard {
            value: self.value.borrow_mut(),
            held: Held::new(&self.batch, self.max_reads),
            lock: self,
        }
    }
}

impl<T: ?Sized + 'static> RwLock<T> {
    /// Waits to read and keeps the lock alive meanwhile.
    ///
    /// # Cancel safety
    /// The place in the queue is lost; the lock is not.
    pub async fn read_owned(self: Arc<Self>) -> OwnedRwLockReadGuard<T> {
        self.admit(1).await;
        OwnedRwLockReadGuard::admitted(self)
    }

    /// Waits to write and keeps the lock alive meanwhile.
    ///
    /// # Cancel safety
    /// The place in the queue is lost; the lock is not.
    pub async fn write_owned(self: Arc<Self>) -> OwnedRwLockWriteGuard<T> {
        self.admit(self.max_reads).await;
        OwnedRwLockWriteGuard::admitted(self)
    }

    /// Takes the lock for reading if it can be had, and keeps it alive.
    ///
    /// # Errors
    /// If the lock is held or others wait for it.
    pub fn try_read_owned(self: Arc<Self>) -> Result<OwnedRwLockReadGuard<T>, TryLockError> {
        self.try_admit(1)?;
        Ok(OwnedRwLockReadGuard::admitted(self))
    }

    /// Takes the lock for writing if it can be had, and keeps it alive.
    ///
    /// # Errors
    /// If the lock is held or others wait for it.
    pub fn try_write_owned(self: Arc<Self>) -> Result<OwnedRwLockWriteGuard<T>, TryLockError> {
        self.try_admit(self.max_reads)?;
        Ok(OwnedRwLockWriteGuard::admitted(self))
    }
}

impl<T: Default> Default for RwLock<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("RwLock");
        match self.value.try_borrow() {
            Ok(value) => out.field("data", &&*value),
            Err(_) => out.field("data", &format_args!("<locked>")),
        };
        out.finish()
    }
}

/// Shared access to the value of a [`RwLock`] or to a part of it.
// The value's borrow ends before the permit goes back: fields drop in this order, here and below.
#[must_use]
#[clippy::has_significant_drop]
pub struct RwLockReadGuard<'a, T: ?Sized> {
    value: Ref<'a, T>,
    held: Held<'a>,
}

impl<'a, T: ?Sized> RwLockReadGuard<'a, T> {
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

/// Exclusive access to the value of a [`RwLock`]; it unlocks when it is dropped.
#[must_use]
#[clippy::has_significant_drop]
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    value: RefMut<'a, T>,
    held: Held<'a>,
    lock: &'a RwLock<T>,
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// Narrows the guard to a part of the value.
    pub fn map<F: FnOnce(&mut T) -> &mut U, U: ?Sized>(
        this: Self,
        f: F,
    ) -> RwLockMappedWriteGuard<'a, U> {
        RwLockMappedWriteGuard {
            value: RefMut::map(this.value, f),
            held: this.held,
        }
    }

    /// Narrows the guard to a part of the value, if there is one.
    ///
    /// # Errors
    /// The guard itself, if `f` gives `None`.
    pub fn try_map<F: FnOnce(&mut T) -> Option<&mut U>, U: ?Sized>(
        this: Self,
        f: F,
    ) -> Result<RwLockMappedWriteGuard<'a, U>, Self> {
        let Self { value, held, lock } = this;
        match RefMut::filter_map(value, f) {
            Ok(value) => Ok(RwLockMappedWriteGuard { value, held }),
            Err(value) => Err(Self { value, held, lock }),
        }
    }

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
}

/// Exclusive access to a part of the value of a [`RwLock`]; it unlocks when it is dropped.
#[must_use]
#[clippy::has_significant_drop]
pub struct RwLockMappedWriteGuard<'a, T: ?Sized> {
    value: RefMut<'a, T>,
    held: Held<'a>,
}

impl<'a, T: ?Sized> RwLockMappedWriteGuard<'a, T> {
    /// Narrows the guard further.
    pub fn map<F: FnOnce(&mut T) -> &mut U, U: ?Sized>(
        this: Self,
        f: F,
    ) -> RwLockMappedWriteGuard<'a, U> {
        RwLockMappedWriteGuard {
            value: RefMut::map(this.value, f),
            held: this.held,
        }
    }

    /// Narrows the guard further, if there is such a part.
    ///
    /// # Errors
    /// The guard itself, if `f` gives `None`.
    pub fn try_map<F: FnOnce(&mut T) -> Option<&mut U>, U: ?Sized>(
        this: Self,
        f: F,
    ) -> Result<RwLockMappedWriteGuard<'a, U>, Self> {
        let Self { value, held } = this;
        match RefMut::filter_map(value, f) {
            Ok(value) => Ok(RwLockMappedWriteGuard { value, held }),
            Err(value) => Err(Self { value, held }),
        }
    }
}

#[self_referencing]
struct Reading<T: ?Sized + 'static> {
    lock: Arc<RwLock<T>>,
    #[borrows(lock)]
    #[not_covariant]
    guard: RwLockReadGuard<'this, T>,
}

/// Shared access to the value of a shared [`RwLock`].
#[must_use]
#[clippy::has_significant_drop]
pub struct OwnedRwLockReadGuard<T: ?Sized + 'static> {
    reading: Reading<T>,
}

impl<T: ?Sized> OwnedRwLockReadGuard<T> {
    fn admitted(lock: Arc<RwLock<T>>) -> Self {
        Self {
            reading: Reading::new(lock, |lock| lock.reading()),
        }
    }

    /// Gives the lock that this guard holds.
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.reading.borrow_lock()
    }
}

impl<T: ?Sized> Deref for OwnedRwLockReadGuard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.reading.with_guard(|guard| &**guard)
    }
}

#[self_referencing]
struct Writing<T: ?Sized + 'static> {
    lock: Arc<RwLock<T>>,
    #[borrows(lock)]
    #[not_covariant]
    guard: RwLockWriteGuard<'this, T>,
}

/// Exclusive access to the value of a shared [`RwLock`]; it unlocks when it is dropped.
#[must_use]
#[clippy::has_significant_drop]
pub struct OwnedRwLockWriteGuard<T: ?Sized + 'static> {
    writing: Writing<T>,
}

impl<T: ?Sized> OwnedRwLockWriteGuard<T> {
    fn admitted(lock: Arc<RwLock<T>>) -> Self {
        Self {
            writing: Writing::new(lock, |lock| lock.writing()),
        }
    }

    /// Turns the guard into a reader's without letting another writer in between.
    pub fn downgrade(mut self) -> OwnedRwLockReadGuard<T> {
        let lock = Self::rwlock(&self).clone();
        // The permits outlive the writer's borrow by way of a second holder.
        let all = self.writing.with_guard_mut(|guard| guard.held.disarm());
        drop(self);
        let reading = Reading::new(lock.clone(), |lock| lock.reading());
        lock.batch.release(all - 1);
        OwnedRwLockReadGuard { reading }
    }

    /// Gives the lock that this guard holds.
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.writing.borrow_lock()
    }
}

impl<T: ?Sized> Deref for OwnedRwLockWriteGuard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.writing.with_guard(|guard| &**guard)
    }
}

impl<T: ?Sized> DerefMut for OwnedRwLockWriteGuard<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.writing.with_guard_mut(|guard| &mut **guard)
    }
}

macro_rules! shown {
    ($([$($generics:tt)*] $name:ty,)*) => {$(
        impl<$($generics)* T: ?Sized + fmt::Debug> fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&**self, f)
            }
        }

        impl<$($generics)* T: ?Sized + fmt::Display> fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&**self, f)
            }
        }
    )*};
}

shown! {
    ['a,] RwLockReadGuard<'a, T>,
    ['a,] RwLockWriteGuard<'a, T>,
    ['a,] RwLockMappedWriteGuard<'a, T>,
    [] OwnedRwLockReadGuard<T>,
    [] OwnedRwLockWriteGuard<T>,
}

impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: ?Sized> Deref for RwLockMappedWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: ?Sized> DerefMut for RwLockMappedWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}
