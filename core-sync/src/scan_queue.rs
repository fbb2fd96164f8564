//! The queue between discovery and processing. It lies in the database, so what is in it survives
//! the process; this is the way in and out of it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bridge_traits::provider::ItemKind;
use core_library::repository::item;
use core_library::repository::item::ObservedItem;
use core_library::repository::work::{self, WorkRow};
use core_library::{Library, WriteTx};

use crate::error::Result;
use crate::job::SyncJobId;
use crate::mutants::{self, Mutant};

/// How urgent work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Tracks whose cover, lyrics or cue sheet changed.
    Low,
    /// What a full listing brought.
    Normal,
    /// What changed since the last sync.
    High,
    /// What somebody is looking at.
    Urgent,
}

impl Priority {
    /// Gives the number that is stored; higher goes first.
    pub fn as_i64(self) -> i64 {
        match self {
            Self::Low => 10,
            Self::Normal => 20,
            Self::High => 30,
            Self::Urgent => 40,
        }
    }
}

/// One audio file to be read.
#[derive(Debug, Clone)]
pub struct WorkItem {
    /// The row of the queue.
    pub row: WorkRow,
    /// The images, lyrics and cue sheets beside it.
    pub beside: Arc<Vec<ObservedItem>>,
    /// The images in the folder above, if this one holds a disc of the album that lies there.
    pub above: Arc<Vec<ObservedItem>>,
}

/// Takes work out of the durable queue in large bites and hands it out in chunks.
pub struct ScanQueue {
    library: Library,
    provider_id: i64,
    job: SyncJobId,
    ready: VecDeque<WorkItem>,
    exhausted: bool,
    /// Grows when work was made more urgent, here as this queue saw it last.
    raised: Arc<AtomicU64>,
    seen: u64,
}

impl ScanQueue {
    /// How many items are leased in one transaction.
    const BITE: usize = 4_096;

    /// Opens the queue of a provider for a job.
    ///
    /// `raised` grows when work was made more urgent: what is not handed out yet is then sorted anew.
    pub fn new(library: Library, provider_id: i64, job: SyncJobId, raised: Arc<AtomicU64>) -> Self {
        Self {
            seen: raised.load(Ordering::Acquire),
            raised,
            library,
            provider_id,
            job,
            ready: VecDeque::new(),
            exhausted: false,
        }
    }

    /// Hands out up to `limit` items, most urgent first; none when nothing is due any more. They
    /// stay in the queue, leased, until they are completed or failed.
    pub async fn dequeue(&mut self, limit: usize) -> Result<Vec<WorkItem>> {
        let raised = self.raised.load(Ordering::Acquire);
        let is_raised = raised != self.seen && !self.ready.is_empty();
        if is_raised || (self.ready.is_empty() && !self.exhausted) {
            let mut tx = self.library.write().await?;
            let rest: Vec<i64> = self.ready.iter().map(|it| it.row.item_id).collect();
            work::give_back(&mut tx, &rest).await?;
            let mut rows = work::lease(&mut tx, self.provider_id, self.job.0, Self::BITE).await?;
            self.exhausted = rows.len() < Self::BITE;
            if mutants::on(Mutant::LeaseNeverReclaimed) {
                rows.retain(|row| !row.abandoned);
            }
            self.ready = with_neighbours(&mut tx, self.provider_id, rows).await?;
            tx.commit().await?;
            self.seen = raised;
        }
        let count = limit.min(self.ready.len());
        Ok(self.ready.drain(..count).collect())
    }
}

async fn with_neighbours(
    tx: &mut WriteTx,
    provider_id: i64,
    rows: Vec<WorkRow>,
) -> Result<VecDeque<WorkItem>> {
    let mut folders: Vec<&str> = rows.iter().map(|row| row.parent_key.as_str()).collect();
    folders.sort_unstable();
    folders.dedup();
    let albums = item::album_folders(tx, provider_id, &folders).await?;
    folders.extend(albums.values().map(String::as_str));
    let mut beside: HashMap<String, Vec<ObservedItem>> = HashMap::new();
    for child in item::styles_in(tx, provider_id, &folders).await? {
        beside
            .entry(child.parent_key.clone().unwrap_or_default())
            .or_default()
            .push(child);
    }
    let mut above: HashMap<&str, Arc<Vec<ObservedItem>>> = HashMap::new();
    for album in albums.values() {
        let items = beside.get(album).into_iter().flatten();
        let images = items.filter(|it| it.kind == ItemKind::Image).cloned();
        above.insert(album, Arc::new(images.collect()));
    }
    let beside: HashMap<String, Arc<Vec<ObservedItem>>> = beside
        .into_iter()
        .map(|(folder, items)| (folder, Arc::new(items)))
        .collect();
    let none = Arc::new(Vec::new());
    Ok(rows
        .into_iter()
        .filter(|row| row.kind == ItemKind::Audio)
        .map(|row| {
            let beside = beside.get(&row.parent_key).unwrap_or(&none).clone();
            let album = albums.get(&row.parent_key);
            let above = album.and_then(|it| above.get(it.as_str()));
            let above = above.unwrap_or(&none).clone();
            WorkItem { row, beside, above }
        })
        .collect())
}
