//! Listing folders.

use super::error::from_bridge;
use super::injected::access;
use super::metadata::{FileType, Metadata};
use bridge_traits::BridgeError;
use bridge_traits::storage::DirPage;
use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// Entries fetched at a time.
const PAGE: usize = 256;

/// Lists a folder's entries, in no promised order.
///
/// # Errors
/// If there is no such folder.
pub async fn read_dir(path: impl AsRef<Path>) -> io::Result<ReadDir> {
    let folder = path.as_ref().to_owned();
    let first = access()?.list_dir(&folder, None, PAGE).await;
    let DirPage { entries, next } = first.map_err(from_bridge)?;
    Ok(ReadDir {
        folder,
        entries: entries.into(),
        next,
    })
}

/// The entries of a folder, fetched page by page.
#[derive(Debug)]
pub struct ReadDir {
    folder: PathBuf,
    entries: VecDeque<bridge_traits::storage::DirEntry>,
    /// Where the next page begins.
    next: Option<OsString>,
}

impl ReadDir {
    /// Gives the next entry, or `None` after the last.
    ///
    /// # Errors
    /// If the folder is gone.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn next_entry(&mut self) -> io::Result<Option<DirEntry>> {
        loop {
            if let Some(bridge_traits::storage::DirEntry { name, metadata }) =
                self.entries.pop_front()
            {
                let path = self.folder.join(&name);
                return Ok(Some(DirEntry {
                    name,
                    path,
                    metadata,
                }));
            }
            let Some(after) = self.next.clone() else {
                return Ok(None);
            };
            let page = access()?.list_dir(&self.folder, Some(after), PAGE).await;
            let DirPage { entries, next } = page.map_err(from_bridge)?;
            self.entries = entries.into();
            self.next = next;
        }
    }
}

/// One entry of a folder.
#[derive(Debug)]
pub struct DirEntry {
    name: OsString,
    path: PathBuf,
    metadata: Result<bridge_traits::storage::Metadata, BridgeError>,
}

impl DirEntry {
    /// Gives the entry's path: the folder's, and its name.
    pub fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// Gives the last part of the path.
    pub fn file_name(&self) -> OsString {
        self.name.clone()
    }

    /// Tells what is known of the entry, as of the listing.
    ///
    /// # Errors
    /// If it could not be had.
    pub async fn metadata(&self) -> io::Result<Metadata> {
        match &self.metadata {
            Ok(metadata) => Ok(Metadata(metadata.clone())),
            // The listing's error can be told once only; the path is asked anew.
            Err(_) => super::paths::metadata(&self.path).await,
        }
    }

    /// Tells what kind of thing the entry is.
    ///
    /// # Errors
    /// If it could not be had.
    pub async fn file_type(&self) -> io::Result<FileType> {
        Ok(self.metadata().await?.file_type())
    }
}
