//! Phase 1: takes in what the provider has to say.
//!
//! A full sync goes through the states of [`FeedPhase`]: list everything, drain what changed
//! meanwhile, and only then mark what the listing did not show as gone. Each state and each page is
//! committed, so a job that dies goes on there. An incremental sync drains the feed from the
//! checkpoint and never takes silence for a deletion.

mod applier;
mod dirty;
mod page;
mod sorted;

use std::collections::HashSet;

use bridge_traits::provider::{
    ChangePage, ChangeStream, ChangesFrom, Checkpoint, FeedKind, FeedScope, InitialSync, Next,
    Omitted, PageToken, Resync,
};
use core_async::time::sleep;
use core_library::repository::feed::{self, Feed, FeedPhase};
use core_library::repository::job::JobWarning;
use core_library::repository::work::ToRead;
use core_library::repository::{item, work};
use core_runtime::retry::{Decision, Failure, Jitter};
use futures::StreamExt;

use crate::error::{Result, SyncError};
use crate::job::SyncType;
use crate::mutants::{self, Mutant};
use crate::progress::LibraryChange;
use crate::run::JobRun;

/// So often a job begins to list, where the provider refuses to go on.
const MOST_LISTINGS: u32 = 3;

/// Makes the first sync of a provider the full one that it is.
pub(crate) async fn settle_type(run: &mut JobRun) -> Result<()> {
    if feed::get(&run.library, run.job.provider_id())
        .await?
        .generation
        == 0
    {
        run.job.escalate();
    }
    Ok(())
}

/// Takes in the provider's feed; returns when the new checkpoint is stored and renamed files have
/// their rows back.
pub(crate) async fn discovery_phase(run: &mut JobRun) -> Result<()> {
    observe(run).await?;
    settle_renames(run).await?;
    let provider = run.job.provider_id();
    let mut to_read = ToRead::default();
    if work::has_waiting(&run.library, provider).await? {
        let mut tx = run.library.write().await?;
        to_read = work::to_read(&mut tx, provider).await?;
        tx.commit().await?;
    }
    run.job.begin_reading(to_read);
    Ok(())
}

async fn observe(run: &mut JobRun) -> Result<()> {
    let scope = scope_text(&run.provider.scope());
    run.rereads = work::has_waiting(&run.library, run.job.provider_id()).await?;
    let mut feed = feed::get(&run.library, run.job.provider_id()).await?;
    if let Some(reason) = why_full(run.job.sync_type(), &feed, &scope) {
        escalate(run, reason).await?;
    }
    let mut resync = Resync::default();
    if run.job.sync_type() == SyncType::Incremental {
        if mutants::on(Mutant::RefusalIsFatal) {
            return incremental(run, &mut feed).await;
        }
        match incremental(run, &mut feed).await {
            Err(error) => match error.resync() {
                Some(said) => {
                    resync = said.clone();
                    escalate(run, &error.to_string()).await?;
                }
                None => return Err(error),
            },
            done => return done,
        }
    }
    // The position of an earlier run may be refused, and then where the provider said that one should begin.
    for listing in 1.. {
        let error = match full(run, &mut feed, &scope, &resync).await {
            Err(error) if feed.phase != FeedPhase::Idle && listing < MOST_LISTINGS => error,
            done => return done,
        };
        let Some(said) = error.resync() else {
            return Err(error);
        };
        feed.phase = FeedPhase::Idle;
        feed.checkpoint = None;
        resync = said.clone();
        if listing + 1 == MOST_LISTINGS {
            resync.restart = None;
        }
    }
    Ok(())
}

/// Tells why an incremental sync is not possible, if so.
fn why_full(sync_type: SyncType, feed: &Feed, scope: &str) -> Option<&'static str> {
    if sync_type == SyncType::Full {
        None
    } else if feed.phase != FeedPhase::Idle {
        Some("the last full sync is not finished")
    } else if feed.checkpoint.is_none() {
        Some("there is no checkpoint yet")
    } else if feed.scope != scope {
        Some("the provider's account, root or filter is another one")
    } else {
        None
    }
}

