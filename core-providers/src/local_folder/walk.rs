//! The walk through all folders, as a stream of pages.

mod folder;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use bridge_traits::provider::{
    Change, ChangePage, ChangeStream, ItemKey, ItemKind, Next, Unreadable,
};
use bridge_traits::{BoxFuture, ErrorKind, Result};
use futures::StreamExt;
use futures::stream::{FuturesOrdered, try_unfold};

use super::Shared;
use super::checkpoint::{MAX_VOLUMES, Stamp};
use super::listing::{self, Entries, Trouble};
pub(super) use folder::{Folder, FolderId};

/// How deep folders may lie in each other.
const MAX_DEPTH: usize = 256;

/// How many paths may lead to one folder. Links between folders can make the paths exponentially
/// many; this keeps the walk linear.
const MAX_PATHS: u32 = 16;

/// A walk under way. Listings are asked for ahead of need but taken in the order of the queue, so
/// the file system's speed does not change what is reported in which order.
pub(super) struct Walk {
    shared: Arc<Shared>,
    last: Option<Stamp>,
    last_volumes: HashSet<String>,
    root_id: Option<FolderId>,
    queue: VecDeque<Folder>,
    in_flight: FuturesOrdered<BoxFuture<'static, Answer>>,
    paths: HashMap<FolderId, u32>,
    stamp: Stamp,
    scratch: Vec<u8>,
    done: bool,
}

type Answer = (Folder, Result<Entries, Trouble>);

/// What has been gathered for the next page. A listing and what was unreadable in it are always in
/// the same page, since a page may be all that its reader commits.
#[derive(Default)]
struct Page {
    changes: Vec<Change>,
    unreadable: Vec<Unreadable>,
    items: usize,
}

impl Walk {
    /// Begins a walk.
    ///
    /// # Errors
    /// `RootUnavailable` if there is no root to walk through.
    pub(super) async fn start(shared: Arc<Shared>, last: Option<Stamp>) -> Result<Self> {
        let root = shared.root_metadata().await?;
        let stamp = Stamp::new(&shared.scope);
        let last_volumes = last
            .iter()
            .flat_map(|last| last.volumes.iter().cloned())
            .collect();
        Ok(Self {
            shared,
            last,
            last_volumes,
            root_id: root.file_id.map(FolderId::of_file),
            queue: VecDeque::from([Folder::root(root.file_id)]),
            in_flight: FuturesOrdered::new(),
            paths: HashMap::new(),
            stamp,
            scratch: Vec::new(),
            done: false,
        })
    }

    pub(super) fn into_stream(self) -> ChangeStream {
        Box::pin(try_unfold(self, |mut walk| async move {
            let page = walk.next_page().await?;
            Ok(page.map(|page| (page, walk)))
        }))
    }

    async fn next_page(&mut self) -> Result<Option<ChangePage>> {
        if self.done {
            return Ok(None);
        }
        let mut page = Page::default();
        while page.items < self.shared.options.page_items {
            self.ask_ahead();
            let Some((folder, answer)) = self.in_flight.next().await else {
                // A root that went away during the walk fails it here at the latest.
                self.check_root().await?;
                self.done = true;
                return Ok(Some(page.end(Next::Done(self.stamp.write()))));
            };
            match answer {
                Ok(entries) => self.take(folder, entries, &mut page)?,
                Err(trouble) => self.survive(folder, trouble, &mut page).await?,
            }
        }
        Ok(Some(page.end(Next::More(None))))
    }

    fn ask_ahead(&mut self) {
        while self.in_flight.len() < self.shared.options.look_ahead {
            let Some(folder) = self.queue.pop_front() else {
                return;
            };
            let shared = self.shared.clone();
            self.in_flight.push_back(Box::pin(async move {
                let entries = listing::gather(&shared, &folder).await;
                (folder, entries)
            }));
        }
    }

