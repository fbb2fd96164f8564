//! The server's own feed of changes: `sync-collection` reports (RFC 6578).

use std::collections::BTreeSet;
use std::sync::Arc;

use bridge_traits::provider::{Change, ItemKey, ItemKind, Unreadable};
use bridge_traits::{BridgeError, ErrorKind, Result};

use super::address::{self, Path};
use super::client::checked;
use super::listing::problem;
use super::multistatus::Row;
use super::propfind::{self, Rows};
use super::shared::{Shared, guess_kind};
use super::walk::Walk;
use crate::names;

/// How many folders may be in a collection whose reports do not look into them.
const MAX_FOLDERS: usize = 10_000;

/// A feed that is being read.
pub(super) struct Report {
    shared: Arc<Shared>,
    /// The token that the feed is read from; empty for the first time.
    sync_token: String,
    /// Gone when the report was read to its end.
    rows: Option<Rows>,
    is_truncated: bool,
    /// The folders that the report does not look into.
    folders: BTreeSet<String>,
    walk: Option<Walk>,
}

/// Some of the changes.
#[derive(Default)]
pub(super) struct Part {
    pub(super) changes: Vec<Change>,
    pub(super) unreadable: Vec<Unreadable>,
    pub(super) is_last: bool,
}

impl Report {
    /// Asks for what changed since a token, or for everything if it is empty.
    ///
    /// # Errors
    /// `CursorInvalid` if the server does not accept the token.
    pub(super) async fn open(
        shared: Arc<Shared>,
        sync_token: String,
        folders: Vec<String>,
    ) -> Result<Self> {
        let rows = ask(&shared, &sync_token).await?;
        Ok(Self {
            shared,
            sync_token,
            rows: Some(rows),
            is_truncated: false,
            folders: folders.into_iter().collect(),
            walk: None,
        })
    }

    /// Gives the token from which the changes after those given so far can be had.
    pub(super) fn sync_token(&self) -> &str {
        &self.sync_token
    }

    pub(super) fn folders(&self) -> Vec<String> {
        self.folders.iter().cloned().collect()
    }

    /// Gives as many changes as make a page.
    ///
    /// Rows may be used as they come, since each is a fact by itself; what is not in a report is
    /// not gone. The token comes after them all.
    pub(super) async fn next_part(&mut self) -> Result<Part> {
        let mut part = Part::default();
        while part.changes.len() + part.unreadable.len() < self.shared.options.page_items {
            let Some(rows) = &mut self.rows else {
                return self.walk(part).await;
            };
            match rows.next().await? {
                Some(row) => self.take(row, &mut part)?,
                None => {
                    self.turn_over().await?;
                    // What comes next has a token of its own.
                    return match self.rows {
                        Some(_) => Ok(part),
                        None => self.walk(part).await,
                    };
                }
            }
        }
        Ok(part)
    }

    fn take(&mut self, mut row: Row, part: &mut Part) -> Result<()> {
        let Some(mut place) = self.shared.address.place(&row.href, &Path::new()) else {
            return Err(self.refuse(&format!("it names {}, which is not below it", row.href)));
        };
        let key = address::key(&place);
        let is_left_out =
            |name: &Vec<u8>| names::is_left_out(name, self.shared.options.include_hidden);
        if place.iter().any(is_left_out) {
            return Ok(());
        }
        let Some(name) = place.pop() else {
            self.is_truncated |= row.status == Some(507);
            return Ok(());
        };
        if matches!(row.status, Some(404 | 410)) {
            self.folders.remove(&key.0);
            part.changes.push(Change::Removed { key, subtree: true });
            return Ok(());
        }
        guess_kind(&mut row.props, &row.href);
        if let Some(problem) = problem(&row.props, row.status) {
            let reason = problem.to_owned();
            part.unreadable.push(Unreadable { key, reason });
            return Ok(());
        }
        let item = self.shared.item(key, &name, &row.props);
        if item.kind == ItemKind::Folder {
            if self.folders.len() >= MAX_FOLDERS {
                return Err(self.refuse(&format!("it has more than {MAX_FOLDERS} folders")));
            }
            if self.shared.server.feed.level() == Some("1") {
                self.folders.insert(item.key.0.clone());
            }
        } else {
            self.folders.remove(&item.key.0);
        }
        if item.kind != ItemKind::Other {
            part.changes.push(Change::Upsert(item));
        }
        Ok(())
    }

    /// Takes the token at the end of a report, and asks for the next one if there is more.
    async fn turn_over(&mut self) -> Result<()> {
        let token = self.rows.take().and_then(|mut rows| rows.sync_token());
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Err(self.refuse("there is no token at its end"));
        };
        let is_truncated = std::mem::take(&mut self.is_truncated);
        if is_truncated && token == self.sync_token {
            return Err(self.refuse("it is not complete, and ends where it began"));
        }
        self.sync_token = token;
        if is_truncated {
            self.rows = Some(ask(&self.shared, &self.sync_token).await?);
        }
        Ok(())
    }

    /// Lists the folders that the report did not look into.
    async fn walk(&mut self, mut part: Part) -> Result<Part> {
        if self.folders.is_empty() {
            part.is_last = true;
            return Ok(part);
        }
        let folders = || self.folders.iter().cloned().map(ItemKey).collect();
        let shared = &self.shared;
        let walk = self
            .walk
            .get_or_insert_with(|| Walk::through(shared.clone(), folders()));
        let batch = walk.next_batch().await?;
        part.changes.extend(batch.changes);
        part.unreadable.extend(batch.unreadable);
        part.is_last = batch.after.is_none();
        Ok(part)
    }

    fn refuse(&self, why: &str) -> BridgeError {
        BridgeError::new(ErrorKind::Corrupt, self.shared.address.text())
            .detail(format!("the server's report can't be trusted: {why}"))
    }
}

async fn ask(shared: &Shared, token: &str) -> Result<Rows> {
    let url = shared.address.url(&ItemKey::root(), true)?;
    let Some(level) = shared.server.feed.level() else {
        return Err(BridgeError::new(ErrorKind::Unsupported, url));
    };
    shared
        .client
        .persist(|_| async {
            let request = propfind::changes(url.clone(), token, level);
            let response = shared.client.send(request).await;
            let response = response.map_err(|error| shared.root_error(error))?;
            if !token.is_empty() && matches!(response.status, 400 | 403 | 409 | 410 | 412) {
                return Err(refusal(response).await);
            }
            if matches!(response.status, 405 | 501) {
                return Err(BridgeError::new(ErrorKind::Unsupported, &*url).detail(
                    "the server no longer has a feed of changes; it has to be asked again what it \
                     can do",
                ));
            }
            Rows::new(response).map_err(|error| shared.root_error(error))
        })
        .await
}

/// Tells what the refusal of a token means. Servers differ in the status, so the condition that
/// they name counts; those that say that the token is gone are believed.
async fn refusal(response: bridge_traits::http::HttpResponse) -> BridgeError {
    let (status, url) = (response.status, response.url.clone());
    let headers = response.headers.clone();
    let conditions = propfind::conditions(response).await;
    let is_named = conditions.iter().any(|it| it == "valid-sync-token");
    if is_named || matches!(status, 409 | 410 | 412) {
        return BridgeError::new(ErrorKind::cursor_invalid(), url)
            .detail("the server no longer knows where the last sync ended");
    }
    let bare = bridge_traits::http::HttpResponse {
        status,
        url: url.clone(),
        headers,
        body: Box::pin(futures::stream::empty()),
    };
    match checked(bare) {
        Err(error) => error,
        Ok(_) => BridgeError::new(ErrorKind::HttpStatus(status), url),
    }
}
