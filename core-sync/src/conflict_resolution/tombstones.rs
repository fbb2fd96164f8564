//! Missing tracks whose grace is over.

use core_library::repository::track;

use crate::error::Result;
use crate::progress::LibraryChange;
use crate::run::JobRun;

/// How many tracks are forgotten in one transaction.
const BATCH: usize = 2_000;

/// Forgets the missing tracks of which a person made nothing and whose grace is over; tells whether there
/// were any.
///
/// The clock decides here, and a clock may be wrong. What a wrong one costs is the date on which a song was
/// added, should its file come back: nothing that anybody made.
pub(super) async fn forget(run: &mut JobRun) -> Result<bool> {
    let Some(grace) = run.config.missing_grace else {
        return Ok(false);
    };
    let grace = i64::try_from(grace.as_millis()).unwrap_or(i64::MAX);
    let before = run.library.now_ms().saturating_sub(grace);
    let mut forgot = false;
    while track::has_forgettable(&run.library, before).await? {
        run.check_stop()?;
        let mut tx = run.library.write().await?;
        let tracks = track::forget_missing(&mut tx, before, BATCH).await?;
        if tracks.is_empty() {
            break;
        }
        let job = run.job.clone();
        run.commit(tx, job, vec![], None).await?;
        let mut changed = LibraryChange::default();
        tracks.iter().for_each(|id| changed.removed.insert(id.0));
        run.tell(changed);
        forgot = true;
    }
    Ok(forgot)
}
