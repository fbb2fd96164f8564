//! The feed of the provider in memory tells what its tree tells.

use std::collections::BTreeMap;

use bridge_traits::provider::{
    Change, ChangesFrom, Checkpoint, ItemKey, Next, RemoteItem, StorageProvider,
};
use bridge_traits::testing::{MemoryProvider, ProviderCall};
use bridge_traits::{ErrorKind, Result};
use futures::StreamExt;

#[derive(Default)]
struct Mirror {
    items: BTreeMap<ItemKey, RemoteItem>,
    checkpoint: Option<Checkpoint>,
}

impl Mirror {
    async fn sync(&mut self, provider: &MemoryProvider) -> Result<()> {
        let from = match &self.checkpoint {
            Some(checkpoint) => ChangesFrom::Checkpoint(checkpoint.clone()),
            None => ChangesFrom::Beginning,
        };
        let mut pages = provider.get_changes(from).await?;
        while let Some(page) = pages.next().await {
            let page = page?;
            for change in page.changes {
                match change {
                    Change::Upsert(item) => {
                        self.items.insert(item.key.clone(), item);
                    }
                    Change::Removed { key, .. } => self.remove(&key),
                    other => panic!("{other:?}"),
                }
            }
            if let Next::Done(checkpoint) = page.next {
                self.checkpoint = Some(checkpoint);
            }
        }
        Ok(())
    }

    fn remove(&mut self, key: &ItemKey) {
        self.items.remove(key);
        let below: Vec<_> = self
            .items
            .values()
            .filter(|item| item.parent.as_ref() == Some(key))
            .map(|item| item.key.clone())
            .collect();
        for key in below {
            self.remove(&key);
        }
    }

    fn paths(&self) -> Vec<(String, u64)> {
        let mut paths: Vec<_> = self
            .items
            .values()
            .map(|item| (self.path(item), item.size))
            .collect();
        paths.sort();
        paths
    }

    fn path(&self, item: &RemoteItem) -> String {
        match &item.parent {
            Some(parent) if !parent.is_root() => {
                format!("{}/{}", self.path(&self.items[parent]), item.name)
            }
            _ => item.name.clone(),
        }
    }
}

fn expected(provider: &MemoryProvider) -> Vec<(String, u64)> {
    let tree = provider.tree().into_iter();
    tree.map(|(path, content)| (path, content.map_or(0, |it| it.len() as u64)))
        .collect::<BTreeMap<_, _>>()
        .into_iter()
        .collect()
}

/// A small generator of numbers, so that every run is the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn change_something(provider: &MemoryProvider, dice: &mut Dice) {
    let paths: Vec<_> = provider.tree().into_iter().collect();
    let pick = |dice: &mut Dice| paths.get(dice.roll(paths.len().max(1) as u64) as usize);
    match dice.roll(6) {
        0 | 1 => {
            let folder = ["", "a/", "b/", "a/c/"][dice.roll(4) as usize];
            let path = format!("{folder}f{}.mp3", dice.roll(8));
            provider.put(&path, vec![1; dice.roll(50) as usize]);
        }
        2 => {
            provider.put_folder(["a", "b", "a/c", "d"][dice.roll(4) as usize]);
        }
        3 => {
            if let Some((path, _)) = pick(dice) {
                provider.delete(path);
            }
        }
        _ => {
            let (Some((from, content)), Some((to, _))) = (pick(dice), pick(dice)) else {
                return;
            };
            let folder = to.rsplit_once('/').map_or("", |(folder, _)| folder);
            let kind = if content.is_some() { ".mp3" } else { "" };
            let to = format!("{folder}/moved{}{kind}", dice.roll(5));
            let to = to.trim_start_matches('/');
            let inside = to.starts_with(&format!("{from}/"));
            if !inside && provider.key_of(to).is_none() {
                provider.rename(from, to);
            }
        }
    }
}

#[core_async::test]
async fn following_the_feed_gives_the_same_tree_as_listing_it() {
    for seed in 1..40 {
        let mut dice = Dice(seed * 7919);
        let provider = MemoryProvider::new();
        provider.set_page_size(1 + dice.roll(4) as usize);
        let mut follower = Mirror::default();
        for _ in 0..12 {
            for _ in 0..dice.roll(12) {
                change_something(&provider, &mut dice);
            }
            follower.sync(&provider).await.unwrap();
            assert_eq!(follower.paths(), expected(&provider), "seed {seed}");
            let mut fresh = Mirror::default();
            fresh.sync(&provider).await.unwrap();
            assert_eq!(fresh.items, follower.items, "seed {seed}");
        }
    }
}

#[core_async::test]
async fn a_change_during_the_listing_is_in_the_feed_after_it() {
    let provider = MemoryProvider::new();
    provider.set_page_size(2);
    for at in 0..6 {
        provider.put(&format!("{at}.mp3"), "x");
    }
    let mut pages = provider.get_changes(ChangesFrom::Beginning).await.unwrap();
    pages.next().await.unwrap().unwrap();
    provider.delete("0.mp3");
    provider.put("1.mp3", "longer");
    let mut last = None;
    while let Some(page) = pages.next().await {
        last = Some(page.unwrap().next);
    }
    let Some(Next::Done(checkpoint)) = last else {
        panic!("{last:?}");
    };
    let feed = provider
        .get_changes(ChangesFrom::Checkpoint(checkpoint))
        .await;
    let page = feed.unwrap().next().await.unwrap().unwrap();
    assert_eq!(page.changes.len(), 2, "{page:?}");
}

#[core_async::test]
async fn expired_cursors_are_refused_also_in_an_open_stream() {
    let provider = MemoryProvider::new();
    provider.set_page_size(1);
    provider.put("a/b.mp3", "x");
    let mut mirror = Mirror::default();
    mirror.sync(&provider).await.unwrap();
    let mut open = provider.get_changes(ChangesFrom::Beginning).await.unwrap();
    open.next().await.unwrap().unwrap();
    provider.expire_cursors();
    let error = open.next().await.unwrap().unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::cursor_invalid());
    assert!(open.next().await.is_none());
    let error = mirror.sync(&provider).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::cursor_invalid());
}

#[core_async::test]
async fn failures_strike_where_the_test_wants_and_calls_are_counted() {
    let provider = MemoryProvider::new();
    let key = provider.put("a.mp3", "12345");
    provider.fail_next_call(ProviderCall::Page, ErrorKind::Offline);
    let mut mirror = Mirror::default();
    let error = mirror.sync(&provider).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Offline);
    mirror.sync(&provider).await.unwrap();
    assert_eq!(provider.calls(ProviderCall::Page), 2);
    provider.fail_next(ErrorKind::AuthExpired);
    let error = provider.stat(&key).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::AuthExpired);
    provider.rename("a.mp3", "b/c.mp3");
    mirror.sync(&provider).await.unwrap();
    assert_eq!(mirror.items[&key].name, "c.mp3");
    assert_eq!(provider.bytes_read(), 0);
    assert_eq!(provider.read(&key, None, 1..3).await.unwrap(), "23");
    assert_eq!(provider.bytes_read(), 2);
}
