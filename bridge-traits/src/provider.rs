//! A place where music lies, and the feed of what changes there.
//!
//! Every provider we know of is one of a few kinds: it has a feed of changes with a cursor (Google
//! Drive, OneDrive, Dropbox), a version on each folder that changes with all below it (Nextcloud),
//! or nothing but listings (a local folder, plain WebDAV, S3). [`Capabilities`] says which, and one
//! stream of [`ChangePage`]s carries all of them.

mod item;
mod resync;

use std::ops::Range;

use bytes::Bytes;

pub use item::{ItemKey, ItemKind, RemoteItem, Version};
pub use resync::{Omitted, Resync};

use crate::storage::BlockingFile;
use crate::{BoxStream, PlatformSendSync, Result, platform_async_trait};

/// How a provider tells what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedKind {
    /// A feed with a cursor: its cost follows the changes.
    Native,
    /// A version on each folder that changes with anything below it.
    TreeEtag,
    /// Nothing but listings: each sync lists all and compares.
    Snapshot,
}

/// How the first sync gets all items of a [`FeedKind::Native`] provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InitialSync {
    /// List, with a start token taken before; then drain the feed from that token.
    ///
    /// The two together must show all that is there. A feed that tells of a folder's move, and not of
    /// what is in the folder, needs a listing in which items don't change places with the folders
    /// above them. A provider that walks folders instead must walk those again that came or moved
    /// meanwhile, before its listing is done or when its feed tells of them: the engine can't know
    /// what neither of them says.
    ListThenFeed,
    /// The feed without a cursor enumerates everything by itself.
    FeedIsList,
}

/// How long the token of a page may be used to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageTokens {
    /// As long as a checkpoint.
    Durable,
    /// For hours; after a refusal listing starts over.
    Hours,
    /// Not at all: a stream that broke off starts over.
    None,
}

/// What a provider can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// How it tells changes.
    pub feed: FeedKind,
    /// How the first sync works.
    pub initial: InitialSync,
    /// Whether an item keeps its key when it is renamed or moved.
    pub stable_ids: bool,
    /// Whether page tokens survive.
    pub page_tokens: PageTokens,
    /// How many reads at once are useful.
    pub read_concurrency: usize,
}

/// An opaque position in a change feed. Only the provider that made it can read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint(pub Vec<u8>);

/// An opaque position within a listing or feed that is not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken(pub Vec<u8>);

/// Where a stream of changes begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangesFrom {
    /// All that there is: a full listing.
    Beginning,
    /// What came after this checkpoint.
    Checkpoint(Checkpoint),
    /// The page after the one that ended in this token, of the same stream.
    Page(PageToken),
}

/// A part of a change feed or listing. The order of the changes matters and is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangePage {
    /// What changed.
    pub changes: Vec<Change>,
    /// What the provider could not read and went past: the listing below these keys is not
    /// complete, and nothing there may be taken for deleted.
    pub unreadable: Vec<Unreadable>,
    /// How it goes on.
    pub next: Next,
}

/// A place that could not be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The folder or file; empty for the root.
    pub key: ItemKey,
    /// Why, for a person to read.
    pub reason: String,
}

/// How a stream goes on after a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// There are more pages; the token reopens the stream here, where the provider has such tokens.
    More(Option<PageToken>),
    /// This was the last page; the next sync begins at this checkpoint.
    Done(Checkpoint),
}

/// One change. Providers report the state an item has now, not each edit.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The item is new or changed; or it is merely listed.
    Upsert(RemoteItem),
    /// The item is gone, with all below it if `subtree`.
    Removed {
        /// The item.
        key: ItemKey,
        /// Whether everything below it is gone too.
        subtree: bool,
    },
    /// Something about the item changed; ask [`StorageProvider::stat`] for its state.
    Dirty(ItemKey),
    /// A whole folder as it is now: an item directly in it that is not in `children` is gone, with
    /// all below it.
    Listing {
        /// The folder; the empty key is the root.
        folder: ItemKey,
        /// A digest of the children's keys and versions: equal digests mean that nothing directly
        /// in the folder changed.
        digest: Version,
        /// All items directly in the folder.
        children: Vec<RemoteItem>,
    },
}

/// What makes two feeds comparable: a checkpoint is void when any of it differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedScope {
    /// The kind of provider and the version of its checkpoint format.
    pub provider: String,
    /// The account; empty where there is none.
    pub account: String,
    /// The folder that is synced.
    pub root: String,
    /// The rules that leave items out.
    pub filter: String,
}

/// The pages of a feed or listing, in order, the last one ending in [`Next::Done`]. A stream that
/// ends without it has failed.
pub type ChangeStream = BoxStream<'static, Result<ChangePage>>;

/// A place where music lies.
///
/// Errors common to all calls: `Throttled`, `AuthExpired`, `Offline`, `Timeout`,
/// `PermissionDenied`, `NotFound`, `RootUnavailable`.
#[platform_async_trait]
pub trait StorageProvider: PlatformSendSync {
    /// Tells what it can do.
    fn capabilities(&self) -> Capabilities;

    /// Tells what its checkpoints are valid for.
    fn scope(&self) -> FeedScope;

    /// Takes a token from which the feed will report everything that changes from now on; `None`
    /// where a listing needs no such token.
    async fn start_token(&self) -> Result<Option<Checkpoint>>;

    /// Opens the stream of changes.
    ///
    /// # Errors
    /// `CursorInvalid` if the checkpoint or token is refused, here or in the stream, with what the
    /// provider says of the listing that must follow.
    async fn get_changes(&self, from: ChangesFrom) -> Result<ChangeStream>;

    /// Tells an item's present state.
    async fn stat(&self, key: &ItemKey) -> Result<RemoteItem>;

    /// Reads `range` of an item's content; shorter where the content ends before it.
    ///
    /// # Errors
    /// `Conflict` if `version` is given and the content is no longer of that version.
    async fn read(
        &self,
        key: &ItemKey,
        version: Option<&Version>,
        range: Range<u64>,
    ) -> Result<Bytes>;

    /// Tells whether its requests go over the network, which may be away or cost money.
    fn uses_network(&self) -> bool {
        true
    }

    /// Tells whether [`open_blocking`](Self::open_blocking) may give a file: whether the items lie on
    /// this machine.
    fn reads_in_place(&self) -> bool {
        false
    }

    /// Opens an item for blocking reads in place, where it lies on this machine; `None` where not.
    /// It blocks the calling thread itself, so call it where blocking is allowed.
    fn open_blocking(&self, key: &ItemKey) -> Option<Result<Box<dyn BlockingFile>>> {
        let _ = key;
        None
    }
}
