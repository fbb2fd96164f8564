//! Pages of a folder.

use std::collections::BinaryHeap;
use std::ffi::OsString;
use std::path::Path;

use bridge_traits::storage::{DirEntry, DirPage};
use bridge_traits::{ErrorKind, Result};

use super::blocking::{about, fail};
use super::metadata;

/// Lists the `limit` smallest names after `after`.
pub(super) fn page(folder: &Path, after: Option<OsString>, limit: usize) -> Result<DirPage> {
    if limit == 0 {
        return Err(about(ErrorKind::InvalidInput, folder).detail("a page of 0 entries"));
    }
    // The largest name on top, so that memory holds one page however large the folder is.
    let mut smallest: BinaryHeap<OsString> = BinaryHeap::new();
    let mut more = false;
    for entry in std::fs::read_dir(folder).map_err(fail(folder))? {
        let name = entry.map_err(fail(folder))?.file_name();
        if after.as_ref().is_some_and(|after| name <= *after) {
            continue;
        }
        if smallest.len() < limit {
            smallest.push(name);
            continue;
        }
        more = true;
        if let Some(mut largest) = smallest.peek_mut()
            && name < *largest
        {
            *largest = name;
        }
    }
    let entries: Vec<_> = smallest
        .into_sorted_vec()
        .into_iter()
        .map(|name| DirEntry {
            metadata: metadata::of(&folder.join(&name)),
            name,
        })
        .collect();
    let next = entries
        .last()
        .filter(|_| more)
        .map(|entry| entry.name.clone());
    Ok(DirPage { entries, next })
}
