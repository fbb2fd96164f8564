//! Secrets in the system's keyring, or in encrypted files.

mod encrypted_files;
#[cfg(feature = "os-keyring")]
mod keyring;

use std::path::Path;

use bridge_traits::storage::SecureStore;
use bridge_traits::{Result, platform_async_trait};

use encrypted_files::EncryptedFiles;

/// Keeps secrets in the keyring of the system where there is one that answers, else in encrypted
/// files. [`protection`](SecureStore::protection) says which.
///
/// Secrets that were written to files while there was no keyring are still found once there is, and
/// move there when they are set again. A keyring that is gone takes its secrets with it.
#[derive(Debug, Clone)]
pub struct NativeSecureStore {
    files: EncryptedFiles,
    #[cfg(feature = "os-keyring")]
    keyring: Option<keyring::Keyring>,
}

impl NativeSecureStore {
    /// Opens the store of the app named `service`, looking for a keyring first.
    ///
    /// `secrets` is the folder for encrypted files and `key` the folder for their key. They should
    /// lie apart, so that a backup of one alone is worth nothing. Both are made when needed.
    ///
    /// # Errors
    /// What making the folders says; `InvalidInput` if both are the same folder.
    pub async fn open(service: &str, secrets: &Path, key: &Path) -> Result<Self> {
        let opened = Self::open_files(secrets, key)?;
        #[cfg(feature = "os-keyring")]
        let opened = Self {
            keyring: keyring::Keyring::open(service).await,
            ..opened
        };
        #[cfg(not(feature = "os-keyring"))]
        let _ = service;
        Ok(opened)
    }

    /// Opens the encrypted files alone, for hosts without a keyring or a wish for one.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_files(secrets: &Path, key: &Path) -> Result<Self> {
        Ok(Self {
            files: EncryptedFiles::open(secrets, key)?,
            #[cfg(feature = "os-keyring")]
            keyring: None,
        })
    }
}

#[platform_async_trait]
impl SecureStore for NativeSecureStore {
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        #[cfg(feature = "os-keyring")]
        if let Some(keyring) = &self.keyring
            && let Some(secret) = keyring.get(name).await?
        {
            return Ok(Some(secret));
        }
        self.files.get(name).await
    }

    async fn set(&self, name: &str, secret: &[u8]) -> Result<()> {
        #[cfg(feature = "os-keyring")]
        if let Some(keyring) = &self.keyring {
            if keyring.set(name, secret).await? {
                return self.files.delete(name).await;
            }
            // Too long for the keyring; what it holds under this name is out of date.
            keyring.delete(name).await?;
        }
        self.files.set(name, secret).await
    }

    async fn delete(&self, name: &str) -> Result<()> {
        #[cfg(feature = "os-keyring")]
        if let Some(keyring) = &self.keyring {
            keyring.delete(name).await?;
        }
        self.files.delete(name).await
    }

    fn protection(&self) -> &'static str {
        #[cfg(feature = "os-keyring")]
        if self.keyring.is_some() {
            return keyring::PROTECTION;
        }
        encrypted_files::PROTECTION
    }
}

/// Writes a name in letters that every keyring and file system takes and tells apart.
fn safe_name(name: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(name.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
