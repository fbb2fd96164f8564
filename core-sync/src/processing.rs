//! Phase 2: reads what is in the queue and writes it into the library.
//!
//! Chunks of files are read by several tasks at once while this one commits what they found, a
//! batch a transaction: the records, the end of the work for them, and the job's numbers.

use std::sync::Arc;

use core_async::sync::Semaphore;
use core_async::task::JoinSet;
use core_library::WriteTx;
use core_library::repository::track_writer::{AppliedTrack, Outcome, TrackRecord, TrackWriter};
use core_library::repository::work::{self, Failure};
use core_metadata::Limits;

use crate::conflict_resolution::ConflictResolver;
use crate::error::{Result, SyncError};
use crate::job::SyncJob;
use crate::metadata_processor::{MetadataProcessor, ProcessFailure, Processed};
use crate::mutants::{self, Mutant};
use crate::progress::LibraryChange;
use crate::run::JobRun;
use crate::scan_queue::ScanQueue;

/// How many files one task reads where they lie on this machine. Elsewhere it is one, so that as many
/// are under way as there are permits.
const CHUNK: usize = 32;

/// Empties the queue; returns when all that is due was tried once.
pub(crate) async fn processing_phase(run: &mut JobRun) -> Result<()> {
    let mut pipeline = Pipeline::new(run);
    let mut committer = Committer::new(run);
    let batch = run.config.transaction_batch.max(1);
    let mut found = Vec::new();
    loop {
        run.check_cancelled()?;
        pipeline.fill(found.len() + 3 * batch).await?;
        match pipeline.next(run).await? {
            Some(processed) => found.extend(processed),
            None if found.is_empty() => return Ok(()),
            None => {}
        }
        if found.len() >= batch || pipeline.is_idle() {
            committer.commit(run, std::mem::take(&mut found)).await?;
        }
    }
}

/// The tasks that read files. Dropping it stops them.
struct Pipeline {
    queue: ScanQueue,
    processor: Arc<MetadataProcessor>,
    permits: Arc<Semaphore>,
    chunk: usize,
    tasks: JoinSet<Vec<Processed>>,
    /// Files that are handed out and not back yet.
    under_way: usize,
}

impl Pipeline {
    fn new(run: &JobRun) -> Self {
        let limit = run
            .provider
            .capabilities()
            .read_concurrency
            .min(run.config.concurrency);
        Self {
            queue: ScanQueue::new(run.library.clone(), run.job.provider_id(), run.job.id()),
            processor: Arc::new(MetadataProcessor::new(
                run.provider.clone(),
                Limits::default(),
            )),
            permits: Arc::new(Semaphore::new(limit.max(1))),
            chunk: if run.provider.reads_in_place() {
                CHUNK
            } else {
                1
            },
            tasks: JoinSet::new(),
            under_way: 0,
        }
    }

    /// Hands out work until `ahead` files are under way or the queue is empty. Tasks wait for a
    /// permit, which they hold until their chunk is read.
    async fn fill(&mut self, ahead: usize) -> Result<()> {
        while self.under_way < ahead {
            let items = self.queue.dequeue(self.chunk).await?;
            if items.is_empty() {
                break;
            }
            self.under_way += items.len();
            let (processor, permits) = (self.processor.clone(), self.permits.clone());
            self.tasks.spawn(async move {
                let permit = permits.acquire_owned().await;
                let _permit = (!mutants::on(Mutant::PermitDroppedEarly)).then_some(permit);
                processor.process(items).await
            });
        }
        Ok(())
    }

    /// Waits for a chunk; `None` when nothing is under way.
    async fn next(&mut self, run: &JobRun) -> Result<Option<Vec<Processed>>> {
        let joined = core_async::select! {
            biased;
            () = run.cancelled.cancelled() => return Err(SyncError::Cancelled),
            joined = self.tasks.join_next() => joined,
        };
        match joined {
            None => Ok(None),
            Some(Ok(processed)) => {
                self.under_way -= processed.len();
                Ok(Some(processed))
            }
            Some(Err(error)) => Err(SyncError::TaskFailed(error.to_string())),
        }
    }

    fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }
}

/// Writes what was found, a batch a transaction.
struct Committer {
    writer: TrackWriter,
    resolver: ConflictResolver,
    /// So often an item that can't be read is tried before it is set aside.
    max_attempts: u32,
}

