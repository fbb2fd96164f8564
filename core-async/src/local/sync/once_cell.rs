//! A value that is set once, perhaps by asynchronous code.

use super::batch::{Batch, Held, TryError};
use crate::local::mutants::{self, Mutant};
use std::fmt;
use std::future::Future;
use thiserror::Error;

/// Holds a value that is set at most once.
pub struct OnceCell<T> {
    /// One permit: the right to initialise. Closed once there is a value.
    batch: Batch,
    value: std::cell::OnceCell<T>,
}

impl<T> OnceCell<T> {
    /// Makes an empty cell.
    pub fn new() -> Self {
        Self::const_new()
    }

    /// Makes an empty cell in a constant.
    pub const fn const_new() -> Self {
        Self {
            batch: Batch::new(1),
            value: std::cell::OnceCell::new(),
        }
    }

    /// Makes a cell that may already hold a value.
    pub fn new_with(value: Option<T>) -> Self {
        value.map_or_else(Self::new, Self::from)
    }

    /// Tells whether the value is set.
    pub fn initialized(&self) -> bool {
        self.value.get().is_some()
    }

    /// Gives the value if it is set.
    pub fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// Gives the value through an exclusive borrow if it is set.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut()
    }

    /// Sets the value.
    ///
    /// # Errors
    /// The value itself, if the cell is set or somebody is about to set it.
    pub fn set(&self, value: T) -> Result<(), SetError<T>> {
        match self.batch.try_acquire(1) {
            Ok(()) => {
                self.store(value);
                Ok(())
            }
            Err(TryError::NoPermits) => Err(SetError::InitializingError(value)),
            Err(TryError::Closed) => Err(SetError::AlreadyInitializedError(value)),
        }
    }

    /// Gives the value, made by `f` if there is none; one caller at a time tries.
    ///
    /// # Cancel safety
    /// If the caller that initialises is dropped or panics, the next one tries.
    pub async fn get_or_init<F, Fut>(&self, f: F) -> &T
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = T>,
    {
        let init = || async { Ok::<T, std::convert::Infallible>(f().await) };
        match self.get_or_try_init(init).await {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }

    /// Gives the value, made by `f` if there is none; one caller at a time tries.
    ///
    /// # Errors
    /// What `f` fails with; the cell stays empty then.
    ///
    /// # Cancel safety
    /// If the caller that initialises is dropped or panics, the next one tries.
    pub async fn get_or_try_init<E, F, Fut>(&self, f: F) -> Result<&T, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        if let Some(value) = self.value.get() {
            return Ok(value);
        }
        if self.batch.acquire(1).await.is_ok() {
            let mut turn = Held::new(&self.batch, 1);
            if mutants::on(Mutant::OnceCellStuckAfterCancel) {
                turn.disarm();
            }
            let value = f().await?;
            turn.disarm();
            self.store(value);
        }
        Ok(self
            .value
            .get()
            .expect("the queue closes when the value is set"))
    }

    /// Gives the value back.
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// Takes the value out and leaves an empty cell.
    pub fn take(&mut self) -> Option<T> {
        std::mem::take(self).into_inner()
    }

    fn store(&self, value: T) {
        let stored = self.value.set(value);
        debug_assert!(stored.is_ok(), "only the permit's holder stores");
        self.batch.close();
    }
}

impl<T> Default for OnceCell<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for OnceCell<T> {
    fn from(value: T) -> Self {
        Self {
            batch: Batch::new_closed(),
            value: std::cell::OnceCell::from(value),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceCell")
            .field("value", &self.get())
            .finish()
    }
}

impl<T: Clone> Clone for OnceCell<T> {
    fn clone(&self) -> Self {
        Self::new_with(self.get().cloned())
    }
}

impl<T: PartialEq> PartialEq for OnceCell<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceCell<T> {}

/// Why a value could not be set; it gives the value back.
#[derive(Debug, Error, PartialEq, Eq)]
#[allow(clippy::enum_variant_names, reason = "tokio's names")]
pub enum SetError<T> {
    /// The cell holds a value.
    #[error("AlreadyInitializedError")]
    AlreadyInitializedError(T),
    /// Somebody is about to set it.
    #[error("InitializingError")]
    InitializingError(T),
}

impl<T> SetError<T> {
    /// Tells whether the cell held a value.
    pub fn is_already_init_err(&self) -> bool {
        matches!(self, Self::AlreadyInitializedError(_))
    }

    /// Tells whether somebody was about to set it.
    pub fn is_initializing_err(&self) -> bool {
        matches!(self, Self::InitializingError(_))
    }
}
