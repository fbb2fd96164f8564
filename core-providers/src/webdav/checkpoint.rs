//! Positions: what a finished stream leaves for the next one, and where an unfinished one goes on.

use bridge_traits::provider::{Checkpoint, FeedScope, PageToken};
use bridge_traits::{BridgeError, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use super::tree::Tree;
use crate::digest;

/// The version of the format of checkpoints and tokens.
pub(super) const FORMAT: u32 = 1;

/// What a finished stream leaves: a line of JSON and, where there is one, the tree of ETags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stamp {
    format: u32,
    /// A digest of the scope it was made in.
    scope: String,
    /// How much was reported.
    pub(super) counts: Counts,
    /// The token of the server's own feed.
    pub(super) sync_token: Option<String>,
    /// The folders that the feed does not look into.
    pub(super) folders: Vec<String>,
    #[serde(skip)]
    pub(super) tree: Option<Tree>,
}

/// How much a listing found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Counts {
    pub(super) folders: u64,
    pub(super) files: u64,
}

impl Counts {
    pub(super) fn is_empty(self) -> bool {
        self.folders == 0 && self.files == 0
    }
}

impl Stamp {
    pub(super) fn new(scope: &FeedScope) -> Self {
        Self {
            format: FORMAT,
            scope: digest::of_scope(scope),
            counts: Counts::default(),
            sync_token: None,
            folders: Vec::new(),
            tree: None,
        }
    }

    /// Reads a checkpoint back.
    ///
    /// # Errors
    /// `CursorInvalid` if it is damaged, of another format, or made in another scope.
    pub(super) fn read(checkpoint: &Checkpoint, scope: &FeedScope) -> Result<Self> {
        let bytes = &checkpoint.0[..];
        let line = bytes.iter().position(|it| *it == b'\n');
        let (json, tree) = bytes.split_at(line.unwrap_or(bytes.len()));
        let mut stamp: Self = serde_json::from_slice(json)
            .map_err(|error| refuse("the checkpoint can't be read").source(error))?;
        check(stamp.format, &stamp.scope, scope)?;
        if let Some(bytes) = tree.get(1..) {
            let tree = Tree::read(bytes);
            stamp.tree = Some(tree.ok_or_else(|| refuse("the checkpoint is damaged"))?);
        }
        Ok(stamp)
    }

    pub(super) fn write(&self) -> Checkpoint {
        let mut bytes = json(self);
        if let Some(tree) = &self.tree {
            bytes.push(b'\n');
            tree.write(&mut bytes);
        }
        Checkpoint(bytes)
    }
}

/// Where an unfinished stream goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    format: u32,
    scope: String,
    /// Counts the pages, so that no two tokens of a stream are alike.
    pub(super) page: u64,
    pub(super) at: At,
}

/// The position itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum At {
    /// After this folder in a walk through all folders.
    Walk {
        after: String,
        counts: Counts,
        /// Whether there was anything at the end of the last walk.
        had_content: bool,
        /// The root's ETag when the walk began.
        root_etag: u64,
        /// The digests of the listings of the root and each folder down to `after`; empty where unknown.
        #[serde(default)]
        above: Vec<String>,
    },
    /// At the report for this token, empty for the first one.
    Report {
        sync_token: String,
        /// The folders that it does not look into.
        folders: Vec<String>,
    },
}

impl Place {
    pub(super) fn new(scope: &FeedScope, page: u64, at: At) -> Self {
        Self {
            format: FORMAT,
            scope: digest::of_scope(scope),
            page,
            at,
        }
    }

    /// Reads a page token back.
    ///
    /// # Errors
    /// As [`Stamp::read`].
    pub(super) fn read(token: &PageToken, scope: &FeedScope) -> Result<Self> {
        let place: Self = serde_json::from_slice(&token.0)
            .map_err(|error| refuse("the page token can't be read").source(error))?;
        check(place.format, &place.scope, scope)?;
        Ok(place)
    }

    pub(super) fn write(&self) -> PageToken {
        PageToken(json(self))
    }
}

fn check(format: u32, made_in: &str, scope: &FeedScope) -> Result<()> {
    if format != FORMAT {
        return Err(refuse(&format!("it has format {format}, not {FORMAT}")));
    }
    if made_in != digest::of_scope(scope) {
        return Err(refuse("it was made for another folder, account or rules"));
    }
    Ok(())
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("numbers and texts are always valid JSON")
}

pub(super) fn refuse(detail: &str) -> BridgeError {
    BridgeError::new(ErrorKind::cursor_invalid(), "position in a WebDAV folder").detail(detail)
}
