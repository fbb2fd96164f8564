//! Why a task gave no output.

use super::id::Id;
use std::any::Any;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Why a task gave no output, without its name: what it panicked with, or nothing if it was aborted.
pub(crate) struct Failure(Option<Box<dyn Any + Send>>);

impl Failure {
    pub(crate) fn cancelled() -> Self {
        Self(None)
    }

    pub(crate) fn panicked(payload: Box<dyn Any + Send>) -> Self {
        Self(Some(payload))
    }

    /// A poll of the task never came back: it panicked where panics don't unwind.
    pub(crate) fn trapped() -> Self {
        let message = "it trapped; what it said went to the panic hook";
        Self::panicked(Box::new(message))
    }

    pub(crate) fn is_panic(&self) -> bool {
        self.0.is_some()
    }
}

/// A task was aborted or panicked.
pub struct JoinError {
    id: Id,
    /// What it panicked with; `None` if it was aborted. The lock makes the error `Sync`, as errors are expected to be.
    payload: Option<Mutex<Box<dyn Any + Send>>>,
}

impl JoinError {
    pub(crate) fn new(id: Id, Failure(payload): Failure) -> Self {
        Self {
            id,
            payload: payload.map(Mutex::new),
        }
    }

    /// Tells whether the task was aborted.
    pub fn is_cancelled(&self) -> bool {
        self.payload.is_none()
    }

    /// Tells whether the task panicked. In a browser the payload is a note, the panic's own message went to
    /// the panic hook.
    pub fn is_panic(&self) -> bool {
        self.payload.is_some()
    }

    /// Gives what the task panicked with.
    ///
    /// # Panics
    /// If the task was aborted.
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn Any + Send> {
        match self.try_into_panic() {
            Ok(payload) => payload,
            Err(_) => panic!("`JoinError` reason is not a panic."),
        }
    }

    /// Gives what the task panicked with.
    ///
    /// # Errors
    /// The error itself, if the task was aborted.
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send>, Self> {
        let Self { id, payload } = self;
        let payload = payload.ok_or(Self { id, payload: None })?;
        Ok(payload.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Names the task.
    pub fn id(&self) -> Id {
        self.id
    }

    fn message(&self) -> Option<String> {
        let payload = self.payload.as_ref()?.lock();
        let payload = payload.unwrap_or_else(PoisonError::into_inner);
        let text = payload.downcast_ref::<&'static str>();
        let text = text.map(|it| (*it).to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned())
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_panic(), self.message()) {
            (false, _) => write!(f, "task {} was cancelled", self.id),
            (true, Some(message)) => {
                write!(f, "task {} panicked with message {message:?}", self.id)
            }
            (true, None) => write!(f, "task {} panicked", self.id),
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_panic(), self.message()) {
            (false, _) => write!(f, "JoinError::Cancelled({:?})", self.id),
            (true, Some(message)) => write!(f, "JoinError::Panic({:?}, {message:?}, ...)", self.id),
            (true, None) => write!(f, "JoinError::Panic({:?}, ...)", self.id),
        }
    }
}

impl std::error::Error for JoinError {}

impl From<JoinError> for std::io::Error {
    fn from(error: JoinError) -> Self {
        Self::other(match error.is_panic() {
            true => "task panicked",
            false => "task was cancelled",
        })
    }
}