async fn escalate(run: &mut JobRun, reason: &str) -> Result<()> {
    tracing::warn!(
        job = run.job.id().0,
        reason,
        "incremental sync becomes a full one"
    );
    let mut job = run.job.clone();
    job.escalate();
    let warning = JobWarning {
        kind: "cursor_reset".to_owned(),
        subject: "change cursor".to_owned(),
        message: format!("{reason}; listing everything"),
    };
    let tx = run.library.write().await?;
    run.commit(tx, job, vec![warning], None).await?;
    run.reporter.cursor_reset(&run.job, reason);
    Ok(())
}

/// Drains the feed from the checkpoint, or from the page where the last job stopped.
async fn incremental(run: &mut JobRun, feed: &mut Feed) -> Result<()> {
    let from = match (&feed.page_token, &feed.checkpoint) {
        (Some(token), _) => ChangesFrom::Page(PageToken(token.clone())),
        (None, Some(checkpoint)) => ChangesFrom::Checkpoint(Checkpoint(checkpoint.clone())),
        (None, None) => ChangesFrom::Beginning,
    };
    if mutants::on(Mutant::IncrementalSweep) {
        feed.generation += 1;
        let generation = feed.generation;
        let seen = page::Seen::Listing { generation };
        drain(run, feed, from, seen, |feed, checkpoint| {
            feed.start_token = Some(checkpoint);
        })
        .await?;
        return sweep(run, feed).await;
    }
    drain(run, feed, from, page::Seen::Changes, |feed, checkpoint| {
        feed.prev_checkpoint = feed.checkpoint.replace(checkpoint);
    })
    .await
}

/// Lists, drains, sweeps; each where an earlier job left off, or as the provider said that refused a cursor.
async fn full(run: &mut JobRun, feed: &mut Feed, scope: &str, resync: &Resync) -> Result<()> {
    // A listing that broke off and has no token to go on begins anew, with a generation of its own:
    // what the old one saw may be gone by now.
    // So does one whose root is empty by now, when somebody says that this is meant: see `listing_from`.
    let capabilities = run.provider.capabilities();
    let is_meant = run.deletions_confirmed && capabilities.feed == FeedKind::Snapshot;
    let begins_anew = feed.phase == FeedPhase::List && (feed.page_token.is_none() || is_meant);
    if feed.phase == FeedPhase::Idle || begins_anew || feed.scope != scope {
        begin_full(run, feed, scope, resync).await?;
    }
    let generation = feed.generation;
    let has_feed = capabilities.feed == FeedKind::Native;
    if feed.phase == FeedPhase::List {
        let from = listing_from(run, feed);
        drain(
            run,
            feed,
            from,
            page::Seen::Listing { generation },
            |feed, checkpoint| {
                // A feed that lists by itself goes on where its listing ends.
                feed.start_token.get_or_insert(checkpoint);
                feed.phase = if has_feed && !mutants::on(Mutant::SweepBeforeDrain) {
                    FeedPhase::Drain
                } else {
                    FeedPhase::Sweep
                };
            },
        )
        .await?;
    }
    if mutants::on(Mutant::TokenAfterListing)
        && let Some(token) = start_token(run).await?
    {
        feed.start_token = Some(token.0);
    }
    if feed.phase == FeedPhase::Drain {
        let from = match (&feed.page_token, &feed.start_token) {
            (Some(token), _) => ChangesFrom::Page(PageToken(token.clone())),
            (None, Some(start)) => ChangesFrom::Checkpoint(Checkpoint(start.clone())),
            (None, None) => ChangesFrom::Beginning,
        };
        drain(
            run,
            feed,
            from,
            page::Seen::Listing { generation },
            |feed, checkpoint| {
                feed.phase = FeedPhase::Sweep;
                feed.start_token = Some(checkpoint);
            },
        )
        .await?;
    }
    sweep(run, feed).await
}

