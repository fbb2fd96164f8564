//! A provider whose keys are paths, and which knows no file ids unless it is told some: folders are all that it
//! can list.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

use bridge_traits::provider::{
    Capabilities, Change, ChangePage, ChangeStream, ChangesFrom, Checkpoint, FeedKind, FeedScope,
    InitialSync, ItemKey, ItemKind, Next, PageTokens, RemoteItem, StorageProvider, Unreadable,
    Version,
};
use bridge_traits::storage::FileId;
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use bytes::Bytes;
use futures::stream;

/// The drive behind it.
#[derive(Clone, Default)]
pub(crate) struct Paths {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    files: BTreeMap<String, File>,
    tick: i64,
    bytes_read: u64,
    /// Files that can't be read, and why.
    refused: BTreeMap<String, ErrorKind>,
    /// Folders that can't be listed.
    closed: BTreeSet<String>,
}

#[derive(Clone)]
struct File {
    changed: i64,
    content: Bytes,
    file_id: Option<FileId>,
}

impl Paths {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics")
    }

    pub(crate) fn put(&self, path: &str, content: Vec<u8>) {
        let mut state = self.lock();
        state.tick += 1;
        let file = File {
            changed: state.tick,
            content: content.into(),
            file_id: None,
        };
        state.files.insert(path.to_owned(), file);
    }

    /// Puts the file of an id somewhere, with a date of its own.
    pub(crate) fn put_file(&self, path: &str, content: Vec<u8>, changed: i64, id: u64) {
        let file = File {
            changed,
            content: content.into(),
            file_id: Some(FileId {
                device: 1,
                file: id,
            }),
        };
        self.lock().files.insert(path.to_owned(), file);
    }

    pub(crate) fn delete(&self, path: &str) -> bool {
        self.lock().files.remove(path).is_some()
    }

    /// Renames a file, or all that is below a folder; what is there already is replaced.
    pub(crate) fn rename(&self, from: &str, to: &str) {
        let mut state = self.lock();
        let below = format!("{from}/");
        let moved: Vec<String> = state
            .files
            .keys()
            .filter(|it| *it == from || it.starts_with(&below))
            .cloned()
            .collect();
        assert!(!moved.is_empty(), "no {from}");
        for path in moved {
            let file = state.files.remove(&path).expect("it was there");
            state
                .files
                .insert(format!("{to}{}", &path[from.len()..]), file);
        }
    }

    /// Lets a file be listed and not be read, for this reason, or be read again.
    pub(crate) fn refuse(&self, path: &str, why: Option<ErrorKind>) {
        let mut state = self.lock();
        match why {
            Some(why) => state.refused.insert(path.to_owned(), why),
            None => state.refused.remove(path),
        };
    }

    /// Lets a folder be one that can't be listed, nor what is below it, or be listed again.
    pub(crate) fn close(&self, folder: &str, closed: bool) {
        let mut state = self.lock();
        match closed {
            true => state.closed.insert(folder.to_owned()),
            false => state.closed.remove(folder),
        };
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.lock().bytes_read
    }
}

impl State {
    fn file(&self, path: &str) -> Option<RemoteItem> {
        let file = self.files.get(path)?;
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        Some(RemoteItem {
            key: ItemKey(path.to_owned()),
            parent: Some(ItemKey(parent.to_owned())),
            name: name.to_owned(),
            kind: ItemKind::of_file_name(name),
            version: Version(format!("v{}", file.changed)),
            size: file.content.len() as u64,
            modified_ms: Some(file.changed * 1_000),
            file_id: file.file_id,
            content_hash: None,
        })
    }

    fn folder(path: &str) -> RemoteItem {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        RemoteItem {
            key: ItemKey(path.to_owned()),
            parent: Some(ItemKey(parent.to_owned())),
            name: name.to_owned(),
            kind: ItemKind::Folder,
            version: Version(String::new()),
            size: 0,
            modified_ms: None,
            file_id: None,
            content_hash: None,
        }
    }

    /// Lists folder by folder, parents first.
    fn listings(&self) -> Vec<Change> {
        let mut folders = BTreeSet::from([String::new()]);
        for path in self.files.keys() {
            for (at, _) in path.match_indices('/') {
                folders.insert(path[..at].to_owned());
            }
        }
        let parent_of = |path: &str| path.rsplit_once('/').map_or("", |it| it.0).to_owned();
        let is_below =
            |it: &str, folder: &str| it == folder || it.starts_with(&format!("{folder}/"));
        let is_closed = |it: &str| self.closed.iter().any(|folder| is_below(it, folder));
        folders
            .iter()
            .filter(|folder| !is_closed(folder))
            .map(|folder| {
                let mut children: Vec<RemoteItem> = folders
                    .iter()
                    .filter(|it| !it.is_empty() && parent_of(it) == *folder)
                    .map(|it| Self::folder(it))
                    .collect();
                let files = self.files.keys().filter(|it| parent_of(it) == *folder);
                children.extend(files.filter_map(|it| self.file(it)));
                Change::Listing {
                    folder: ItemKey(folder.clone()),
                    digest: Version(format!("{children:?}")),
                    children,
                }
            })
            .collect()
    }
}

#[platform_async_trait]
impl StorageProvider for Paths {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            feed: FeedKind::Snapshot,
            initial: InitialSync::FeedIsList,
            stable_ids: false,
            page_tokens: PageTokens::None,
            read_concurrency: 4,
        }
    }

    fn scope(&self) -> FeedScope {
        FeedScope {
            provider: "paths/1".into(),
            account: "test".into(),
            root: String::new(),
            filter: String::new(),
        }
    }

    async fn start_token(&self) -> Result<Option<Checkpoint>> {
        Ok(None)
    }

    async fn get_changes(&self, _: ChangesFrom) -> Result<ChangeStream> {
        let state = self.lock();
        let closed = state.closed.iter().map(|it| Unreadable {
            key: ItemKey(it.clone()),
            reason: "it is closed".to_owned(),
        });
        let page = ChangePage {
            changes: state.listings(),
            unreadable: closed.collect(),
            next: Next::Done(Checkpoint(b"listed".to_vec())),
        };
        Ok(Box::pin(stream::iter([Ok(page)])))
    }

    async fn stat(&self, key: &ItemKey) -> Result<RemoteItem> {
        let found = self.lock().file(&key.0);
        found.ok_or_else(|| BridgeError::new(ErrorKind::NotFound, key.0.clone()))
    }

    async fn read(&self, key: &ItemKey, _: Option<&Version>, range: Range<u64>) -> Result<Bytes> {
        let mut state = self.lock();
        if let Some(why) = state.refused.get(&key.0) {
            return Err(BridgeError::new(why.clone(), key.0.clone()));
        }
        let file = state.files.get(&key.0).cloned();
        let file = file.ok_or_else(|| BridgeError::new(ErrorKind::NotFound, key.0.clone()))?;
        let end = range.end.min(file.content.len() as u64) as usize;
        let begin = (range.start as usize).min(end);
        let piece = file.content.slice(begin..end);
        state.bytes_read += piece.len() as u64;
        Ok(piece)
    }
}
