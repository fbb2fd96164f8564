//! A server to test with, and a reader that applies pages as a sync would.

mod answers;
mod server;

use std::collections::{BTreeMap, BTreeSet};

use bridge_traits::provider::{
    Change, ChangePage, ChangesFrom, Checkpoint, Next, PageToken, RemoteItem, StorageProvider,
};
use bridge_traits::{ErrorKind, Result};
use core_providers::{WebDav, WebDavLogin, WebDavOptions};
use futures::StreamExt;

pub(crate) use server::{Dialect, Fault, Hrefs, Server};

/// All that one stream said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) pages: Vec<ChangePage>,
    pub(crate) checkpoint: Checkpoint,
}

/// Connects with small pages.
pub(crate) async fn connect(server: &Server) -> WebDav {
    connect_with(server, options()).await
}

pub(crate) fn options() -> WebDavOptions {
    WebDavOptions {
        page_items: 2,
        look_ahead: 3,
        ..WebDavOptions::default()
    }
}

pub(crate) async fn connect_with(server: &Server, options: WebDavOptions) -> WebDav {
    WebDav::connect(
        server.client(),
        server.url(),
        WebDavLogin::Anonymous,
        options,
    )
    .await
    .expect("the server can be reached")
}

/// Reads a stream to its end.
pub(crate) async fn read(provider: &WebDav, from: ChangesFrom) -> Result<Seen> {
    let mut stream = provider.get_changes(from).await?;
    let mut pages: Vec<ChangePage> = Vec::new();
    while let Some(page) = stream.next().await {
        pages.push(page?);
    }
    match pages.last().map(|page| page.next.clone()) {
        Some(Next::Done(checkpoint)) => Ok(Seen { pages, checkpoint }),
        other => panic!("the stream ended in {other:?}"),
    }
}

pub(crate) async fn read_all(provider: &WebDav) -> Seen {
    read(provider, ChangesFrom::Beginning)
        .await
        .expect("everything is listed")
}

pub(crate) async fn since(provider: &WebDav, checkpoint: &Checkpoint) -> Seen {
    read(provider, ChangesFrom::Checkpoint(checkpoint.clone()))
        .await
        .expect("changes are read")
}

/// Reads a stream as a sync does that opens it again, at the last token it got, after each error
/// that may pass. Gives up after so many errors in a row.
pub(crate) async fn read_stubbornly(
    provider: &WebDav,
    mut from: ChangesFrom,
    library: &mut Library,
) -> Result<Checkpoint> {
    let mut failures = 0;
    loop {
        let error = match provider.get_changes(from.clone()).await {
            Ok(mut stream) => loop {
                match stream.next().await {
                    Some(Ok(page)) => {
                        failures = 0;
                        library.apply(std::slice::from_ref(&page));
                        match page.next {
                            Next::Done(checkpoint) => return Ok(checkpoint),
                            Next::More(Some(token)) => from = ChangesFrom::Page(token),
                            Next::More(None) => {}
                        }
                    }
                    Some(Err(error)) => break error,
                    None => panic!("the stream ended without a checkpoint"),
                }
            },
            Err(error) => error,
        };
        failures += 1;
        if !error.is_transient() || failures > 20 {
            return Err(error);
        }
    }
}

pub(crate) fn kind(result: Result<impl Sized>) -> ErrorKind {
    match result {
        Ok(_) => panic!("it should fail"),
        Err(error) => error.kind().clone(),
    }
}

impl Seen {
    pub(crate) fn unreadable(&self) -> Vec<&str> {
        let all = self.pages.iter().flat_map(|page| &page.unreadable);
        all.map(|it| it.key.0.as_str()).collect()
    }

    pub(crate) fn listed(&self) -> Vec<&str> {
        let changes = self.pages.iter().flat_map(|page| &page.changes);
        changes
            .filter_map(|change| match change {
                Change::Listing { folder, .. } => Some(folder.0.as_str()),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn tokens(&self) -> Vec<PageToken> {
        let pages = self.pages.iter();
        pages
            .filter_map(|page| match &page.next {
                Next::More(token) => token.clone(),
                Next::Done(_) => None,
            })
            .collect()
    }
}

/// What a sync would hold after the pages it was given.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Library {
    pub(crate) items: BTreeMap<String, RemoteItem>,
}

impl Library {
    pub(crate) fn of(seen: &Seen) -> Self {
        let mut library = Self::default();
        library.apply(&seen.pages);
        library
    }

    /// Applies pages by the rules of the contract.
    pub(crate) fn apply(&mut self, pages: &[ChangePage]) {
        for page in pages {
            let hidden: BTreeSet<&str> = page.unreadable.iter().map(|it| &*it.key.0).collect();
            for change in &page.changes {
                match change {
                    Change::Upsert(item) => {
                        self.items.insert(item.key.0.clone(), item.clone());
                    }
                    Change::Removed { key, .. } => self.remove(&key.0),
                    Change::Dirty(key) => panic!("{key} is dirty"),
                    Change::Listing {
                        folder, children, ..
                    } => {
                        let listed: BTreeSet<&str> = children.iter().map(|it| &*it.key.0).collect();
                        let gone: Vec<String> = self
                            .items
                            .values()
                            .filter(|it| it.parent.as_ref() == Some(folder))
                            .map(|it| it.key.0.clone())
                            .filter(|key| !listed.contains(&**key) && !hidden.contains(&**key))
                            .collect();
                        gone.iter().for_each(|key| self.remove(key));
                        for child in children {
                            self.items.insert(child.key.0.clone(), child.clone());
                        }
                    }
                }
            }
        }
    }

    fn remove(&mut self, key: &str) {
        let below = format!("{key}/");
        self.items
            .retain(|other, _| other != key && !other.starts_with(&below));
    }

    pub(crate) fn keys(&self) -> Vec<&str> {
        self.items.keys().map(String::as_str).collect()
    }
}
