//! A folder behind a handle.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use bridge_traits::storage::{DirEntry, DirPage};
use bridge_traits::{ErrorKind, Result};
use futures::{StreamExt, stream};
use js_sys::{IteratorNext, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemHandle, FileSystemHandleKind,
};

use super::error::{Wanted, thrown};
use super::{Node, metadata_of};

/// How many files are asked for their size and time at once.
const AT_ONCE: usize = 64;
/// How many folders below the root are remembered, which spares walking there each time.
const REMEMBERED: usize = 512;

/// A folder behind a handle.
#[derive(Debug)]
pub(super) struct HandleTree {
    root: FileSystemDirectoryHandle,
    /// By their paths below the root. A handle stands for a path, not for a folder: one that is
    /// removed and made again is found by the old handle.
    folders: RefCell<HashMap<String, FileSystemDirectoryHandle>>,
    /// The folder that is being listed page by page.
    listing: RefCell<Option<(String, Rc<Children>)>>,
}

/// The entries of a folder, sorted by name.
type Children = Vec<(String, FileSystemHandle)>;

impl HandleTree {
    pub(super) fn new(root: FileSystemDirectoryHandle) -> Self {
        Self {
            root,
            folders: RefCell::default(),
            listing: RefCell::default(),
        }
    }

    pub(super) fn root(&self) -> &FileSystemDirectoryHandle {
        &self.root
    }

    pub(super) async fn node(&self, parts: &[String], path: &Path) -> Result<Node> {
        let Some((name, above)) = parts.split_last() else {
            // A handle outlives its folder and the permission to read it; looking inside tells.
            let entries = self.root.entries();
            let first = entries
                .next()
                .map_err(|it| thrown(&it, Wanted::Folder, path));
            settle(first?, Wanted::Folder, path).await?;
            return Ok(Node::Folder);
        };
        let folder = self.folder(above, path).await?;
        match settle(folder.get_file_handle(name), Wanted::File, path).await {
            Ok(handle) => Ok(Node::File(snapshot(&handle.unchecked_into(), path).await?)),
            Err(error) if *error.kind() == ErrorKind::IsADirectory => Ok(Node::Folder),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn list(
        &self,
        parts: &[String],
        after: Option<&str>,
        limit: usize,
        path: &Path,
    ) -> Result<DirPage> {
        let key = parts.join("/");
        let going_on = after.and_then(|_| self.listing.borrow_mut().take());
        let children = match going_on {
            Some((listed, children)) if listed == key => children,
            _ => Rc::new(self.children(parts, path).await?),
        };
        let start = after.map_or(0, |after| {
            children.partition_point(|(name, _)| name.as_str() <= after)
        });
        let end = start.saturating_add(limit).min(children.len());
        let entries: Vec<DirEntry> = stream::iter(&children[start..end])
            .map(|(name, handle)| entry(name, handle, path))
            .buffered(AT_ONCE)
            .collect()
            .await;
        let next = entries
            .last()
            .filter(|_| end < children.len())
            .map(|it| it.name.clone());
        *self.listing.borrow_mut() = next.is_some().then_some((key, children));
        Ok(DirPage { entries, next })
    }

    async fn children(&self, parts: &[String], path: &Path) -> Result<Children> {
        let folder = self.folder(parts, path).await?;
        let values = folder.values();
        let mut children = Vec::new();
        loop {
            let step = values
                .next()
                .map_err(|it| thrown(&it, Wanted::Folder, path))?;
            let step: IteratorNext = settle(step, Wanted::Folder, path).await?.unchecked_into();
            if step.done() {
                break;
            }
            let handle: FileSystemHandle = step.value().unchecked_into();
            children.push((handle.name(), handle));
        }
        children.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Ok(children)
    }

    /// Walks to a folder below the root.
    async fn folder(&self, parts: &[String], path: &Path) -> Result<FileSystemDirectoryHandle> {
        let mut folder = self.root.clone();
        let mut key = String::new();
        for name in parts {
            if !key.is_empty() {
                key.push('/');
            }
            key.push_str(name);
            let known = self.folders.borrow().get(&key).cloned();
            folder = match known {
                Some(known) => known,
                None => {
                    let found = settle(folder.get_directory_handle(name), Wanted::Folder, path);
                    let found: FileSystemDirectoryHandle = found.await?.unchecked_into();
                    let mut folders = self.folders.borrow_mut();
                    if folders.len() >= REMEMBERED {
                        folders.clear();
                    }
                    folders.insert(key.clone(), found.clone());
                    found
                }
            };
        }
        Ok(folder)
    }
}

async fn settle(promise: Promise, wanted: Wanted, path: &Path) -> Result<JsValue> {
    let outcome = JsFuture::from(promise).await;
    outcome.map_err(|error| thrown(&error, wanted, path))
}

/// Gives the file as it is now.
async fn snapshot(handle: &FileSystemFileHandle, path: &Path) -> Result<File> {
    let file = settle(handle.get_file(), Wanted::File, path).await?;
    Ok(file.unchecked_into())
}

async fn entry(name: &str, handle: &FileSystemHandle, folder: &Path) -> DirEntry {
    let metadata = match handle.kind() {
        FileSystemHandleKind::Directory => Ok(metadata_of(None)),
        _ => snapshot(handle.unchecked_ref(), &folder.join(name))
            .await
            .map(|file| metadata_of(Some(&file))),
    };
    DirEntry {
        name: name.into(),
        metadata,
    }
}
