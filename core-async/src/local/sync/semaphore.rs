//! A counting semaphore that serves in order of arrival.

mod acquiring;
mod permit;

use super::batch::{Batch, Closed, MAX_PERMITS, TryError};
use crate::local::block_on::block_on;
use acquiring::Acquiring;
pub use permit::{OwnedSemaphorePermit, SemaphorePermit};
use std::future::Future;
use std::sync::Arc;
use thiserror::Error;

/// The semaphore was closed.
#[derive(Debug, Error)]
#[error("semaphore closed")]
pub struct AcquireError(());

/// Why permits could not be had at once.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TryAcquireError {
    /// The semaphore was closed.
    #[error("semaphore closed")]
    Closed,
    /// Too few permits are free, or others wait for them.
    #[error("no permits available")]
    NoPermits,
}

impl From<Closed> for AcquireError {
    fn from(_: Closed) -> Self {
        Self(())
    }
}

impl From<TryError> for TryAcquireError {
    fn from(error: TryError) -> Self {
        match error {
            TryError::Closed => Self::Closed,
            TryError::NoPermits => Self::NoPermits,
        }
    }
}

/// Hands out a fixed number of permits, first come, first served.
#[derive(Debug)]
pub struct Semaphore {
    batch: Batch,
}

impl Semaphore {
    /// The most permits that a semaphore can hold.
    pub const MAX_PERMITS: usize = MAX_PERMITS;

    /// Makes a semaphore with `permits` free permits.
    ///
    /// # Panics
    /// If `permits` exceeds [`Semaphore::MAX_PERMITS`].
    #[track_caller]
    pub fn new(permits: usize) -> Self {
        Self::const_new(permits)
    }

    /// Makes a semaphore in a constant.
    ///
    /// # Panics
    /// If `permits` exceeds [`Semaphore::MAX_PERMITS`].
    pub const fn const_new(permits: usize) -> Self {
        Self {
            batch: Batch::new(permits),
        }
    }

    /// Tells how many permits are free; none while anyone waits.
    pub fn available_permits(&self) -> usize {
        self.batch.available()
    }

    /// Adds `n` permits.
    ///
    /// # Panics
    /// If more than [`Semaphore::MAX_PERMITS`] were free then.
    pub fn add_permits(&self, n: usize) {
        self.batch.release(n);
    }

    /// Destroys up to `n` free permits and tells how many.
    pub fn forget_permits(&self, n: usize) -> usize {
        self.batch.forget(n)
    }

    /// Waits for one permit.
    ///
    /// # Errors
    /// If the semaphore is closed.
    ///
    /// # Cancel safety
    /// The place in the queue is lost; permits are not.
    pub fn acquire(&self) -> impl Future<Output = Result<SemaphorePermit<'_>, AcquireError>> {
        Acquiring::new(&self.batch, 1)
    }

    /// Waits for `n` permits together.
    ///
    /// # Errors
    /// If the semaphore is closed.
    ///
    /// # Cancel safety
    /// The place in the queue is lost; permits are not.
    ///
    /// # Panics
    /// If `n` exceeds [`Semaphore::MAX_PERMITS`].
    pub fn acquire_many(
        &self,
        n: u32,
    ) -> impl Future<Output = Result<SemaphorePermit<'_>, AcquireError>> {
        Acquiring::new(&self.batch, n as usize)
    }

    /// Takes one permit if it is free.
    ///
    /// # Errors
    /// If the semaphore is closed or no permit is free.
    pub fn try_acquire(&self) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_acquire_many(1)
    }

    /// Takes `n` permits if they are free.
    ///
    /// # Errors
    /// If the semaphore is closed or too few permits are free.
    pub fn try_acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.batch.try_acquire(n as usize)?;
        Ok(SemaphorePermit {
            batch: &self.batch,
            permits: n as usize,
        })
    }

    /// Waits for one permit that keeps the semaphore alive.
    ///
    /// # Errors
    /// If the semaphore is closed.
    ///
    /// # Cancel safety
    /// The place in the queue is lost; permits are not.
    pub async fn acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.acquire_many_owned(1).await
    }

    /// Waits for `n` permits that keep the semaphore alive.
    ///
    /// # Errors
    /// If the semaphore is closed.
    ///
    /// # Cancel safety
    /// The place in the queue is lost; permits are not.
    pub async fn acquire_many_owned(
        self: Arc<Self>,
        n: u32,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        if !self.batch.take_at_once(n as usize) {
            self.batch.acquire(n as usize).await?;
        }
        Ok(OwnedSemaphorePermit {
            sem: self,
            permits: n as usize,
        })
    }

    /// Takes one permit that keeps the semaphore alive, if it is free.
    ///
    /// # Errors
    /// If the semaphore is closed or no permit is free.
    pub fn try_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_acquire_many_owned(1)
    }

    /// Takes `n` permits that keep the semaphore alive, if they are free.
    ///
    /// # Errors
    /// If the semaphore is closed or too few permits are free.
    pub fn try_acquire_many_owned(
        self: Arc<Self>,
        n: u32,
    ) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.batch.try_acquire(n as usize)?;
        Ok(OwnedSemaphorePermit {
            sem: self,
            permits: n as usize,
        })
    }

    /// Waits for one permit from synchronous code.
    ///
    /// # Errors
    /// If the semaphore is closed.
    ///
    /// # Panics
    /// Where `block_on` does.
    pub fn blocking_acquire(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        block_on(self.acquire())
    }

    /// Waits for `n` permits together from synchronous code.
    ///
    /// # Errors
    /// If the semaphore is closed.
    ///
    /// # Panics
    /// Where `block_on` does, or if `n` exceeds [`Semaphore::MAX_PERMITS`].
    pub fn blocking_acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, AcquireError> {
        block_on(self.acquire_many(n))
    }

    /// Waits from synchronous code for one permit that keeps the semaphore alive.
    ///
    /// # Errors
    /// If the semaphore is closed.
    ///
    /// # Panics
    /// Where `block_on` does.
    pub fn blocking_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, AcquireError> {
        block_on(self.acquire_owned())
    }

    /// Waits from synchronous code for `n` permits that keep the semaphore alive.
    ///
    /// # Errors
    /// If the semaphore is closed.
    ///
    /// # Panics
    /// Where `block_on` does, or if `n` exceeds [`Semaphore::MAX_PERMITS`].
    pub fn blocking_acquire_many_owned(
        self: Arc<Self>,
        n: u32,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        block_on(self.acquire_many_owned(n))
    }

    /// Refuses everyone from now on and wakes all who wait.
    pub fn close(&self) {
        self.batch.close();
    }

    /// Tells whether the semaphore was closed.
    pub fn is_closed(&self) -> bool {
        self.batch.is_closed()
    }
}
