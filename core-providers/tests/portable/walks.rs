//! What walks say, and a reader that applies them as a sync would.

use std::collections::{BTreeMap, BTreeSet};

use bridge_traits::Result;
use bridge_traits::provider::{
    Change, ChangePage, ChangesFrom, Checkpoint, ItemKey, ItemKind, Next, RemoteItem,
    StorageProvider, Unreadable, Version,
};
use core_providers::LocalFolder;
use futures::StreamExt;

/// All that one walk said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) pages: Vec<ChangePage>,
    pub(crate) checkpoint: Checkpoint,
}

/// Walks from `from` to the end.
pub(crate) async fn walk(folder: &LocalFolder, from: ChangesFrom) -> Result<Seen> {
    let mut stream = folder.get_changes(from).await?;
    let mut pages: Vec<ChangePage> = Vec::new();
    while let Some(page) = stream.next().await {
        if let Some(before) = pages.last() {
            assert!(matches!(before.next, Next::More(None)), "{:?}", before.next);
        }
        pages.push(page?);
    }
    match pages.last().map(|page| page.next.clone()) {
        Some(Next::Done(checkpoint)) => Ok(Seen { pages, checkpoint }),
        other => panic!("the stream ended in {other:?}"),
    }
}

pub(crate) async fn walk_all(folder: &LocalFolder) -> Seen {
    walk(folder, ChangesFrom::Beginning)
        .await
        .expect("the walk succeeds")
}

impl Seen {
    pub(crate) fn listings(&self) -> impl Iterator<Item = (&str, &Version, &[RemoteItem])> {
        let changes = self.pages.iter().flat_map(|page| &page.changes);
        changes.map(|change| match change {
            Change::Listing {
                folder,
                digest,
                children,
            } => (folder.0.as_str(), digest, children.as_slice()),
            other => panic!("a local folder reports listings only, not {other:?}"),
        })
    }

    pub(crate) fn keys(&self) -> Vec<&str> {
        let items = self.listings().flat_map(|(_, _, children)| children);
        items.map(|item| item.key.0.as_str()).collect()
    }

    pub(crate) fn item(&self, key: &str) -> &RemoteItem {
        let mut items = self.listings().flat_map(|(_, _, children)| children);
        items
            .find(|item| item.key.0 == key)
            .unwrap_or_else(|| panic!("no item {key} in {:?}", self.keys()))
    }

    pub(crate) fn digest(&self, folder: &str) -> Option<&Version> {
        let mut listings = self.listings();
        listings.find(|(key, ..)| *key == folder).map(|l| l.1)
    }

    pub(crate) fn unreadable(&self) -> impl Iterator<Item = &Unreadable> {
        self.pages.iter().flat_map(|page| &page.unreadable)
    }

    pub(crate) fn unreadable_keys(&self) -> Vec<&str> {
        self.unreadable().map(|u| u.key.0.as_str()).collect()
    }
}

/// What a sync would hold after the pages it was given.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Library {
    pub(crate) items: BTreeMap<String, RemoteItem>,
}

impl Library {
    /// Applies a walk by the rules of the contract: a listing removes what it lacks, with all below
    /// it, but nothing that was reported as unreadable.
    pub(crate) fn apply(&mut self, seen: &Seen) {
        for page in &seen.pages {
            let kept: Vec<&ItemKey> = page.unreadable.iter().map(|u| &u.key).collect();
            for change in &page.changes {
                let Change::Listing {
                    folder, children, ..
                } = change
                else {
                    panic!("{change:?}");
                };
                self.items.retain(|key, item| {
                    let direct = item.parent.as_ref() == Some(folder);
                    let listed = children.iter().any(|child| child.key.0 == *key);
                    !direct || listed || kept.contains(&&item.key)
                });
                for child in children {
                    self.items.insert(child.key.0.clone(), child.clone());
                }
            }
        }
        // What lost its folder goes with it, also where a file of that name has come instead.
        loop {
            let before = self.items.len();
            let folders: BTreeSet<String> = self
                .items
                .iter()
                .filter(|(_, item)| item.kind == ItemKind::Folder)
                .map(|(key, _)| key.clone())
                .collect();
            self.items.retain(|_, item| {
                let parent = item.parent.as_ref().expect("only the root has none");
                parent.is_root() || folders.contains(&parent.0)
            });
            if self.items.len() == before {
                return;
            }
        }
    }
}
