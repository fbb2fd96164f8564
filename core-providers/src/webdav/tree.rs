//! The ETags of all folders, where one tells of everything below it.

use std::collections::{HashMap, VecDeque};

use bridge_traits::provider::ItemKey;
use xxhash_rust::xxh3::xxh3_64;

/// How many folders are remembered, which take 24 bytes each. The others are listed in each sync in
/// which anything around them changed.
const MAX_FOLDERS: usize = 50_000;

/// The folders that were listed, by digests of their keys, with digests of the ETags that they had
/// before they were; 0 for one that is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tree {
    root_etag: u64,
    folders: HashMap<u64, u64>,
    children: HashMap<u64, Vec<u64>>,
}

impl Tree {
    pub(super) fn root_etag(&self) -> u64 {
        self.root_etag
    }

    pub(super) fn set_root_etag(&mut self, etag: u64) {
        self.root_etag = etag;
    }

    /// Tells whether a folder, and everything below it, is as it was.
    pub(super) fn is_unchanged(&self, folder: &ItemKey, etag: u64) -> bool {
        etag != 0 && self.folders.get(&id(folder)) == Some(&etag)
    }

    /// Notes which folders are in a folder. What is known of others goes, with all below: a folder
    /// that comes back may have its old ETag, and is to be listed then.
    pub(super) fn set_children(&mut self, folder: &ItemKey, found: &[(ItemKey, u64)]) {
        let now: Vec<u64> = found.iter().map(|(key, _)| id(key)).collect();
        let before = self.children.insert(id(folder), now.clone());
        for child in before.unwrap_or_default() {
            if !now.contains(&child) {
                self.remove(child);
            }
        }
        for (child, (_, etag)) in now.into_iter().zip(found) {
            self.folders.insert(child, *etag);
        }
    }

    /// Notes that a folder could not be listed, so that the next sync tries again.
    pub(super) fn forget(&mut self, folder: &ItemKey) {
        if folder.is_root() {
            self.root_etag = 0;
        }
        self.folders.insert(id(folder), 0);
        // The folders above are to be looked at again, too, or nobody will come here.
        let mut above = folder.clone();
        while let Some(parent) = super::address::parent(&above) {
            if parent.is_root() {
                self.root_etag = 0;
            } else {
                self.folders.insert(id(&parent), 0);
            }
            above = parent;
        }
    }

    fn remove(&mut self, folder: u64) {
        let mut gone = vec![folder];
        while let Some(folder) = gone.pop() {
            self.folders.remove(&folder);
            gone.extend(self.children.remove(&folder).unwrap_or_default());
        }
    }

    /// Writes it, from the root down, as far as there is room.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.root_etag.to_le_bytes());
        let mut queue = VecDeque::from([id(&ItemKey::root())]);
        let mut written = 0;
        while let Some(folder) = queue.pop_front() {
            for child in self.children.get(&folder).into_iter().flatten() {
                if written == MAX_FOLDERS {
                    return;
                }
                let etag = self.folders.get(child).copied().unwrap_or(0);
                for number in [folder, *child, etag] {
                    bytes.extend_from_slice(&number.to_le_bytes());
                }
                written += 1;
                queue.push_back(*child);
            }
        }
    }

    /// Reads what [`write`](Self::write) wrote; `None` if it is something else.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (numbers, rest) = bytes.as_chunks::<8>();
        let mut numbers = numbers.iter().map(|it| u64::from_le_bytes(*it));
        let mut tree = Self {
            root_etag: numbers.next()?,
            ..Self::default()
        };
        if !rest.is_empty() || numbers.len() % 3 != 0 || numbers.len() / 3 > MAX_FOLDERS {
            return None;
        }
        while let (Some(folder), Some(child), Some(etag)) =
            (numbers.next(), numbers.next(), numbers.next())
        {
            tree.children.entry(folder).or_default().push(child);
            tree.folders.insert(child, etag);
        }
        Some(tree)
    }
}

fn id(folder: &ItemKey) -> u64 {
    xxh3_64(folder.0.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{ItemKey, MAX_FOLDERS, Tree};

    fn key(text: &str) -> ItemKey {
        ItemKey(text.to_owned())
    }

    fn tree() -> Tree {
        let mut tree = Tree::default();
        tree.set_root_etag(9);
        tree.set_children(&key(""), &[(key("a"), 1), (key("b"), 2)]);
        tree.set_children(&key("a"), &[(key("a/x"), 3)]);
        tree.set_children(&key("a/x"), &[]);
        tree
    }

    fn written(tree: &Tree) -> Vec<u8> {
        let mut bytes = Vec::new();
        tree.write(&mut bytes);
        bytes
    }

    #[test]
    fn it_knows_what_did_not_change_also_when_read_back() {
        let read = Tree::read(&written(&tree())).expect("a tree");
        for tree in [tree(), read] {
            assert_eq!(tree.root_etag(), 9);
            assert!(tree.is_unchanged(&key("a/x"), 3));
            assert!(!tree.is_unchanged(&key("a/x"), 4));
            assert!(!tree.is_unchanged(&key("a/y"), 3));
        }
    }

    #[test]
    fn what_went_is_unknown_when_it_comes_back() {
        let mut tree = tree();
        tree.set_children(&key(""), &[(key("b"), 2)]);
        tree.set_children(&key(""), &[(key("a"), 1), (key("b"), 2)]);
        assert!(!tree.is_unchanged(&key("a/x"), 3));
    }

    #[test]
    fn what_could_not_be_listed_is_tried_again_from_the_root_down() {
        let mut tree = tree();
        tree.forget(&key("a/x"));
        assert_eq!(tree.root_etag(), 0);
        assert!(!tree.is_unchanged(&key("a"), 1) && !tree.is_unchanged(&key("a/x"), 3));
        assert!(tree.is_unchanged(&key("b"), 2));
    }

    #[test]
    fn it_stays_small_and_refuses_what_it_did_not_write() {
        let mut tree = Tree::default();
        let many: Vec<_> = (0..MAX_FOLDERS as u64 + 10)
            .map(|at| (key(&at.to_string()), at + 1))
            .collect();
        tree.set_children(&key(""), &many);
        let bytes = written(&tree);
        assert_eq!(bytes.len(), 8 + 24 * MAX_FOLDERS);
        let read = Tree::read(&bytes).expect("a tree");
        assert!(read.is_unchanged(&key("0"), 1) && !read.is_unchanged(&many[MAX_FOLDERS].0, 1));
        assert_eq!(Tree::read(&bytes[..bytes.len() - 1]), None);
        assert_eq!(Tree::read(&[0; 16]), None);
        assert_eq!(Tree::read(&[]), None);
    }
}
