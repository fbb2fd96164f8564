//! Secrets in IndexedDB, encrypted under a key that no script can read.

mod cipher;

use std::rc::Rc;

use bridge_traits::storage::SecureStore;
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use indexed_db_futures::KeyRange;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use web_sys::CryptoKey;

use crate::idb::{self, Durability, Idb, Schema};
use cipher::Cipher;

const SECRETS: &str = "secrets";
const KEYS: &str = "keys";
/// Under which the one key is kept.
const KEY: &str = "aes-gcm";

const SCHEMA: Schema = Schema {
    version: 1,
    stores: &[SECRETS, KEYS],
};

const PROTECTION: &str = "Secrets are encrypted in this browser's storage under a key that scripts \
     can use and not read; scripts of this page can have them decrypted, and whoever has this \
     computer's files can read key and secrets.";

/// Keeps secrets in an IndexedDB database of their own, encrypted by AES-256-GCM.
///
/// The key is made by the browser, is not extractable, and lies in the same database. Each secret is
/// encrypted under a fresh random 96-bit nonce, and its name and the version of the format are
/// authenticated with it, so that one record can't stand in for another. All tabs and workers of an
/// origin share the secrets of one database. Clones are the same store.
///
/// # What it protects from
/// A secret is not in plain text where someone looks into the database with the browser's tools, in
/// a copy of records, or in a log of them; and a script can't carry the key away to use it elsewhere.
///
/// # What it does not protect from
/// - A script that runs in the page (XSS, a bad dependency, an extension) can ask the browser to
///   decrypt, as this type does.
/// - Whoever can read the browser's profile on the disk has key and records: browsers store keys
///   unencrypted there.
/// - The names of secrets are not encrypted.
/// - The browser may delete it all (storage pressure, "clear data", private windows; Safari after
///   seven days without use), so a secret must be one that a person can give again.
#[derive(Clone)]
pub struct WasmSecureStore {
    idb: Rc<Idb>,
    cipher: Rc<Cipher>,
}

impl WasmSecureStore {
    /// Opens the secrets in the database `name`, which is made with a new key if it is missing.
    ///
    /// # Errors
    /// `NotAvailable` where the page has no Web Crypto because it was not loaded securely;
    /// `PermissionDenied` or others where the browser gives no IndexedDB; `TooNew` if a newer version
    /// has written there.
    ///
    /// # Cancel safety
    /// It can be dropped at any time.
    pub async fn open(name: &str) -> Result<Self> {
        let subtle = cipher::subtle()?;
        let idb = Rc::new(Idb::new(name, SCHEMA));
        let key = match stored_key(&idb).await? {
            Some(key) => key,
            // Made before the transaction, which does not outlive a wait for anything else.
            None => keep_key(&idb, cipher::generate_key(&subtle).await?).await?,
        };
        let cipher = Rc::new(Cipher::new(subtle, key));
        Ok(Self { idb, cipher })
    }

    /// Deletes the database `name` with all secrets and their key.
    ///
    /// # Errors
    /// What the browser says.
    ///
    /// # Cancel safety
    /// The browser may go on.
    pub async fn destroy(name: &str) -> Result<()> {
        idb::delete(name).await
    }
}

impl std::fmt::Debug for WasmSecureStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WasmSecureStore")
            .field("database", &self.idb.name())
            .finish_non_exhaustive()
    }
}

async fn stored_key(idb: &Idb) -> Result<Option<CryptoKey>> {
    let body = async |tx: &idb::Tx<'_>| tx.get(KEYS, KEY.into())?.await;
    let found = idb.read("key of the secrets", &[KEYS], body).await?;
    found.map(read_key).transpose()
}

/// Stores a key, or gives the one that another tab stored at the same time.
async fn keep_key(idb: &Idb, key: CryptoKey) -> Result<CryptoKey> {
    let body = async move |tx: &idb::Tx<'_>| {
        if let Some(theirs) = tx.get(KEYS, KEY.into())?.await? {
            return Ok(theirs);
        }
        tx.put(KEYS, KEY.into(), key.clone().into())?;
        Ok(key.clone().into())
    };
    let subject = "key of the secrets";
    read_key(
        idb.write(subject, &[KEYS], Durability::Strict, body)
            .await?,
    )
}

fn read_key(value: wasm_bindgen::JsValue) -> Result<CryptoKey> {
    value.dyn_into().map_err(|_| {
        BridgeError::new(ErrorKind::Corrupt, "key of the secrets").detail("it is no key")
    })
}

#[platform_async_trait]
impl SecureStore for WasmSecureStore {
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let (subject, key) = (format!("secret {name}"), name.to_owned());
        let body = async move |tx: &idb::Tx<'_>| tx.get(SECRETS, key.as_str().into())?.await;
        let Some(record) = self.idb.read(&subject, &[SECRETS], body).await? else {
            return Ok(None);
        };
        let record: Uint8Array = record.dyn_into().map_err(|_| {
            BridgeError::new(ErrorKind::Corrupt, &*subject).detail("not a record of this store")
        })?;
        self.cipher.decrypt(name, &record.to_vec()).await.map(Some)
    }

    async fn set(&self, name: &str, secret: &[u8]) -> Result<()> {
        let record = self.cipher.encrypt(name, secret).await?;
        let (subject, key) = (format!("secret {name}"), name.to_owned());
        let body = async move |tx: &idb::Tx<'_>| {
            tx.put(
                SECRETS,
                key.as_str().into(),
                Uint8Array::from(&*record).into(),
            )
        };
        self.idb
            .write(&subject, &[SECRETS], Durability::Strict, body)
            .await
    }

    async fn delete(&self, name: &str) -> Result<()> {
        let (subject, key) = (format!("secret {name}"), name.to_owned());
        let body =
            async move |tx: &idb::Tx<'_>| tx.delete(SECRETS, KeyRange::Only(key.as_str().into()));
        self.idb
            .write(&subject, &[SECRETS], Durability::Strict, body)
            .await
    }

    fn protection(&self) -> &'static str {
        PROTECTION
    }
}
