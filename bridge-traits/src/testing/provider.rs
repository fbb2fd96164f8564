//! Suite and fake for [`StorageProvider`].

mod memory;

pub use memory::{MemoryProvider, ProviderCall};

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::StreamExt;

use super::cause;
use crate::provider::{
    Change, ChangePage, ChangesFrom, Checkpoint, ItemKey, ItemKind, Next, PageToken, PageTokens,
    RemoteItem, StorageProvider, Version,
};
use crate::{ErrorKind, Result};

/// What a provider under test must report: every path below the root, `/` between its parts, with
/// the content of files and `None` for folders.
pub type ExpectedTree = BTreeMap<String, Option<Bytes>>;

/// Generates the tests that every [`StorageProvider`] passes. The instance is a pair of the
/// provider and the [`ExpectedTree`], with at least one folder and one file of content, and nothing
/// changes there meanwhile.
#[macro_export]
macro_rules! storage_provider_conformance {
    ($fresh:expr) => {
        $crate::__conformance_tests! { provider, $fresh,
            what_it_can_do_and_its_scope_stay_the_same
            the_beginning_gives_the_whole_tree
            items_are_consistent_in_themselves
            the_beginning_gives_the_same_items_twice
            after_no_change_nothing_is_new
            a_start_token_opens_the_feed
            a_page_token_goes_on_where_its_page_ended
            a_cursor_that_was_never_given_is_invalid
            stat_agrees_with_the_listing
            content_is_read_whole_and_in_ranges
            a_stale_version_conflicts
            unknown_items_are_not_found
        }
    };
}

type Fixture<P> = (P, ExpectedTree);

/// Reads a stream to its end and checks how it ends.
async fn drain(
    provider: &impl StorageProvider,
    from: ChangesFrom,
) -> (Vec<ChangePage>, Checkpoint) {
    let mut stream = provider.get_changes(from).await.unwrap();
    let mut pages = Vec::new();
    let mut done = None;
    while let Some(page) = stream.next().await {
        let page = page.unwrap();
        assert!(done.is_none(), "a page after the last");
        if let Next::Done(checkpoint) = &page.next {
            done = Some(checkpoint.clone());
        }
        pages.push(page);
    }
    assert!(stream.next().await.is_none(), "more after the end");
    let done = done.expect("the stream ends in Done");
    (pages, done)
}

/// Applies pages to a map of items, as a sync would.
fn apply(items: &mut BTreeMap<ItemKey, RemoteItem>, pages: &[ChangePage]) {
    for page in pages {
        assert!(page.unreadable.is_empty(), "{:?}", page.unreadable);
        for change in &page.changes {
            match change {
                Change::Upsert(item) => {
                    items.insert(item.key.clone(), item.clone());
                }
                Change::Removed { key, subtree } => {
                    items.remove(key);
                    if *subtree {
                        remove_below(items, key);
                    }
                }
                Change::Dirty(key) => panic!("{key} is dirty in a listing of a quiet tree"),
                Change::Listing {
                    folder, children, ..
                } => {
                    for child in children {
                        assert_eq!(child.parent.as_ref(), Some(folder), "{child:?}");
                    }
                    items.retain(|key, item| {
                        item.parent.as_ref() != Some(folder)
                            || children.iter().any(|child| child.key == *key)
                    });
                    for child in children {
                        items.insert(child.key.clone(), child.clone());
                    }
                }
            }
        }
    }
}

fn remove_below(items: &mut BTreeMap<ItemKey, RemoteItem>, folder: &ItemKey) {
    let children: Vec<_> = items
        .values()
        .filter(|item| item.parent.as_ref() == Some(folder))
        .map(|item| item.key.clone())
        .collect();
    for child in children {
        items.remove(&child);
        remove_below(items, &child);
    }
}

async fn listed(provider: &impl StorageProvider) -> BTreeMap<ItemKey, RemoteItem> {
    let (pages, _) = drain(provider, ChangesFrom::Beginning).await;
    let mut items = BTreeMap::new();
    apply(&mut items, &pages);
    items.remove(&ItemKey::root());
    items
}

