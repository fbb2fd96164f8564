//! A value whose changes can be listened to.

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::channel::mpsc::{self, UnboundedSender};

use crate::BoxStream;

/// A value and those who listen to it.
#[derive(Debug)]
pub(super) struct Watched<T> {
    inner: Mutex<(T, Vec<UnboundedSender<T>>)>,
}

impl<T: Copy + Send + 'static> Watched<T> {
    pub(super) fn new(value: T) -> Self {
        Self {
            inner: Mutex::new((value, Vec::new())),
        }
    }

    pub(super) fn get(&self) -> T {
        self.lock().0
    }

    pub(super) fn set(&self, value: T) {
        let mut inner = self.lock();
        inner.0 = value;
        inner.1.retain(|it| it.unbounded_send(value).is_ok());
    }

    /// Yields the present value and each one after it.
    pub(super) fn stream(&self) -> BoxStream<'static, T> {
        let (sender, receiver) = mpsc::unbounded();
        let mut inner = self.lock();
        if sender.unbounded_send(inner.0).is_ok() {
            inner.1.push(sender);
        }
        Box::pin(receiver)
    }

    fn lock(&self) -> MutexGuard<'_, (T, Vec<UnboundedSender<T>>)> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
