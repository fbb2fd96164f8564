//! A lock for many readers or one writer, given in order of arrival.
//!
//! A waiting writer stops new readers, so that it is never starved.

mod guard;
mod owned;

use super::batch::{Batch, Held};
use super::mutex::TryLockError;
use crate::local::block_on::block_on;
use crate::local::mutants::{self, Mutant};
pub use guard::{RwLockMappedWriteGuard, RwLockReadGuard, RwLockWriteGuard};
pub use owned::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard};
use std::cell::RefCell;
use std::fmt;
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
        if !self.batch.take_at_once(permits) {
            let turn = self.batch.acquire(permits).await;
            turn.expect("a lock never closes its queue");
        }
    }

    fn try_admit(&self, permits: usize) -> Result<(), TryLockError> {
        self.batch
            .try_acquire(permits)
            .map_err(|_| TryLockError(()))
    }

    fn reading(&self) -> RwLockReadGuard<'_, T> {
        RwLockReadGuard::new(self.value.borrow(), Held::new(&self.batch, 1))
    }

    fn writing(&self) -> RwLockWriteGuard<'_, T> {
        let held = Held::new(&self.batch, self.max_reads);
        RwLockWriteGuard::new(self.value.borrow_mut(), held, self)
    }
}

impl<T: ?Sized + 'static> RwLock<T> {
    /// Waits to read and keeps the lock alive meanwhile.
    ///
    /// # Cancel safety
    /// The place in the queue is lost; the lock is not.
    pub async fn read_owned(self: Arc<Self>) -> OwnedRwLockReadGuard<T> {
        self.admit(1).await;
        OwnedRwLockReadGuard::new(self)
    }

    /// Waits to write and keeps the lock alive meanwhile.
    ///
    /// # Cancel safety
    /// The place in the queue is lost; the lock is not.
    pub async fn write_owned(self: Arc<Self>) -> OwnedRwLockWriteGuard<T> {
        self.admit(self.max_reads).await;
        OwnedRwLockWriteGuard::new(self)
    }

    /// Takes the lock for reading if it can be had, and keeps it alive.
    ///
    /// # Errors
    /// If the lock is held or others wait for it.
    pub fn try_read_owned(self: Arc<Self>) -> Result<OwnedRwLockReadGuard<T>, TryLockError> {
        self.try_admit(1)?;
        Ok(OwnedRwLockReadGuard::new(self))
    }

    /// Takes the lock for writing if it can be had, and keeps it alive.
    ///
    /// # Errors
    /// If the lock is held or others wait for it.
    pub fn try_write_owned(self: Arc<Self>) -> Result<OwnedRwLockWriteGuard<T>, TryLockError> {
        self.try_admit(self.max_reads)?;
        Ok(OwnedRwLockWriteGuard::new(self))
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
