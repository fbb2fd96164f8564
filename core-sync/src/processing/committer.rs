//! Writes what was read, a batch a transaction.

use std::collections::HashSet;
use std::time::Duration;

use core_library::WriteTx;
use core_library::model::TrackId;
use core_library::repository::job::JobWarning;
use core_library::repository::track::HandOver;
use core_library::repository::track_writer::{AppliedTrack, Outcome, TrackRecord, TrackWriter};
use core_library::repository::work::{self, Failed, Failure, WorkRow};
use core_library::repository::{artwork, duplicate, touched, track};
use core_runtime::config::DuplicatePolicy;
use core_runtime::retry::{Jitter, RetryPolicy};

use crate::conflict_resolution::{ConflictResolver, Others, ReadFile, Settled, Verdict};
use crate::error::Result;
use crate::job::{SyncJob, SyncJobId, SyncJobStats};
use crate::metadata_processor::{Lacking, ProcessFailure, Processed};
use crate::mutants::{self, Mutant};
use crate::progress::LibraryChange;
use crate::run::JobRun;

/// So many files may wait for others to be read, before it is settled what they are all the same.
const MOST_HELD: usize = 4_096;

/// A file that can't be read is tried again so many times later than a request would be: syncs come every
/// few minutes, and shall not use up its attempts while what is wrong lasts.
const PATIENCE: u32 = 120;

/// A file waits no longer than this before it is tried again. A full sync tries all at once.
const LONGEST_WAIT: Duration = Duration::from_secs(6 * 3_600);

/// Commits records, the end of the work for them, and the job's numbers.
pub(super) struct Committer {
    writer: TrackWriter,
    resolver: ConflictResolver,
    /// So often an item that can't be read is tried before it is set aside.
    max_attempts: u32,
    /// Whether somebody wants to know of files that sound the same.
    notes_duplicates: bool,
    retry: RetryPolicy,
    jitter: Jitter,
    /// Files of which it can't be told yet which track they are. Their work is not done, so a crash
    /// costs reading them again and nothing else.
    held: Vec<ReadItem>,
}

/// A file that was read, with the row of the queue that asked for it.
struct ReadItem {
    row: WorkRow,
    records: Vec<TrackRecord>,
    warnings: Vec<JobWarning>,
    unread_images: Vec<JobWarning>,
    lacking: Option<Lacking>,
}

/// What a transaction wrote.
struct Written {
    applied: Vec<AppliedTrack>,
    lost: Vec<TrackId>,
    handed: Vec<HandOver>,
    /// Tracks that are in another file, and otherwise as they were.
    moved: Vec<TrackId>,
    warnings: Warnings,
    /// What is worked on, for people.
    current: Option<String>,
}

/// What is said of files, and of the images beside them.
#[derive(Default)]
struct Warnings {
    of_files: Vec<JobWarning>,
    /// Each song of an album says the same.
    of_images: Vec<JobWarning>,
}

impl Committer {
    pub(super) fn new(run: &JobRun) -> Self {
        Self {
            writer: TrackWriter::new(),
            resolver: run.resolver(),
            max_attempts: run.config.max_item_attempts,
            notes_duplicates: run.config.duplicates != DuplicatePolicy::KeepBoth,
            retry: run.retry.clone(),
            jitter: Jitter::seeded(
                run.job.id().0.unsigned_abs() ^ run.library.now_ms().unsigned_abs(),
            ),
            held: Vec::new(),
        }
    }

    /// Tells whether nothing waits for others to be read.
    pub(super) fn is_done(&self) -> bool {
        self.held.is_empty()
    }

    /// Commits what was found. `all_read` tells whether that was the last.
    pub(super) async fn commit(
        &mut self,
        run: &mut JobRun,
        found: Vec<Processed>,
        all_read: bool,
    ) -> Result<()> {
        if found.is_empty() && (self.held.is_empty() || !all_read) {
            return Ok(());
        }
        let mut tx = run.library.write().await?;
        let mut job = run.job.clone();
        let result = self.write(&mut tx, &mut job, found, all_read).await;
        let written = match result {
            Ok(written) => written,
            Err(error) => {
                self.writer.rolled_back();
                return Err(error);
            }
        };
        let Written {
            applied,
            lost,
            handed,
            moved,
            warnings,
            current,
        } = written;
        let mut told = warnings.of_files;
        told.extend(run.not_told_yet(warnings.of_images));
        if let Err(error) = run.commit(tx, job, told, current).await {
            self.writer.rolled_back();
            return Err(error);
        }
        self.writer.committed();
        announce(run, &applied, &lost, &handed, &moved);
        Ok(())
    }

