//! What happens inside the core, told to whoever wants to know.
//!
//! One [`EventBus`] carries everything. A publisher never waits: each subscriber has the same
//! bounded buffer, and one that falls behind is told how many events it missed instead of slowing
//! the others down. After [`EventBus::shutdown`] every subscriber gets what is still in its buffer
//! and then [`EventError::Closed`].
//!
//! # Threads
//! Natively [`EventBus`], [`EventSubscriber`] and the future of
//! [`recv`](EventSubscriber::recv) are `Send + Sync`: publish and receive on any thread. In a
//! browser the channel beneath is single-threaded, and so are these; nothing of them can be handed
//! to another worker. [`Event`] and all payloads are plain data, `Send + Sync` and serialisable
//! everywhere, so a host may post them.
//!
//! ```
//! use core_runtime::events::{CoreEvent, EventBus, LifecycleEvent};
//!
//! # core_async::runtime::block_on(async {
//! let bus = EventBus::new(64)?;
//! let mut events = bus.subscribe();
//! bus.publish(CoreEvent::Lifecycle(LifecycleEvent::Started))?;
//! let event = events.recv().await?;
//! assert_eq!(event.event, CoreEvent::Lifecycle(LifecycleEvent::Started));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod bus;
mod core_event;
mod library_event;
mod outbox;
mod subscriber;
mod sync_event;

pub use bus::{EventBus, InvalidCapacity, PublishError};
pub use core_event::{CoreEvent, Event, EventTopic, LifecycleEvent, NetworkEvent, ProviderEvent};
pub use library_event::{ChangedIds, LibraryEvent};
pub use subscriber::{EventError, EventSubscriber, Lagged, TryEventError};
pub use sync_event::{JobSummary, SyncEvent, SyncProgress};