fn path_of(items: &BTreeMap<ItemKey, RemoteItem>, item: &RemoteItem) -> String {
    let mut path = item.name.clone();
    let mut parent = item.parent.clone().expect("only the root has no parent");
    for _ in 0..=items.len() {
        if parent.is_root() {
            return path;
        }
        let folder = items
            .get(&parent)
            .unwrap_or_else(|| panic!("{} lies in unknown {parent}", item.key));
        path = format!("{}/{path}", folder.name);
        parent = folder.parent.clone().expect("only the root has no parent");
    }
    panic!("{} lies in itself", item.key);
}

pub async fn what_it_can_do_and_its_scope_stay_the_same(
    (provider, _): Fixture<impl StorageProvider>,
) {
    let before = (provider.capabilities(), provider.scope());
    assert!(before.0.read_concurrency >= 1);
    assert!(!before.1.provider.is_empty());
    drain(&provider, ChangesFrom::Beginning).await;
    assert_eq!((provider.capabilities(), provider.scope()), before);
}

pub async fn the_beginning_gives_the_whole_tree(
    (provider, expected): Fixture<impl StorageProvider>,
) {
    let items = listed(&provider).await;
    let found: BTreeMap<_, _> = items
        .values()
        .map(|item| {
            let size = (item.kind != ItemKind::Folder).then_some(item.size);
            (path_of(&items, item), size)
        })
        .collect();
    let expected: BTreeMap<_, _> = expected
        .into_iter()
        .map(|(path, content)| (path, content.map(|it| it.len() as u64)))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(found.len(), items.len(), "two items of one path");
}

pub async fn items_are_consistent_in_themselves((provider, _): Fixture<impl StorageProvider>) {
    for item in listed(&provider).await.values() {
        assert!(
            !item.name.is_empty() && !item.name.contains('/'),
            "{item:?}"
        );
        if item.kind == ItemKind::Folder {
            assert_eq!(item.size, 0, "{item:?}");
            assert_eq!(item.content_hash, None, "{item:?}");
        } else {
            assert_eq!(item.kind, ItemKind::of_file_name(&item.name), "{item:?}");
            assert!(!item.version.0.is_empty(), "{item:?}");
        }
        if let Some(hash) = &item.content_hash {
            assert!(hash.contains(':'), "no method in {hash}");
        }
    }
}

pub async fn the_beginning_gives_the_same_items_twice(
    (provider, _): Fixture<impl StorageProvider>,
) {
    assert_eq!(listed(&provider).await, listed(&provider).await);
}

fn digests(pages: &[ChangePage]) -> BTreeMap<ItemKey, Version> {
    let changes = pages.iter().flat_map(|page| &page.changes);
    changes
        .filter_map(|change| match change {
            Change::Listing { folder, digest, .. } => Some((folder.clone(), digest.clone())),
            _ => None,
        })
        .collect()
}

fn assert_nothing_new(before: &[ChangePage], after: &[ChangePage]) {
    for change in after.iter().flat_map(|page| &page.changes) {
        assert!(matches!(change, Change::Listing { .. }), "{change:?}");
    }
    let known = digests(before);
    for (folder, digest) in digests(after) {
        assert_eq!(known.get(&folder), Some(&digest), "{folder}");
    }
}

pub async fn after_no_change_nothing_is_new((provider, _): Fixture<impl StorageProvider>) {
    let (first, checkpoint) = drain(&provider, ChangesFrom::Beginning).await;
    let (second, checkpoint) = drain(&provider, ChangesFrom::Checkpoint(checkpoint)).await;
    assert_nothing_new(&first, &second);
    let (third, _) = drain(&provider, ChangesFrom::Checkpoint(checkpoint)).await;
    assert_nothing_new(&first, &third);
}

pub async fn a_start_token_opens_the_feed((provider, _): Fixture<impl StorageProvider>) {
    let Some(token) = provider.start_token().await.unwrap() else {
        return;
    };
    let (first, _) = drain(&provider, ChangesFrom::Beginning).await;
    let (after, _) = drain(&provider, ChangesFrom::Checkpoint(token)).await;
    assert_nothing_new(&first, &after);
}