    fn take(&mut self, folder: Folder, entries: Entries, page: &mut Page) -> Result<()> {
        let id = entries.id;
        let paths = self.paths.entry(id).or_insert(0);
        *paths += 1;
        if *paths > MAX_PATHS {
            page.skip(
                folder.key,
                format!("more than {MAX_PATHS} paths lead to this folder"),
            );
            return Ok(());
        }
        let listing = listing::build(&self.shared, &folder, entries, &mut self.scratch);
        if folder.key.is_root() && listing.is_bare {
            self.check_bare_root()?;
        }
        // Asked whether or not the folder lies on another volume now: an unmounted one leaves an
        // empty folder on the volume above.
        if listing.is_bare && self.last_volumes.contains(&folder.key.0) {
            self.remember_volume(&folder.key);
            page.skip(
                folder.key,
                "another volume with content was mounted here at the last sync, now it is empty; \
                 a full sync accepts that"
                    .to_owned(),
            );
            return Ok(());
        }
        if folder.is_volume && !listing.is_bare {
            self.remember_volume(&folder.key);
        }
        let inside = folder.inside(id, listing.rules);
        for child in &listing.children {
            if child.kind != ItemKind::Folder {
                self.stamp.files += 1;
                continue;
            }
            self.stamp.folders += 1;
            if inside.depth() >= MAX_DEPTH {
                let reason = format!("folders may be {MAX_DEPTH} deep");
                page.skip(child.key.clone(), reason);
            } else {
                self.queue.push_back(inside.folder(child));
            }
        }
        page.items += listing.children.len() + 1;
        page.unreadable.extend(listing.unreadable);
        page.changes.push(Change::Listing {
            folder: folder.key,
            digest: listing.digest,
            children: listing.children,
        });
        Ok(())
    }

    fn remember_volume(&mut self, key: &ItemKey) {
        let volumes = &mut self.stamp.volumes;
        if !volumes.contains(&key.0) && volumes.len() < MAX_VOLUMES {
            volumes.push(key.0.clone());
        }
    }

    /// Goes on past a folder that was not listed.
    ///
    /// It is reported as unreadable, never as an empty listing. That holds for a folder that has
    /// vanished since its parent was listed, too: it may have been moved to where the walk has been
    /// already, and then its content, in no listing of this walk, would be taken for deleted. The
    /// next walk settles it, since the parent's listing will lack the folder and so differ.
    async fn survive(&mut self, folder: Folder, trouble: Trouble, page: &mut Page) -> Result<()> {
        let reason = match trouble {
            Trouble::Cycle => "a link leads back to a folder that this one lies in".to_owned(),
            Trouble::Failed(error) if folder.key.is_root() => {
                return Err(self.shared.root_error(error));
            }
            Trouble::Failed(error) => {
                // One folder is survived. A root that went away takes all folders with it, and is
                // an error.
                self.check_root().await?;
                match error.kind() {
                    ErrorKind::NotFound | ErrorKind::NotADirectory => {
                        format!("the folder vanished while its surroundings were listed: {error}")
                    }
                    _ => error.to_string(),
                }
            }
        };
        page.skip(folder.key, reason);
        Ok(())
    }

    /// Refuses an empty root where there was something at the last sync.
    fn check_bare_root(&self) -> Result<()> {
        match &self.last {
            Some(last) if !last.is_empty() => Err(self.shared.root_unavailable(&format!(
                "it is empty, and had {} files and {} folders at the last sync; it looks \
                 unmounted or emptied",
                last.files, last.folders
            ))),
            _ => Ok(()),
        }
    }

    /// Makes sure that the root is still the folder that the walk began in.
    async fn check_root(&mut self) -> Result<()> {
        let now = self.shared.root_metadata().await?;
        if now.file_id.map(FolderId::of_file) != self.root_id {
            return Err(self
                .shared
                .root_unavailable("it was replaced or unmounted while it was listed"));
        }
        Ok(())
    }
}

impl Page {
    fn skip(&mut self, key: ItemKey, reason: String) {
        tracing::debug!(%key, reason, "passed over while listing");
        self.items += 1;
        self.unreadable.push(Unreadable { key, reason });
    }

    fn end(self, next: Next) -> ChangePage {
        ChangePage {
            changes: self.changes,
            unreadable: self.unreadable,
            next,
        }
    }
}
