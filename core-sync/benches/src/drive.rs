//! A drive with ids, a listing and a feed, as Google Drive has them.
//!
//! Items are worked out from their number when they are asked for, so that a large drive takes no
//! more memory than a small one. Only what was changed is kept.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bridge_traits::provider::{
    Capabilities, Change, ChangePage, ChangeStream, ChangesFrom, Checkpoint, FeedKind, FeedScope,
    InitialSync, ItemKey, ItemKind, Next, PageToken, PageTokens, RemoteItem, StorageProvider,
    Version,
};
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use bytes::Bytes;
use fastrand::Rng;
use futures::stream;

use crate::track::flac;

const TRACKS_IN_ALBUM: u64 = 12;
const ALBUMS_OF_ARTIST: u64 = 4;
/// An artist's folder, the albums' folders, the tracks.
const BLOCK: u64 = 1 + ALBUMS_OF_ARTIST * (1 + TRACKS_IN_ALBUM);
/// As many as Google Drive gives at once.
const PAGE: u64 = 1_000;
const SEED: u64 = 20_261_126;

/// What changed between two syncs, by what a sync should make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Round {
    pub(crate) updated: u64,
    pub(crate) added: u64,
    pub(crate) moved: u64,
    pub(crate) deleted: u64,
}

/// The drive.
pub(crate) struct Drive {
    blocks: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Tracks that are not as they were made.
    changed: HashMap<u64, Edited>,
    /// Which items changed, in order.
    feed: Vec<u64>,
    files_read: u64,
}

#[derive(Debug, Clone)]
struct Edited {
    version: u64,
    album: u64,
    name: String,
    removed: bool,
}

/// What an item's number stands for.
enum Node {
    Artist(u64),
    Album(u64),
    Track(u64),
}

impl Node {
    fn of(item: u64) -> Self {
        let (block, within) = (item / BLOCK, item % BLOCK);
        let Some(within) = within.checked_sub(1) else {
            return Self::Artist(block);
        };
        let album = block * ALBUMS_OF_ARTIST + within / (1 + TRACKS_IN_ALBUM);
        match (within % (1 + TRACKS_IN_ALBUM)).checked_sub(1) {
            None => Self::Album(album),
            Some(track) => Self::Track(album * TRACKS_IN_ALBUM + track),
        }
    }
}

impl Drive {
    /// Makes a drive of about so many tracks: whole artists, one at least.
    pub(crate) fn new(tracks: u64) -> Arc<Self> {
        let blocks = tracks.div_ceil(ALBUMS_OF_ARTIST * TRACKS_IN_ALBUM).max(1);
        Arc::new(Self {
            blocks,
            state: Mutex::default(),
        })
    }

    pub(crate) fn tracks(&self) -> u64 {
        self.blocks * ALBUMS_OF_ARTIST * TRACKS_IN_ALBUM
    }

    pub(crate) fn items(&self) -> u64 {
        self.blocks * BLOCK
    }

    pub(crate) fn files_read(&self) -> u64 {
        self.lock().files_read
    }

