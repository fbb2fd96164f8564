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
    for change in &mut changes {
        let Some(key) = dirty(change).cloned() else {
            continue;
        };
        *change = match states.get(&key).cloned().flatten() {
            Some(item) => Change::Upsert(item),
            None => Change::Removed { key, subtree: true },
        };
    }
    Ok(changes)
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
