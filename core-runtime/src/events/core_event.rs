//! The vocabulary: one enum a topic.

use serde::{Deserialize, Serialize};

use super::{LibraryEvent, SyncEvent};

/// One published event with its place in the order of all events of its bus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Grows by one with each event of the bus, from 1. A gap means events were missed.
    pub sequence: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: CoreEvent,
}

/// Everything that the core tells a host.
///
/// Serialised, an event is one flat object: `{"topic":"sync","event":"started","job":7,…}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "topic", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CoreEvent {
    /// A sync job moved on.
    Sync(SyncEvent),
    /// The library holds something else than before.
    Library(LibraryEvent),
    /// A provider came, went or needs a person.
    Provider(ProviderEvent),
    /// The way to the network changed.
    Network(NetworkEvent),
    /// The app or the core itself starts, sleeps or stops.
    Lifecycle(LifecycleEvent),
}

/// The topics of [`CoreEvent`], for filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventTopic {
    /// [`CoreEvent::Sync`]
    Sync,
    /// [`CoreEvent::Library`]
    Library,
    /// [`CoreEvent::Provider`]
    Provider,
    /// [`CoreEvent::Network`]
    Network,
    /// [`CoreEvent::Lifecycle`]
    Lifecycle,
}

/// What happens to a storage provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProviderEvent {
    /// A provider was added.
    Added {
        /// Its id.
        provider: i64,
    },
    /// A provider was taken away.
    Removed {
        /// Its id.
        provider: i64,
    },
    /// The provider no longer accepts the sign-in; a person has to renew it. Told when a sync learns it, before
    /// the sync's last event.
    SignInNeeded {
        /// Its id.
        provider: i64,
    },
    /// The provider can't be read now: not mounted, offline, root missing. Told when a sync ends by it, before
    /// its last event.
    Unavailable {
        /// Its id.
        provider: i64,
        /// Why, for people.
        reason: String,
    },
}

/// What happens on the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum NetworkEvent {
    /// The platform reports another state than before. Told where the core was given a network monitor.
    StatusChanged {
        /// Whether there is a connection; `None` where the platform can't tell.
        online: Option<bool>,
        /// Whether traffic costs money; `None` where the platform can't tell.
        metered: Option<bool>,
    },
    /// A service asked for fewer requests, and none is sent to it for a while. Told when that begins and when it is
    /// made longer, of services that say for how long; nothing tells its end.
    Throttled {
        /// The provider whose request was refused. Others of the same account wait, too.
        provider: i64,
        /// For how many milliseconds from now on; the settings limit what is believed.
        wait_ms: u64,
    },
}

/// What happens to the app and to the core itself. Of the app it is told where the core was given a lifecycle observer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum LifecycleEvent {
    /// The core is ready.
    Started,
    /// A person is looking at the app.
    Foreground,
    /// The app runs, and nobody is looking.
    Background,
    /// The platform is about to end the app.
    Terminating,
    /// The core stops; this is its last event.
    Stopping,
}

impl CoreEvent {
    /// Tells the topic.
    pub fn topic(&self) -> EventTopic {
        match self {
            Self::Sync(_) => EventTopic::Sync,
            Self::Library(_) => EventTopic::Library,
            Self::Provider(_) => EventTopic::Provider,
            Self::Network(_) => EventTopic::Network,
            Self::Lifecycle(_) => EventTopic::Lifecycle,
        }
    }

    /// Tells the sync job that the event belongs to, if any.
    pub fn job(&self) -> Option<i64> {
        match self {
            Self::Sync(event) => Some(event.job()),
            _ => None,
        }
    }
}

macro_rules! into_core_event {
    ($($payload:ident => $variant:ident;)*) => {$(
        impl From<$payload> for CoreEvent {
            fn from(event: $payload) -> Self {
                Self::$variant(event)
            }
        }
    )*};
}
into_core_event! {
    SyncEvent => Sync;
    LibraryEvent => Library;
    ProviderEvent => Provider;
    NetworkEvent => Network;
    LifecycleEvent => Lifecycle;
}
