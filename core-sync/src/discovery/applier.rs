//! Changes of a feed become rows: in their order, as many at a time as the order allows.

use std::collections::{HashMap, HashSet};

use bridge_traits::provider::{Change, ItemKey, ItemKind, RemoteItem, Version};
use core_library::WriteTx;
use core_library::repository::item::{self, ObservedItem, Relocated};
use core_library::repository::{deletion, track, work};

use super::page::Seen;
use super::sorted::{Sorted, Upserts};
use crate::error::Result;
use crate::job::SyncJobStats;
use crate::plan::{Observation, classify};
use crate::progress::LibraryChange;
use crate::scan_queue::Priority;

/// A folder's listing whose digest is the one that was taken in before.
pub(super) struct SameListing {
    pub(super) folder: String,
    /// How many audio files it has.
    pub(super) audio: u64,
}

/// Applies changes in order, as many at a time as the order allows.
pub(super) struct Applier<'a> {
    pub(super) tx: &'a mut WriteTx,
    pub(super) provider_id: i64,
    pub(super) seen: Seen,
    pub(super) stats: &'a mut SyncJobStats,
    /// Keys that could not be read: their absence from a listing means nothing.
    pub(super) hidden: HashSet<String>,
    /// Whether keys are ids, so that a folder that is there again has in it what it had.
    pub(super) stable_ids: bool,
    /// Whether files may wait to be read that are as they were.
    pub(super) rereads: bool,
    /// Tracks that are back, or went, and that nobody was told of yet.
    pub(super) changed: &'a mut LibraryChange,
}

impl Applier<'_> {
    pub(super) async fn stamp_same(&mut self, same: &[SameListing]) -> Result<()> {
        if let Seen::Listing { generation } = self.seen
            && !same.is_empty()
        {
            let folders: Vec<&str> = same.iter().map(|it| it.folder.as_str()).collect();
            item::stamp_children(self.tx, self.provider_id, generation, &folders).await?;
        }
        Ok(())
    }

    pub(super) async fn apply(&mut self, changes: Vec<Change>) -> Result<()> {
        let mut items = Upserts::default();
        let mut listings: Vec<(ItemKey, Version, HashSet<String>)> = Vec::new();
        let mut same = Vec::new();
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
                    same.extend(self.upsert(std::mem::take(&mut items)).await?);
                    self.remove(&key, subtree).await?;
                }
                Change::Dirty(_) => {} // resolved before
            }
        }
        same.extend(self.upsert(items).await?);
        self.remove_unlisted(&listings).await?;
        self.count_unchanged(&same).await?;
        let digests = listings
            .into_iter()
            .map(|(folder, digest, _)| (folder.0, digest.0));
        item::set_listings(self.tx, self.provider_id, digests.collect()).await?;
        Ok(())
    }

    /// Counts those of these files that are not to be read: the others will be counted as what they turn out to be.
    async fn count_unchanged(&mut self, same: &[i64]) -> Result<()> {
        let waiting = match self.rereads && !same.is_empty() {
            true => work::waiting_of(self.tx, same).await?,
            false => 0,
        };
        self.stats.unchanged += (same.len() as u64).saturating_sub(waiting);
        Ok(())
    }

    /// Writes items; gives the audio files that are as they were.
    async fn upsert(&mut self, items: Upserts) -> Result<Vec<i64>> {
        let items = items.items;
        let mut same = Vec::new();
        if items.is_empty() {
            return Ok(same);
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
            same.extend(self.count(&item, observation).filter(|_| read));
            sorted.push(item, observation, row);
        }
        self.write(sorted).await?;
        Ok(same)
    }

    /// Deals with what went when something of another kind took its name; nothing else will say it.
    async fn settle_kind(&mut self, row: &ObservedItem, item: &RemoteItem) -> Result<()> {
        match (row.kind, item.kind) {
            (was, is) if was == is => {}
            (ItemKind::Folder, _) if !row.removed => self.remove(&item.key, true).await?,
            (ItemKind::Audio, _) => {
                let lost = deletion::detach(self.tx, &[row.id]).await?;
                self.stats.deleted += lost.len() as u64;
                lost.iter().for_each(|it| self.changed.removed.insert(it.0));
            }
            _ => {}
        }
        Ok(())
    }

    /// Counts an audio file; gives the row of one that is as it was.
    fn count(&mut self, item: &RemoteItem, observation: Observation) -> Option<i64> {
        if item.kind != ItemKind::Audio {
            return None;
        }
        self.stats.discovered += 1;
        match observation {
            Observation::Unchanged { id, .. } => return Some(id),
            Observation::Moved { .. } => self.stats.moved += 1,
            // Counted when they are written or processed.
            Observation::New | Observation::Changed { .. } | Observation::Revived { .. } => {}
        }
        None
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
        self.note_moved(sorted.moved, &sorted.folders_moved).await?;
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
            let tracks = track::revive(self.tx, &sorted.revived).await?;
            let back = tracks.len() as u64;
            tracks.iter().for_each(|it| self.changed.added.insert(it.0));
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
            self.rereads = true;
            work::enqueue_folder_audio(self.tx, self.provider_id, low, &folders).await?;
        }
        Ok(())
    }

    /// Notes the tracks whose path is another one, though nothing else is.
    async fn note_moved(&mut self, mut files: Vec<i64>, folders: &[String]) -> Result<()> {
        for folder in folders {
            files.extend(item::subtree(self.tx, self.provider_id, folder).await?);
        }
        if files.is_empty() {
            return Ok(());
        }
        let moved = track::relocated(self.tx, &files).await?;
        moved
            .iter()
            .for_each(|it| self.changed.updated.insert(it.0));
        Ok(())
    }

    async fn remove(&mut self, key: &ItemKey, subtree: bool) -> Result<()> {
        let ids = if subtree {
            item::subtree(self.tx, self.provider_id, &key.0).await?
        } else {
            let known = item::by_keys(self.tx, self.provider_id, &[&key.0]).await?;
            known.values().map(|item| item.id).collect()
        };
        self.mark_gone(&ids).await?;
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
        self.mark_gone(&gone).await
    }

    async fn mark_gone(&mut self, ids: &[i64]) -> Result<()> {
        self.rereads |= !ids.is_empty();
        mark_gone(self.tx, ids).await
    }
}

/// Marks rows as gone, and lets what lay beside the images, lyrics and cue sheets among them be read again.
pub(super) async fn mark_gone(tx: &mut WriteTx, ids: &[i64]) -> Result<()> {
    item::mark_removed(tx, ids).await?;
    work::enqueue_beside(tx, Priority::Low.as_i64(), ids).await?;
    Ok(())
}
