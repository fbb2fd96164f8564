//! One page of a feed, taken in: observations, the work they make and the feed's position, in one
//! transaction.

use std::collections::HashSet;

use bridge_traits::provider::{Change, ChangePage, ItemKind, Next, Unreadable};
use core_library::repository::feed::{self, Feed};
use core_library::repository::item;
use core_library::repository::job::JobWarning;
use core_library::repository::work;
use core_library::{Library, WriteTx};

use super::applier::{Applier, SameListing};
use super::dirty;
use crate::error::Result;
use crate::job::SyncJobStats;
use crate::mutants::{self, Mutant};
use crate::progress::LibraryChange;
use crate::run::JobRun;

/// What a stream's silence about an item means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nothing: the stream has what changed.
    Changes,
    /// It lists everything: what is seen is stamped, and the sweep deals with the rest.
    Listing {
        /// The stamp.
        generation: i64,
    },
}

/// Takes in a page; tells whether it was the last one.
pub(super) async fn take_in(
    run: &mut JobRun,
    feed: &mut Feed,
    page: ChangePage,
    seen: Seen,
    done: &impl Fn(&mut Feed, Vec<u8>),
) -> Result<bool> {
    let ChangePage {
        changes,
        unreadable,
        next,
    } = page;
    let provider_id = run.job.provider_id();
    let mut job = run.job.clone();
    job.stats_mut().requests += 1;

    let changes = dirty::resolve(run, changes).await?;
    let (changes, same) = split_unchanged(&run.library, provider_id, changes).await?;

    let mut feed_next = feed.clone();
    let finished = match next {
        Next::More(token) => {
            feed_next.page_token = token.map(|token| token.0);
            false
        }
        Next::Done(checkpoint) => {
            feed_next.page_token = None;
            done(&mut feed_next, checkpoint.0);
            true
        }
    };
    job.update_cursor(
        feed_next
            .page_token
            .clone()
            .or_else(|| feed_next.checkpoint.clone())
            .unwrap_or_default(),
    );

    let quiet = changes.is_empty() && unreadable.is_empty() && seen == Seen::Changes;
    if quiet && feed_next == *feed && !run.rereads {
        count_same(job.stats_mut(), &same, 0);
        // Nothing to write down: the numbers are committed with the next page.
        run.job = job;
        return Ok(finished);
    }

    if mutants::on(Mutant::CursorFirst) {
        let mut tx = run.library.write().await?;
        feed::put(&mut tx, provider_id, &feed_next).await?;
        tx.commit().await?;
    }
    let mut tx = run.library.write().await?;
    let hidden: HashSet<String> = unreadable.iter().map(|it| it.key.0.clone()).collect();
    let warnings = shield(&mut tx, provider_id, seen, unreadable).await?;
    let stable_ids = run.provider.capabilities().stable_ids;
    let stats = job.stats_mut();
    let mut changed = LibraryChange::default();
    let mut applier = Applier {
        tx: &mut tx,
        provider_id,
        seen,
        stats,
        hidden,
        stable_ids,
        rereads: run.rereads,
        changed: &mut changed,
    };
    applier.stamp_same(&same).await?;
    applier.apply(changes).await?;
    let rereads = applier.rereads;
    let waiting = match rereads && !same.is_empty() {
        true => waiting(&mut tx, provider_id, &same).await?,
        false => 0,
    };
    count_same(job.stats_mut(), &same, waiting);
    feed::put(&mut tx, provider_id, &feed_next).await?;
    run.commit(tx, job, warnings, None).await?;
    run.tell(changed);
    run.rereads = rereads;
    *feed = feed_next;
    Ok(finished)
}

/// Counts the files of unchanged listings, but for those that wait: they will be counted as what they turn out to be.
fn count_same(stats: &mut SyncJobStats, same: &[SameListing], waiting: u64) {
    let known: u64 = same.iter().map(|listing| listing.audio).sum();
    stats.discovered += known;
    stats.unchanged += known.saturating_sub(waiting);
}

async fn waiting(tx: &mut WriteTx, provider_id: i64, same: &[SameListing]) -> Result<u64> {
    let folders: Vec<&str> = same.iter().map(|it| it.folder.as_str()).collect();
    Ok(work::waiting_in(tx, provider_id, &folders).await?)
}

/// Sets apart the listings in which nothing changed.
async fn split_unchanged(
    library: &Library,
    provider_id: i64,
    changes: Vec<Change>,
) -> Result<(Vec<Change>, Vec<SameListing>)> {
    let folders: Vec<&str> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Listing { folder, .. } => Some(folder.0.as_str()),
            _ => None,
        })
        .collect();
    if folders.is_empty() {
        return Ok((changes, Vec::new()));
    }
    let known = item::listings(library, provider_id, &folders).await?;
    let mut same = Vec::new();
    let mut rest = Vec::new();
    for change in changes {
        match change {
            Change::Listing {
                folder,
                digest,
                children,
            } if known.get(&folder.0) == Some(&digest.0) => {
                let audio = children
                    .iter()
                    .filter(|it| it.kind == ItemKind::Audio)
                    .count() as u64;
                same.push(SameListing {
                    folder: folder.0,
                    audio,
                });
            }
            other => rest.push(other),
        }
    }
    Ok((rest, same))
}

/// Keeps what lies below unreadable places from being taken for deleted, and words the warnings.
async fn shield(
    tx: &mut WriteTx,
    provider_id: i64,
    seen: Seen,
    unreadable: Vec<Unreadable>,
) -> Result<Vec<JobWarning>> {
    let mut warnings = Vec::with_capacity(unreadable.len());
    for Unreadable { key, reason } in unreadable {
        if let Seen::Listing { generation } = seen
            && !mutants::on(Mutant::UnreadableIsGone)
        {
            item::stamp_subtree(tx, provider_id, generation, &key.0).await?;
        }
        warnings.push(JobWarning {
            kind: "unreadable".to_owned(),
            subject: key.0,
            message: reason,
        });
    }
    Ok(warnings)
}