/// Tells where a listing begins. A provider without a feed lists everything from any checkpoint, and
/// knows by it what should be there: a root or volume that is suddenly empty. Only a person's word
/// does without.
fn listing_from(run: &JobRun, feed: &Feed) -> ChangesFrom {
    if let Some(token) = &feed.page_token {
        return ChangesFrom::Page(PageToken(token.clone()));
    }
    let snapshot = run.provider.capabilities().feed == FeedKind::Snapshot;
    match &feed.checkpoint {
        Some(last) if snapshot && !run.deletions_confirmed => {
            ChangesFrom::Checkpoint(Checkpoint(last.clone()))
        }
        _ => ChangesFrom::Beginning,
    }
}

/// Opens a new generation. The start token is taken before anything is listed.
async fn begin_full(run: &mut JobRun, feed: &mut Feed, scope: &str, resync: &Resync) -> Result<()> {
    let capabilities = run.provider.capabilities();
    let start = match (capabilities.feed, capabilities.initial) {
        (FeedKind::Native, InitialSync::ListThenFeed)
            if !mutants::on(Mutant::TokenAfterListing) =>
        {
            start_token(run).await?
        }
        _ => None,
    };
    let mut next = feed.clone();
    if next.scope != scope {
        next.checkpoint = None;
        next.prev_checkpoint = None;
        next.keeps_unlisted = false;
    }
    next.scope = scope.to_owned();
    next.phase = FeedPhase::List;
    next.start_token = start.map(|token| token.0);
    next.page_token = resync.restart.clone().map(|token| token.0);
    // What was said of a listing that was never finished holds for the one in its place.
    next.keeps_unlisted |= resync.omitted == Omitted::Kept;
    next.generation += 1;
    let mut tx = run.library.write().await?;
    item::ensure_root(&mut tx, run.job.provider_id(), next.generation).await?;
    work::retry_quarantined(&mut tx, run.job.provider_id()).await?;
    work::make_due(&mut tx, run.job.provider_id()).await?;
    feed::put(&mut tx, run.job.provider_id(), &next).await?;
    let job = run.job.clone();
    run.commit(tx, job, vec![], None).await?;
    *feed = next;
    Ok(())
}

async fn start_token(run: &JobRun) -> Result<Option<Checkpoint>> {
    let mut jitter = jitter(run);
    let mut attempts = 0;
    loop {
        let token = core_async::select! {
            biased;
            why = run.stop.asked() => return Err(why),
            token = run.provider.start_token() => token,
        };
        match token {
            Ok(token) => return Ok(token),
            Err(error) => {
                attempts += 1;
                wait_to_retry(run, error.into(), attempts, &mut jitter).await?;
            }
        }
    }
}

/// Takes in one stream to its end. `done` says what the checkpoint it ends in means for the feed.
async fn drain(
    run: &mut JobRun,
    feed: &mut Feed,
    mut from: ChangesFrom,
    seen: page::Seen,
    done: impl Fn(&mut Feed, Vec<u8>),
) -> Result<()> {
    let mut tokens = HashSet::new();
    let mut pages = 0;
    let mut attempts = 0;
    let mut jitter = jitter(run);
    loop {
        let error = match open(run, from.clone()).await {
            Ok(mut stream) => loop {
                match next_page(run, &mut stream).await {
                    Ok(Some(page)) => {
                        pages += 1;
                        attempts = 0;
                        if let Next::More(Some(token)) = &page.next {
                            let is_new = tokens.insert(token.0.clone());
                            if !is_new && !mutants::on(Mutant::LoopFollowed) {
                                return Err(SyncError::FeedLoop { page: pages });
                            }
                            from = ChangesFrom::Page(token.clone());
                        }
                        if page::take_in(run, feed, page, seen, &done).await? {
                            return Ok(());
                        }
                    }
                    Ok(None) if mutants::on(Mutant::ShortPageTrusted) => {
                        let last = feed.checkpoint.clone().unwrap_or_default();
                        done(feed, last);
                        return Ok(());
                    }
                    Ok(None) => return Err(SyncError::IncompleteListing { pages }),
                    Err(error) => break error,
                }
            },
            Err(error) => error,
        };
        attempts += 1;
        wait_to_retry(run, error, attempts, &mut jitter).await?;
    }
}