    async fn write(
        &mut self,
        tx: &mut WriteTx,
        job: &mut SyncJob,
        found: Vec<Processed>,
        all_read: bool,
    ) -> Result<Written> {
        let mut warnings = Warnings::default();
        let fresh = self.take_results(tx, job, found, &mut warnings).await?;
        let settle_all = all_read || self.held.len() + fresh.len() > MOST_HELD;
        let mut files = match settle_all {
            true => std::mem::take(&mut self.held),
            false => Vec::new(),
        };
        files.extend(fresh);
        let files = current(tx, job.id(), files).await?;
        let others = match (all_read, settle_all) {
            (true, _) => unread_besides(tx, job.provider_id(), &files).await?,
            (false, true) => Others::None,
            (false, false) => Others::Coming,
        };
        let asked = tracks_of(&files, self.max_attempts);
        let discs = self.resolver.settle_discs(tx, &asked, others).await?;
        let (mut waiting, files): (Vec<ReadItem>, Vec<ReadItem>) = files
            .into_iter()
            .partition(|it| discs.waiting.contains(&it.row.item_id));
        let asked = tracks_of(&files, self.max_attempts);
        track::renumber_parts(tx, asked.iter().map(|it| it.record)).await?;
        let mut settled = self.resolver.settle(tx, &asked, others).await?;
        self.resolver.add_discs(tx, &mut settled, discs).await?;
        let mut records = Vec::with_capacity(files.len());
        let (mut whole, mut lacking) = (Vec::new(), Vec::new());
        let mut without_image = Vec::new();
        let now = tx.now_ms();
        let mut verdicts = settled.verdicts.as_slice();
        for file in files {
            let (of_file, others) = verdicts.split_at(file.records.len());
            verdicts = others;
            if of_file.contains(&Verdict::Waits) {
                waiting.push(file);
                continue;
            }
            let item_id = file.row.item_id;
            match &file.lacking {
                None => whole.push(item_id),
                Some(it) => {
                    without_image.extend(Some(item_id).filter(|_| it.an_image));
                    lacking.push(Failed {
                        item_id,
                        fate: self.until_read_again(&file.row, &it.why, now),
                        error: it.why.reason().to_owned(),
                    });
                }
            }
            warnings.of_files.extend(file.warnings);
            warnings.of_images.extend(file.unread_images);
            records.extend(file.records);
        }
        match settle_all {
            false => self.held.extend(waiting),
            true => put_off(tx, job, waiting, &mut warnings).await?,
        }
        keep_images(tx, &mut records, &without_image).await?;
        let current = records.last().map(|record| {
            record
                .album
                .as_ref()
                .map_or_else(|| record.title.clone(), |album| album.title.clone())
        });
        let applied = self.writer.apply(tx, records, now).await?;
        if self.notes_duplicates {
            let written: Vec<TrackId> = applied.iter().map(|it| it.track_id).collect();
            duplicate::note(tx, job.provider_id(), &written).await?;
        }
        let read = whole.len() + lacking.len();
        work::complete(tx, &whole).await?;
        work::complete_in_part(tx, lacking).await?;
        let stats = job.stats_mut();
        stats.deleted += settled.lost.len() as u64;
        let (mut changed, mut moved) = (HashSet::new(), HashSet::new());
        for track in &applied {
            if settled.moved.contains(&track.track_id) {
                moved.insert(track.item_id);
            }
            if count(stats, track, &settled) {
                changed.insert(track.item_id);
            }
        }
        stats.moved += moved.len() as u64;
        changed.extend(moved);
        let mut moved = settled.moved;
        moved.extend(settled.gained);
        let only_moved =
            |it: &&AppliedTrack| it.outcome == Outcome::Unchanged && moved.contains(&it.track_id);
        let only_moved = applied.iter().filter(only_moved).map(|it| it.track_id);
        let moved: Vec<TrackId> = only_moved.collect();
        touched::tracks(tx, &moved).await?;
        let unchanged = whole.iter().filter(|it| !changed.contains(it)).count();
        job.count_read(read, unchanged);
        Ok(Written {
            applied,
            lost: settled.lost,
            handed: settled.handed,
            moved,
            warnings,
            current,
        })
    }

