//! The keyring of the desktop: Keychain, Credential Manager, Secret Service.

use bridge_traits::{BridgeError, ErrorKind, Result};
use core_async::task::spawn_blocking;
use keyring::{Entry, Error};

use super::safe_name;

pub(super) const PROTECTION: &str = "Secrets are in the system's keyring; other users and stolen \
     disks are kept out as well as the login password does it, programs of the same user may not be.";

/// Secrets of one app in the keyring.
#[derive(Debug, Clone)]
pub(super) struct Keyring {
    service: String,
}

impl Keyring {
    /// Looks for a keyring that answers.
    pub(super) async fn open(service: &str) -> Option<Self> {
        let keyring = Self {
            service: service.to_owned(),
        };
        // A keyring that is locked or not running shows it only when asked for something.
        match keyring.get("is anybody there").await {
            Ok(_) => Some(keyring),
            Err(error) => {
                tracing::info!(%error, "no keyring; secrets go to encrypted files");
                None
            }
        }
    }

    pub(super) async fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.ask(name, |entry| match entry.get_secret() {
            Ok(secret) => Ok(Some(secret)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    /// Stores a secret, or tells by `false` that it is too long for this keyring.
    pub(super) async fn set(&self, name: &str, secret: &[u8]) -> Result<bool> {
        let secret = secret.to_owned();
        self.ask(name, move |entry| match entry.set_secret(&secret) {
            Ok(()) => Ok(true),
            Err(Error::TooLong(..)) => Ok(false),
            Err(error) => Err(error),
        })
        .await
    }

    pub(super) async fn delete(&self, name: &str) -> Result<()> {
        self.ask(name, |entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error),
        })
        .await
    }

    async fn ask<T, A>(&self, name: &str, ask: A) -> Result<T>
    where
        T: Send + 'static,
        A: FnOnce(&Entry) -> keyring::Result<T> + Send + 'static,
    {
        let service = self.service.clone();
        let user = safe_name(name);
        let subject = format!("secret {name}");
        let answer = spawn_blocking(move || {
            let entry = Entry::new(&service, &user)?;
            ask(&entry)
        });
        match answer.await {
            Ok(answer) => answer.map_err(|error| map(error, subject)),
            Err(error) => Err(BridgeError::new(ErrorKind::Cancelled, subject).source(error)),
        }
    }
}

fn map(error: Error, subject: String) -> BridgeError {
    let kind = match &error {
        Error::NoStorageAccess(_) | Error::NoDefaultStore | Error::PlatformFailure(_) => {
            ErrorKind::NotAvailable {
                remedy: "start or unlock the system's keyring",
            }
        }
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => {
            ErrorKind::Corrupt
        }
        Error::TooLong(..) | Error::Invalid(..) => ErrorKind::InvalidInput,
        Error::NotSupportedByStore(_) => ErrorKind::Unsupported,
        Error::Ambiguous(_) => ErrorKind::Conflict,
        _ => ErrorKind::Other,
    };
    match error {
        // These carry the secret's bytes, which must not get into a log.
        Error::BadEncoding(_) | Error::BadDataFormat(..) => BridgeError::new(kind, subject),
        error => BridgeError::new(kind, subject).source(error),
    }
}
