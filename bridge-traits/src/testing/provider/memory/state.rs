//! The tree and the log behind the provider.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::ProviderCall;
use crate::provider::{
    Change, ChangePage, Checkpoint, InitialSync, ItemKey, ItemKind, Next, PageToken, RemoteItem,
    Resync, Version,
};
use crate::testing::ExpectedTree;
use crate::{BridgeError, ErrorKind, Result};

/// The root's id.
const ROOT: u64 = 0;

#[derive(Debug)]
pub(super) struct State {
    nodes: BTreeMap<u64, Node>,
    last_id: u64,
    /// The ids that changed, in order. A checkpoint is a position in it.
    log: Vec<u64>,
    pub(super) epoch: u64,
    /// What refusals of cursors say.
    pub(super) resync: Resync,
    pub(super) page_size: usize,
    pub(super) initial: InitialSync,
    pub(super) failures: Vec<(Option<ProviderCall>, ErrorKind)>,
    pub(super) calls: Vec<ProviderCall>,
    pub(super) bytes_read: u64,
}

#[derive(Debug)]
struct Node {
    parent: u64,
    name: String,
    /// `None` for a folder.
    content: Option<Bytes>,
    /// The length of the log when the content changed last.
    version: usize,
}

/// Where a stream goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cursor {
    /// The listing, after this id; the feed goes on at `feed` when it is over.
    List { after: u64, feed: usize },
    /// The feed, from this position of the log.
    Feed { at: usize },
}

/// Writes an id as a key; the root's is empty.
pub(super) fn key(id: u64) -> ItemKey {
    if id == ROOT {
        return ItemKey::root();
    }
    ItemKey(format!("id{id}"))
}

fn id(key: &ItemKey) -> Option<u64> {
    if key.is_root() {
        return Some(ROOT);
    }
    key.0.strip_prefix("id")?.parse().ok()
}

impl State {
    pub(super) fn new() -> Self {
        let root = Node {
            parent: ROOT,
            name: String::new(),
            content: None,
            version: 0,
        };
        Self {
            nodes: BTreeMap::from([(ROOT, root)]),
            last_id: ROOT,
            log: Vec::new(),
            epoch: 1,
            resync: Resync::default(),
            page_size: 100,
            initial: InitialSync::ListThenFeed,
            failures: Vec::new(),
            calls: Vec::new(),
            bytes_read: 0,
        }
    }

    /// Counts a call, and fails it if the test wants that.
    pub(super) fn enter(&mut self, call: ProviderCall, subject: &str) -> Result<()> {
        self.calls.push(call);
        let due = self
            .failures
            .iter()
            .position(|(which, _)| which.is_none_or(|it| it == call));
        match due {
            Some(at) => {
                let (_, kind) = self.failures.remove(at);
                Err(
                    BridgeError::new(kind, format!("memory provider, {subject}"))
                        .detail("the test asked for this"),
                )
            }
            None => Ok(()),
        }
    }

    fn child(&self, parent: u64, name: &str) -> Option<u64> {
        self.nodes
            .iter()
            .find(|(id, node)| **id != ROOT && node.parent == parent && node.name == name)
            .map(|(id, _)| *id)
    }

    pub(super) fn find(&self, path: &str) -> Option<u64> {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        parts.try_fold(ROOT, |folder, name| self.child(folder, name))
    }

    fn touch(&mut self, id: u64) {
        self.log.push(id);
    }

