//! A provider in memory, with a change feed.

mod state;

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::{StreamExt, stream};

use self::state::{Cursor, State};
use crate::provider::{
    Capabilities, ChangeStream, ChangesFrom, Checkpoint, FeedKind, FeedScope, InitialSync, ItemKey,
    Omitted, PageTokens, RemoteItem, Resync, StorageProvider, Version,
};
use crate::testing::filesystem::slice;
use crate::{BridgeError, ErrorKind, Result, platform_async_trait};

/// A call that can be made to fail, and is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderCall {
    /// [`StorageProvider::start_token`]
    StartToken,
    /// [`StorageProvider::get_changes`]
    GetChanges,
    /// One page of a stream.
    Page,
    /// [`StorageProvider::stat`]
    Stat,
    /// [`StorageProvider::read`]
    Read,
}

/// A provider whose tree the test changes, with a native change feed, like a cloud drive's.
///
/// Ids are stable and never used again. A checkpoint is a position in the log of changes; a page of
/// the feed covers a part of the log and tells the present state of what changed there, removals
/// first, then folders before what lies in them. As with real drives, a folder may come on a later
/// page than something that was moved into it. The listing goes by id and is live. Clones share the
/// tree.
#[derive(Debug, Clone)]
pub struct MemoryProvider {
    inner: Arc<Mutex<State>>,
}

impl MemoryProvider {
    /// Makes an empty provider: list, then feed, with 100 items a page.
    pub fn new() -> Self {
        Self {
            inner: Arc::new(Mutex::new(State::new())),
        }
    }

    /// Sets how many items a page holds, at least one.
    pub fn set_page_size(&self, items: usize) {
        self.lock().page_size = items.max(1);
    }

    /// Sets how the first sync works. With [`InitialSync::FeedIsList`] there is no start token.
    pub fn set_initial(&self, initial: InitialSync) {
        self.lock().initial = initial;
    }

    /// Makes a file with its missing folders, or changes its content; its key stays the same then.
    ///
    /// # Panics
    /// If a part of the path is a file, or the path names a folder.
    pub fn put(&self, path: &str, content: impl Into<Bytes>) -> ItemKey {
        self.lock().put(path, Some(content.into()))
    }

    /// Makes a folder with its missing parents; one that exists already is fine.
    ///
    /// # Panics
    /// If a part of the path is a file.
    pub fn put_folder(&self, path: &str) -> ItemKey {
        self.lock().put(path, None)
    }

    /// Renames or moves a file or folder with all below it; keys stay. A file at `to` is deleted.
    ///
    /// # Panics
    /// If there is nothing at `from`, or a folder at `to`, or `to` lies in `from`.
    pub fn rename(&self, from: &str, to: &str) {
        self.lock().rename(from, to);
    }

    /// Moves a file or folder into another folder under its own name; keys stay.
    ///
    /// # Panics
    /// As [`rename`](Self::rename).
    pub fn move_into(&self, from: &str, folder: &str) {
        let name = from.rsplit('/').next().unwrap_or(from);
        let to = match folder {
            "" => name.to_owned(),
            folder => format!("{folder}/{name}"),
        };
        self.rename(from, &to);
    }

    /// Deletes a file, or a folder with all below it.
    ///
    /// # Panics
    /// If there is nothing at `path`.
    pub fn delete(&self, path: &str) {
        self.lock().delete(path);
    }

    /// Finds the key of what lies at a path.
    pub fn key_of(&self, path: &str) -> Option<ItemKey> {
        self.lock().find(path).map(state::key)
    }

    /// Tells what a sync should find now.
    pub fn tree(&self) -> super::ExpectedTree {
        self.lock().tree()
    }

    /// Makes every checkpoint and page token given so far invalid.
    pub fn expire_cursors(&self) {
        self.lock().expire(Resync::default());
    }

