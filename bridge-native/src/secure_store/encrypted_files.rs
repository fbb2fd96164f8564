//! Secrets in encrypted files, where there is no keyring.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bridge_traits::{BridgeError, ErrorKind, Result};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use core_async::task::spawn_blocking;

use super::safe_name;

pub(super) const PROTECTION: &str = "Secrets are in encrypted files whose key lies in a file that \
     only this user may read; other users are kept out, programs of the same user and whoever has \
     both folders are not.";

/// What every file begins with; the number is the format's.
const MAGIC: &[u8] = b"music-core secret 1\n";
const NONCE_BYTES: usize = 24;
const KEY_BYTES: usize = 32;
const KEY_FILE: &str = "secure-store.key";

/// One file a secret: magic, nonce, ciphertext. The name is authenticated with it, so that one
/// file can't stand in for another.
#[derive(Debug, Clone)]
pub(super) struct EncryptedFiles {
    folders: Arc<Folders>,
}

#[derive(Debug)]
struct Folders {
    secrets: PathBuf,
    key: PathBuf,
}

impl EncryptedFiles {
    pub(super) fn open(secrets: &Path, key: &Path) -> Result<Self> {
        for folder in [secrets, key] {
            make_private_folder(folder)?;
        }
        let real = |path: &Path| path.canonicalize().map_err(io(path));
        if real(secrets)? == real(key)? {
            return Err(BridgeError::new(ErrorKind::InvalidInput, subject(key))
                .detail("the key must not lie in the folder of what it opens"));
        }
        Ok(Self {
            folders: Arc::new(Folders {
                secrets: secrets.to_owned(),
                key: key.to_owned(),
            }),
        })
    }

    pub(super) async fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.run(name, |folders, name| folders.get(name)).await
    }

    pub(super) async fn set(&self, name: &str, secret: &[u8]) -> Result<()> {
        let secret = secret.to_owned();
        self.run(name, move |folders, name| folders.set(name, &secret))
            .await
    }

    pub(super) async fn delete(&self, name: &str) -> Result<()> {
        self.run(name, |folders, name| folders.delete(name)).await
    }

    async fn run<T, W>(&self, name: &str, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(&Folders, &str) -> Result<T> + Send + 'static,
    {
        let folders = self.folders.clone();
        let name = name.to_owned();
        match spawn_blocking(move || work(&folders, &name)).await {
            Ok(outcome) => outcome,
            Err(error) => Err(BridgeError::new(ErrorKind::Cancelled, "secure store").source(error)),
        }
    }
}

impl Folders {
    fn file(&self, name: &str) -> PathBuf {
        self.secrets.join(safe_name(name))
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.file(name);
        let content = match fs::read(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(&path)(error)),
        };
        let corrupt = |why: &str| {
            BridgeError::new(ErrorKind::Corrupt, format!("secret {name}")).detail(why.to_owned())
        };
        let Some(rest) = content.strip_prefix(MAGIC) else {
            return Err(corrupt("not a file of this store"));
        };
        let Some((nonce, ciphertext)) = rest.split_at_checked(NONCE_BYTES) else {
            return Err(corrupt("the file ends early"));
        };
        let nonce = XNonce::try_from(nonce).map_err(|_| corrupt("the file ends early"))?;
        let payload = Payload {
            msg: ciphertext,
            aad: name.as_bytes(),
        };
        let secret = self
            .cipher()?
            .decrypt(&nonce, payload)
            .map_err(|_| corrupt("the file was changed, or the key is another one"))?;
        Ok(Some(secret))
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<()> {
        let mut nonce = [0; NONCE_BYTES];
        random(&mut nonce)?;
        let payload = Payload {
            msg: secret,
            aad: name.as_bytes(),
        };
        let ciphertext = self
            .cipher()?
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| {
                BridgeError::new(ErrorKind::InvalidInput, format!("secret {name}"))
                    .detail("too long to be encrypted")
            })?;
        let path = self.file(name);
        let mut file = tempfile::NamedTempFile::new_in(&self.secrets).map_err(io(&path))?;
        [MAGIC, &nonce, &ciphertext]
            .into_iter()
            .try_for_each(|part| file.write_all(part))
            .and_then(|()| file.as_file().sync_all())
            .map_err(io(&path))?;
        file.persist(&path)
            .map_err(|failed| io(&path)(failed.error))?;
        sync_folder(&self.secrets)
    }

    fn delete(&self, name: &str) -> Result<()> {
        let path = self.file(name);
        match fs::remove_file(&path) {
            Ok(()) => sync_folder(&self.secrets),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(io(&path)(error)),
        }
    }

    fn cipher(&self) -> Result<XChaCha20Poly1305> {
        let path = self.key.join(KEY_FILE);
        let key = match fs::read(&path) {
            Ok(key) => key,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.make_key(&path)?,
            Err(error) => return Err(io(&path)(error)),
        };
        let key: [u8; KEY_BYTES] = key.try_into().map_err(|key: Vec<u8>| {
            BridgeError::new(ErrorKind::Corrupt, subject(&path))
                .detail(format!("the key has {} bytes, not {KEY_BYTES}", key.len()))
        })?;
        restrict(&path)?;
        Ok(XChaCha20Poly1305::new(&key.into()))
    }

    /// Makes a key, or takes the one that another process made at the same time.
    fn make_key(&self, path: &Path) -> Result<Vec<u8>> {
        let mut key = [0; KEY_BYTES];
        random(&mut key)?;
        // A temporary file is readable for this user alone, and gets its name when it is whole.
        let mut file = tempfile::NamedTempFile::new_in(&self.key).map_err(io(path))?;
        file.write_all(&key)
            .and_then(|()| file.as_file().sync_all())
            .map_err(io(path))?;
        match file.persist_noclobber(path) {
            Ok(_) => {
                sync_folder(&self.key)?;
                Ok(key.into())
            }
            Err(failed) if failed.error.kind() == std::io::ErrorKind::AlreadyExists => {
                fs::read(path).map_err(io(path))
            }
            Err(failed) => Err(io(path)(failed.error)),
        }
    }
}

fn subject(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> BridgeError {
    let subject = subject(path);
    move |error| BridgeError::from_io(error, subject)
}

fn random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| {
        let remedy = "the system's random numbers must work";
        BridgeError::new(ErrorKind::NotAvailable { remedy }, "random numbers").source(error)
    })
}

#[cfg(unix)]
fn make_private_folder(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(io(folder))
}

#[cfg(not(unix))]
fn make_private_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(io(folder))
}

/// Takes the key away from everybody else, should a backup or a copy have given it to them.
#[cfg(unix)]
fn restrict(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(io(path))?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    tracing::warn!(path = %path.display(), "others could read the key of the secure store");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(io(path))
}

#[cfg(not(unix))]
fn restrict(_path: &Path) -> Result<()> {
    // A user's folder is private on Windows already.
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<()> {
    fs::File::open(folder)
        .and_then(|it| it.sync_all())
        .map_err(io(folder))
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> Result<()> {
    Ok(())
}
