//! Pages of a folder.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ffi::OsString;
use std::path::Path;

use bridge_traits::storage::{DirEntry, DirPage};
use bridge_traits::{ErrorKind, Result};

use super::blocking::{about, fail};
use super::metadata;

/// An entry, ordered by name.
struct Found {
    name: OsString,
    entry: std::fs::DirEntry,
}

impl Found {
    fn new(entry: std::fs::DirEntry) -> Self {
        Self {
            name: entry.file_name(),
            entry,
        }
    }
}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name.cmp(&other.name)
    }
}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Found {}

/// Lists the `limit` smallest names after `after`.
pub(super) fn page(folder: &Path, after: Option<OsString>, limit: usize) -> Result<DirPage> {
    if limit == 0 {
        return Err(about(ErrorKind::InvalidInput, folder).detail("a page of 0 entries"));
    }
    // The largest name on top, so that memory holds one page however large the folder is.
    let mut smallest: BinaryHeap<Found> = BinaryHeap::new();
    let mut more = false;
    for entry in std::fs::read_dir(folder).map_err(fail(folder))? {
        let found = Found::new(entry.map_err(fail(folder))?);
        if after.as_ref().is_some_and(|after| found.name <= *after) {
            continue;
        }
        if smallest.len() < limit {
            smallest.push(found);
            continue;
        }
        more = true;
        if let Some(mut largest) = smallest.peek_mut()
            && found < *largest
        {
            *largest = found;
        }
    }
    let entries: Vec<_> = smallest
        .into_sorted_vec()
        .into_iter()
        .map(|found| DirEntry {
            metadata: metadata::of_entry(&found.entry),
            name: found.name,
        })
        .collect();
    let next = entries
        .last()
        .filter(|_| more)
        .map(|entry| entry.name.clone());
    Ok(DirPage { entries, next })
}
