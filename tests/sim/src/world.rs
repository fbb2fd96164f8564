//! A library on a disk, and the lives of the process that works on it.

mod disk;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bridge_native::{NativeDatabase, NativeDatabaseOptions, Synchronous};
use core_async::time::Duration;
use core_library::Library;
use core_library::model::TrackId;
use core_library::repository::annotation;
use core_library::repository::duplicate::Keep;
use core_runtime::config::{DuplicatePolicy, SyncConfig};
use core_runtime::events::EventBus;
use core_runtime::retry::RetryPolicy;
use core_sync::{SyncCoordinator, SyncJob, SyncRequest};
use tempfile::TempDir;

use crate::clock::VirtualClock;
use crate::database::{SimDatabase, finish};
use crate::hub::Hub;
use crate::invariants::{self, Identities, Tables};
use crate::provider::{SimProvider, Site};

pub(crate) use disk::Loss;

/// More virtual time than any job may take.
const PATIENCE: Duration = Duration::from_secs(30 * 86_400);

pub(crate) struct World {
    pub(crate) hub: Arc<Hub>,
    pub(crate) sites: Vec<Account>,
    pub(crate) config: SyncConfig,
    pub(crate) retry: RetryPolicy,
    pub(crate) jobs: BTreeMap<String, u64>,
    pub(crate) requests: u64,
    /// Plays and their tracks; they must never be forgotten.
    pub(crate) played: BTreeMap<i64, i64>,
    folder: TempDir,
    lives: u32,
    path: PathBuf,
}

/// A provider of the library, and what was learned of its files.
pub(crate) struct Account {
    pub(crate) id: i64,
    pub(crate) site: Arc<Site>,
    pub(crate) identities: Identities,
}

/// The process, alive.
pub(crate) struct Life {
    pub(crate) coordinator: SyncCoordinator,
    library: Library,
    disk: NativeDatabase,
}

/// Ends a life when it is dropped.
struct EndOfLife<'a>(&'a Hub);

impl Drop for EndOfLife<'_> {
    fn drop(&mut self) {
        self.0.end_life();
    }
}

impl World {
    pub(crate) fn new(
        hub: Arc<Hub>,
        sites: Vec<Arc<Site>>,
        config: SyncConfig,
        retry: RetryPolicy,
    ) -> Self {
        let folder = disk::new_folder();
        let path = disk::first(&folder);
        let sites = (1..)
            .zip(sites)
            .map(|(id, site)| Account {
                id,
                site,
                identities: Identities::new(config.duplicates != DuplicatePolicy::KeepBoth),
            })
            .collect();
        Self {
            hub,
            sites,
            config,
            retry,
            jobs: BTreeMap::new(),
            requests: 0,
            played: BTreeMap::new(),
            folder,
            lives: 0,
            path,
        }
    }

    /// Runs the process until the script is over or somebody kills it; `loss` says what of the
    /// disk's content is lost then. Tells whether it was killed.
    pub(crate) fn live(&mut self, loss: Loss, script: impl AsyncFnOnce(&mut Self, &Life)) -> bool {
        let hub = self.hub.clone();
        let killed = core_async::__private::block_on_test(true, async {
            hub.be_born();
            // Before the runtime goes, and virtual time with it.
            let _end = EndOfLife(&hub);
            let death = hub.spare();
            let life = self.open().await;
            hub.kill_in(death);
            self.look(&life);
            let (folder, lives) = (self.folder.path().to_owned(), self.lives + 1);
            let path = self.path.clone();
            core_async::select! {
                biased;
                () = hub.killed() => {
                    // The connections are still open here, as they were when the process died.
                    let next = disk::after_death(&hub, &folder, lives, &path, loss);
                    Some((next, life))
                }
                () = script(self, &life) => {
                    // Connections that close in their own time would meet the next life's.
                    if let Err(error) = finish(bridge_traits::database::DatabaseAdapter::close(&life.disk)) {
                        hub.violated("I7", format!("the database can't be closed: {error}"));
                    }
                    None
                }
            }
        });
        for account in &self.sites {
            account.site.hang_up();
        }
        let Some((next, _life)) = killed else {
            return false;
        };
        self.lives += 1;
        self.path = next;
        true
    }