    /// Notes what reading cost and what failed; gives what could be read.
    async fn take_results(
        &mut self,
        tx: &mut WriteTx,
        job: &mut SyncJob,
        found: Vec<Processed>,
        warnings: &mut Warnings,
    ) -> Result<Vec<ReadItem>> {
        let done = found.iter().map(|it| &it.item.row);
        let current = currently(tx, job.id(), done).await?;
        let mut read = Vec::with_capacity(found.len());
        let mut failed = Vec::new();
        for it in found {
            let stats = job.stats_mut();
            stats.bytes_read += it.bytes_read;
            stats.requests += it.requests;
            let row = it.item.row;
            if !current.contains(&row.item_id) {
                continue; // it changed or went while it was read
            }
            let failure = match it.outcome {
                Ok(records) => {
                    read.push(ReadItem {
                        row,
                        records,
                        warnings: it.warnings,
                        unread_images: it.unread_images,
                        lacking: it.lacking,
                    });
                    continue;
                }
                Err(failure) => failure,
            };
            warnings.of_files.extend(it.warnings);
            warnings.of_images.extend(it.unread_images);
            job.count_failed();
            if mutants::on(Mutant::FailureForgotten) {
                work::complete(tx, &[row.item_id]).await?;
                continue;
            }
            failed.push(Failed {
                item_id: row.item_id,
                fate: self.fate(&row, &failure, tx.now_ms()),
                error: failure.reason().to_owned(),
            });
        }
        work::fail(tx, failed).await?;
        Ok(read)
    }

    /// Says when a file is read again, of which the library has all but what lies beside it.
    fn until_read_again(&mut self, row: &WorkRow, why: &ProcessFailure, now: i64) -> Failure {
        match self.fate(row, why, now) {
            // The next listing says what became of it; should it be there and not be found again, that is told.
            _ if matches!(why, ProcessFailure::Stale(_)) => Failure::Retry { not_before: 0 },
            // It is no fault of its own.
            Failure::Quarantine => Failure::Retry {
                not_before: later(now, LONGEST_WAIT),
            },
            other => other,
        }
    }

    /// Says what becomes of work that failed.
    fn fate(&mut self, row: &WorkRow, failure: &ProcessFailure, now: i64) -> Failure {
        match failure {
            ProcessFailure::Poison(_) => Failure::Quarantine,
            ProcessFailure::Deferred(_) | ProcessFailure::NoWay(..) | ProcessFailure::Stale(_) => {
                Failure::Defer { not_before: 0 }
            }
            ProcessFailure::Later(wait, _) => Failure::Defer {
                not_before: later(now, *wait).min(now.saturating_add(work::LONGEST_WAIT)),
            },
            ProcessFailure::Unreadable(_) if row.attempts + 1 >= self.max_attempts => {
                Failure::Quarantine
            }
            ProcessFailure::Unreadable(_) => {
                let longest = self.retry.backoff(row.attempts + 1) * PATIENCE;
                Failure::Retry {
                    not_before: later(now, self.jitter.up_to(longest.min(LONGEST_WAIT))),
                }
            }
        }
    }
}

fn tracks_of(files: &[ReadItem], max_attempts: u32) -> Vec<ReadFile<'_>> {
    let tracks = files.iter().flat_map(|file| {
        file.records.iter().map(move |record| ReadFile {
            record,
            name: &file.row.name,
            known: file.row.known,
            may_wait: file.row.attempts + 1 < max_attempts,
        })
    });
    tracks.collect()
}

fn later(now: i64, wait: Duration) -> i64 {
    now.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
}

