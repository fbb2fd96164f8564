//! What a host may choose about a WebDAV folder, and how one signs in.

use std::fmt;
use std::sync::Arc;

use bridge_traits::storage::SecureStore;
use bridge_traits::{BridgeError, ErrorKind, Result};

/// Changes when the rules do that leave items out.
const RULES: u32 = 1;

/// The choices of [`WebDav::connect`](super::WebDav::connect).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebDavOptions {
    /// Whether files and folders whose names begin with a dot are taken in. Default: false. What
    /// operating systems keep for themselves (`.Trash-1000`, `._song.mp3`) stays out anyway.
    pub include_hidden: bool,
    /// How many items make a page; a page ends with the folder that reaches it. Default: 1,000.
    pub page_items: usize,
    /// How many folders are listed at the same time, 1 to 64. Default: 6, which is what a browser
    /// allows.
    pub look_ahead: usize,
    /// How many reads at once are useful. Default: 6.
    pub read_concurrency: usize,
}

impl Default for WebDavOptions {
    fn default() -> Self {
        Self {
            include_hidden: false,
            page_items: 1_000,
            look_ahead: 6,
            read_concurrency: 6,
        }
    }
}

impl WebDavOptions {
    pub(super) fn check(&self) -> Result<()> {
        for (name, value, limit) in [
            ("page_items", self.page_items, 1_000_000),
            ("look_ahead", self.look_ahead, 64),
            ("read_concurrency", self.read_concurrency, 1_024),
        ] {
            if !(1..=limit).contains(&value) {
                return Err(BridgeError::new(ErrorKind::InvalidInput, name)
                    .detail(format!("{value} is not between 1 and {limit}")));
            }
        }
        Ok(())
    }

    /// Writes what decides which items are reported: where it differs, a checkpoint is void.
    pub(super) fn filter_text(&self) -> String {
        format!("rules={RULES};hidden={}", u8::from(self.include_hidden))
    }
}

/// How one signs in.
#[derive(Debug, Clone, Default)]
pub enum WebDavLogin {
    /// Not at all.
    #[default]
    Anonymous,
    /// With a name and a password, or an app password, sent as HTTP Basic (RFC 7617).
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: WebDavPassword,
    },
}

/// Where a password is. Its `Debug` text does not show it.
#[derive(Clone)]
pub enum WebDavPassword {
    /// Here.
    Given(String),
    /// In the platform's store for secrets, from which it is read when it is first needed.
    Stored {
        /// The store.
        store: Arc<dyn SecureStore>,
        /// The name of the secret.
        name: String,
    },
}

impl fmt::Debug for WebDavPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(_) => f.write_str("Given"),
            Self::Stored { name, .. } => f.debug_tuple("Stored").field(name).finish(),
        }
    }
}

impl WebDavLogin {
    /// Tells whose music it is; empty where nobody signs in.
    pub(super) fn account(&self) -> &str {
        match self {
            Self::Anonymous => "",
            Self::Basic { user, .. } => user,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let refuse = |why: &str| Err(BridgeError::new(ErrorKind::InvalidInput, "user").detail(why));
        match self {
            Self::Anonymous => Ok(()),
            Self::Basic { user, .. } if user.is_empty() => refuse("it is empty"),
            Self::Basic { user, .. } if user.contains(':') => refuse("it may hold no colon"),
            Self::Basic { user, .. } if user.contains(char::is_control) => {
                refuse("it may hold no control characters")
            }
            Self::Basic { .. } => Ok(()),
        }
    }
}
