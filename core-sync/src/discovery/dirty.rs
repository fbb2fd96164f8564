//! Items of which a feed says only that something about them changed.

use std::collections::HashMap;

use bridge_traits::provider::{Change, ItemKey, RemoteItem, StorageProvider};
use bridge_traits::{BridgeError, ErrorKind};
use futures::{StreamExt, TryStreamExt};

use crate::error::Result;
use crate::mutants::{self, Mutant};
use crate::run::JobRun;

/// Asks for the state of such items, several at once and each once, and puts it in their place.
pub(super) async fn resolve(run: &JobRun, mut changes: Vec<Change>) -> Result<Vec<Change>> {
    if mutants::on(Mutant::DirtyIgnored) {
        changes.retain(|change| !matches!(change, Change::Dirty(_)));
    }
    let mut keys: Vec<ItemKey> = changes.iter().filter_map(dirty).cloned().collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(changes);
    }
    let at_once = run.provider.capabilities().read_concurrency.max(1);
    let provider = &*run.provider;
    let states = futures::stream::iter(keys)
        .map(|key| state(provider, key))
        .buffer_unordered(at_once)
        .try_collect();
    let states: HashMap<ItemKey, Option<RemoteItem>> = core_async::select! {
        biased;
        why = run.stop.asked() => return Err(why),
        states = states => states?,
    };
    Ok(answered(changes, &states))
}

/// Puts the answers in the place of the questions.
///
/// They are of different moments: a folder may be gone in one, and a file still in it in another, of which the feed
/// will not tell again. So what is gone goes last, with all that is said to be in it.
fn answered(changes: Vec<Change>, states: &HashMap<ItemKey, Option<RemoteItem>>) -> Vec<Change> {
    let mut told = Vec::with_capacity(changes.len());
    let mut gone = Vec::new();
    for change in changes {
        match dirty(&change).map(|key| states.get(key).cloned().flatten()) {
            None => told.push(change),
            Some(Some(item)) => told.push(Change::Upsert(item)),
            Some(None) => gone.push(change),
        }
    }
    let gone = gone.iter().filter_map(dirty).cloned();
    told.extend(gone.map(|key| Change::Removed { key, subtree: true }));
    told
}

fn dirty(change: &Change) -> Option<&ItemKey> {
    match change {
        Change::Dirty(key) => Some(key),
        _ => None,
    }
}

/// Asks for the state of one item; `None` if it is gone.
async fn state(
    provider: &dyn StorageProvider,
    key: ItemKey,
) -> Result<(ItemKey, Option<RemoteItem>), BridgeError> {
    match provider.stat(&key).await {
        Ok(item) => Ok((key, Some(item))),
        Err(error) if *error.kind() == ErrorKind::NotFound => Ok((key, None)),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use bridge_traits::provider::{ItemKind, Version};

    use super::*;

    #[test]
    fn what_is_gone_goes_with_what_was_still_in_it_a_moment_before() {
        let key = |key: &str| ItemKey(key.to_owned());
        let file = RemoteItem {
            key: key("file"),
            parent: Some(key("folder")),
            name: "a.mp3".into(),
            kind: ItemKind::Audio,
            version: Version("1".into()),
            size: 1,
            modified_ms: None,
            file_id: None,
            content_hash: None,
        };
        let told = Change::Upsert(file.clone());
        let states = HashMap::from([(key("folder"), None), (key("file"), Some(file))]);
        let asked = ["folder", "file"].map(|it| Change::Dirty(key(it)));
        let removed = Change::Removed {
            key: key("folder"),
            subtree: true,
        };
        assert_eq!(answered(asked.into(), &states), [told, removed]);
    }
}