    pub(super) fn put(&mut self, path: &str, content: Option<Bytes>) -> ItemKey {
        let mut at = ROOT;
        let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
        for (depth, name) in parts.iter().enumerate() {
            let last = depth + 1 == parts.len();
            let wanted = content.as_ref().filter(|_| last);
            match self.child(at, name) {
                Some(id) => {
                    let is_file = self.nodes[&id].content.is_some();
                    assert_eq!(is_file, wanted.is_some(), "{path}: file and folder differ");
                    at = id;
                    if let Some(content) = wanted {
                        self.touch(id);
                        let version = self.log.len();
                        if let Some(node) = self.nodes.get_mut(&id) {
                            node.content = Some(content.clone());
                            node.version = version;
                        }
                    }
                }
                None => {
                    self.last_id += 1;
                    let id = self.last_id;
                    self.touch(id);
                    let node = Node {
                        parent: at,
                        name: (*name).to_owned(),
                        content: wanted.cloned(),
                        version: self.log.len(),
                    };
                    self.nodes.insert(id, node);
                    at = id;
                }
            }
        }
        key(at)
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) {
        let id = self
            .find(from)
            .unwrap_or_else(|| panic!("nothing at {from}"));
        let inside = to.strip_prefix(from).is_some_and(|it| it.starts_with('/'));
        assert!(!inside, "{to} lies in {from}");
        if let Some(replaced) = self.find(to) {
            if replaced == id {
                return;
            }
            assert!(self.nodes[&replaced].content.is_some(), "a folder at {to}");
            self.delete(to);
        }
        let (folder, name) = to.rsplit_once('/').unwrap_or(("", to));
        self.put(folder, None);
        let parent = self.find(folder).unwrap_or(ROOT);
        if let Some(node) = self.nodes.get_mut(&id) {
            node.parent = parent;
            node.name = name.to_owned();
        }
        self.touch(id);
    }

    pub(super) fn delete(&mut self, path: &str) {
        let id = self
            .find(path)
            .unwrap_or_else(|| panic!("nothing at {path}"));
        assert_ne!(id, ROOT, "the root can't be deleted");
        self.remove(id);
        self.touch(id);
    }

    fn remove(&mut self, id: u64) {
        self.nodes.remove(&id);
        let children: Vec<_> = self
            .nodes
            .iter()
            .filter(|(child, node)| **child != ROOT && node.parent == id)
            .map(|(child, _)| *child)
            .collect();
        for child in children {
            self.remove(child);
        }
    }

    fn path(&self, mut id: u64) -> String {
        let mut parts = Vec::new();
        while id != ROOT {
            let node = &self.nodes[&id];
            parts.push(node.name.as_str());
            id = node.parent;
        }
        parts.reverse();
        parts.join("/")
    }

    pub(super) fn tree(&self) -> ExpectedTree {
        self.nodes
            .iter()
            .filter(|(id, _)| **id != ROOT)
            .map(|(id, node)| (self.path(*id), node.content.clone()))
            .collect()
    }

    fn node(&self, key: &ItemKey) -> Result<(u64, &Node)> {
        id(key)
            .and_then(|id| Some((id, self.nodes.get(&id)?)))
            .ok_or_else(|| BridgeError::new(ErrorKind::NotFound, format!("item {key}")))
    }

    pub(super) fn content(&self, key: &ItemKey) -> Result<Bytes> {
        let (_, node) = self.node(key)?;
        node.content
            .clone()
            .ok_or_else(|| BridgeError::new(ErrorKind::IsADirectory, format!("item {key}")))
    }

    pub(super) fn item(&self, key: &ItemKey) -> Result<RemoteItem> {
        let (id, node) = self.node(key)?;
        Ok(self.describe(id, node))
    }

    fn describe(&self, id: u64, node: &Node) -> RemoteItem {
        RemoteItem {
            key: key(id),
            parent: (id != ROOT).then(|| key(node.parent)),
            name: node.name.clone(),
            kind: match node.content {
                Some(_) => ItemKind::of_file_name(&node.name),
                None => ItemKind::Folder,
            },
            version: Version(format!("v{}", node.version)),
            size: node.content.as_ref().map_or(0, |it| it.len() as u64),
            modified_ms: Some(1_767_225_600_000 + node.version as i64 * 1000),
            file_id: None,
            content_hash: node.content.as_deref().map(hash),
        }
    }

    pub(super) fn feed_end(&self) -> Checkpoint {
        Checkpoint(self.write(Cursor::Feed { at: self.log.len() }))
    }

    pub(super) fn beginning(&self) -> Cursor {
        Cursor::List {
            after: ROOT,
            feed: self.log.len(),
        }
    }

    /// Lets no cursor count that was given so far.
    pub(super) fn expire(&mut self, resync: Resync) {
        self.epoch += 1;
        self.resync = resync;
    }

    /// Makes the token of the listing after the item at `path`.
    pub(super) fn listing_after(&self, path: &str) -> PageToken {
        let after = self.find(path).unwrap_or_else(|| panic!("{path} is there"));
        let feed = self.log.len();
        PageToken(self.write(Cursor::List { after, feed }))
    }

