//! The service itself.

use std::sync::Arc;

use bridge_traits::lifecycle::LifecycleState;
use core_async::sync::CancellationToken;
use core_library::Library;
use core_runtime::config::CoreConfig;
use core_runtime::events::{EventBus, EventSubscriber, LifecycleEvent};
use core_sync::{Enrichment, EnrichmentOptions, SyncCoordinator};
use futures::StreamExt;

use crate::bridges::Bridges;
use crate::dto::Health;
use crate::error::Result;

/// A running music core.
///
/// Clones are handles to the same core. Natively it is `Send + Sync`; in a browser it belongs to the
/// worker that made it.
#[derive(Clone)]
pub struct CoreService {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) bridges: Bridges,
    pub(crate) library: Library,
    pub(crate) events: EventBus,
    pub(crate) coordinator: SyncCoordinator,
    /// What the kept small copies of images may take.
    pub(crate) thumbnail_cache_bytes: u64,
    /// Where there is an HTTP client.
    pub(crate) enrichment: Option<Enrichment>,
    /// Ends what runs beside the jobs.
    pub(crate) stopping: CancellationToken,
}

impl CoreService {
    /// Opens the library on its bridges. Hosts use the builder or the bootstrap.
    pub(crate) async fn open(config: CoreConfig, bridges: Bridges) -> Result<Self> {
        let events = EventBus::new(config.event_capacity)?;
        let library = Library::open(bridges.database.clone(), bridges.clock.clone()).await?;
        let coordinator =
            SyncCoordinator::new(library.clone(), events.clone(), config.sync, config.retry);
        let enrichment = bridges.http.as_ref().map(|http| {
            let options = EnrichmentOptions {
                last_fm_key: config.last_fm_key.clone(),
                ..EnrichmentOptions::default()
            };
            Enrichment::new(library.clone(), events.clone(), http, options)
        });
        let service = Self {
            inner: Arc::new(Inner {
                bridges,
                library,
                events,
                coordinator,
                thumbnail_cache_bytes: config.thumbnail_cache_bytes,
                enrichment,
                stopping: CancellationToken::new(),
            }),
        };
        service.register_known_providers().await?;
        if let Some(network) = &service.inner.bridges.network {
            service.inner.coordinator.follow_network(network.clone());
        }
        // Having no subscriber yet is no error, and the bus was just made.
        let _ = service.inner.events.publish(LifecycleEvent::Started);
        service.follow_lifecycle();
        Ok(service)
    }

    /// Tells how the app's state changes, as long as the core runs.
    fn follow_lifecycle(&self) {
        let Some(observer) = &self.inner.bridges.lifecycle else {
            return;
        };
        let mut states = observer.changes();
        let stopping = self.inner.stopping.clone();
        let inner = Arc::downgrade(&self.inner);
        core_async::task::spawn(async move {
            let mut last = None;
            loop {
                let state = core_async::select! {
                    biased;
                    () = stopping.cancelled() => return,
                    state = states.next() => state,
                };
                let (Some(state), Some(inner)) = (state, inner.upgrade()) else {
                    return;
                };
                // The first one is how the app was when the core started.
                if last.replace(state).is_none_or(|last| last == state) {
                    continue;
                }
                let _ = inner.events.publish(match state {
                    LifecycleState::Foreground => LifecycleEvent::Foreground,
                    LifecycleState::Background => LifecycleEvent::Background,
                    LifecycleState::Terminating => LifecycleEvent::Terminating,
                });
            }
        });
    }

    /// Subscribes to what happens from now on.
    pub fn subscribe(&self) -> EventSubscriber {
        self.inner.events.subscribe()
    }

    /// Gives the bridges, for a host that wants the platform itself.
    pub fn bridges(&self) -> &Bridges {
        &self.inner.bridges
    }

    /// Tells how the core is: whether its database answers, what runs, who listens.
    pub async fn health(&self) -> Health {
        let database = self
            .inner
            .library
            .query("PRAGMA quick_check(1)", vec![])
            .await;
        let database_error = match database {
            Ok(rows) => match rows.first().map(|row| row.get::<String>(0)) {
                Some(Ok(verdict)) if verdict == "ok" => None,
                Some(Ok(verdict)) => Some(verdict),
                _ => Some("the database gave no verdict".to_owned()),
            },
            Err(error) => Some(error.to_string()),
        };
        Health {
            healthy: database_error.is_none(),
            database_error,
            running_jobs: self
                .inner
                .coordinator
                .active()
                .iter()
                .map(|id| id.0)
                .collect(),
            subscribers: self.inner.events.receiver_count() as u64,
            secrets: self
                .inner
                .bridges
                .secure_store
                .as_ref()
                .map(|it| it.protection().to_owned()),
        }
    }

    /// Stops the core: running jobs are cancelled and awaited, subscribers get what is left and
    /// then the end, the database is closed.
    ///
    /// A core is shut down once, for all handles to it.
    ///
    /// # Errors
    /// `Conflict` if it was shut down before, which changes nothing. What the database says while it closes;
    /// everything else is stopped then all the same.
    pub async fn shutdown(&self) -> Result<()> {
        self.inner.coordinator.unfollow_network();
        self.inner.stopping.cancel();
        for job in self.inner.coordinator.active() {
            // A job that ended meanwhile needs no cancelling.
            let _ = self.inner.coordinator.cancel(job);
            let _ = self.inner.coordinator.wait(job).await;
        }
        let _ = self.inner.events.publish(LifecycleEvent::Stopping);
        self.inner.events.shutdown();
        Ok(self.inner.bridges.database.close().await?)
    }
}
