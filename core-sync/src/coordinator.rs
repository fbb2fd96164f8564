//! Starts, stops and runs syncs.

mod album_identity;
mod duplicates;
mod network;
mod queue;
mod removal;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bridge_traits::database::WriterLock;
use bridge_traits::provider::StorageProvider;
use core_async::sync::{self, watch};
use core_async::task::JoinHandle;
use core_library::repository::work;
use core_library::{Library, Touched};
use core_runtime::config::SyncConfig;
use core_runtime::events::EventBus;
use core_runtime::retry::RetryPolicy;

use crate::account::Accounts;
use crate::conflict_resolution::ConflictResolutionOrchestrator;
use crate::discovery::{discovery_phase, settle_type};
use crate::error::{Result, SyncError};
use crate::gate::GatedProvider;
use crate::job::{SyncJob, SyncJobId, SyncPhase, SyncStatus, SyncType};
use crate::job_repository::SyncJobRepository;
use crate::mutants::{self, Mutant};
use crate::processing::processing_phase;
use crate::progress::Reporter;
use crate::run::JobRun;
use crate::stop::{Stop, StopReason};

use network::Waiting;

/// How a sync should find out what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SyncMode {
    /// From the last checkpoint, or by listing everything where there is none.
    #[default]
    Auto,
    /// By listing everything.
    Full,
}

/// A wish for a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SyncRequest {
    /// How to find out what there is.
    pub mode: SyncMode,
    /// Whether a person has said that everything that is gone is meant to be gone.
    pub deletions_confirmed: bool,
}

/// Runs the syncs of a library: at most one a provider at a time.
///
/// Clones share their jobs. Dropping the last clone does not stop a job; [`cancel`](Self::cancel)
/// does.
#[derive(Clone)]
pub struct SyncCoordinator {
    shared: Arc<Shared>,
}

struct Shared {
    library: Library,
    jobs: SyncJobRepository,
    reporter: Reporter,
    config: SyncConfig,
    retry: RetryPolicy,
    providers: Mutex<HashMap<i64, Arc<dyn StorageProvider>>>,
    accounts: Accounts,
    /// Syncs that begin again when the network allows.
    waiting: Arc<Waiting>,
    /// Grows when work was made more urgent, for running jobs to see.
    raised: Arc<AtomicU64>,
    active: Mutex<HashMap<i64, ActiveJob>>,
    starting: sync::Mutex<()>,
    /// The writer's lock, shared by all running jobs; gone when none runs.
    writer: sync::Mutex<Weak<Box<dyn WriterLock>>>,
}

/// A job that this process runs.
struct ActiveJob {
    id: SyncJobId,
    stop: Stop,
    /// Becomes the job as it ended when its last event is out. On a disk that is full, the database
    /// may still have it as running.
    ended: watch::Receiver<Option<SyncJob>>,
}

impl SyncCoordinator {
    /// Makes the coordinator of a library.
    pub fn new(library: Library, events: EventBus, config: SyncConfig, retry: RetryPolicy) -> Self {
        Self {
            shared: Arc::new(Shared {
                jobs: SyncJobRepository::new(library.clone()),
                library,
                reporter: Reporter::new(events, config.progress_interval),
                config,
                retry,
                providers: Mutex::default(),
                accounts: Accounts::default(),
                waiting: Arc::default(),
                raised: Arc::default(),
                active: Mutex::default(),
                starting: sync::Mutex::default(),
                writer: sync::Mutex::new(Weak::new()),
            }),
        }
    }

    /// Gives the jobs and their history.
    pub fn jobs(&self) -> &SyncJobRepository {
        &self.shared.jobs
    }

    /// Says how a provider of the library is reached. Providers whose scope names the same account
    /// share its flow control: what one of them is told to wait, the others wait too.
    pub fn register_provider(&self, id: i64, provider: Arc<dyn StorageProvider>) {
        let seed = id.unsigned_abs() ^ self.shared.library.now_ms().unsigned_abs();
        let account = self
            .shared
            .accounts
            .of(&*provider, &self.shared.retry, seed);
        let reporter = self.shared.reporter.clone();
        let gated = Arc::new(GatedProvider::new(id, provider, account, reporter));
        lock(&self.shared.providers).insert(id, gated);
    }

    /// Gives a provider that was registered.
    ///
    /// # Errors
    /// [`SyncError::UnknownProvider`] if it was not.
    pub fn provider(&self, id: i64) -> Result<Arc<dyn StorageProvider>> {
        let known = lock(&self.shared.providers).get(&id).cloned();
        known.ok_or(SyncError::UnknownProvider { id })
    }

    /// Forgets how a provider is reached; a job that runs goes on.
    pub fn unregister_provider(&self, id: i64) {
        lock(&self.shared.providers).remove(&id);
        self.shared.waiting.remove(id);
    }