    async fn open(&self) -> Life {
        let options = NativeDatabaseOptions {
            read_connections: 1,
            synchronous: Synchronous::Off,
            // The log is cut by the power failing, so nothing may have left it before.
            checkpoint_pages: 1 << 30,
            cache_kib: 1_024,
            ..NativeDatabaseOptions::default()
        };
        let disk = finish(NativeDatabase::open_with(&self.path, options));
        let disk = disk.expect("what a process leaves behind can be opened");
        let database = Arc::new(SimDatabase::new(disk.clone(), self.hub.clone()));
        let clock = Arc::new(VirtualClock::new(self.hub.clone()));
        let library = Library::open(database, clock).await;
        let library = library.expect("what a process leaves behind is a library");
        let events = EventBus::new(64).expect("a capacity in its bounds");
        let coordinator = SyncCoordinator::new(
            library.clone(),
            events,
            self.config.clone(),
            self.retry.clone(),
        );
        for account in &self.sites {
            account.site.let_observe(library.clone(), account.id);
            let provider = Arc::new(SimProvider(account.site.clone()));
            coordinator.register_provider(account.id, provider);
        }
        Life {
            coordinator,
            library,
            disk,
        }
    }

    /// Tells whether of files that sound the same only the newest is in the library.
    pub(crate) fn newest_only(&self) -> bool {
        self.config.duplicates == DuplicatePolicy::KeepNewest
    }

    /// Looks at what a process left behind, or at what it did.
    pub(crate) fn look(&mut self, life: &Life) -> Tables {
        let tables = Tables::read(&life.disk);
        let sets_aside = self.config.duplicates != DuplicatePolicy::KeepBoth;
        invariants::check_tables(&self.hub, &tables);
        invariants::check_played(&self.hub, &mut self.played, &tables, sets_aside);
        for account in &self.sites {
            invariants::check_cursor(&self.hub, &account.site, account.id, &tables);
        }
        tables
    }

    /// Runs a job to its end and looks at it.
    pub(crate) async fn sync(
        &mut self,
        life: &Life,
        at: usize,
        request: SyncRequest,
        cancel_after: Option<Duration>,
    ) -> Option<SyncJob> {
        let (id, site) = (self.sites[at].id, self.sites[at].site.clone());
        let before = Tables::read(&life.disk);
        let gaps = self.hub.gaps();
        site.straighten();
        self.hub.take_requests();
        self.hub.tell(|| format!("{}: sync {request:?}", site.name));
        let job = match life.coordinator.start_sync(id, request).await {
            Ok(job) => job,
            Err(error) => {
                self.hub
                    .tell(|| format!("the sync does not start: {error}"));
                return None;
            }
        };
        if let Some(wait) = cancel_after {
            let (coordinator, hub) = (life.coordinator.clone(), self.hub.clone());
            core_async::task::spawn(async move {
                core_async::time::sleep(wait).await;
                if coordinator.cancel(job).is_ok() {
                    hub.count(crate::fault::Fault::Cancel);
                }
            });
        }
        let ended = core_async::time::timeout(PATIENCE, life.coordinator.wait(job)).await;
        self.requests += self.hub.take_requests();
        let job = match ended {
            Ok(Ok(job)) => job,
            Ok(Err(error)) => {
                self.hub
                    .violated("I7", format!("the job's end can't be read: {error}"));
                return None;
            }
            Err(_) => {
                self.hub.violated("I6", "a job does not end");
                return None;
            }
        };
        *self.jobs.entry(job.status().to_string()).or_default() += 1;
        if self.hub.gaps() != gaps {
            self.sites[at].identities.learn_gap();
        }
        self.hub.tell(|| {
            format!(
                "{}: {} {:?} {:?}",
                site.name,
                job.status(),
                job.stats(),
                job.error()
            )
        });
        self.judge(life, at, &before, &job, request);
        Some(job)
    }