/// Leaves out what changed or went since it was read, or is somebody else's by now: its work is still to be
/// done.
async fn current(
    tx: &mut WriteTx,
    job: SyncJobId,
    mut files: Vec<ReadItem>,
) -> Result<Vec<ReadItem>> {
    let current = currently(tx, job, files.iter().map(|it| &it.row)).await?;
    files.retain(|it| current.contains(&it.row.item_id));
    Ok(files)
}

/// Leaves files for the next sync, since another one could not be read, and is what these were or are.
async fn put_off(
    tx: &mut WriteTx,
    job: &mut SyncJob,
    files: Vec<ReadItem>,
    warnings: &mut Warnings,
) -> Result<()> {
    files.iter().for_each(|_| job.count_failed());
    let reason = "which track it is depends on a file that could not be read";
    let mut failed = Vec::with_capacity(files.len());
    for file in files {
        failed.push(Failed {
            item_id: file.row.item_id,
            fate: Failure::Retry { not_before: 0 },
            error: reason.to_owned(),
        });
        warnings.of_files.push(JobWarning {
            kind: "waiting".to_owned(),
            subject: file.row.key,
            message: reason.to_owned(),
        });
    }
    Ok(work::fail(tx, failed).await?)
}

/// Lets the tracks of these files have the images that they have, since theirs can't be read now.
async fn keep_images(
    tx: &mut WriteTx,
    records: &mut [TrackRecord],
    item_ids: &[i64],
) -> Result<()> {
    if item_ids.is_empty() {
        return Ok(());
    }
    let mut kept = artwork::of_tracks_in(tx, item_ids).await?;
    for record in records {
        if let Some(image) = kept.remove(&(record.item_id, record.part)) {
            record.artwork = Some(image);
        }
    }
    Ok(())
}

/// Tells whether other files than these changed and could not be read.
async fn unread_besides(tx: &mut WriteTx, provider_id: i64, files: &[ReadItem]) -> Result<Others> {
    let read: Vec<i64> = files.iter().map(|it| it.row.item_id).collect();
    Ok(
        match work::any_unread_besides(tx, provider_id, &read).await? {
            true => Others::Unknown,
            false => Others::None,
        },
    )
}

async fn currently(
    tx: &mut WriteTx,
    job: SyncJobId,
    rows: impl Iterator<Item = &WorkRow>,
) -> Result<HashSet<i64>> {
    let done: Vec<(i64, String)> = rows.map(|it| (it.item_id, it.version.clone())).collect();
    if mutants::on(Mutant::StaleResultCounts) {
        return Ok(done.into_iter().map(|(item, _)| item).collect());
    }
    Ok(work::current(tx, job.0, &done).await?.into_iter().collect())
}

/// Counts what became of a track, so that `added` less `deleted` is what the provider has more. Tells whether anything
/// did.
fn count(stats: &mut SyncJobStats, track: &AppliedTrack, settled: &Settled) -> bool {
    match track.outcome {
        Outcome::Added | Outcome::Revived => stats.added += 1,
        Outcome::Missing => stats.deleted += 1,
        _ if settled.gained.contains(&track.track_id) => stats.added += 1,
        Outcome::Updated => stats.updated += 1,
        Outcome::Unchanged => return false,
    }
    true
}

fn announce(
    run: &mut JobRun,
    applied: &[AppliedTrack],
    lost: &[TrackId],
    handed: &[HandOver],
    moved: &[TrackId],
) {
    let mut changed = LibraryChange::default();
    for track in applied {
        match track.outcome {
            Outcome::Added | Outcome::Revived => changed.added.insert(track.track_id.0),
            Outcome::Updated => changed.updated.insert(track.track_id.0),
            Outcome::Missing => changed.removed.insert(track.track_id.0),
            Outcome::Unchanged => {}
        }
    }
    moved.iter().for_each(|id| changed.updated.insert(id.0));
    let back: HashSet<TrackId> = handed.iter().map(|it| it.back).collect();
    let lost = lost.iter().filter(|it| !back.contains(it));
    let gone = lost.chain(handed.iter().map(|it| &it.gone));
    gone.for_each(|id| changed.removed.insert(id.0));
    back.iter().for_each(|id| changed.updated.insert(id.0));
    run.tell(changed);
}