    /// Ends the jobs that were running when their process died; tells which. What they left in the
    /// queue is done by the next sync.
    pub async fn recover(&self) -> Result<Vec<SyncJob>> {
        let mut recovered = Vec::new();
        for mut job in self.shared.jobs.find_running().await? {
            if self.is_active(job.id()) {
                continue;
            }
            let mut tx = self.shared.library.write().await?;
            if !mutants::on(Mutant::LeaseNeverReclaimed) {
                work::release(&mut tx, job.id().0).await?;
            }
            job.recover(tx.now_ms())?;
            self.shared.jobs.update_in(&mut tx, &job).await?;
            tx.commit().await?;
            recovered.push(job);
        }
        Ok(recovered)
    }

    /// Starts a sync of a provider and returns at once with its job.
    ///
    /// # Errors
    /// [`SyncError::UnknownProvider`] if it is not registered, [`SyncError::AlreadyRunning`] if it
    /// is being synced, and what the library says; `Conflict` if another process is writing it.
    ///
    /// # Cancel safety
    /// A dropped call may leave a pending job that never runs; it stops nothing else.
    pub async fn start_sync(&self, provider_id: i64, request: SyncRequest) -> Result<SyncJobId> {
        let provider = self.provider(provider_id)?;
        // One start at a time: a job between its row and its claim must not look abandoned.
        let _starting = self.shared.starting.lock().await;
        self.check_idle(provider_id)?;
        let writer = self.lock_writer().await?;
        self.recover().await?;
        self.adopt_album_identity().await?;

        let sync_type = match request.mode {
            SyncMode::Auto => SyncType::Incremental,
            SyncMode::Full => SyncType::Full,
        };
        let mut job = SyncJob::new(provider_id, sync_type, self.shared.library.now_ms());
        let id = self.shared.jobs.insert(&mut job).await?;
        let stop = Stop::default();
        if provider.uses_network() && self.is_too_dear() {
            stop.ask(StopReason::Metered);
        }
        self.shared.waiting.remove(provider_id);
        let (ended, on_end) = watch::channel(None);
        self.claim(
            provider_id,
            ActiveJob {
                id,
                stop: stop.clone(),
                ended: on_end,
            },
        )?;

        let run = JobRun {
            job,
            provider,
            library: self.shared.library.clone(),
            jobs: self.shared.jobs.clone(),
            reporter: self.shared.reporter.clone(),
            config: self.shared.config.clone(),
            retry: self.shared.retry.clone(),
            stop,
            raised: self.shared.raised.clone(),
            rereads: false,
            deletions_confirmed: request.deletions_confirmed,
            told_images: HashSet::new(),
            touched: Touched::default(),
        };
        let this = self.clone();
        core_async::task::spawn(async move {
            let work = spawn_sync(run);
            let job = match work.await {
                Ok((job, result)) => {
                    if result.is_err_and(|error| error.waits_for_network()) {
                        this.shared.waiting.add(provider_id, request);
                    }
                    Some(job)
                }
                Err(error) => {
                    this.bury(id, &SyncError::TaskFailed(error.to_string()))
                        .await;
                    None
                }
            };
            drop(writer);
            lock(&this.shared.active).remove(&provider_id);
            // Without a job, whoever waits is told that nothing more comes.
            if job.is_some() {
                ended.send_replace(job);
            }
        });
        Ok(id)
    }

    /// Asks a job to stop. It finishes the transaction in hand; [`wait`](Self::wait) tells when.
    ///
    /// # Errors
    /// [`SyncError::UnknownJob`] if this process does not run it.
    pub fn cancel(&self, id: SyncJobId) -> Result<()> {
        self.stop(id, StopReason::Cancelled)
    }

    /// Asks a job to rest: like [`cancel`](Self::cancel), but it ends as paused.
    ///
    /// # Errors
    /// [`SyncError::UnknownJob`] if this process does not run it.
    pub fn pause(&self, id: SyncJobId) -> Result<()> {
        self.stop(id, StopReason::Paused)
    }

    /// Goes on where a paused job stopped, with a job of its own.
    ///
    /// # Errors
    /// [`SyncError::UnknownJob`] if there is none of that id, [`SyncError::IllegalTransition`] if it is
    /// not paused, and those of [`start_sync`](Self::start_sync).
    pub async fn resume(&self, id: SyncJobId) -> Result<SyncJobId> {
        let job = self.shared.jobs.find_by_id(id).await?;
        if job.status() != SyncStatus::Paused {
            return Err(SyncError::IllegalTransition {
                job: id,
                from: job.status(),
                to: SyncStatus::Running,
            });
        }
        // An unfinished full sync is finished by any sync.
        self.start_sync(job.provider_id(), SyncRequest::default())
            .await
    }

    fn stop(&self, id: SyncJobId, why: StopReason) -> Result<()> {
        let active = lock(&self.shared.active);
        let job = active
            .values()
            .find(|job| job.id == id)
            .ok_or(SyncError::UnknownJob(id))?;
        job.stop.ask(why);
        Ok(())
    }