    /// Changes ten tracks here and there: four retagged, two new, two moved, two deleted.
    pub(crate) fn change(&self, round: u64) -> Round {
        let mut rng = Rng::with_seed(SEED + round);
        let mut state = self.lock();
        let mut picked = Vec::new();
        while picked.len() < 8 {
            let track = rng.u64(..self.tracks());
            let gone = state.changed.get(&track).is_some_and(|it| it.removed);
            if !gone && !picked.contains(&track) {
                picked.push(track);
            }
        }
        for (at, track) in picked.into_iter().enumerate() {
            let mut item = state.edited(track);
            match at {
                0..4 => item.version += 1,
                4..6 => {
                    item.album = rng.u64(..self.tracks() / TRACKS_IN_ALBUM);
                    item.name = format!("Moved in round {round}, {at}.flac");
                }
                _ => item.removed = true,
            }
            state.put(track, item);
        }
        for at in 0..2 {
            let track = self.tracks() + 2 * round + at;
            let item = Edited {
                version: 1,
                album: rng.u64(..self.tracks() / TRACKS_IN_ALBUM),
                name: format!("New in round {round}, {at}.flac"),
                removed: false,
            };
            state.put(track, item);
        }
        Round {
            updated: 4,
            added: 2,
            moved: 2,
            deleted: 2,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn list(&self, first: u64) -> ChangePage {
        let end = self.items().min(first + PAGE);
        let state = self.lock();
        let changes = (first..end).map(|item| match Node::of(item) {
            Node::Artist(artist) => Change::Upsert(folder(
                format!("p{artist}"),
                None,
                format!("Artist {artist}"),
            )),
            Node::Album(album) => Change::Upsert(folder(
                format!("a{album}"),
                Some(format!("p{}", album / ALBUMS_OF_ARTIST)),
                format!("Album {album}"),
            )),
            Node::Track(track) => state.change(track),
        });
        let changes = changes.collect();
        let next = if end < self.items() {
            Next::More(Some(PageToken(format!("list {end}").into_bytes())))
        } else {
            Next::Done(Checkpoint(b"0".to_vec()))
        };
        ChangePage {
            changes,
            unreadable: vec![],
            next,
        }
    }

    fn feed(&self, from: usize) -> ChangePage {
        let state = self.lock();
        let changes = state.feed[from..]
            .iter()
            .map(|track| state.change(*track))
            .collect();
        ChangePage {
            changes,
            unreadable: vec![],
            next: Next::Done(Checkpoint(state.feed.len().to_string().into_bytes())),
        }
    }
}

impl State {
    fn edited(&self, track: u64) -> Edited {
        self.changed.get(&track).cloned().unwrap_or_else(|| Edited {
            version: 0,
            album: track / TRACKS_IN_ALBUM,
            name: format!("{:02} Track {track}.flac", track % TRACKS_IN_ALBUM + 1),
            removed: false,
        })
    }

    fn put(&mut self, track: u64, item: Edited) {
        self.changed.insert(track, item);
        self.feed.push(track);
    }

    fn change(&self, track: u64) -> Change {
        let item = self.edited(track);
        let key = ItemKey(format!("t{track}"));
        if item.removed {
            return Change::Removed {
                key,
                subtree: false,
            };
        }
        Change::Upsert(RemoteItem {
            key,
            parent: Some(ItemKey(format!("a{}", item.album))),
            kind: ItemKind::of_file_name(&item.name),
            name: item.name,
            version: Version(format!("v{}", item.version)),
            size: flac(track, item.version).len() as u64,
            modified_ms: Some(1_700_000_000_000 + item.version as i64),
            file_id: None,
            content_hash: None,
        })
    }
}

fn folder(key: String, parent: Option<String>, name: String) -> RemoteItem {
    RemoteItem {
        key: ItemKey(key),
        parent: Some(parent.map_or_else(ItemKey::root, ItemKey)),
        name,
        kind: ItemKind::Folder,
        version: Version(String::new()),
        size: 0,
        modified_ms: None,
        file_id: None,
        content_hash: None,
    }
}

#[platform_async_trait]
impl StorageProvider for Drive {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            feed: FeedKind::Native,
            initial: InitialSync::ListThenFeed,
            stable_ids: true,
            page_tokens: PageTokens::Durable,
            read_concurrency: 8,
        }
    }

    fn scope(&self) -> FeedScope {
        FeedScope {
            provider: "made-up/1".to_owned(),
            account: String::new(),
            root: String::new(),
            filter: String::new(),
        }
    }

    async fn start_token(&self) -> Result<Option<Checkpoint>> {
        let at = self.lock().feed.len();
        Ok(Some(Checkpoint(at.to_string().into_bytes())))
    }

    async fn get_changes(&self, from: ChangesFrom) -> Result<ChangeStream> {
        let this = Self {
            blocks: self.blocks,
            state: Mutex::default(),
        };
        let page = match from {
            ChangesFrom::Checkpoint(Checkpoint(at)) => {
                return Ok(Box::pin(stream::iter([Ok(
                    self.feed(number(&at)? as usize)
                )])));
            }
            ChangesFrom::Beginning => 0,
            ChangesFrom::Page(PageToken(token)) => {
                number(token.strip_prefix(b"list ").unwrap_or_default())?
            }
        };
        // Nothing changes while it is listed.
        let pages = stream::unfold(Some((this, page)), |at| async {
            let (this, first) = at?;
            let page = this.list(first);
            let rest = matches!(page.next, Next::More(_)).then(|| (this, first + PAGE));
            Some((Ok(page), rest))
        });
        Ok(Box::pin(pages))
    }

    async fn stat(&self, key: &ItemKey) -> Result<RemoteItem> {
        Err(BridgeError::new(ErrorKind::NotFound, key.0.clone()))
    }

    async fn read(
        &self,
        key: &ItemKey,
        _version: Option<&Version>,
        range: Range<u64>,
    ) -> Result<Bytes> {
        let track = number(key.0.strip_prefix('t').unwrap_or_default().as_bytes())?;
        let mut state = self.lock();
        if range.start == 0 {
            state.files_read += 1;
        }
        let content = flac(track, state.edited(track).version);
        let end = (range.end as usize).min(content.len());
        Ok(Bytes::from(content).slice((range.start as usize).min(end)..end))
    }
}

fn number(text: &[u8]) -> Result<u64> {
    std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| BridgeError::new(ErrorKind::cursor_invalid(), "the made-up drive"))
}
