//! Phase 3: what is gone, and what only went elsewhere.

mod assignment;
mod discs;
mod duplicates;
mod guard;
mod likeness;
mod resolver;
mod rivals;
mod tombstones;
mod twins;

use std::collections::HashSet;

use core_library::model::TrackId;
use core_library::repository::item;
use core_library::repository::job::JobWarning;
use core_library::repository::track_writer::{self, TrackWriter};
use core_library::search;

use crate::error::Result;
use crate::mutants::{self, Mutant};
use crate::progress::LibraryChange;
use crate::run::JobRun;

pub(crate) use assignment::{Others, Verdict};
use guard::enough_present;
pub use guard::{GuardVerdict, guard_verdict};
pub use resolver::{ConflictResolver, Deletion, Renamed};
pub(crate) use resolver::{ReadFile, Settled};

/// Deals with what a sync left open: deletions behind the guard, duplicates, missing tracks whose grace is
/// over, then rows that nothing needs.
pub struct ConflictResolutionOrchestrator {
    resolver: ConflictResolver,
}

impl ConflictResolutionOrchestrator {
    /// How many deletions are committed in one transaction.
    const BATCH: usize = 2_000;

    /// Makes the orchestrator with the resolver it is to use.
    pub fn new(resolver: ConflictResolver) -> Self {
        Self { resolver }
    }

    /// Lets what is gone go missing, and gives what is missing the files that are it.
    pub(crate) async fn settle_deletions(&self, run: &mut JobRun) -> Result<()> {
        let pending = self.resolver.pending_deletions().await?;
        if !pending.is_empty() {
            let gone = pending.len() as u64;
            // Counting a large library takes longer than a small change should.
            let enough = enough_present(&run.config.mass_deletion, gone);
            let present = self.resolver.present_tracks(enough).await?;
            let verdict = guard_verdict(
                &run.config.mass_deletion,
                gone,
                present,
                run.deletions_confirmed,
            );
            match verdict {
                _ if mutants::on(Mutant::GuardAsleep) => self.delete(run, &pending).await?,
                GuardVerdict::Proceed => self.delete(run, &pending).await?,
                GuardVerdict::Hold => hold(run, gone, present).await?,
            }
        }
        self.reunite(run).await
    }

    /// Gives files the missing tracks that they are like.
    async fn reunite(&self, run: &mut JobRun) -> Result<()> {
        let stats = run.job.stats();
        let changed = stats.added + stats.updated + stats.moved + stats.deleted;
        // A file that was read and is what it was may be a copy that was not sure to be one until now.
        if changed + stats.bytes_read == 0 {
            return Ok(());
        }
        let mut tx = run.library.write().await?;
        let handed = self.resolver.reunite(&mut tx).await?;
        if handed.is_empty() {
            return Ok(());
        }
        let job = run.job.clone();
        run.commit(tx, job, vec![], None).await?;
        let mut changed = LibraryChange::default();
        for it in &handed {
            changed.removed.insert(it.gone.0);
            changed.updated.insert(it.back.0);
        }
        run.tell(changed);
        Ok(())
    }

    /// Deals with duplicates, with tracks whose grace is over, and with rows that nothing needs.
    pub(crate) async fn tidy_up(&self, run: &mut JobRun) -> Result<()> {
        duplicates::resolve(run).await?;
        tidy(run).await
    }

    async fn delete(&self, run: &mut JobRun, items: &[i64]) -> Result<()> {
        for batch in items.chunks(Self::BATCH) {
            run.check_stop()?;
            let mut tx = run.library.write().await?;
            let deletion = self.resolver.handle_deletion(&mut tx, batch).await?;
            let mut job = run.job.clone();
            job.stats_mut().deleted += deletion.missing.len() as u64;
            run.commit(tx, job, vec![], None).await?;
            let mut changed = LibraryChange::default();
            let back: HashSet<TrackId> = deletion.handed.iter().map(|it| it.back).collect();
            let missing = deletion.missing.iter().filter(|it| !back.contains(it));
            let gone = missing.chain(deletion.handed.iter().map(|it| &it.gone));
            gone.for_each(|id| changed.removed.insert(id.0));
            back.iter().for_each(|id| changed.updated.insert(id.0));
            run.tell(changed);
        }
        Ok(())
    }
}

/// Keeps the deletions back and says so. They are found again by the next sync.
async fn hold(run: &mut JobRun, gone: u64, present: u64) -> Result<()> {
    let mut job = run.job.clone();
    job.stats_mut().held = gone;
    let warning = JobWarning {
        kind: "deletions_held".to_owned(),
        subject: "library".to_owned(),
        message: format!(
            "{gone} of {present} tracks are gone at the source; nothing was deleted, since that \
             looks like a mishap; sync again with deletions confirmed if it is meant"
        ),
    };
    let tx = run.library.write().await?;
    run.commit(tx, job, vec![warning], None).await?;
    run.reporter.held(&run.job, gone);
    Ok(())
}

/// After so many changes it is worth while to merge the index for searches.
const MANY_CHANGES: u64 = 1_000;

/// Merges what many transactions left in the index for searches.
async fn merge_search(run: &mut JobRun) -> Result<()> {
    loop {
        run.check_stop()?;
        let mut tx = run.library.write().await?;
        let is_more = search::merge_step(&mut tx).await?;
        tx.commit().await?;
        if !is_more {
            return Ok(());
        }
    }
}

/// Removes rows that nothing refers to any more.
async fn tidy(run: &mut JobRun) -> Result<()> {
    let forgot = tombstones::forget(run).await?;
    let stats = *run.job.stats();
    let changed = forgot || stats.added + stats.updated + stats.moved + stats.deleted > 0;
    // One that was stopped may have left something.
    if !changed && !track_writer::is_unsettled(&run.library).await? {
        return Ok(());
    }
    let mut tx = run.library.write().await?;
    item::purge_removed(&mut tx, run.job.provider_id()).await?;
    TrackWriter::new().sweep_orphans(&mut tx).await?;
    let job = run.job.clone();
    run.commit(tx, job, vec![], None).await?;
    run.tell(LibraryChange::default());
    if stats.added + stats.updated + stats.deleted >= MANY_CHANGES {
        merge_search(run).await?;
    }
    Ok(())
}
