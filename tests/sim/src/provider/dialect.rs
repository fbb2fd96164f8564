//! The kinds of provider that there are.

use bridge_traits::provider::{
    Capabilities, FeedKind, InitialSync, ItemKey, PageTokens, RemoteItem, Version,
};
use bridge_traits::storage::FileId;

use super::kind;
use crate::drive::{Body, Drive, ROOT, content};

/// How a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// A listing, then a feed of ids with their present state; as Google Drive.
    Drive,
    /// A feed that lists everything by itself; as OneDrive.
    Graph,
    /// A feed of paths in which the order matters; content hashes; as Dropbox.
    Dropbox,
    /// A feed that only says that something about an id changed; as Box.
    Events,
    /// Folders with a version that changes with all below; paths and file ids; as Nextcloud.
    TreeEtag,
    /// Listings of folders, paths and inodes; as a local folder.
    Folder,
    /// Listings of folders and paths, and nothing else; as plain WebDAV.
    WebDav,
}

impl Dialect {
    pub(crate) const ALL: [Self; 7] = [
        Self::Drive,
        Self::Graph,
        Self::Dropbox,
        Self::Events,
        Self::TreeEtag,
        Self::Folder,
        Self::WebDav,
    ];

    /// Whether items are known by an id that survives renames.
    pub(crate) fn has_ids(self) -> bool {
        matches!(self, Self::Drive | Self::Graph | Self::Events)
    }

    pub(crate) fn has_file_ids(self) -> bool {
        matches!(self, Self::TreeEtag | Self::Folder)
    }

    pub(crate) fn has_hashes(self) -> bool {
        self == Self::Dropbox
    }

    pub(crate) fn has_feed(self) -> bool {
        self.has_ids() || self == Self::Dropbox
    }

    pub(crate) fn capabilities(self) -> Capabilities {
        let (feed, initial, page_tokens) = match self {
            Self::Drive => (
                FeedKind::Native,
                InitialSync::ListThenFeed,
                PageTokens::Hours,
            ),
            Self::Events => (
                FeedKind::Native,
                InitialSync::ListThenFeed,
                PageTokens::Durable,
            ),
            Self::Graph | Self::Dropbox => (
                FeedKind::Native,
                InitialSync::FeedIsList,
                PageTokens::Durable,
            ),
            Self::TreeEtag => (
                FeedKind::TreeEtag,
                InitialSync::FeedIsList,
                PageTokens::None,
            ),
            Self::Folder | Self::WebDav => (
                FeedKind::Snapshot,
                InitialSync::FeedIsList,
                PageTokens::None,
            ),
        };
        Capabilities {
            feed,
            initial,
            stable_ids: self.has_ids(),
            page_tokens,
            read_concurrency: 1,
        }
    }

    pub(crate) fn key(self, drive: &Drive, id: u64) -> ItemKey {
        if id == ROOT {
            ItemKey::root()
        } else if self.has_ids() {
            ItemKey(format!("id{id}"))
        } else {
            ItemKey(drive.path(id))
        }
    }

    pub(crate) fn find(self, drive: &Drive, key: &ItemKey) -> Option<u64> {
        if self.has_ids() {
            let id = key.0.strip_prefix("id")?.parse().ok()?;
            drive
                .nodes
                .get(&id)
                .is_some_and(|it| it.alive)
                .then_some(id)
        } else {
            drive.find(&key.0).filter(|id| *id != ROOT)
        }
    }

    pub(crate) fn item(self, drive: &Drive, id: u64) -> RemoteItem {
        let node = &drive.nodes[&id];
        let folder = node.body == Body::Folder;
        let version = match (folder, self) {
            (true, Self::TreeEtag) => format!("e{}", node.touched),
            (true, _) => String::new(),
            (false, _) => format!("v{}", node.version),
        };
        let bytes = content(&node.body);
        let hash = || {
            let sum = bytes.iter().fold(0_u64, |sum, byte| {
                (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
            });
            format!("sum:{sum:x}")
        };
        RemoteItem {
            key: self.key(drive, id),
            parent: Some(self.key(drive, node.parent)),
            name: node.name.clone(),
            kind: kind(&node.body, &node.name),
            version: Version(version),
            size: bytes.len() as u64,
            modified_ms: (!folder).then_some(node.version as i64 * 1_000),
            file_id: (self.has_file_ids() && !folder).then_some(FileId {
                device: 1,
                file: node.inode,
            }),
            content_hash: (self.has_hashes() && !folder).then(hash),
        }
    }

    /// Tells where the feed ends now.
    pub(crate) fn feed_end(self, drive: &Drive) -> u64 {
        match self {
            Self::Dropbox => drive.by_path.len() as u64,
            Self::TreeEtag | Self::Folder | Self::WebDav => drive.tick,
            _ => drive.by_id.len() as u64,
        }
    }
}
