//! The receiving side.

use std::fmt;
use std::sync::Arc;

use bridge_traits::{BoxStream, PlatformSendSync};
use core_async::sync::broadcast;

use super::{CoreEvent, Event};

/// Receives the events of one bus from the moment of subscription on.
///
/// Natively it is `Send + Sync`; in a browser it stays in its worker.
pub struct EventSubscriber {
    receiver: broadcast::Receiver<Arc<Event>>,
    filter: Option<Box<dyn Predicate>>,
}

/// A predicate that is `Send + Sync` where the platform has threads.
trait Predicate: Fn(&CoreEvent) -> bool + PlatformSendSync {}
impl<T: Fn(&CoreEvent) -> bool + PlatformSendSync> Predicate for T {}

impl EventSubscriber {
    pub(super) fn new(receiver: broadcast::Receiver<Arc<Event>>) -> Self {
        Self {
            receiver,
            filter: None,
        }
    }

    /// Lets only those events through that `wanted` accepts, besides any earlier filter. Events
    /// that are missed by lagging are counted before the filter.
    #[must_use]
    pub fn filter(
        mut self,
        wanted: impl Fn(&CoreEvent) -> bool + PlatformSendSync + 'static,
    ) -> Self {
        self.filter = Some(match self.filter.take() {
            None => Box::new(wanted),
            Some(earlier) => Box::new(move |event: &CoreEvent| earlier(event) && wanted(event)),
        });
        self
    }

    /// Lets only the events of one sync job through.
    #[must_use]
    pub fn filter_job(self, job: i64) -> Self {
        self.filter(move |event| event.job() == Some(job))
    }

    /// Waits for the next event.
    ///
    /// # Errors
    /// [`EventError::Lagged`] if events were overwritten before they were received; the next call
    /// goes on with the oldest that is left. [`EventError::Closed`] once the bus is shut down and
    /// everything is received; so will every later call.
    ///
    /// # Cancel safety
    /// Nothing is lost: an event is taken only by the call that returns it.
    pub async fn recv(&mut self) -> Result<Arc<Event>, EventError> {
        loop {
            let event = self.receiver.recv().await?;
            if self.wants(&event) {
                return Ok(event);
            }
        }
    }

    /// Takes the next event if there is one.
    ///
    /// # Errors
    /// [`TryEventError::Empty`] if there is none now, else as [`recv`](Self::recv).
    pub fn try_recv(&mut self) -> Result<Arc<Event>, TryEventError> {
        loop {
            let event = self.receiver.try_recv()?;
            if self.wants(&event) {
                return Ok(event);
            }
        }
    }

    /// Turns this into a stream that ends when the bus is shut down. A gap is an `Err` item, after
    /// which the stream goes on.
    pub fn into_stream(self) -> BoxStream<'static, Result<Arc<Event>, Lagged>> {
        Box::pin(futures::stream::unfold(self, |mut this| async {
            match this.recv().await {
                Ok(event) => Some((Ok(event), this)),
                Err(EventError::Lagged(lagged)) => Some((Err(lagged), this)),
                Err(EventError::Closed) => None,
            }
        }))
    }

    fn wants(&self, event: &Event) -> bool {
        self.filter
            .as_ref()
            .is_none_or(|filter| filter(&event.event))
    }
}

impl fmt::Debug for EventSubscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSubscriber")
            .field("filtered", &self.filter.is_some())
            .finish_non_exhaustive()
    }
}

/// The notice that a subscriber was too slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the subscriber fell behind and missed {missed} events")]
pub struct Lagged {
    /// How many events were overwritten, of all topics.
    pub missed: u64,
}

/// Why there is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// Events were missed; the subscription goes on.
    #[error(transparent)]
    Lagged(#[from] Lagged),
    /// The bus is shut down and everything was received.
    #[error("the event bus is shut down")]
    Closed,
}

/// Why there is no event right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TryEventError {
    /// There is no event yet.
    #[error("there is no event now")]
    Empty,
    /// Events were missed; the subscription goes on.
    #[error(transparent)]
    Lagged(#[from] Lagged),
    /// The bus is shut down and everything was received.
    #[error("the event bus is shut down")]
    Closed,
}

impl From<broadcast::error::RecvError> for EventError {
    fn from(error: broadcast::error::RecvError) -> Self {
        match error {
            broadcast::error::RecvError::Lagged(missed) => Lagged { missed }.into(),
            broadcast::error::RecvError::Closed => Self::Closed,
        }
    }
}

impl From<broadcast::error::TryRecvError> for TryEventError {
    fn from(error: broadcast::error::TryRecvError) -> Self {
        match error {
            broadcast::error::TryRecvError::Empty => Self::Empty,
            broadcast::error::TryRecvError::Lagged(missed) => Lagged { missed }.into(),
            broadcast::error::TryRecvError::Closed => Self::Closed,
        }
    }
}
