//! Preferences in IndexedDB.

use std::rc::Rc;

use bridge_traits::storage::SettingsStore;
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use indexed_db_futures::KeyRange;
use js_sys::Array;
use serde_json::Value;

use crate::idb::{self, Durability, Idb, Schema, between};

const SETTINGS: &str = "settings";

const SCHEMA: Schema = Schema {
    version: 1,
    stores: &[SETTINGS],
};

/// Preferences in an IndexedDB database of their own, each as JSON under its name. All tabs and
/// workers of an origin share those of one database. Clones are the same store.
#[derive(Clone)]
pub struct WasmSettingsStore {
    idb: Rc<Idb>,
}

impl WasmSettingsStore {
    /// Opens the preferences in the database `name`, which is made if it is missing.
    ///
    /// # Errors
    /// `NotAvailable` or `PermissionDenied` where the browser gives no IndexedDB, `TooNew` if a newer
    /// version has written there.
    ///
    /// # Cancel safety
    /// It can be dropped at any time.
    pub async fn open(name: &str) -> Result<Self> {
        let store = Self {
            idb: Rc::new(Idb::new(name, SCHEMA)),
        };
        // What is wrong with the database shows here rather than later.
        store.names("").await?;
        Ok(store)
    }

    /// Deletes the database `name` with all preferences in it.
    ///
    /// # Errors
    /// What the browser says.
    ///
    /// # Cancel safety
    /// The browser may go on.
    pub async fn destroy(name: &str) -> Result<()> {
        idb::delete(name).await
    }

    fn subject(&self, name: &str) -> String {
        format!("setting {name}")
    }
}

impl std::fmt::Debug for WasmSettingsStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WasmSettingsStore")
            .field("database", &self.idb.name())
            .finish_non_exhaustive()
    }
}

#[platform_async_trait]
impl SettingsStore for WasmSettingsStore {
    async fn get(&self, name: &str) -> Result<Option<Value>> {
        let (subject, key) = (self.subject(name), name.to_owned());
        let body = async move |tx: &idb::Tx<'_>| tx.get(SETTINGS, key.as_str().into())?.await;
        let Some(found) = self.idb.read(&subject, &[SETTINGS], body).await? else {
            return Ok(None);
        };
        let corrupt = || BridgeError::new(ErrorKind::Corrupt, &*subject);
        let text = found
            .as_string()
            .ok_or_else(|| corrupt().detail("it is not text"))?;
        let value = serde_json::from_str(&text);
        value.map(Some).map_err(|error| corrupt().source(error))
    }

    async fn set(&self, name: &str, value: Value) -> Result<()> {
        let (key, text) = (name.to_owned(), value.to_string());
        let body = async move |tx: &idb::Tx<'_>| {
            tx.put(SETTINGS, key.as_str().into(), text.as_str().into())
        };
        let subject = self.subject(name);
        self.idb
            .write(&subject, &[SETTINGS], Durability::Relaxed, body)
            .await
    }

    async fn delete(&self, name: &str) -> Result<()> {
        let key = name.to_owned();
        let body =
            async move |tx: &idb::Tx<'_>| tx.delete(SETTINGS, KeyRange::Only(key.as_str().into()));
        let subject = self.subject(name);
        self.idb
            .write(&subject, &[SETTINGS], Durability::Relaxed, body)
            .await
    }

    async fn names(&self, prefix: &str) -> Result<Vec<String>> {
        let from = prefix.to_owned();
        // Lists sort above all text.
        let body = async move |tx: &idb::Tx<'_>| {
            let range = between(from.as_str().into(), Array::new().into());
            tx.get_all_keys(SETTINGS, range, u32::MAX)?.await
        };
        let keys = self.idb.read("settings", &[SETTINGS], body).await?;
        let names = keys.into_iter().filter_map(|it| it.as_string());
        let mut names: Vec<_> = names.filter(|it| it.starts_with(prefix)).collect();
        // IndexedDB sorts by UTF-16, the contract by bytes.
        names.sort_unstable();
        Ok(names)
    }
}
