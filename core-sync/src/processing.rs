//! Phase 2: reads what is in the queue and writes it into the library.
//!
//! Chunks of files are read by several tasks at once while this one commits what they found, a
//! batch a transaction: the records, the end of the work for them, and the job's numbers.

mod committer;

use std::sync::Arc;

use core_async::sync::Semaphore;
use core_async::task::JoinSet;
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
            None if found.is_empty() && committer.is_done() => return Ok(()),
            None => {}
        }
        let all_read = pipeline.is_idle();
        if found.len() >= batch || all_read {
            committer
                .commit(run, std::mem::take(&mut found), all_read)
                .await?;
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
