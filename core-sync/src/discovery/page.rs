//! One page of a feed, taken in: observations, the work they make and the feed's position, in one
//! transaction.

use std::collections::{HashMap, HashSet};

use bridge_traits::provider::{
    Change, ChangePage, ItemKey, ItemKind, Next, RemoteItem, Unreadable, Version,
};
use core_library::repository::feed::{self, Feed};
use core_library::repository::item::{self, ObservedItem, Place, Relocated};
use core_library::repository::job::JobWarning;
use core_library::repository::{deletion, track, work};
use core_library::{Library, WriteTx};

use super::dirty;
use crate::error::Result;
use crate::job::SyncJobStats;
use crate::mutants::{self, Mutant};
use crate::plan::{Observation, classify};
use crate::run::JobRun;
use crate::scan_queue::Priority;

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
    let known: u64 = same.iter().map(|listing| listing.audio).sum();
    job.stats_mut().discovered += known;
    job.stats_mut().unchanged += known - waiting(run, &same).await?.min(known);

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
    if quiet && feed_next == *feed {
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
    let mut applier = Applier {
        tx: &mut tx,
        provider_id,
        seen,
        stats,
        hidden,
        stable_ids,
    };
    applier.stamp_same(&same).await?;
    applier.apply(changes).await?;
    feed::put(&mut tx, provider_id, &feed_next).await?;
    run.commit(tx, job, warnings, None).await?;
    *feed = feed_next;
    Ok(finished)
}

/// Counts the files of unchanged listings that an earlier job left unread: they will be counted as
/// what they turn out to be.
async fn waiting(run: &JobRun, same: &[SameListing]) -> Result<u64> {
    if !run.leftover || same.is_empty() {
        return Ok(0);
    }
    let folders: Vec<&str> = same.iter().map(|it| it.folder.as_str()).collect();
    Ok(work::waiting_in(&run.library, run.job.provider_id(), &folders).await?)
}

/// A folder's listing whose digest is the one that was taken in before.
struct SameListing {
    folder: String,
    audio: u64,
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

/// Applies changes in order, as many at a time as the order allows.
struct Applier<'a> {
    tx: &'a mut WriteTx,
    provider_id: i64,
    seen: Seen,
    stats: &'a mut SyncJobStats,
    /// Keys that could not be read: their absence from a listing means nothing.
    hidden: HashSet<String>,
    /// Whether keys are ids, so that a folder that is there again has in it what it had.
    stable_ids: bool,
}