impl Committer {
    fn new(run: &JobRun) -> Self {
        let resolver = ConflictResolver::new(run.library.clone(), run.job.provider_id());
        Self {
            writer: TrackWriter::new(),
            resolver,
            max_attempts: run.config.max_item_attempts,
        }
    }

    async fn commit(&mut self, run: &mut JobRun, found: Vec<Processed>) -> Result<()> {
        if found.is_empty() {
            return Ok(());
        }
        let mut tx = run.library.write().await?;
        let mut job = run.job.clone();
        let result = self.write(&mut tx, &mut job, found).await;
        let (applied, warnings, current) = match result {
            Ok(done) => done,
            Err(error) => {
                self.writer.rolled_back();
                return Err(error);
            }
        };
        if let Err(error) = run.commit(tx, job, warnings, current).await {
            self.writer.rolled_back();
            return Err(error);
        }
        self.writer.committed();
        announce(run, &applied);
        Ok(())
    }

    async fn write(
        &mut self,
        tx: &mut WriteTx,
        job: &mut SyncJob,
        found: Vec<Processed>,
    ) -> Result<Written> {
        let done: Vec<(i64, String)> = found
            .iter()
            .map(|it| (it.item.row.item_id, it.item.row.version.clone()))
            .collect();
        let current: std::collections::HashSet<i64> =
            work::current(tx, &done).await?.into_iter().collect();
        let mut warnings = Vec::new();
        let mut records: Vec<TrackRecord> = Vec::with_capacity(found.len());
        let mut fresh = Vec::new();
        for it in found {
            let stats = job.stats_mut();
            stats.bytes_read += it.bytes_read;
            stats.requests += it.requests;
            let row = it.item.row;
            if !current.contains(&row.item_id) {
                continue; // it changed or went while it was read
            }
            warnings.extend(it.warnings);
            match it.outcome {
                Ok(record) => {
                    if !row.known {
                        fresh.push(records.len());
                    }
                    records.push(record);
                }
                Err(failure) => {
                    stats.failed += 1;
                    let fate = match failure {
                        ProcessFailure::Poison(_) => Failure::Quarantine,
                        ProcessFailure::Deferred(_) | ProcessFailure::Stale(_) => Failure::Defer,
                        ProcessFailure::Unreadable(_) if row.attempts + 1 >= self.max_attempts => {
                            Failure::Quarantine
                        }
                        _ => Failure::Retry { not_before: 0 },
                    };
                    if mutants::on(Mutant::FailureForgotten) {
                        work::complete(tx, &[row.item_id]).await?;
                        continue;
                    }
                    work::fail(tx, row.item_id, fate, failure.reason()).await?;
                }
            }
        }
        job.stats_mut().moved += self.resolver.adopt_moved(tx, &records, &fresh).await?;
        let label = records.last().map(|record| {
            record
                .album
                .as_ref()
                .map_or_else(|| record.title.clone(), |album| album.title.clone())
        });
        let items: Vec<i64> = records.iter().map(|record| record.item_id).collect();
        let now = tx.now_ms();
        let applied = self.writer.apply(tx, records, now).await?;
        work::complete(tx, &items).await?;
        for track in &applied {
            let stats = job.stats_mut();
            match track.outcome {
                Outcome::Added | Outcome::Revived => stats.added += 1,
                Outcome::Updated => stats.updated += 1,
                Outcome::Unchanged => stats.unchanged += 1,
                Outcome::Missing => stats.deleted += 1,
            }
        }
        Ok((applied, warnings, label))
    }
}

type Written = (
    Vec<AppliedTrack>,
    Vec<core_library::repository::job::JobWarning>,
    Option<String>,
);

fn announce(run: &JobRun, applied: &[AppliedTrack]) {
    let mut changed = LibraryChange::default();
    for track in applied {
        match track.outcome {
            Outcome::Added | Outcome::Revived => changed.added.insert(track.track_id.0),
            Outcome::Updated => changed.updated.insert(track.track_id.0),
            Outcome::Missing => changed.removed.insert(track.track_id.0),
            Outcome::Unchanged => {}
        }
    }
    run.reporter.library(changed);
}
