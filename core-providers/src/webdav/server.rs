//! What a server can do, as far as it was found out.

use bridge_traits::provider::{FeedKind, InitialSync, ItemKey, PageTokens};
use bridge_traits::{BridgeError, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::client::Client;
use super::propfind::{self, Rows};

/// How a WebDAV server tells what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WebDavFeed {
    /// Not at all: each sync lists all folders.
    Listing,
    /// A folder's ETag changes with anything below it, as in Nextcloud and ownCloud: only changed
    /// folders are listed. Storage mounted into them that does not pass ETags up is up to date only
    /// after a full sync.
    TreeEtags,
    /// By `sync-collection` reports (RFC 6578) that go all the way down.
    SyncCollection,
    /// By such reports on the folder itself; folders in it are listed.
    FlatSyncCollection,
}

/// What [`WebDav::connect`](super::WebDav::connect) found out about a server; to be kept by the
/// host, so that [`WebDav::known`](super::WebDav::known) need not ask again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebDavServer {
    /// How it tells what changed.
    pub feed: WebDavFeed,
    /// The path of the root as the server writes it, where that differs from the URL's.
    pub path: Option<String>,
}

impl WebDavFeed {
    pub(super) fn kind(self) -> FeedKind {
        match self {
            Self::Listing => FeedKind::Snapshot,
            Self::TreeEtags => FeedKind::TreeEtag,
            Self::SyncCollection | Self::FlatSyncCollection => FeedKind::Native,
        }
    }

    pub(super) fn initial(self) -> InitialSync {
        match self {
            Self::Listing | Self::TreeEtags => InitialSync::ListThenFeed,
            Self::SyncCollection | Self::FlatSyncCollection => InitialSync::FeedIsList,
        }
    }

    pub(super) fn page_tokens(self) -> PageTokens {
        match self {
            // They name the folder at which the walk goes on.
            Self::Listing | Self::TreeEtags => PageTokens::Hours,
            Self::SyncCollection | Self::FlatSyncCollection => PageTokens::Durable,
        }
    }

    /// Gives the `sync-level` of reports, where there are such.
    pub(super) fn level(self) -> Option<&'static str> {
        match self {
            Self::Listing | Self::TreeEtags => None,
            Self::SyncCollection => Some("infinite"),
            Self::FlatSyncCollection => Some("1"),
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Listing => "listing",
            Self::TreeEtags => "tree-etags",
            Self::SyncCollection => "sync-collection",
            Self::FlatSyncCollection => "flat-sync-collection",
        }
    }
}

/// Finds out what a server can do.
///
/// # Errors
/// `AuthExpired`, `PermissionDenied`, `NotFound` and so on by the server's word; `NotADirectory` if
/// the URL names a file, `Unsupported` if there is a web server that speaks no WebDAV.
pub(super) async fn probe(client: &Client, address: &mut Address) -> Result<WebDavServer> {
    let url = address.url(&ItemKey::root(), true)?;
    let response = client.send(propfind::probe(url.clone())).await?;
    if matches!(response.status, 405 | 501) {
        return Err(BridgeError::new(ErrorKind::Unsupported, url)
            .detail("there is a web server, but it speaks no WebDAV here"));
    }
    let mut rows = Rows::new(response)?;
    let mut found = None;
    while let Some(row) = rows.next().await? {
        // A server that ignores the depth sends more; the folder itself comes first.
        found.get_or_insert(row);
    }
    let Some(row) = found else {
        return Err(
            BridgeError::new(ErrorKind::Corrupt, url).detail("the server says nothing of it")
        );
    };
    if row.props.is_collection == Some(false) {
        return Err(
            BridgeError::new(ErrorKind::NotADirectory, url).detail("the folder to sync is a file")
        );
    }
    address.learn(&row.href);
    let feed = match &row.props.sync_token {
        Some(token) if row.props.has_feed => feed_of(client, &url, token).await?,
        _ => None,
    };
    let has_tree_etags = row.props.file_id.is_some() && row.props.etag.is_some();
    let feed = feed.unwrap_or(if has_tree_etags {
        WebDavFeed::TreeEtags
    } else {
        WebDavFeed::Listing
    });
    Ok(WebDavServer {
        feed,
        path: address.alias_text(),
    })
}

/// Tries whether the reports that a server promises are there. Those of the folder alone are of use
/// only where there are no folders in it.
async fn feed_of(client: &Client, url: &str, token: &str) -> Result<Option<WebDavFeed>> {
    if answers(client, url, token, "infinite").await? {
        return Ok(Some(WebDavFeed::SyncCollection));
    }
    if !answers(client, url, token, "1").await? {
        return Ok(None);
    }
    let response = client.send(propfind::listing(url.to_owned(), "1")).await?;
    let mut rows = Rows::new(response)?;
    let mut folders = 0;
    while let Some(row) = rows.next().await? {
        folders += usize::from(row.props.is_collection == Some(true));
    }
    Ok((folders <= 1).then_some(WebDavFeed::FlatSyncCollection))
}

/// Asks for changes since now, which are none.
async fn answers(client: &Client, url: &str, token: &str, level: &str) -> Result<bool> {
    let request = propfind::changes(url.to_owned(), token, level);
    let response = client.send(request).await?;
    if response.status != 207 {
        return Ok(false);
    }
    let mut rows = Rows::new(response)?;
    while rows.next().await?.is_some() {}
    Ok(rows.sync_token().is_some())
}
