//! What all parts of one provider share.

use std::sync::atomic::AtomicBool;

use bridge_traits::provider::{FeedScope, ItemKey, ItemKind, RemoteItem, Version};
use bridge_traits::{BridgeError, ErrorKind, Result};

use super::address::{self, Address};
use super::client::{self, Client};
use super::multistatus::Props;
use super::options::WebDavOptions;
use super::propfind::{self, Rows};
use super::server::WebDavServer;
use super::version;

pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) address: Address,
    pub(super) options: WebDavOptions,
    pub(super) server: WebDavServer,
    pub(super) scope: FeedScope,
    /// Tells ids of this server from those of others.
    pub(super) server_id: u64,
    /// Whether the server was seen to refuse a condition that holds.
    pub(super) distrusts_if_match: AtomicBool,
}

impl Shared {
    /// Makes an item of what the server says of it.
    pub(super) fn item(&self, key: ItemKey, name: &[u8], props: &Props) -> RemoteItem {
        let name = address::readable(name);
        let is_folder = props.is_collection == Some(true);
        let (kind, version, size) = if is_folder {
            // What is in a folder is reported by itself, so its version never changes.
            (ItemKind::Folder, Version("folder".to_owned()), 0)
        } else {
            let kind = ItemKind::of_file_name(&name);
            let size = props.size.unwrap_or(0);
            (kind, version::file_version(props), size)
        };
        RemoteItem {
            parent: address::parent(&key),
            file_id: version::file_id(props, &name, self.server_id),
            key,
            name,
            kind,
            version,
            size,
            modified_ms: match kind {
                ItemKind::Folder => None,
                _ => props.modified.as_deref().and_then(version::date_ms),
            },
            content_hash: None,
        }
    }

    /// Asks for one resource; a folder's URL ends in a slash.
    ///
    /// # Errors
    /// `NotFound` and what else the server says; `Corrupt` if it speaks of something else.
    pub(super) async fn look_at(&self, key: &ItemKey, is_folder: bool) -> Result<Props> {
        let path = address::path_of(key)?;
        let url = self.address.url(key, is_folder)?;
        self.client
            .persist(|_| async {
                let request = propfind::listing(url.clone(), "0");
                let mut rows = Rows::new(self.client.send(request).await?)?;
                let mut found = None;
                while let Some(row) = rows.next().await? {
                    let is_it = self.address.place(&row.href, &path).as_ref() == Some(&path)
                        // A name relative to the folder is relative to itself here.
                        || self.address.place(&row.href, &path[..path.len().saturating_sub(1)].to_vec())
                            .as_ref() == Some(&path);
                    if is_it && found.is_none() {
                        found = Some(row);
                    }
                }
                let Some(mut row) = found else {
                    return Err(BridgeError::new(ErrorKind::Corrupt, &*url)
                        .detail("the server does not say what it was asked for"));
                };
                if let Some(status @ 400..) = row.status {
                    let kind = match status {
                        404 | 410 => ErrorKind::NotFound,
                        403 => ErrorKind::PermissionDenied,
                        status => ErrorKind::HttpStatus(status),
                    };
                    return Err(BridgeError::new(kind, &*url));
                }
                guess_kind(&mut row.props, &row.href);
                Ok(row.props)
            })
            .await
    }

    /// Looks at the root.
    ///
    /// # Errors
    /// `RootUnavailable` if it is gone or no folder; other causes as they are.
    pub(super) async fn look_at_root(&self) -> Result<Props> {
        match self.look_at(&ItemKey::root(), true).await {
            Ok(props) if props.is_collection != Some(false) => Ok(props),
            Ok(_) => Err(self.root_unavailable("it is no longer a folder")),
            Err(error) => Err(self.root_error(error)),
        }
    }

    pub(super) fn root_error(&self, error: BridgeError) -> BridgeError {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::Conflict => self
                .root_unavailable("the folder to sync is not there")
                .source(error),
            _ => client::root_redirected(error),
        }
    }

    pub(super) fn root_unavailable(&self, detail: &str) -> BridgeError {
        BridgeError::new(ErrorKind::RootUnavailable, self.address.text()).detail(detail)
    }
}

/// Fills in whether something is a folder where the server forgot to say.
pub(super) fn guess_kind(props: &mut Props, href: &str) {
    props
        .is_collection
        .get_or_insert_with(|| href.trim_ascii_end().ends_with('/'));
}
