//! The walk through folders, depth first, so that a single name tells how far it came.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use bridge_traits::provider::{Change, ItemKey, Unreadable, Version};
use bridge_traits::{BoxFuture, BridgeError, ErrorKind, Result};
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::checkpoint::Counts;
use super::listing::{self, Listing};
use super::shared::Shared;
use super::tree::Tree;

/// How deep folders may lie in each other.
const MAX_DEPTH: usize = 64;

/// So often a listing of folders without dates of their own may come again below itself before it is taken for
/// a circle: the folders of a tree may have the same names on every level.
const MAX_ALIKE: usize = 3;

/// How many listings may wait for their turn, for each that is being asked for.
const WAITING: usize = 8;

/// A walk under way. Listings are asked for ahead of need but taken in the order of the walk, so
/// the server's speed does not change what is reported in which order.
pub(super) struct Walk {
    shared: Arc<Shared>,
    /// For each folder on the way to where the walk is, the folders in it that are still to come.
    to_come: Vec<VecDeque<ItemKey>>,
    in_flight: FuturesUnordered<BoxFuture<'static, Answer>>,
    asked: HashSet<ItemKey>,
    waiting: HashMap<ItemKey, Result<Listing>>,
    /// An error that came after something was gathered, to be told next.
    trouble: Option<BridgeError>,
    /// The digests of the listings on the way to where the walk is, the root's first, with those of the
    /// dates of the folders in them.
    digests: Vec<(ItemKey, Version, Option<u64>)>,
    /// What changed on the way back to where a walk goes on, to be told first.
    on_the_way: Batch,
    pub(super) counts: Counts,
    /// What is known of folders; unchanged ones are left out of the walk.
    pub(super) tree: Option<Tree>,
    skips_unchanged: bool,
    /// Whether the root was seen to hold anything before, and so must not be empty.
    pub(super) had_content: bool,
}

type Answer = (ItemKey, Result<Listing>);

/// What a walk gathered. A listing and what was unreadable in it always come together.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) changes: Vec<Change>,
    pub(super) unreadable: Vec<Unreadable>,
    /// The last folder in it; `None` when the walk is over.
    pub(super) after: Option<ItemKey>,
    items: usize,
}

impl Walk {
    /// Begins a walk through these folders and all below them.
    pub(super) fn through(shared: Arc<Shared>, folders: Vec<ItemKey>) -> Self {
        Self {
            shared,
            to_come: vec![folders.into()],
            in_flight: FuturesUnordered::new(),
            asked: HashSet::new(),
            waiting: HashMap::new(),
            trouble: None,
            digests: Vec::new(),
            on_the_way: Batch::default(),
            counts: Counts::default(),
            tree: None,
            skips_unchanged: false,
            had_content: false,
        }
    }

    /// Leaves out what is as this tree says.
    pub(super) fn skipping(mut self, tree: Tree) -> Self {
        self.tree = Some(tree);
        self.skips_unchanged = true;
        self
    }

    /// Remembers ETags in this tree.
    pub(super) fn remembering(mut self, tree: Tree) -> Self {
        self.tree = Some(tree);
        self
    }