impl Applier<'_> {
    async fn stamp_same(&mut self, same: &[SameListing]) -> Result<()> {
        if let Seen::Listing { generation } = self.seen
            && !same.is_empty()
        {
            let folders: Vec<&str> = same.iter().map(|it| it.folder.as_str()).collect();
            item::stamp_children(self.tx, self.provider_id, generation, &folders).await?;
        }
        Ok(())
    }

    async fn apply(&mut self, changes: Vec<Change>) -> Result<()> {
        let mut items = Upserts::default();
        let mut listings: Vec<(ItemKey, Version, HashSet<String>)> = Vec::new();
        for change in changes {
            match change {
                Change::Upsert(item) => items.push(item),
                Change::Listing {
                    folder,
                    digest,
                    children,
                } => {
                    let keys = children.iter().map(|item| item.key.0.clone()).collect();
                    children.into_iter().for_each(|item| items.push(item));
                    listings.push((folder, digest, keys));
                }
                Change::Removed { key, subtree } => {
                    self.upsert(std::mem::take(&mut items)).await?;
                    self.remove(&key, subtree).await?;
                }
                Change::Dirty(_) => {} // resolved before
            }
        }
        self.upsert(items).await?;
        self.remove_unlisted(&listings).await?;
        let digests = listings
            .into_iter()
            .map(|(folder, digest, _)| (folder.0, digest.0));
        item::set_listings(self.tx, self.provider_id, digests.collect()).await?;
        Ok(())
    }

    async fn upsert(&mut self, items: Upserts) -> Result<()> {
        let items = items.items;
        if items.is_empty() {
            return Ok(());
        }
        let keys: Vec<&str> = items.iter().map(|item| item.key.0.as_str()).collect();
        let known = item::by_keys(self.tx, self.provider_id, &keys).await?;
        let mut sorted = Sorted::default();
        for item in items {
            let row = known.get(&item.key.0);
            if let Some(row) = row {
                self.settle_kind(row, &item).await?;
            }
            let observation = classify(row, &item);
            let read = row.is_some_and(|row| row.processed.as_ref() == Some(&row.version));
            self.count(&item, observation, read);
            sorted.push(item, observation, row);
        }
        self.write(sorted).await
    }

    /// Deals with what went when something of another kind took its name; nothing else will say it.
    async fn settle_kind(&mut self, row: &ObservedItem, item: &RemoteItem) -> Result<()> {
        match (row.kind, item.kind) {
            (was, is) if was == is => {}
            (ItemKind::Folder, _) if !row.removed => self.remove(&item.key, true).await?,
            (ItemKind::Audio, _) => {
                self.stats.deleted += deletion::detach(self.tx, &[row.id]).await?;
            }
            _ => {}
        }
        Ok(())
    }

    fn count(&mut self, item: &RemoteItem, observation: Observation, read: bool) {
        if item.kind != ItemKind::Audio {
            return;
        }
        self.stats.discovered += 1;
        match observation {
            Observation::Unchanged { .. } if read => self.stats.unchanged += 1,
            Observation::Moved { .. } => self.stats.moved += 1,
            // Counted when they are written or processed.
            Observation::Unchanged { .. }
            | Observation::New
            | Observation::Changed { .. }
            | Observation::Revived { .. } => {}
        }
    }

    async fn write(&mut self, mut sorted: Sorted) -> Result<()> {
        let generation = match self.seen {
            Seen::Listing { generation } => generation,
            Seen::Changes => 0,
        };
        let new_audio: Vec<bool> = sorted
            .new
            .iter()
            .map(|item| item.kind == ItemKind::Audio)
            .collect();
        let ids = item::insert(self.tx, self.provider_id, generation, sorted.new).await?;
        let mut todo: Vec<i64> = ids
            .into_iter()
            .zip(new_audio)
            .filter(|(_, audio)| *audio)
            .map(|(id, _)| id)
            .collect();
        todo.extend(sorted.changed_audio);
        item::update(self.tx, generation, sorted.update).await?;
        if self.seen != Seen::Changes && !sorted.unchanged.is_empty() {
            item::stamp(self.tx, generation, &sorted.unchanged).await?;
        }
        if self.stable_ids && !sorted.folders_back.is_empty() {
            let folders: Vec<&str> = sorted.folders_back.iter().map(String::as_str).collect();
            let back = item::bring_back_below(self.tx, self.provider_id, &folders).await?;
            for row in back.iter().filter(|it| it.kind == ItemKind::Audio) {
                self.stats.discovered += 1;
                match row.processed {
                    true => sorted.revived.push(row.id),
                    false => todo.push(row.id),
                }
            }
        }
        if !sorted.revived.is_empty() {
            let back = track::revive(self.tx, &sorted.revived).await?.len() as u64;
            self.stats.added += back;
            // The others were gone and back before anybody took them for missing.
            self.stats.unchanged += (sorted.revived.len() as u64).saturating_sub(back);
        }
        let priority = match self.seen {
            Seen::Changes => Priority::High,
            Seen::Listing { .. } => Priority::Normal,
        };
        work::enqueue(self.tx, self.provider_id, priority.as_i64(), &todo).await?;
        let mut told = item::told_by_place(self.tx, self.provider_id, &sorted.relocated).await?;
        let left_disc = |it: &&Relocated| {
            let from = it.from.folder.as_ref();
            from.is_some_and(|it| sorted.other_discs.contains(it))
        };
        told.extend(
            sorted
                .relocated
                .iter()
                .filter(left_disc)
                .map(|it| it.item_id),
        );
        work::enqueue(self.tx, self.provider_id, priority.as_i64(), &told).await?;
        sorted.restyled.extend(sorted.other_discs);
        if !sorted.restyled.is_empty() {
            let folders: Vec<&str> = sorted.restyled.iter().map(String::as_str).collect();
            let low = Priority::Low.as_i64();
            work::enqueue_folder_audio(self.tx, self.provider_id, low, &folders).await?;
        }
        Ok(())
    }

    async fn remove(&mut self, key: &ItemKey, subtree: bool) -> Result<()> {
        let ids = if subtree {
            item::subtree(self.tx, self.provider_id, &key.0).await?
        } else {
            let known = item::by_keys(self.tx, self.provider_id, &[&key.0]).await?;
            known.values().map(|item| item.id).collect()
        };
        mark_gone(self.tx, &ids).await?;
        if self.stable_ids {
            item::note_went_with_folder(self.tx, self.provider_id, &ids, &key.0).await?;
        }
        Ok(())
    }

    /// Removes what stands no longer in the folders that were listed: such a listing is complete,
    /// whatever becomes of the rest.
    async fn remove_unlisted(
        &mut self,
        listings: &[(ItemKey, Version, HashSet<String>)],
    ) -> Result<()> {
        if listings.is_empty() {
            return Ok(());
        }
        let folders: Vec<&str> = listings
            .iter()
            .map(|(folder, ..)| folder.0.as_str())
            .collect();
        let listed: HashMap<&str, &HashSet<String>> = listings
            .iter()
            .map(|(folder, _, keys)| (folder.0.as_str(), keys))
            .collect();
        let mut gone = Vec::new();
        for child in item::children_of(self.tx, self.provider_id, &folders).await? {
            let parent = child.parent_key.as_deref().unwrap_or_default();
            let there = listed
                .get(parent)
                .is_some_and(|keys| keys.contains(&child.key));
            if there || child.removed || self.hidden.contains(&child.key) {
                continue;
            }
            match child.kind {
                ItemKind::Folder => {
                    gone.extend(item::subtree(self.tx, self.provider_id, &child.key).await?);
                }
                _ => gone.push(child.id),
            }
        }
        mark_gone(self.tx, &gone).await
    }
}

