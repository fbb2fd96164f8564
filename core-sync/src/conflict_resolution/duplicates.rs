//! Files of one provider that sound the same.

use core_library::WriteTx;
use core_library::model::{PlaylistId, TrackId};
use core_library::repository::duplicate::{self, DuplicateGroup, GroupCursor, Keep};
use core_runtime::config::DuplicatePolicy;

use crate::error::Result;
use crate::job::SyncType;
use crate::progress::LibraryChange;
use crate::run::JobRun;

/// How many sounds are looked at in one transaction.
const BATCH: usize = 500;

/// Does with duplicates what the settings say, and lets what was set aside follow the files. Looks at the
/// sounds that syncs wrote since the last time; a full sync looks at all.
pub(super) async fn resolve(run: &mut JobRun) -> Result<()> {
    keep_up(run).await?;
    let policy = run.config.duplicates;
    if policy != DuplicatePolicy::KeepNewest {
        release(run).await?;
    }
    if policy == DuplicatePolicy::KeepBoth {
        return Ok(());
    }
    let of_all = match run.job.sync_type() {
        SyncType::Full => Some(look_at_all(run, policy).await?),
        SyncType::Incremental => None,
    };
    // After a look at all there is nothing new among what was noted.
    let noted = look_at_noted(run, policy).await?;
    let found = of_all.unwrap_or(noted);
    if found > 0 && policy == DuplicatePolicy::Ask {
        run.reporter.duplicates(&run.job, found);
    }
    Ok(())
}

async fn keep_up(run: &mut JobRun) -> Result<()> {
    if !duplicate::has_any(&run.library).await? {
        return Ok(());
    }
    let mut tx = run.library.write().await?;
    let done = duplicate::keep_up(&mut tx, run.job.provider_id()).await?;
    let mut job = run.job.clone();
    job.stats_mut().added += done.back.len() as u64;
    job.stats_mut().deleted += done.aside.len() as u64;
    run.commit(tx, job, vec![], None).await?;
    tell(run, &done.back, &done.aside, &done.playlists);
    Ok(())
}

/// Brings back what an earlier policy set aside.
async fn release(run: &mut JobRun) -> Result<()> {
    while duplicate::has_any(&run.library).await? {
        run.check_stop()?;
        let mut tx = run.library.write().await?;
        let Some(back) = duplicate::release(&mut tx, run.job.provider_id(), BATCH).await? else {
            return Ok(());
        };
        let mut job = run.job.clone();
        job.stats_mut().added += back.len() as u64;
        run.commit(tx, job, vec![], None).await?;
        tell(run, &back, &[], &[]);
    }
    Ok(())
}

/// Looks at all sounds of the provider; tells how many groups there are about which nothing was decided.
async fn look_at_all(run: &mut JobRun, policy: DuplicatePolicy) -> Result<u64> {
    let provider = Some(run.job.provider_id());
    let (mut after, mut found): (Option<GroupCursor>, u64) = (None, 0);
    loop {
        run.check_stop()?;
        let groups = duplicate::groups(&run.library, provider, after.as_ref(), BATCH).await?;
        let Some(last) = groups.last() else {
            return Ok(found);
        };
        after = Some(last.into());
        found += groups.len() as u64;
        if policy == DuplicatePolicy::KeepNewest {
            let sounds: Vec<Vec<u8>> = groups.into_iter().map(|it| it.audio_id).collect();
            let mut tx = run.library.write().await?;
            // Somebody may have decided meanwhile.
            let groups =
                duplicate::groups_of(&mut tx, run.job.provider_id(), &sounds, true).await?;
            keep_newest(run, tx, &groups).await?;
        }
    }
}

/// Looks at the sounds that were noted; likewise.
async fn look_at_noted(run: &mut JobRun, policy: DuplicatePolicy) -> Result<u64> {
    let mut found = 0;
    let provider = run.job.provider_id();
    while duplicate::has_noted(&run.library, provider).await? {
        run.check_stop()?;
        let mut tx = run.library.write().await?;
        let sounds = duplicate::noted(&mut tx, provider, BATCH).await?;
        let is_policy = policy == DuplicatePolicy::KeepNewest;
        let groups = duplicate::groups_of(&mut tx, provider, &sounds, is_policy).await?;
        found += groups.len() as u64;
        let settle = if is_policy { &groups[..] } else { &[] };
        keep_newest(run, tx, settle).await?;
    }
    Ok(found)
}

/// Sets all but the newest file of each group aside, and commits.
async fn keep_newest(run: &mut JobRun, mut tx: WriteTx, groups: &[DuplicateGroup]) -> Result<()> {
    let (mut aside, mut playlists) = (Vec::new(), Vec::new());
    for group in groups {
        let keep = Keep::Only(group.tracks[0]);
        playlists.extend(duplicate::decide(&mut tx, &group.tracks, keep, false).await?);
        aside.extend_from_slice(&group.tracks[1..]);
    }
    let mut job = run.job.clone();
    job.stats_mut().deleted += aside.len() as u64;
    run.commit(tx, job, vec![], None).await?;
    tell(run, &[], &aside, &playlists);
    Ok(())
}

fn tell(run: &mut JobRun, back: &[TrackId], aside: &[TrackId], playlists: &[PlaylistId]) {
    let mut changed = LibraryChange::default();
    back.iter().for_each(|id| changed.added.insert(id.0));
    aside.iter().for_each(|id| changed.removed.insert(id.0));
    run.tell(changed);
    run.reporter.playlists(playlists);
}
