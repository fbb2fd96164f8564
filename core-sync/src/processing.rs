//! Phase 2: reads what is in the queue and writes it into the library.
//!
//! Chunks of files are read by several tasks at once while this one commits what they found, a
//! batch a transaction, or what there is after a second: the records, the end of the work for them, and the
//! job's numbers. What was read when somebody wants the job to stop is written, too.

mod committer;

use std::sync::Arc;

use bridge_traits::{BridgeError, ErrorKind};
use core_async::sync::Semaphore;
use core_async::task::JoinSet;
use core_async::time::{Duration, Instant, sleep_until};
use core_metadata::Limits;

use crate::error::{Result, SyncError};
use crate::metadata_processor::{MetadataProcessor, Processed};
use crate::mutants::{self, Mutant};
use crate::run::JobRun;
use crate::scan_queue::ScanQueue;
use committer::Committer;

/// How many files one task reads where they lie on this machine. Elsewhere it is one, so that as many
/// are under way as there are permits.
const CHUNK: usize = 32;

/// How many files from afar are handed out for each that is read at a time.
const AHEAD: usize = 32;

/// What was read is written no later than so long after it was, however little it is: a program that is
/// killed over and over still comes to an end.
const LATEST: Duration = Duration::from_secs(1);

/// Empties the queue; returns when all that is due was tried once.
///
/// Where there is no way to any file it stops at once: each of them would only fail likewise.
pub(crate) async fn processing_phase(run: &mut JobRun) -> Result<()> {
    let mut pipeline = Pipeline::new(run);
    let mut committer = Committer::new(run);
    let batch = run.config.transaction_batch.max(1);
    let mut found = Vec::new();
    let mut due = None;
    let mut way = Way::default();
    loop {
        match pipeline.step(run, found.len(), batch, due).await {
            Ok(Step::Read(processed)) => {
                way.note(&processed);
                due.get_or_insert_with(|| Instant::now() + LATEST);
                found.extend(processed);
            }
            Ok(Step::Idle) if found.is_empty() && committer.is_done() => return Ok(()),
            Ok(Step::Idle | Step::Due) => {}
            Err(why) => {
                if why.is_a_wish() {
                    found.extend(pipeline.stop());
                    committer.commit(run, found, false).await?;
                }
                return Err(why);
            }
        }
        let no_way = way.is_lost(pipeline.limit, pipeline.is_idle());
        // Where the way is lost the rest was not read: what depends on it is not settled.
        let all_read = pipeline.is_idle() && no_way.is_none();
        let is_due = due.is_some_and(|it| it <= Instant::now());
        if found.len() >= batch || is_due || pipeline.is_idle() || no_way.is_some() {
            due = None;
            committer
                .commit(run, std::mem::take(&mut found), all_read)
                .await?;
            if let Some(error) = no_way {
                return Err(error.into());
            }
        }
    }
}

/// What came of waiting for files.
enum Step {
    /// These were read.
    Read(Vec<Processed>),
    /// None came until what was read before has to be written.
    Due,
    /// None is under way.
    Idle,
}

/// Whether there is a way to the files at all.
#[derive(Default)]
struct Way {
    /// How many files in a row found none.
    in_a_row: usize,
    last: Option<BridgeError>,
}

impl Way {
    fn note(&mut self, processed: &[Processed]) {
        for it in processed {
            self.last = it.no_way();
            self.in_a_row = self.last.as_ref().map_or(0, |_| self.in_a_row + 1);
        }
    }

    /// Gives the reason if there is no way any more. One broken connection is none; as many in a row as
    /// are under way at once are, or those of the last files, or a sign-in that is not taken.
    fn is_lost(&mut self, at_once: usize, is_over: bool) -> Option<BridgeError> {
        let is_final = |error: &BridgeError| *error.kind() == ErrorKind::AuthExpired;
        let is_lost =
            is_over || self.in_a_row >= at_once || self.last.as_ref().is_some_and(is_final);
        self.last.take_if(|_| is_lost)
    }
}

/// The tasks that read files. Dropping it stops them.
struct Pipeline {
    queue: ScanQueue,
    processor: Arc<MetadataProcessor>,
    permits: Arc<Semaphore>,
    /// How many permits there are.
    limit: usize,
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
            .min(run.config.concurrency)
            .max(1);
        Self {
            queue: ScanQueue::new(
                run.library.clone(),
                run.job.provider_id(),
                run.job.id(),
                run.raised.clone(),
            ),
            processor: Arc::new(MetadataProcessor::new(
                run.provider.clone(),
                Limits::default(),
                &run.config,
            )),
            permits: Arc::new(Semaphore::new(limit)),
            limit,
            chunk: if run.provider.reads_in_place() {
                CHUNK
            } else {
                1
            },
            tasks: JoinSet::new(),
            under_way: 0,
        }
    }

    /// Hands out work until enough files are under way to go on during a commit, or the queue is
    /// empty. Tasks wait for a permit, which they hold until their chunk is read.
    ///
    /// From afar files come slowly, so few are handed out: what becomes urgent comes after those.
    async fn fill(&mut self, found: usize, batch: usize) -> Result<()> {
        let ahead = if self.chunk == 1 {
            AHEAD * self.limit
        } else {
            found + batch
        };
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

    /// Hands out work and waits for a chunk, no longer than until `due`.
    async fn step(
        &mut self,
        run: &JobRun,
        found: usize,
        batch: usize,
        due: Option<Instant>,
    ) -> Result<Step> {
        run.check_stop()?;
        self.fill(found, batch).await?;
        let until_due = async {
            match due {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        let joined = core_async::select! {
            biased;
            why = run.stop.asked() => return Err(why),
            joined = self.tasks.join_next() => joined,
            () = until_due => return Ok(Step::Due),
        };
        match joined {
            None => Ok(Step::Idle),
            Some(Ok(processed)) => {
                self.under_way -= processed.len();
                Ok(Step::Read(processed))
            }
            Some(Err(error)) => Err(SyncError::TaskFailed(error.to_string())),
        }
    }

    /// Gives what was read meanwhile, and lets no task read on.
    fn stop(&mut self) -> Vec<Processed> {
        let joined = std::iter::from_fn(|| self.tasks.try_join_next());
        let read = joined.filter_map(Result::ok).flatten().collect();
        self.tasks.abort_all();
        read
    }

    fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }
}
