//! A folder as the list of its files.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Bound;
use std::path::Path;

use bridge_traits::storage::DirPage;
use bridge_traits::{BridgeError, ErrorKind, Result};
use web_sys::File;

use super::error::{missing, not_a_folder};
use super::{Node, PickedFile, page};

/// The files of a folder, by the folders they lie in.
#[derive(Debug, Default)]
pub(super) struct FileTree {
    children: BTreeMap<String, Child>,
}

#[derive(Debug)]
enum Child {
    Folder(FileTree),
    File(File),
}

impl FileTree {
    pub(super) fn new(files: impl IntoIterator<Item = PickedFile>) -> Result<Self> {
        let mut root = Self::default();
        for picked in files {
            root.insert(picked)?;
        }
        Ok(root)
    }

    fn insert(&mut self, picked: PickedFile) -> Result<()> {
        let refuse = |why: &str| {
            let subject = format!("file '{}'", picked.path);
            BridgeError::new(ErrorKind::InvalidInput, subject).detail(why.to_owned())
        };
        let mut names: Vec<&str> = picked.path.split('/').filter(|it| !it.is_empty()).collect();
        if names
            .iter()
            .any(|it| matches!(*it, "." | "..") || it.contains('\0'))
        {
            return Err(refuse("a path that is not a path below the folder"));
        }
        let Some(name) = names.pop() else {
            return Err(refuse("a file without a name"));
        };
        let mut folder = self;
        for name in names {
            let child = folder.children.entry(name.to_owned());
            match child.or_insert_with(|| Child::Folder(Self::default())) {
                Child::Folder(below) => folder = below,
                Child::File(_) => return Err(refuse("a file lies where its folder should be")),
            }
        }
        match folder.children.entry(name.to_owned()) {
            Entry::Vacant(place) => {
                place.insert(Child::File(picked.file));
                Ok(())
            }
            Entry::Occupied(_) => Err(refuse("the path comes twice")),
        }
    }

    pub(super) fn node(&self, parts: &[String], path: &Path) -> Result<Node> {
        let Some((last, above)) = parts.split_last() else {
            return Ok(Node::Folder);
        };
        match self.folder(above, path)?.children.get(last) {
            Some(Child::Folder(_)) => Ok(Node::Folder),
            Some(Child::File(file)) => Ok(Node::File(file.clone())),
            None => Err(missing(path)),
        }
    }

    pub(super) fn list(
        &self,
        parts: &[String],
        after: Option<&str>,
        limit: usize,
        path: &Path,
    ) -> Result<DirPage> {
        let begin = after.map_or(Bound::Unbounded, Bound::Excluded);
        let children = &self.folder(parts, path)?.children;
        // Found at once, however many there are before it.
        let children = children.range::<str, _>((begin, Bound::Unbounded));
        let entries = children.map(|(name, child)| {
            let file = match child {
                Child::File(file) => Some(file),
                Child::Folder(_) => None,
            };
            (name.as_str(), file)
        });
        Ok(page(entries, after, limit))
    }

    fn folder(&self, parts: &[String], path: &Path) -> Result<&Self> {
        parts
            .iter()
            .try_fold(self, |folder, name| match folder.children.get(name) {
                Some(Child::Folder(below)) => Ok(below),
                Some(Child::File(_)) => Err(not_a_folder(path)),
                None => Err(missing(path)),
            })
    }
}
