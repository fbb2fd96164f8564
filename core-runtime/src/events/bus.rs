//! The sending side.

use std::fmt;
use std::sync::Arc;

use core_async::sync::broadcast;

use super::outbox::Outbox;
use super::{CoreEvent, EventSubscriber};

/// Carries events from the core to any number of subscribers.
///
/// Clones are handles to the same bus. When the last handle is dropped, the bus shuts down. Natively
/// it is `Send + Sync`; in a browser it belongs to the worker that made it.
#[derive(Clone)]
pub struct EventBus {
    outbox: Arc<Outbox>,
    capacity: usize,
}

impl EventBus {
    /// The most events that a subscriber's buffer may be asked to hold.
    pub const MAX_CAPACITY: usize = 1 << 20;

    /// Makes a bus whose subscribers may each fall at least `capacity` events behind.
    ///
    /// # Errors
    /// [`InvalidCapacity`] if `capacity` is 0 or over [`MAX_CAPACITY`](Self::MAX_CAPACITY).
    pub fn new(capacity: usize) -> Result<Self, InvalidCapacity> {
        if capacity == 0 || capacity > Self::MAX_CAPACITY {
            return Err(InvalidCapacity { capacity });
        }
        let (sender, _) = broadcast::channel(capacity);
        Ok(Self {
            outbox: Arc::new(Outbox::new(sender)),
            capacity,
        })
    }

    /// Publishes `event` to all present subscribers and returns its sequence number. It never
    /// waits, and having no subscriber is no error.
    ///
    /// Events are delivered in the order of their numbers. While another thread is publishing, that
    /// thread may be the one that delivers this event, shortly after this call returned.
    ///
    /// # Errors
    /// [`PublishError`] after [`shutdown`](Self::shutdown); it gives the event back.
    pub fn publish(&self, event: impl Into<CoreEvent>) -> Result<u64, PublishError> {
        self.outbox.publish(event.into())
    }

    /// Subscribes to the events published from now on. After shutdown, gives a subscriber that is
    /// closed.
    pub fn subscribe(&self) -> EventSubscriber {
        let receiver = self
            .outbox
            .with_sender(broadcast::Sender::subscribe)
            .unwrap_or_else(|| broadcast::channel(1).1);
        EventSubscriber::new(receiver)
    }

    /// Counts the subscribers that a publish now would reach; 0 after shutdown.
    pub fn receiver_count(&self) -> usize {
        self.outbox
            .with_sender(broadcast::Sender::receiver_count)
            .unwrap_or(0)
    }

    /// Tells how many events a subscriber may fall behind, as given to [`new`](Self::new).
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Ends the bus: publishing fails from now on, and every subscriber resolves with
    /// [`EventError::Closed`](super::EventError::Closed) after it has received what its buffer
    /// holds. A second call does nothing.
    pub fn shutdown(&self) {
        self.outbox.close();
    }

    /// Tells whether [`shutdown`](Self::shutdown) was called.
    pub fn is_shut_down(&self) -> bool {
        self.outbox.with_sender(|_| ()).is_none()
    }
}

impl fmt::Debug for EventBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBus")
            .field("capacity", &self.capacity)
            .field("receivers", &self.receiver_count())
            .finish_non_exhaustive()
    }
}

/// The error of a bus that is asked for an impossible buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "event capacity {capacity} is not within 1..={}",
    EventBus::MAX_CAPACITY
)]
pub struct InvalidCapacity {
    /// What was asked for.
    pub capacity: usize,
}

/// The error of publishing on a bus that is shut down.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the event bus is shut down")]
pub struct PublishError {
    /// What was to be published.
    pub event: Box<CoreEvent>,
}