    /// Waits until a job has ended and gives it as it is stored.
    ///
    /// # Errors
    /// [`SyncError::UnknownJob`] if there is none of that id.
    ///
    /// # Cancel safety
    /// Cancel safe; the job goes on.
    pub async fn wait(&self, id: SyncJobId) -> Result<SyncJob> {
        let ended = lock(&self.shared.active)
            .values()
            .find(|job| job.id == id)
            .map(|job| job.ended.clone());
        if let Some(mut ended) = ended {
            // An error means that the sender is gone: the job's task failed, and the database says more.
            if let Ok(job) = ended.wait_for(Option::is_some).await
                && let Some(job) = &*job
            {
                return Ok(job.clone());
            }
        }
        self.shared.jobs.find_by_id(id).await
    }

    /// Lists the jobs that this process runs.
    pub fn active(&self) -> Vec<SyncJobId> {
        lock(&self.shared.active)
            .values()
            .map(|job| job.id)
            .collect()
    }

    /// Keeps other processes from syncing into this library while any job runs.
    async fn lock_writer(&self) -> Result<Arc<Box<dyn WriterLock>>> {
        let mut held = self.shared.writer.lock().await;
        if let Some(lock) = held.upgrade() {
            return Ok(lock);
        }
        let taken = self.shared.library.database().lock_writer().await?;
        let lock = Arc::new(taken);
        *held = Arc::downgrade(&lock);
        Ok(lock)
    }

    fn is_active(&self, id: SyncJobId) -> bool {
        lock(&self.shared.active).values().any(|job| job.id == id)
    }

    fn check_idle(&self, provider_id: i64) -> Result<()> {
        match lock(&self.shared.active).get(&provider_id) {
            Some(job) => Err(SyncError::AlreadyRunning { job: job.id }),
            None => Ok(()),
        }
    }

    fn claim(&self, provider_id: i64, job: ActiveJob) -> Result<()> {
        let mut active = lock(&self.shared.active);
        if let Some(other) = active.get(&provider_id) {
            return Err(SyncError::AlreadyRunning { job: other.id });
        }
        active.insert(provider_id, job);
        Ok(())
    }

    /// Notes that a job's task panicked.
    async fn bury(&self, id: SyncJobId, error: &SyncError) {
        let buried = async {
            let mut job = self.shared.jobs.find_by_id(id).await?;
            job.stop(error, self.shared.library.now_ms())?;
            self.shared.jobs.update(&job).await?;
            self.shared
                .reporter
                .ended(&job, Some(error), self.shared.library.now_ms());
            Ok::<_, SyncError>(())
        };
        if let Err(error) = buried.await {
            tracing::error!(job = id.0, %error, "the end of a job could not be noted");
        }
    }
}

/// Runs a job in a task of its own. No async function: the machine code of a future is made anew in each crate that
/// awaits it, and a whole sync is a tenth of the module of the npm package.
fn spawn_sync(run: JobRun) -> JoinHandle<(SyncJob, Result<()>)> {
    core_async::task::spawn(execute_sync(run))
}

/// Runs a job from start to end: three phases, then the end that they came to, which it gives back.
async fn execute_sync(mut run: JobRun) -> (SyncJob, Result<()>) {
    let result = async {
        run.job.start(run.library.now_ms())?;
        settle_type(&mut run).await?;
        run.jobs.update(&run.job).await?;
        run.reporter.started(&run.job);

        run.enter(SyncPhase::Discovery).await?;
        discovery_phase(&mut run).await?;

        run.enter(SyncPhase::Processing).await?;
        processing_phase(&mut run).await?;

        run.enter(SyncPhase::ConflictResolution).await?;
        conflict_resolution_phase(&mut run).await
    }
    .await;
    let now = run.library.now_ms();
    let ended = match &result {
        Ok(()) => run.job.complete(now),
        Err(error) => run.job.stop(error, now),
    };
    if let Err(error) = ended.and(finish(&mut run).await) {
        tracing::error!(job = run.job.id().0, %error, "the end of a job could not be stored");
    }
    run.reporter.ended(&run.job, result.as_ref().err(), now);
    (run.job, result)
}

async fn conflict_resolution_phase(run: &mut JobRun) -> Result<()> {
    let orchestrator = ConflictResolutionOrchestrator::new(run.resolver());
    orchestrator.settle_deletions(run).await?;
    orchestrator.tidy_up(run).await
}

/// Stores a job's end with how much is left to be done, and gives back what it had taken from the queue.
async fn finish(run: &mut JobRun) -> Result<()> {
    let mut tx = run.library.write().await?;
    if !mutants::on(Mutant::LeaseNeverReclaimed) {
        work::release(&mut tx, run.job.id().0).await?;
    }
    run.jobs.end_in(&mut tx, &mut run.job).await?;
    Ok(tx.commit().await?)
}

/// Locks a map of the coordinator. Nothing panics while it is held, and if something did, the map
/// would still be whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
