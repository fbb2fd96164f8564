//! A folder on a WebDAV server: Nextcloud, a NAS, rclone, any other.

mod address;
mod changes;
mod checkpoint;
mod client;
mod download;
mod listing;
mod multistatus;
mod options;
mod propfind;
mod report;
mod server;
mod shared;
mod tree;
mod version;
mod walk;
mod xml;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bridge_traits::http::HttpClient;
use bridge_traits::provider::{
    Capabilities, ChangeStream, ChangesFrom, Checkpoint, FeedScope, ItemKey, RemoteItem,
    StorageProvider, Version,
};
use bridge_traits::{ErrorKind, Result, platform_async_trait};
use bytes::Bytes;

use self::address::Address;
use self::client::Client;
pub use self::options::{WebDavLogin, WebDavOptions, WebDavPassword};
pub use self::server::{WebDavFeed, WebDavServer};
use self::shared::Shared;
use crate::digest;

/// A folder on a WebDAV server (RFC 4918) as a place where music lies.
///
/// # What it reports
/// What servers can do differs, so it is found out at first ([`WebDavServer`]). Where the server has
/// a feed of changes (RFC 6578) that is used. Where the ETags of folders change with anything below
/// them, only changed folders are listed, and none if the root's is the same. Elsewhere each sync
/// lists all folders, one request a folder, some at a time, depth first.
///
/// # Keys, versions and moves
/// A key is the path below the root; names that are not UTF-8 keep their bytes as `%XX`. The version
/// is the ETag, else size and date. A file that was moved is recognised by the server's own id where
/// there is one, else by name, ETag, size and date together; not where there is no ETag, or one that is made
/// of size and date alone, since another file may have these: such a file is read again.
///
/// # What it leaves out
/// Hidden files, what operating systems keep for themselves, and folders with a `.nomedia` file.
/// Files with patterns, as a local folder may have, are not read.
///
/// Folders more than 64 deep, and such as show what a folder above them shows, since the server follows a
/// link in a circle, are reported as unreadable.
///
/// # What it never takes for a deletion
/// A folder that can't be listed, an answer that breaks off, is no WebDAV or names something that was
/// not asked for, and a root that is missing, or empty where it was not.
///
/// # Secrets
/// Credentials go to the host of the URL and to no other. They are in no error and no `Debug` text.
#[derive(Clone)]
pub struct WebDav {
    shared: Arc<Shared>,
}

impl WebDav {
    /// Asks the server at `url` what it can do and opens the folder there.
    ///
    /// # Errors
    /// `InvalidInput` for a URL, user or option that can't work; `AuthExpired` if the server does
    /// not accept the login, `NotFound`, `NotADirectory`, `RootUnavailable` naming the URL to use
    /// where it redirects to another host, `Unsupported` if it speaks no WebDAV, `Offline`.
    ///
    /// # Cancel safety
    /// It can be dropped at any time.
    pub async fn connect(
        http: Arc<dyn HttpClient>,
        url: &str,
        login: WebDavLogin,
        options: WebDavOptions,
    ) -> Result<Self> {
        options.check()?;
        login.check()?;
        let mut address = Address::parse(url)?;
        let client = Client::new(http, address.origin(), login);
        let probed = server::probe(&client, &mut address).await;
        let server = probed.map_err(client::root_redirected)?;
        Ok(Self::new(client, address, server, options))
    }

    /// Makes the provider of a folder that was opened before, without asking the server.
    ///
    /// # Errors
    /// `InvalidInput` for a URL, user or option that can't work.
    pub fn known(
        http: Arc<dyn HttpClient>,
        url: &str,
        login: WebDavLogin,
        options: WebDavOptions,
        server: WebDavServer,
    ) -> Result<Self> {
        options.check()?;
        login.check()?;
        let address = Address::parse(url)?.with_alias(server.path.as_deref());
        let client = Client::new(http, address.origin(), login);
        Ok(Self::new(client, address, server, options))
    }

    fn new(client: Client, address: Address, server: WebDavServer, options: WebDavOptions) -> Self {
        let root = address.text();
        let scope = FeedScope {
            provider: format!("webdav/{}", checkpoint::FORMAT),
            account: client.login().account().to_owned(),
            filter: format!("{};feed={}", options.filter_text(), server.feed.as_str()),
            root,
        };
        let server_id = digest::of_texts(&["webdav", address.origin()]) & !1;
        Self {
            shared: Arc::new(Shared {
                client,
                address,
                options,
                server,
                scope,
                server_id,
                distrusts_if_match: AtomicBool::new(false),
            }),
        }
    }

    /// Tells what was found out about the server.
    pub fn server(&self) -> &WebDavServer {
        &self.shared.server
    }

    /// Tells the URL of the folder, always in the same spelling.
    pub fn url(&self) -> String {
        self.shared.address.text()
    }

    /// Gives a name for the folder, for people.
    pub fn name(&self) -> String {
        self.shared.address.name()
    }

    /// Writes a URL as [`url`](Self::url) does.
    ///
    /// # Errors
    /// `InvalidInput` if it can't be one of a folder.
    pub fn normal_url(url: &str) -> Result<String> {
        Ok(Address::parse(url)?.text())
    }
}

impl std::fmt::Debug for WebDav {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebDav")
            .field("url", &self.url())
            .field("login", self.shared.client.login())
            .field("options", &self.shared.options)
            .field("server", &self.shared.server)
            .finish_non_exhaustive()
    }
}

#[platform_async_trait]
impl StorageProvider for WebDav {
    fn capabilities(&self) -> Capabilities {
        let feed = self.shared.server.feed;
        Capabilities {
            feed: feed.kind(),
            initial: feed.initial(),
            stable_ids: false,
            page_tokens: feed.page_tokens(),
            read_concurrency: self.shared.options.read_concurrency,
        }
    }

    fn scope(&self) -> FeedScope {
        self.shared.scope.clone()
    }

    async fn start_token(&self) -> Result<Option<Checkpoint>> {
        Ok(None)
    }

    async fn get_changes(&self, from: ChangesFrom) -> Result<ChangeStream> {
        changes::open(self.shared.clone(), from).await
    }

    async fn stat(&self, key: &ItemKey) -> Result<RemoteItem> {
        let path = address::path_of(key)?;
        let Some(name) = path.last() else {
            let props = self.shared.look_at_root().await?;
            return Ok(self.shared.item(ItemKey::root(), b"", &props));
        };
        match self.shared.look_at(key, false).await {
            Ok(props) => Ok(self.shared.item(key.clone(), name, &props)),
            Err(error) => {
                if *error.kind() == ErrorKind::NotFound {
                    // Nothing is gone from a root that is gone itself.
                    self.shared.look_at_root().await?;
                }
                Err(error)
            }
        }
    }

    async fn read(
        &self,
        key: &ItemKey,
        version: Option<&Version>,
        range: Range<u64>,
    ) -> Result<Bytes> {
        download::read(&self.shared, key, version, range).await
    }
}