/// Marks rows as gone, and lets what lay beside the images, lyrics and cue sheets among them be read again.
pub(super) async fn mark_gone(tx: &mut WriteTx, ids: &[i64]) -> Result<()> {
    item::mark_removed(tx, ids).await?;
    work::enqueue_beside(tx, Priority::Low.as_i64(), ids).await?;
    Ok(())
}

/// Items to be written, each key once, the last state of it.
#[derive(Default)]
struct Upserts {
    items: Vec<RemoteItem>,
    at: HashMap<ItemKey, usize>,
}

impl Upserts {
    fn push(&mut self, item: RemoteItem) {
        match self.at.get(&item.key) {
            Some(at) => self.items[*at] = item,
            None => {
                self.at.insert(item.key.clone(), self.items.len());
                self.items.push(item);
            }
        }
    }
}

/// Items by what is to be done with them.
#[derive(Default)]
struct Sorted {
    new: Vec<RemoteItem>,
    update: Vec<(i64, RemoteItem)>,
    unchanged: Vec<i64>,
    changed_audio: Vec<i64>,
    /// Rows that are back with the content that the library has.
    revived: Vec<i64>,
    /// Folders that are back, by key.
    folders_back: Vec<String>,
    /// Folders in which a cover, lyrics or a cue sheet came, changed or went.
    restyled: HashSet<String>,
    /// Folders that are those of discs and were not, or the other way round, or of another album's.
    other_discs: HashSet<String>,
    /// Audio files that are in another place, with the same content.
    relocated: Vec<Relocated>,
}

impl Sorted {
    fn push(&mut self, item: RemoteItem, observation: Observation, row: Option<&ObservedItem>) {
        let audio = item.kind == ItemKind::Audio;
        let unchanged = matches!(observation, Observation::Unchanged { .. });
        if is_style(item.kind) && !unchanged {
            self.restyled
                .insert(item.parent.clone().unwrap_or_default().0);
        }
        if let Some(row) = row.filter(|it| is_style(it.kind) && !unchanged && !it.removed) {
            self.restyled.extend(row.parent_key.clone());
        }
        if item.kind == ItemKind::Folder {
            let parent = item.parent.as_ref().map(|it| it.0.as_str());
            let was = row.filter(|it| it.kind == ItemKind::Folder);
            let was = was.and_then(|it| item::album_folder(&it.name, it.parent_key.as_deref()));
            if was != item::album_folder(&item.name, parent) {
                self.other_discs.insert(item.key.0.clone());
            }
        }
        let is_known = matches!(
            observation,
            Observation::Moved { .. }
                | Observation::Revived {
                    processed: true,
                    ..
                }
        );
        if let Some(row) = row.filter(|_| audio && is_known) {
            let (from, to) = (Place::of_row(row), Place::of_item(&item));
            if from != to {
                let item_id = row.id;
                self.relocated.push(Relocated { item_id, from, to });
            }
        }
        match observation {
            Observation::New => self.new.push(item),
            Observation::Unchanged { id, touched: false } => self.unchanged.push(id),
            Observation::Unchanged { id, touched: true } | Observation::Moved { id } => {
                self.update.push((id, item));
            }
            Observation::Changed { id } => {
                if audio {
                    self.changed_audio.push(id);
                }
                self.update.push((id, item));
            }
            Observation::Revived { id, processed } => {
                match (audio, processed) {
                    (true, true) => self.revived.push(id),
                    (true, false) => self.changed_audio.push(id),
                    (false, _) if item.kind == ItemKind::Folder => {
                        self.folders_back.push(item.key.0.clone());
                    }
                    (false, _) => {}
                }
                self.update.push((id, item));
            }
        }
    }
}

/// Tells whether an item says something about the tracks beside it.
fn is_style(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Image | ItemKind::Lyrics | ItemKind::Cue)
}
