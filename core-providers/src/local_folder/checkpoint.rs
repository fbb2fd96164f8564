//! What a finished walk leaves for the next one.

use bridge_traits::provider::{Checkpoint, FeedScope};
use bridge_traits::{BridgeError, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use crate::digest;

/// The version of the format of checkpoints.
pub(super) const FORMAT: u32 = 1;

/// How many volumes mounted below the root are remembered.
pub(super) const MAX_VOLUMES: usize = 64;

/// The content of a checkpoint. It stays small, whatever the size of the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stamp {
    format: u32,
    /// A hash of the scope it was made in.
    scope: String,
    /// How many folders were reported.
    pub(super) folders: u64,
    /// How many files were reported.
    pub(super) files: u64,
    /// The keys of folders that were not empty and lay on another volume than the folder above.
    pub(super) volumes: Vec<String>,
}

impl Stamp {
    pub(super) fn new(scope: &FeedScope) -> Self {
        Self {
            format: FORMAT,
            scope: digest::of_scope(scope),
            folders: 0,
            files: 0,
            volumes: Vec::new(),
        }
    }

    /// Reads a checkpoint back.
    ///
    /// # Errors
    /// `CursorInvalid` if it is damaged, of another format, or made in another scope.
    pub(super) fn read(checkpoint: &Checkpoint, scope: &FeedScope) -> Result<Self> {
        let refuse = |detail: &str| {
            BridgeError::new(ErrorKind::cursor_invalid(), "checkpoint of a local folder")
                .detail(detail)
        };
        let stamp: Self = serde_json::from_slice(&checkpoint.0)
            .map_err(|error| refuse("it can't be read").source(error))?;
        if stamp.format != FORMAT {
            return Err(refuse(&format!(
                "it has format {}, not {FORMAT}",
                stamp.format
            )));
        }
        if stamp.scope != digest::of_scope(scope) {
            return Err(refuse("it was made for another folder or other rules"));
        }
        if stamp.volumes.len() > MAX_VOLUMES {
            return Err(refuse("it names more volumes than one can"));
        }
        Ok(stamp)
    }

    pub(super) fn write(&self) -> Checkpoint {
        Checkpoint(serde_json::to_vec(self).expect("numbers and texts are always valid JSON"))
    }

    /// Tells whether the walk found anything at all.
    pub(super) fn is_empty(&self) -> bool {
        self.folders == 0 && self.files == 0
    }
}