    fn write(&self, cursor: Cursor) -> Vec<u8> {
        match cursor {
            Cursor::List { after, feed } => format!("list {} {after} {feed}", self.epoch),
            Cursor::Feed { at } => format!("feed {} {at}", self.epoch),
        }
        .into_bytes()
    }

    /// Makes the refusal of a cursor.
    fn refusal(&self, subject: &str) -> BridgeError {
        BridgeError::new(ErrorKind::CursorInvalid(self.resync.clone()), subject)
    }

    pub(super) fn parse(&self, bytes: &[u8]) -> Result<Cursor> {
        let invalid = |why: &str| self.refusal("memory provider's cursor").detail(why);
        let text = std::str::from_utf8(bytes).map_err(|_| invalid("not ours"))?;
        let mut words = text.split(' ');
        let kind = words.next();
        let numbers: Option<Vec<u64>> = words.map(|word| word.parse().ok()).collect();
        let position = |it: u64| {
            usize::try_from(it)
                .ok()
                .filter(|it| *it <= self.log.len())
                .ok_or_else(|| invalid("after the end"))
        };
        let (epoch, cursor) = match (kind, numbers.as_deref()) {
            (Some("list"), Some(&[epoch, after, feed])) => {
                let feed = position(feed)?;
                (epoch, Cursor::List { after, feed })
            }
            (Some("feed"), Some(&[epoch, at])) => (epoch, Cursor::Feed { at: position(at)? }),
            _ => return Err(invalid("not ours")),
        };
        if epoch != self.epoch {
            return Err(invalid("expired"));
        }
        Ok(cursor)
    }

    /// Makes the page at `cursor`, and tells where the next one begins.
    pub(super) fn page(
        &mut self,
        epoch: u64,
        cursor: Cursor,
    ) -> Result<(ChangePage, Option<Cursor>)> {
        self.enter(ProviderCall::Page, "page")?;
        if epoch != self.epoch {
            return Err(self
                .refusal("memory provider's page")
                .detail("expired while the stream was open"));
        }
        let (changes, next) = match cursor {
            Cursor::List { after, feed } => self.list(after, feed),
            Cursor::Feed { at } => self.feed(at),
        };
        let page = ChangePage {
            changes,
            unreadable: Vec::new(),
            next: match next {
                (true, next) => Next::More(Some(PageToken(self.write(next)))),
                (false, next) => Next::Done(Checkpoint(self.write(next))),
            },
        };
        Ok((page, next.0.then_some(next.1)))
    }

    fn list(&self, after: u64, feed: usize) -> (Vec<Change>, (bool, Cursor)) {
        let mut rest = self.nodes.range(after + 1..);
        let page: Vec<_> = rest.by_ref().take(self.page_size).collect();
        let next = match page.last() {
            Some((id, _)) if rest.next().is_some() => (true, Cursor::List { after: **id, feed }),
            // Changes made since the listing began are in the feed.
            _ => (false, Cursor::Feed { at: feed }),
        };
        let changes = page
            .into_iter()
            .map(|(id, node)| Change::Upsert(self.describe(*id, node)))
            .collect();
        (changes, next)
    }

    fn feed(&self, at: usize) -> (Vec<Change>, (bool, Cursor)) {
        let end = self.log.len().min(at + self.page_size);
        let changed: BTreeSet<u64> = self.log[at..end].iter().copied().collect();
        let mut changes = Vec::new();
        let mut present = Vec::new();
        for id in changed {
            match self.nodes.get(&id) {
                Some(node) => present.push((self.path(id).matches('/').count(), id, node)),
                None => changes.push(Change::Removed {
                    key: key(id),
                    subtree: true,
                }),
            }
        }
        present.sort_by_key(|(depth, id, _)| (*depth, *id));
        let present = present.into_iter();
        changes.extend(present.map(|(_, id, node)| Change::Upsert(self.describe(id, node))));
        (changes, (end < self.log.len(), Cursor::Feed { at: end }))
    }
}

/// Hashes content so that equal content is seen to be equal; FNV-1a, good for nothing else.
fn hash(content: &[u8]) -> String {
    let hash = content
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("fnv1a64:{hash:016x}")
}
