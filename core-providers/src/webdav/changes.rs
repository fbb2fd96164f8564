//! Streams of changes: which kind of walk or report a stream is, and its positions.

use std::sync::Arc;

use bridge_traits::provider::{
    ChangePage, ChangeStream, ChangesFrom, Checkpoint, ItemKey, Next, PageToken,
};
use bridge_traits::{ErrorKind, Result};
use futures::stream::try_unfold;

use super::checkpoint::{At, Place, Stamp, refuse};
use super::multistatus::Props;
use super::report::Report;
use super::server::WebDavFeed;
use super::shared::Shared;
use super::tree::Tree;
use super::version;
use super::walk::Walk;
use crate::digest;

/// A stream under way.
struct Changes {
    shared: Arc<Shared>,
    source: Source,
    page: u64,
    is_over: bool,
}

enum Source {
    /// Nothing changed, so the last checkpoint holds on.
    Nothing(Stamp),
    /// A walk through the folders; whether it has tokens to go on.
    Walk(Box<Walk>, bool),
    /// The server's own feed.
    Report(Box<Report>),
}

/// Opens a stream.
///
/// # Errors
/// `CursorInvalid` for a position that is not ours, and what the server says.
pub(super) async fn open(shared: Arc<Shared>, from: ChangesFrom) -> Result<ChangeStream> {
    let mut page = 0;
    let source = match from {
        ChangesFrom::Beginning => begin(&shared).await?,
        ChangesFrom::Checkpoint(checkpoint) => since(&shared, &checkpoint).await?,
        ChangesFrom::Page(token) => {
            let place = Place::read(&token, &shared.scope)?;
            page = place.page;
            go_on(&shared, place.at).await?
        }
    };
    let changes = Changes {
        shared,
        source,
        page,
        is_over: false,
    };
    Ok(Box::pin(try_unfold(changes, |mut changes| async move {
        let page = changes.next_page().await?;
        Ok(page.map(|page| (page, changes)))
    })))
}

async fn begin(shared: &Arc<Shared>) -> Result<Source> {
    Ok(match shared.server.feed {
        WebDavFeed::Listing => Source::Walk(Box::new(from_root(shared)), true),
        WebDavFeed::TreeEtags => {
            let mut tree = Tree::default();
            tree.set_root_etag(etag(&shared.look_at_root().await?));
            Source::Walk(Box::new(from_root(shared).remembering(tree)), true)
        }
        WebDavFeed::SyncCollection | WebDavFeed::FlatSyncCollection => {
            report(shared, String::new(), Vec::new()).await?
        }
    })
}

async fn since(shared: &Arc<Shared>, checkpoint: &Checkpoint) -> Result<Source> {
    let last = Stamp::read(checkpoint, &shared.scope)?;
    match shared.server.feed {
        WebDavFeed::Listing => {
            let mut walk = from_root(shared);
            walk.had_content = !last.counts.is_empty();
            Ok(Source::Walk(Box::new(walk), true))
        }
        WebDavFeed::TreeEtags => {
            let now = etag(&shared.look_at_root().await?);
            let known = last.tree.as_ref().map_or(0, Tree::root_etag);
            if now != 0 && now == known {
                return Ok(Source::Nothing(last));
            }
            let mut tree = last.tree.unwrap_or_default();
            tree.set_root_etag(now);
            let mut walk = from_root(shared).skipping(tree);
            walk.had_content = !last.counts.is_empty();
            Ok(Source::Walk(Box::new(walk), false))
        }
        WebDavFeed::SyncCollection | WebDavFeed::FlatSyncCollection => {
            let token = last.sync_token.filter(|token| !token.is_empty());
            let token = token.ok_or_else(|| refuse("the checkpoint has no token"))?;
            report(shared, token, last.folders).await
        }
    }
}