pub async fn a_page_token_goes_on_where_its_page_ended(
    (provider, _): Fixture<impl StorageProvider>,
) {
    let (pages, _) = drain(&provider, ChangesFrom::Beginning).await;
    let survive = provider.capabilities().page_tokens != PageTokens::None;
    for (at, page) in pages.iter().enumerate() {
        let Next::More(token) = &page.next else {
            continue;
        };
        assert_eq!(token.is_some(), survive, "page {at}");
        if let Some(token) = token {
            let (rest, _) = drain(&provider, ChangesFrom::Page(token.clone())).await;
            let (mut whole, mut resumed) = (BTreeMap::new(), BTreeMap::new());
            apply(&mut whole, &pages);
            apply(&mut resumed, &pages[..=at]);
            apply(&mut resumed, &rest);
            assert_eq!(resumed, whole, "after page {at}");
        }
    }
}

async fn first_error(provider: &impl StorageProvider, from: ChangesFrom) -> Result<()> {
    let mut stream = provider.get_changes(from).await?;
    while let Some(page) = stream.next().await {
        page?;
    }
    Ok(())
}

pub async fn a_cursor_that_was_never_given_is_invalid(
    (provider, _): Fixture<impl StorageProvider>,
) {
    for bytes in [&b""[..], b"not ours", &[0xff; 40]] {
        let from = ChangesFrom::Checkpoint(Checkpoint(bytes.into()));
        let result = first_error(&provider, from).await;
        assert_eq!(cause(result), ErrorKind::cursor_invalid(), "{bytes:?}");
        let from = ChangesFrom::Page(PageToken(bytes.into()));
        let result = first_error(&provider, from).await;
        assert_eq!(cause(result), ErrorKind::cursor_invalid(), "{bytes:?}");
    }
}

pub async fn stat_agrees_with_the_listing((provider, _): Fixture<impl StorageProvider>) {
    for (key, item) in listed(&provider).await {
        assert_eq!(provider.stat(&key).await.unwrap(), item);
    }
}

pub async fn content_is_read_whole_and_in_ranges(
    (provider, expected): Fixture<impl StorageProvider>,
) {
    use std::io::Read;

    let items = listed(&provider).await;
    let mut files = 0;
    for item in items.values() {
        let Some(content) = &expected[&path_of(&items, item)] else {
            let result = provider.read(&item.key, None, 0..1).await;
            assert_eq!(cause(result), ErrorKind::IsADirectory);
            continue;
        };
        files += 1;
        let size = content.len() as u64;
        let half = size / 2;
        for range in [
            0..size,
            0..half,
            half..size,
            half..half,
            size.saturating_sub(1)..size + 100,
            size..size + 1,
            size + 50..size + 60,
        ] {
            let found = provider
                .read(&item.key, Some(&item.version), range.clone())
                .await
                .unwrap();
            let expected = super::filesystem::slice(content, range.clone());
            assert!(found == expected, "{} {range:?}", item.name);
        }
        if let Some(opened) = provider.open_blocking(&item.key) {
            let mut found = Vec::new();
            opened.unwrap().read_to_end(&mut found).unwrap();
            assert!(found == *content, "{}", item.name);
        }
    }
    assert!(files > 0, "the tree has no files");
}

pub async fn a_stale_version_conflicts((provider, _): Fixture<impl StorageProvider>) {
    let stale = Version("a version that never was".into());
    for item in listed(&provider).await.values() {
        if item.kind != ItemKind::Folder {
            let result = provider.read(&item.key, Some(&stale), 0..1).await;
            assert_eq!(cause(result), ErrorKind::Conflict);
        }
    }
}

pub async fn unknown_items_are_not_found((provider, _): Fixture<impl StorageProvider>) {
    let unknown = ItemKey("no/such item".into());
    assert_eq!(cause(provider.stat(&unknown).await), ErrorKind::NotFound);
    let read = provider.read(&unknown, None, 0..1).await;
    assert_eq!(cause(read), ErrorKind::NotFound);
    if let Some(opened) = provider.open_blocking(&unknown) {
        assert_eq!(cause(opened.map(drop)), ErrorKind::NotFound);
    }
}
