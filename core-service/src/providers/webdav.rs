//! Folders on WebDAV servers.

use std::fmt;
use std::sync::Arc;

use bridge_traits::http::HttpClient;
use bridge_traits::storage::SecureStore;
use bridge_traits::{BridgeError, ErrorKind};
use core_library::repository::provider::{self, NewProvider, ProviderRow};
use core_providers::{
    WebDav, WebDavFeed, WebDavLogin, WebDavOptions, WebDavPassword, WebDavServer,
};
use serde_json::{Value, json};

use crate::dto::Provider;
use crate::error::Result;
use crate::service::CoreService;

pub(super) const WEBDAV: &str = "webdav";

/// A folder on a WebDAV server, as a person names it.
#[derive(Debug, Clone, Default)]
pub struct WebDavFolder {
    /// Its URL, such as `https://cloud.example/remote.php/dav/files/anna/Music/`. It holds neither
    /// user nor password.
    pub url: String,
    /// Who signs in; `None` where nobody has to.
    pub user: Option<String>,
    /// With which password; best one that the server made for this app alone.
    pub secret: WebDavSecret,
    /// What to take in and how.
    pub options: WebDavOptions,
    /// Whether a server that is known is asked again what it can do, say after it was updated.
    pub ask_again: bool,
}

/// A password, or where it is. Its `Debug` text does not show it.
#[derive(Clone, Default)]
pub enum WebDavSecret {
    /// It was stored before.
    #[default]
    Stored,
    /// This one, which is to be kept in the platform's store for secrets.
    Store(String),
    /// This one, which is forgotten when the service ends.
    Session(String),
}

impl fmt::Debug for WebDavSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stored => "Stored",
            Self::Store(_) => "Store",
            Self::Session(_) => "Session",
        })
    }
}

impl CoreService {
    /// Makes a folder on a WebDAV server known as a provider, after asking the server what it can
    /// do, or finds it if it is known. One that is known is found even while the server is away: its
    /// next sync says so.
    ///
    /// A password goes into the platform's store for secrets or stays in memory, never into the
    /// library.
    ///
    /// # Errors
    /// `InvalidInput` for a URL, user or option that can't work; `AuthExpired` if the server does
    /// not accept the login; `NotFound`, `NotADirectory`, `Unsupported`, `Offline` and what else the
    /// server says; `NotAvailable` if the platform has no network, or no store for a password that
    /// is to be kept. Nothing is stored then.
    pub async fn add_webdav(&self, folder: WebDavFolder) -> Result<Provider> {
        let WebDavFolder {
            url,
            user,
            secret,
            options,
            ask_again,
        } = folder;
        let http = self.http()?;
        let url = WebDav::normal_url(&url)?;
        let key = key(&url, user.as_deref());
        let login = match (&user, &secret) {
            (None, _) => WebDavLogin::Anonymous,
            (Some(user), WebDavSecret::Stored) => self.stored_login(user, &key)?,
            (Some(user), WebDavSecret::Store(password) | WebDavSecret::Session(password)) => {
                WebDavLogin::Basic {
                    user: user.clone(),
                    password: WebDavPassword::Given(password.clone()),
                }
            }
        };
        if user.is_some() && url.starts_with("http://") {
            tracing::warn!(%url, "the password goes to this server unencrypted");
        }
        let known = provider::find(&self.inner.library, &key).await?;
        let from_before = |row: &ProviderRow| {
            let (http, login, options) = (http.clone(), login.clone(), options.clone());
            WebDav::known(http, &url, login, options, server(&row.config))
        };
        // A new password is tried before it is stored.
        let must_ask = ask_again || matches!(secret, WebDavSecret::Store(_));
        let webdav = match &known {
            Some(row) if !must_ask => from_before(row)?,
            _ => {
                let (http, login, options) = (http.clone(), login.clone(), options.clone());
                match (WebDav::connect(http, &url, login, options).await, &known) {
                    (Ok(webdav), _) => webdav,
                    (Err(error), Some(row)) if error.is_transient() => {
                        tracing::info!(%error, "a known server does not answer");
                        from_before(row)?
                    }
                    (Err(error), _) => return Err(error.into()),
                }
            }
        };
        let webdav = match (user.as_deref(), secret) {
            (Some(user), WebDavSecret::Store(password)) => {
                self.secrets()?.set(&key, password.as_bytes()).await?;
                let login = self.stored_login(user, &key)?;
                WebDav::known(http, &url, login, options.clone(), webdav.server().clone())?
            }
            _ => webdav,
        };
        let config = json!({
            "url": url,
            "user": user,
            "include_hidden": options.include_hidden,
            "server": webdav.server(),
        });
        let new = NewProvider {
            key,
            kind: WEBDAV.to_owned(),
            name: webdav.name(),
            root: url,
            config: config.to_string(),
        };
        self.keep(new, known.is_some(), Arc::new(webdav)).await
    }

    /// Makes a provider of what the library knows, without asking the server.
    ///
    /// # Errors
    /// `NotAvailable` where the platform lacks what it needs.
    pub(super) fn known_webdav(&self, row: &ProviderRow) -> Result<WebDav> {
        let config: Value = serde_json::from_str(&row.config).unwrap_or_default();
        let login = match config["user"].as_str() {
            Some(user) => self.stored_login(user, &row.key)?,
            None => WebDavLogin::Anonymous,
        };
        let options = WebDavOptions {
            include_hidden: config["include_hidden"].as_bool().unwrap_or_default(),
            ..WebDavOptions::default()
        };
        let server = server(&row.config);
        Ok(WebDav::known(
            self.http()?,
            &row.root,
            login,
            options,
            server,
        )?)
    }

    fn stored_login(&self, user: &str, key: &str) -> Result<WebDavLogin> {
        Ok(WebDavLogin::Basic {
            user: user.to_owned(),
            password: WebDavPassword::Stored {
                store: self.secrets()?,
                name: key.to_owned(),
            },
        })
    }

    fn http(&self) -> Result<Arc<dyn HttpClient>> {
        let http = self.inner.bridges.http.clone();
        Ok(http.ok_or_else(|| missing("network", "pass a client with `http`"))?)
    }

    fn secrets(&self) -> Result<Arc<dyn SecureStore>> {
        let secrets = self.inner.bridges.secure_store.clone();
        let remedy = "set a data folder, or pass a store with `secure_store`";
        Ok(secrets.ok_or_else(|| missing("store for passwords", remedy))?)
    }
}

fn missing(what: &str, remedy: &'static str) -> BridgeError {
    BridgeError::new(ErrorKind::NotAvailable { remedy }, what)
}

/// What identifies the folder for ever, and names its password in the store.
fn key(url: &str, user: Option<&str>) -> String {
    match user {
        Some(user) => format!("webdav:{user}@{url}"),
        None => format!("webdav:{url}"),
    }
}

/// Reads what was found out about a server. A plain one is a safe guess.
fn server(config: &str) -> WebDavServer {
    let config: Value = serde_json::from_str(config).unwrap_or_default();
    serde_json::from_value(config["server"].clone()).unwrap_or(WebDavServer {
        feed: WebDavFeed::Listing,
        path: None,
    })
}