async fn go_on(shared: &Arc<Shared>, at: At) -> Result<Source> {
    match (at, shared.server.feed) {
        (
            At::Walk {
                after,
                counts,
                had_content,
                root_etag,
                above,
            },
            WebDavFeed::Listing | WebDavFeed::TreeEtags,
        ) => {
            let mut walk = from_root(shared);
            if shared.server.feed == WebDavFeed::TreeEtags {
                let mut tree = Tree::default();
                tree.set_root_etag(root_etag);
                walk = walk.remembering(tree);
            }
            walk.counts = counts;
            walk.had_content = had_content;
            walk.resume(&ItemKey(after), &above).await?;
            Ok(Source::Walk(Box::new(walk), true))
        }
        (
            At::Report {
                sync_token,
                folders,
            },
            WebDavFeed::SyncCollection | WebDavFeed::FlatSyncCollection,
        ) => report(shared, sync_token, folders).await,
        _ => Err(refuse("the page token is of another kind of feed")),
    }
}

async fn report(shared: &Arc<Shared>, sync_token: String, folders: Vec<String>) -> Result<Source> {
    let report = Report::open(shared.clone(), sync_token, folders).await?;
    Ok(Source::Report(Box::new(report)))
}

fn from_root(shared: &Arc<Shared>) -> Walk {
    Walk::through(shared.clone(), vec![ItemKey::root()])
}

fn etag(props: &Props) -> u64 {
    version::etag(props).map_or(0, |etag| digest::of_texts(&[etag]))
}

impl Changes {
    async fn next_page(&mut self) -> Result<Option<ChangePage>> {
        if self.is_over {
            return Ok(None);
        }
        let page = match &mut self.source {
            Source::Nothing(last) => ChangePage {
                changes: Vec::new(),
                unreadable: Vec::new(),
                next: Next::Done(last.write()),
            },
            Source::Walk(..) => self.walk().await?,
            Source::Report(..) => self.report().await?,
        };
        self.is_over = matches!(page.next, Next::Done(_));
        self.page += 1;
        Ok(Some(page))
    }

    async fn walk(&mut self) -> Result<ChangePage> {
        let Source::Walk(walk, has_tokens) = &mut self.source else {
            return Err(other_source());
        };
        let batch = walk.next_batch().await?;
        let next = match batch.after {
            Some(after) => Next::More(has_tokens.then(|| {
                let at = At::Walk {
                    above: walk.digests_down_to(&after),
                    after: after.0,
                    counts: walk.counts,
                    had_content: walk.had_content,
                    root_etag: walk.tree.as_ref().map_or(0, Tree::root_etag),
                };
                token(&self.shared, self.page, at)
            })),
            None => {
                let mut stamp = Stamp::new(&self.shared.scope);
                stamp.counts = walk.counts;
                stamp.tree = walk.tree.take();
                Next::Done(stamp.write())
            }
        };
        Ok(ChangePage {
            changes: batch.changes,
            unreadable: batch.unreadable,
            next,
        })
    }

    async fn report(&mut self) -> Result<ChangePage> {
        let Source::Report(report) = &mut self.source else {
            return Err(other_source());
        };
        let part = report.next_part().await?;
        let next = if part.is_last {
            let mut stamp = Stamp::new(&self.shared.scope);
            stamp.sync_token = Some(report.sync_token().to_owned());
            stamp.folders = report.folders();
            Next::Done(stamp.write())
        } else {
            let at = At::Report {
                sync_token: report.sync_token().to_owned(),
                folders: report.folders(),
            };
            Next::More(Some(token(&self.shared, self.page, at)))
        };
        Ok(ChangePage {
            changes: part.changes,
            unreadable: part.unreadable,
            next,
        })
    }
}

fn token(shared: &Shared, page: u64, at: At) -> PageToken {
    Place::new(&shared.scope, page + 1, at).write()
}

/// Not reached: the callers have looked.
fn other_source() -> bridge_traits::BridgeError {
    bridge_traits::BridgeError::new(ErrorKind::Other, "stream of changes")
}