    /// Somebody listens to what there is.
    pub(crate) async fn play(&mut self, life: &Life) {
        let tables = Tables::read(&life.disk);
        let present: Vec<i64> = tables
            .tracks
            .iter()
            .filter(|it| !it.missing)
            .map(|it| it.id)
            .collect();
        let Some(track) = self.hub.draw(|rng| rng.choice(&present).copied()) else {
            return;
        };
        let played = async {
            let mut tx = life.library.write().await?;
            let now = tx.now_ms();
            annotation::played(&mut tx, TrackId(track), now).await?;
            tx.commit().await
        };
        if played.await.is_ok() {
            self.hub.tell(|| format!("track {track} is played"));
            let tables = Tables::read(&life.disk);
            let known = self.played.len();
            self.played.extend(&tables.plays);
            if self.played.len() == known {
                self.hub
                    .violated("I2", format!("a play of track {track} left no row"));
            }
        }
    }

    /// Somebody who is asked decides about files that sound the same, or takes that back.
    pub(crate) async fn decide(&self, life: &Life) {
        if self.config.duplicates != DuplicatePolicy::Ask {
            return;
        }
        let coordinator = &life.coordinator;
        let (Ok(groups), Ok(aside)) = (
            coordinator.duplicates(None, 8).await,
            coordinator.duplicates_set_aside(None, 8).await,
        ) else {
            return;
        };
        let decision = self.hub.draw(|rng| match rng.u32(0..4) {
            0 => {
                let it = rng.choice(&aside)?;
                Some((vec![it.track, it.kept], Keep::All))
            }
            choice => {
                let tracks = rng.choice(&groups)?.tracks.clone();
                let kept = *rng.choice(&tracks)?;
                Some((
                    tracks,
                    if choice == 1 {
                        Keep::All
                    } else {
                        Keep::Only(kept)
                    },
                ))
            }
        });
        let Some((tracks, keep)) = decision else {
            return;
        };
        let done = coordinator.decide_duplicates(&tracks, keep).await;
        self.hub
            .tell(|| format!("of {tracks:?} keep {keep:?}: {done:?}"));
    }

    /// Looks at what a job did.
    fn judge(
        &mut self,
        life: &Life,
        at: usize,
        before: &Tables,
        job: &SyncJob,
        request: SyncRequest,
    ) {
        let after = self.look(life);
        let hub = self.hub.clone();
        hub.tell(|| format!("tables {:x}", after.digest()));
        let completed = job.status() == core_sync::SyncStatus::Completed;
        // Where the disk failed even that, the next start finds the job and ends it.
        if !job.status().is_final() && self.hub.disk_faults() == 0 {
            hub.violated(
                "I7",
                format!("a job that ended is stored as {}", job.status()),
            );
        }
        let account = &mut self.sites[at];
        if !request.deletions_confirmed {
            invariants::check_guard(&hub, &self.config.mass_deletion, account.id, before, &after);
        }
        let effects = account.site.take_effects();
        account.identities.learn_late(&account.site, effects);
        let all_read = completed && after.queue(account.id).0 == 0;
        account
            .identities
            .check(&hub, &account.site, account.id, &after, all_read);
        let (was, is) = (
            before.present_ids(account.id).len(),
            after.present_ids(account.id).len(),
        );
        let stats = job.stats();
        let told = was as i64 + stats.added as i64 - stats.deleted as i64;
        if told != is as i64 {
            hub.violated(
                "I7",
                format!(
                    "{was} tracks, {} added and {} deleted, make {is}",
                    stats.added, stats.deleted
                ),
            );
        }
    }
}
