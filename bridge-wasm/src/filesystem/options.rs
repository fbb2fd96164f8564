//! How a file system is opened.

use crate::idb::Durability;

/// How a file system is opened.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FileSystemOptions {
    /// When what was written counts as stored. Renames and `sync` are strict in any case.
    pub durability: Durability,
}

impl FileSystemOptions {
    /// Sets when what was written counts as stored.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }
}
