//! What a host may choose about a local folder.

use std::fmt::Write as _;

use bridge_traits::{BridgeError, ErrorKind, Result};

use super::ignore_rules;

/// The choices of [`LocalFolder::open`](super::LocalFolder::open).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFolderOptions {
    /// Whether files and folders whose names begin with a dot are taken in. Default: false. What
    /// operating systems keep for themselves (`.Trash-1000`, `._song.mp3`) stays out anyway.
    pub include_hidden: bool,
    /// Patterns in the syntax of gitignore files, relative to the root, for what is left out. One
    /// that begins with `!` takes in again what an ignore file leaves out. Default: none.
    pub exclude: Vec<String>,
    /// Whether a file of the same size and modification time is taken to have the same content.
    /// Default: true.
    ///
    /// Some tag editors put the old time back after an edit that fits into the padding. If this is
    /// false the version also holds the time of the last change of the inode, which no program
    /// can set. That finds such edits, at the price that renamed files, and files whose
    /// permissions changed, are read again. In neither mode is a second edit within the clock tick
    /// of the file system (some ms on Linux, 2 s on FAT) seen if the size stays the same.
    pub trust_modified_time: bool,
    /// How many items make a page; a page ends with the folder that reaches it. Default: 1,000.
    pub page_items: usize,
    /// How many folders are listed at the same time, 1 to 256. Default: 8.
    pub look_ahead: usize,
    /// How many reads at once are useful. Default: 8.
    pub read_concurrency: usize,
}

impl Default for LocalFolderOptions {
    fn default() -> Self {
        Self {
            include_hidden: false,
            exclude: Vec::new(),
            trust_modified_time: true,
            page_items: 1_000,
            look_ahead: 8,
            read_concurrency: 8,
        }
    }
}

impl LocalFolderOptions {
    pub(super) fn check(&self) -> Result<()> {
        for (name, value, limit) in [
            ("page_items", self.page_items, 1_000_000),
            ("look_ahead", self.look_ahead, 256),
            ("read_concurrency", self.read_concurrency, 1_024),
        ] {
            if !(1..=limit).contains(&value) {
                return Err(BridgeError::new(ErrorKind::InvalidInput, name)
                    .detail(format!("{value} is not between 1 and {limit}")));
            }
        }
        Ok(())
    }

    /// Writes what decides which items are reported, and with which versions: where it differs, a
    /// checkpoint is void.
    pub(super) fn filter_text(&self) -> String {
        let mut text = format!(
            "rules={};hidden={};mtime={}",
            ignore_rules::FORMAT,
            u8::from(self.include_hidden),
            u8::from(self.trust_modified_time),
        );
        for pattern in &self.exclude {
            // The length keeps a pattern that looks like two apart from two patterns.
            let _ = write!(text, ";exclude:{}={pattern}", pattern.len());
        }
        text
    }
}