async fn open(run: &JobRun, from: ChangesFrom) -> Result<ChangeStream> {
    core_async::select! {
        biased;
        why = run.stop.asked() => Err(why),
        stream = run.provider.get_changes(from) => Ok(stream?),
    }
}

async fn next_page(run: &JobRun, stream: &mut ChangeStream) -> Result<Option<ChangePage>> {
    core_async::select! {
        biased;
        why = run.stop.asked() => Err(why),
        page = stream.next() => Ok(page.transpose()?),
    }
}

fn jitter(run: &JobRun) -> Jitter {
    Jitter::seeded(run.job.id().0.unsigned_abs() ^ run.library.now_ms().unsigned_abs())
}

/// Waits before the stream is opened again, if the error may pass; else gives it back.
async fn wait_to_retry(
    run: &JobRun,
    error: SyncError,
    attempt: u32,
    jitter: &mut Jitter,
) -> Result<()> {
    let failure = error.bridge().map_or(Failure::Permanent, Failure::from);
    match run.retry.decide(attempt, failure, jitter) {
        Decision::GiveUp(reason) => {
            tracing::info!(%error, attempt, %reason, "the feed is given up");
            Err(error)
        }
        Decision::Wait(wait) => {
            tracing::info!(%error, attempt, ?wait, "the feed is tried again");
            core_async::select! {
                biased;
                why = run.stop.asked() => Err(why),
                () = sleep(wait) => Ok(()),
            }
        }
    }
}

/// Marks what the full listing did not show as gone, and makes its checkpoint live, at once.
async fn sweep(run: &mut JobRun, feed: &mut Feed) -> Result<()> {
    run.check_stop()?;
    let mut next = feed.clone();
    next.phase = FeedPhase::Idle;
    next.prev_checkpoint = std::mem::replace(&mut next.checkpoint, next.start_token.take());
    let mut tx = run.library.write().await?;
    let unseen = item::unseen(&mut tx, run.job.provider_id(), next.generation).await?;
    let keeps = std::mem::take(&mut next.keeps_unlisted) && !run.deletions_confirmed;
    let warnings = match keeps {
        true => unlisted(unseen.len()),
        false => {
            applier::mark_gone(&mut tx, &unseen).await?;
            vec![]
        }
    };
    feed::put(&mut tx, run.job.provider_id(), &next).await?;
    let job = run.job.clone();
    run.commit(tx, job, warnings, None).await?;
    *feed = next;
    Ok(())
}

/// Tells of items that were not listed and are kept, because the provider may have lost track of them.
fn unlisted(count: usize) -> Vec<JobWarning> {
    let warning = || {
        JobWarning {
        kind: "unlisted".to_owned(),
        subject: format!("{count} items"),
        message: "the provider did not list them, and said that it may have lost track of some; they are \
                  kept until the next full sync"
            .to_owned(),
    }
    };
    (count > 0).then(warning).into_iter().collect()
}

/// Lets files that were merely renamed keep their rows, so that none of them is read again.
async fn settle_renames(run: &mut JobRun) -> Result<()> {
    if !work::has_waiting(&run.library, run.job.provider_id()).await? {
        return Ok(());
    }
    let resolver = run.resolver();
    let mut tx = run.library.write().await?;
    let mut job = run.job.clone();
    let renamed = resolver.adopt_renamed(&mut tx).await?;
    let back = renamed.back.len() as u64;
    job.stats_mut().moved += renamed.files.saturating_sub(back);
    job.stats_mut().added += back;
    run.commit(tx, job, vec![], None).await?;
    run.tell(LibraryChange {
        added: renamed.back.iter().map(|it| it.0).collect(),
        updated: renamed.tracks.iter().map(|it| it.0).collect(),
        ..LibraryChange::default()
    });
    Ok(())
}

/// Writes a scope as text; equal scopes give equal text, others do not.
fn scope_text(scope: &FeedScope) -> String {
    [&scope.provider, &scope.account, &scope.root, &scope.filter]
        .map(|part| format!("{}:{part}", part.len()))
        .concat()
}