    /// Makes every checkpoint and page token given so far invalid, and says what a listing's silence means
    /// from then on, and that it is to begin after the item at `path`, if one is given.
    ///
    /// # Panics
    /// If there is no item at `path`.
    pub fn expire_cursors_and_say(&self, omitted: Omitted, path: Option<&str>) {
        let mut state = self.lock();
        state.expire(Resync {
            omitted,
            restart: None,
        });
        state.resync.restart = path.map(|path| state.listing_after(path));
    }

    /// Makes the next call of any kind fail. Several of these are used up in order.
    pub fn fail_next(&self, kind: ErrorKind) {
        self.lock().failures.push((None, kind));
    }

    /// Makes the next call of this kind fail.
    pub fn fail_next_call(&self, call: ProviderCall, kind: ErrorKind) {
        self.lock().failures.push((Some(call), kind));
    }

    /// Counts the calls of this kind so far, failed ones included.
    pub fn calls(&self, call: ProviderCall) -> usize {
        let state = self.lock();
        state.calls.iter().filter(|it| **it == call).count()
    }

    /// Counts the bytes that were read so far.
    pub fn bytes_read(&self) -> u64 {
        self.lock().bytes_read
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryProvider {
    fn default() -> Self {
        Self::new()
    }
}

#[platform_async_trait]
impl StorageProvider for MemoryProvider {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            feed: FeedKind::Native,
            initial: self.lock().initial,
            stable_ids: true,
            page_tokens: PageTokens::Durable,
            read_concurrency: 4,
        }
    }

    fn scope(&self) -> FeedScope {
        FeedScope {
            provider: "memory/1".into(),
            account: "test".into(),
            root: String::new(),
            filter: String::new(),
        }
    }

    async fn start_token(&self) -> Result<Option<Checkpoint>> {
        let mut state = self.lock();
        state.enter(ProviderCall::StartToken, "start token")?;
        if state.initial == InitialSync::FeedIsList {
            return Ok(None);
        }
        Ok(Some(state.feed_end()))
    }

    async fn get_changes(&self, from: ChangesFrom) -> Result<ChangeStream> {
        let mut state = self.lock();
        state.enter(ProviderCall::GetChanges, "changes")?;
        let cursor = match from {
            ChangesFrom::Beginning => state.beginning(),
            ChangesFrom::Checkpoint(checkpoint) => {
                let cursor = state.parse(&checkpoint.0)?;
                if matches!(cursor, Cursor::List { .. }) {
                    return Err(BridgeError::new(ErrorKind::cursor_invalid(), "checkpoint"));
                }
                cursor
            }
            ChangesFrom::Page(token) => state.parse(&token.0)?,
        };
        let epoch = state.epoch;
        drop(state);
        let provider = self.clone();
        // Ends after the last page and after an error.
        let pages = stream::unfold(Some(cursor), move |cursor| {
            let provider = provider.clone();
            async move {
                let (page, next) = match provider.lock().page(epoch, cursor?) {
                    Ok((page, next)) => (Ok(page), next),
                    Err(error) => (Err(error), None),
                };
                Some((page, next))
            }
        });
        Ok(Box::pin(pages.fuse()))
    }

    async fn stat(&self, key: &ItemKey) -> Result<RemoteItem> {
        let mut state = self.lock();
        state.enter(ProviderCall::Stat, &key.0)?;
        state.item(key)
    }

    async fn read(
        &self,
        key: &ItemKey,
        version: Option<&Version>,
        range: Range<u64>,
    ) -> Result<Bytes> {
        let mut state = self.lock();
        state.enter(ProviderCall::Read, &key.0)?;
        let content = state.content(key)?;
        if let Some(version) = version
            && *version != state.item(key)?.version
        {
            return Err(BridgeError::new(ErrorKind::Conflict, &*key.0)
                .detail("the content has another version now"));
        }
        let piece = slice(&content, range);
        state.bytes_read += piece.len() as u64;
        Ok(piece)
    }
}