    /// Finds the way back to a folder that a walk has come past: the folders on the way are listed
    /// once more, and what comes after it in them is still to come. Those whose listing has another digest
    /// than `above` says are told again: nobody knows the folders yet that came into them meanwhile.
    pub(super) async fn resume(&mut self, after: &ItemKey, above: &[String]) -> Result<()> {
        self.to_come.clear();
        let way = way_to(after);
        for (depth, folder) in way.iter().enumerate() {
            let next = way.get(depth + 1);
            let mut listing = match listing::list(&self.shared, folder).await {
                Ok(listing) => listing,
                Err(error) if folder.is_root() => return Err(self.shared.root_error(error)),
                // It went meanwhile, with all that was to come in it.
                Err(error) if is_gone(&error) => return Ok(()),
                // What is above it is to come already.
                Err(error) if is_of_the_folder(&error) => {
                    self.shared.look_at_root().await?;
                    if let Some(tree) = &mut self.tree {
                        tree.forget(folder);
                    }
                    self.on_the_way.unreadable.push(Unreadable {
                        key: folder.clone(),
                        reason: error.to_string(),
                    });
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            self.check_root(folder, &listing)?;
            if let Some(reason) = self.circle(folder, &listing) {
                if let Some(tree) = &mut self.tree {
                    tree.forget(folder);
                }
                let key = folder.clone();
                self.on_the_way.unreadable.push(Unreadable { key, reason });
                return Ok(());
            }
            let is_to_come = |key: &ItemKey| next.is_none_or(|next| key > next);
            if let Some(tree) = &mut self.tree {
                // What the walk has passed may have changed between its listing and now.
                let known: Vec<_> = listing
                    .folders
                    .iter()
                    .map(|(key, etag)| (key.clone(), if is_to_come(key) { *etag } else { 0 }))
                    .collect();
                tree.set_children(folder, &known);
                listing
                    .unreadable
                    .iter()
                    .for_each(|it| tree.forget(&it.key));
            }
            let folders = std::mem::take(&mut listing.folders);
            let folders = folders.into_iter().map(|(key, _)| key);
            let is_to_come = |key: &ItemKey| is_to_come(key) && !is_deepest(folder);
            self.to_come.push(folders.filter(is_to_come).collect());
            self.note_digest(folder, &listing);
            if above.get(depth) != Some(&listing.digest.0) {
                self.on_the_way.tell(folder, listing);
            }
        }
        Ok(())
    }

    /// Gives the digests of the listings from the root down to a folder that was just passed.
    pub(super) fn digests_down_to(&self, after: &ItemKey) -> Vec<String> {
        let digest = |folder: &ItemKey| {
            let known = self.digests.iter().find(|(key, ..)| key == folder);
            known.map_or_else(String::new, |(_, digest, _)| digest.0.clone())
        };
        way_to(after).iter().map(digest).collect()
    }

    fn note_digest(&mut self, folder: &ItemKey, listing: &Listing) {
        let way = way_to(folder);
        self.digests
            .retain(|(key, ..)| key != folder && way.contains(key));
        let digest = listing.digest.clone();
        self.digests
            .push((folder.clone(), digest, listing.dates_of_folders()));
    }

    /// Tells whether a folder is one that lies above it, which the server shows once more: where it follows a
    /// link to there, it shows the same for ever, under ever longer names.
    fn circle(&self, folder: &ItemKey, listing: &Listing) -> Option<String> {
        let has_files = listing.children.len() > listing.folders.len();
        let alike = match listing.folders.len() {
            // It leads nowhere.
            0 => return None,
            // Versions tell files, and dates or ETags folders.
            _ if has_files || listing.dates_of_folders().is_some() => 1,
            // It leads one way down, to where it is too deep.
            1 => return None,
            _ => MAX_ALIKE,
        };
        let mut above = self.digests.iter().filter(|(key, digest, dates)| {
            let rest = folder.0.strip_prefix(&key.0);
            let is_above = rest.is_some_and(|rest| key.is_root() || rest.starts_with('/'));
            let is_alike = *digest == listing.digest && *dates == listing.dates_of_folders();
            is_above && key != folder && is_alike
        });
        let (same, ..) = above.nth(alike - 1)?;
        let same = match same.is_root() {
            true => "the folder to sync",
            false => &*same.0,
        };
        Some(format!(
            "it shows what is in {same}, in which it lies: a link seems to lead in a circle"
        ))
    }

    /// Refuses a root that is empty and was not.
    fn check_root(&self, folder: &ItemKey, listing: &Listing) -> Result<()> {
        if folder.is_root() && listing.is_bare && self.had_content {
            return Err(self.shared.root_unavailable(
                "it is empty, and was not at the last sync; it looks unmounted or emptied",
            ));
        }
        Ok(())
    }

    /// Goes on until a page is full or the walk is over.
    ///
    /// # Errors
    /// What must not be taken for the absence of a folder: no connection, no access to the account,
    /// a root that is gone or empty. What was gathered before comes first, so no work is lost.
    pub(super) async fn next_batch(&mut self) -> Result<Batch> {
        if let Some(error) = self.trouble.take() {
            return Err(error);
        }
        let mut batch = std::mem::take(&mut self.on_the_way);
        while batch.items < self.shared.options.page_items {
            let Some(folder) = self.next_folder() else {
                batch.after = None;
                return Ok(batch);
            };
            let taken = match self.answer(&folder).await {
                Ok(listing) => self.take(&folder, listing, &mut batch),
                Err(error) => self.survive(&folder, error, &mut batch).await,
            };
            match taken {
                Ok(()) => batch.after = Some(folder),
                Err(error) if batch.items == 0 => return Err(error),
                Err(error) => {
                    self.trouble = Some(error);
                    break;
                }
            }
        }
        Ok(batch)
    }

    /// Takes the folder out whose turn it is.
    fn next_folder(&mut self) -> Option<ItemKey> {
        while let Some(folders) = self.to_come.last_mut() {
            match folders.pop_front() {
                Some(folder) => return Some(folder),
                None => drop(self.to_come.pop()),
            }
        }
        None
    }

    async fn answer(&mut self, folder: &ItemKey) -> Result<Listing> {
        self.ask(folder.clone());
        self.ask_ahead();
        loop {
            if let Some(answer) = self.waiting.remove(folder) {
                return answer;
            }
            let Some((key, answer)) = self.in_flight.next().await else {
                // Not reached: the folder was asked for.
                return Err(BridgeError::new(ErrorKind::Other, folder.to_string()));
            };
            self.asked.remove(&key);
            self.waiting.insert(key, answer);
        }
    }

    fn ask_ahead(&mut self) {
        let limit = self.shared.options.look_ahead;
        let mut next = Vec::new();
        let mut room = limit.saturating_sub(self.in_flight.len());
        room = room.min((WAITING * limit).saturating_sub(self.asked.len() + self.waiting.len()));
        for folder in self.to_come.iter().rev().flatten().take(WAITING * limit) {
            if room == 0 {
                break;
            }
            if !self.asked.contains(folder) && !self.waiting.contains_key(folder) {
                next.push(folder.clone());
                room -= 1;
            }
        }
        next.into_iter().for_each(|folder| self.ask(folder));
    }

    fn ask(&mut self, folder: ItemKey) {
        if self.waiting.contains_key(&folder) || !self.asked.insert(folder.clone()) {
            return;
        }
        let shared = self.shared.clone();
        self.in_flight.push(Box::pin(async move {
            let answer = listing::list(&shared, &folder).await;
            (folder, answer)
        }));
    }

    fn take(&mut self, folder: &ItemKey, listing: Listing, batch: &mut Batch) -> Result<()> {
        self.check_root(folder, &listing)?;
        if let Some(reason) = self.circle(folder, &listing) {
            if let Some(tree) = &mut self.tree {
                tree.forget(folder);
            }
            batch.skip(folder.clone(), reason);
            return Ok(());
        }
        self.note_digest(folder, &listing);
        let folders = listing.folders.len();
        self.counts.folders += folders as u64;
        self.counts.files += (listing.children.len() - folders) as u64;
        if is_deepest(folder) {
            for (key, _) in &listing.folders {
                batch.skip(key.clone(), format!("folders may be {MAX_DEPTH} deep"));
            }
        } else {
            let to_come = listing.folders.iter().filter(|(key, etag)| {
                let is_known = |tree: &Tree| self.skips_unchanged && tree.is_unchanged(key, *etag);
                !self.tree.as_ref().is_some_and(is_known)
            });
            let to_come = to_come.map(|(key, _)| key.clone()).collect();
            self.to_come.push(to_come);
        }
        if let Some(tree) = &mut self.tree {
            tree.set_children(folder, &listing.folders);
            listing
                .unreadable
                .iter()
                .for_each(|it| tree.forget(&it.key));
        }
        batch.items += listing.children.len() + 1;
        batch.tell(folder, listing);
        Ok(())
    }

    /// Goes on past a folder that was not listed, where only that folder is at fault.
    ///
    /// It is reported as unreadable, never as an empty listing; also one that vanished since its
    /// parent was listed, since it may have been moved to where the walk has been already.
    async fn survive(
        &mut self,
        folder: &ItemKey,
        error: BridgeError,
        batch: &mut Batch,
    ) -> Result<()> {
        if folder.is_root() {
            return Err(self.shared.root_error(error));
        }
        let reason = match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => {
                format!("the folder vanished while its surroundings were listed: {error}")
            }
            _ if is_of_the_folder(&error) => error.to_string(),
            _ => return Err(error),
        };
        // One folder is survived. A root that went away takes all folders with it.
        self.shared.look_at_root().await?;
        if let Some(tree) = &mut self.tree {
            tree.forget(folder);
        }
        batch.skip(folder.clone(), reason);
        Ok(())
    }
}

impl Batch {
    fn tell(&mut self, folder: &ItemKey, listing: Listing) {
        self.unreadable.extend(listing.unreadable);
        self.changes.push(Change::Listing {
            folder: folder.clone(),
            digest: listing.digest,
            children: listing.children,
        });
    }

    fn skip(&mut self, key: ItemKey, reason: String) {
        tracing::debug!(%key, reason, "passed over while listing");
        self.items += 1;
        self.unreadable.push(Unreadable { key, reason });
    }
}

/// Gives the folders from the root down to one.
fn way_to(folder: &ItemKey) -> Vec<ItemKey> {
    let ends = folder.0.match_indices('/').map(|(at, _)| at);
    let below_root = ends.chain((!folder.is_root()).then_some(folder.0.len()));
    std::iter::once(ItemKey::root())
        .chain(below_root.map(|end| ItemKey(folder.0[..end].to_owned())))
        .collect()
}

/// Tells whether a walk goes into none of the folders in this one.
fn is_deepest(folder: &ItemKey) -> bool {
    folder.0.split('/').count() >= MAX_DEPTH
}

/// Tells whether only this folder is at fault, so that a walk passes over it.
fn is_of_the_folder(error: &BridgeError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied
            | ErrorKind::Corrupt
            | ErrorKind::Conflict
            | ErrorKind::Unsupported
            | ErrorKind::HttpStatus(_)
            | ErrorKind::Redirected
    )
}

fn is_gone(error: &BridgeError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::Conflict
    )
}
