//! A library and the drive that it is synced from.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

#[cfg(not(target_arch = "wasm32"))]
use bridge_native::{NativeClock as Clock, NativeDatabase as Database};
use bridge_traits::database::DatabaseAdapter;
use bridge_traits::provider::StorageProvider;
use bridge_traits::testing::MemoryProvider;
#[cfg(target_arch = "wasm32")]
use bridge_wasm::{WasmClock as Clock, WasmDbAdapter as Database};
use core_library::Library;
use core_library::model::{Track, TrackId};
use core_library::repository::MAX_PAGE;
use core_library::repository::job::{self, JobWarning};
use core_library::repository::provider::{self, NewProvider};
use core_library::repository::track::{self, Presence, TrackFilter, TrackOrder};
use core_runtime::config::{CoreConfig, SyncConfig};
use core_runtime::events::EventBus;
use core_runtime::retry::RetryPolicy;
use core_sync::{SyncCoordinator, SyncJob, SyncRequest};
use futures::TryStreamExt;

/// An MP3 of five frames whose sound depends on the number alone.
pub(crate) fn song(sound: u32) -> Vec<u8> {
    let mut noise = sound.wrapping_mul(2_654_435_761) | 1;
    let mut audio = Vec::new();
    for _ in 0..5 {
        audio.extend([0xFF, 0xFB, 0x90, 0x00]);
        audio.extend([0; 32]);
        audio.extend((36..417).map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (noise >> 24) as u8 & 0x7F
        }));
    }
    audio
}

/// A library that is synced from a drive in memory.
pub(crate) struct World {
    pub(crate) drive: MemoryProvider,
    pub(crate) library: Library,
    pub(crate) events: EventBus,
    pub(crate) coordinator: SyncCoordinator,
    pub(crate) provider: i64,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::behind(|drive| Arc::new(drive)).await
    }

    /// Makes a world whose drive is seen through another provider.
    pub(crate) async fn behind(
        provider: impl FnOnce(MemoryProvider) -> Arc<dyn StorageProvider>,
    ) -> Self {
        Self::configured(provider, |_| {}).await
    }

    /// Makes such a world with settings of its own.
    pub(crate) async fn configured(
        provider: impl FnOnce(MemoryProvider) -> Arc<dyn StorageProvider>,
        set: impl FnOnce(&mut SyncConfig),
    ) -> Self {
        let database = Database::in_memory().await.expect("a database");
        Self::on(Arc::new(database), provider, set).await
    }

    /// Makes such a world in a database.
    pub(crate) async fn on(
        database: Arc<dyn DatabaseAdapter>,
        provider: impl FnOnce(MemoryProvider) -> Arc<dyn StorageProvider>,
        set: impl FnOnce(&mut SyncConfig),
    ) -> Self {
        let clock = Arc::new(Clock::new());
        let library = Library::open(database, clock).await.expect("a library");
        let new = NewProvider {
            key: "memory:test".into(),
            kind: "memory".into(),
            name: "Test".into(),
            root: "/".into(),
            config: "{}".into(),
        };
        let mut tx = library.write().await.expect("a transaction");
        let id = provider::upsert(&mut tx, new).await.expect("a provider");
        tx.commit().await.expect("a commit");
        let events = EventBus::new(4_096).expect("a bus");
        let coordinator = coordinator(&library, &events, set);
        let drive = MemoryProvider::new();
        drive.set_page_size(4);
        coordinator.register_provider(id, provider(drive.clone()));
        Self {
            drive,
            library,
            events,
            coordinator,
            provider: id,
        }
    }

    /// Begins the process anew, with other settings.
    pub(crate) fn reconfigure(
        &mut self,
        provider: Arc<dyn StorageProvider>,
        set: impl FnOnce(&mut SyncConfig),
    ) {
        self.coordinator = coordinator(&self.library, &self.events, set);
        self.coordinator.register_provider(self.provider, provider);
    }

    pub(crate) async fn sync(&self) -> SyncJob {
        self.sync_with(SyncRequest {
            deletions_confirmed: true,
            ..SyncRequest::default()
        })
        .await
    }

    pub(crate) async fn sync_with(&self, request: SyncRequest) -> SyncJob {
        let id = self
            .coordinator
            .start_sync(self.provider, request)
            .await
            .expect("it starts");
        self.coordinator.wait(id).await.expect("it ends")
    }

    /// Gives what a job had to say.
    pub(crate) async fn warnings(&self, job: &SyncJob) -> Vec<JobWarning> {
        let found = job::warnings(&self.library, job.id().0, None, MAX_PAGE);
        let found = found.await.unwrap().into_iter();
        found.map(|(_, warning)| warning).collect()
    }

    pub(crate) async fn tracks(&self, presence: Presence) -> Vec<Track> {
        let filter = TrackFilter {
            presence,
            ..TrackFilter::default()
        };
        track::stream(&self.library, filter, TrackOrder::Title)
            .try_collect()
            .await
            .expect("tracks")
    }

    pub(crate) async fn present(&self) -> BTreeMap<String, TrackId> {
        let tracks = self.tracks(Presence::Present).await;
        let count = tracks.len();
        let by_path: BTreeMap<String, TrackId> = tracks
            .into_iter()
            .map(|it| (it.path.expect("a path"), it.id))
            .collect();
        assert_eq!(by_path.len(), count, "two tracks of one path");
        by_path
    }
}

fn coordinator(
    library: &Library,
    events: &EventBus,
    set: impl FnOnce(&mut SyncConfig),
) -> SyncCoordinator {
    let mut config = CoreConfig::builder()
        .database_path("x")
        .build()
        .expect("settings")
        .sync;
    config.transaction_batch = 3;
    config.mass_deletion.always_allowed = u64::MAX;
    set(&mut config);
    let retry = RetryPolicy {
        base: Duration::ZERO,
        ..RetryPolicy::default()
    };
    SyncCoordinator::new(library.clone(), events.clone(), config, retry)
}
