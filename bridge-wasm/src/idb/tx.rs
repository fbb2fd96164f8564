//! A transaction at work.

use std::future::Future;

use bridge_traits::Result;
use indexed_db_futures::KeyRange;
use indexed_db_futures::error::Error;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::Transaction;
use wasm_bindgen::JsValue;

use crate::error::Thrown;

/// A transaction. Each request is sent when its function is called, not when its future is awaited,
/// and requests are worked off in the order in which they were sent.
pub(crate) struct Tx<'a> {
    transaction: Transaction<'a>,
    subject: &'a str,
}

impl<'a> Tx<'a> {
    pub(super) fn new(transaction: Transaction<'a>, subject: &'a str) -> Self {
        Self {
            transaction,
            subject,
        }
    }

    pub(super) async fn commit(self) -> indexed_db_futures::Result<()> {
        self.transaction.commit().await
    }

    /// Gets one value.
    pub(crate) fn get(
        &self,
        store: &str,
        key: JsValue,
    ) -> Result<impl Future<Output = Result<Option<JsValue>>> + use<'_, 'a>> {
        let request = self
            .store(store)?
            .get::<JsValue, JsValue, _>(KeyRange::Only(key))
            .primitive()
            .map_err(|it| self.failed(it))?;
        Ok(async move { request.await.map_err(|it| self.failed(it)) })
    }

    /// Gets the values of a range in the order of their keys, at most `limit`.
    pub(crate) fn get_all(
        &self,
        store: &str,
        range: KeyRange<JsValue>,
        limit: u32,
    ) -> Result<impl Future<Output = Result<Vec<JsValue>>> + use<'_, 'a>> {
        let request = self
            .store(store)?
            .get_all::<JsValue>()
            .with_query::<JsValue, _>(range)
            .with_limit(limit)
            .primitive()
            .map_err(|it| self.failed(it))?;
        Ok(async move {
            let found = request.await.map_err(|it| self.failed(it))?;
            found.map(|it| it.map_err(|it| self.failed(it))).collect()
        })
    }

    /// Gets the keys of a range in their order, at most `limit`.
    pub(crate) fn get_all_keys(
        &self,
        store: &str,
        range: KeyRange<JsValue>,
        limit: u32,
    ) -> Result<impl Future<Output = Result<Vec<JsValue>>> + use<'_, 'a>> {
        let request = self
            .store(store)?
            .get_all_keys::<JsValue>()
            .with_query::<JsValue, _>(range)
            .with_limit(limit)
            .primitive()
            .map_err(|it| self.failed(it))?;
        Ok(async move {
            let found = request.await.map_err(|it| self.failed(it))?;
            found.map(|it| it.map_err(|it| self.failed(it))).collect()
        })
    }

    /// Counts the keys of a range.
    pub(crate) fn count(
        &self,
        store: &str,
        range: KeyRange<JsValue>,
    ) -> Result<impl Future<Output = Result<u64>> + use<'_, 'a>> {
        let request = self
            .store(store)?
            .count()
            .with_query::<JsValue, _>(range)
            .primitive()
            .map_err(|it| self.failed(it))?;
        Ok(async move {
            let count = request.await.map_err(|it| self.failed(it))?;
            Ok(u64::from(count))
        })
    }

    /// Puts a value in place of any before. If that fails, so does the transaction.
    ///
    /// A view into a buffer takes the whole buffer with it: bytes go in as fresh arrays.
    pub(crate) fn put(&self, store: &str, key: JsValue, value: JsValue) -> Result<()> {
        let request = self.store(store)?.put(value).with_key(key).primitive();
        request.map(drop).map_err(|it| self.failed(it))
    }

    /// Deletes the keys of a range. If that fails, so does the transaction.
    pub(crate) fn delete(&self, store: &str, range: KeyRange<JsValue>) -> Result<()> {
        let request = self.store(store)?.delete::<JsValue, _>(range).primitive();
        request.map(drop).map_err(|it| self.failed(it))
    }

    fn store(&self, name: &str) -> Result<ObjectStore<'_>> {
        let store = self.transaction.object_store(name);
        store.map_err(|it| self.failed(it))
    }

    fn failed(&self, error: Error) -> bridge_traits::BridgeError {
        thrown(error).about(self.subject)
    }
}

/// Reads what the library passes on.
pub(super) fn thrown(error: Error) -> Thrown {
    match error {
        Error::DomException(error) => Thrown::read(AsRef::<JsValue>::as_ref(&error)),
        other => Thrown {
            name: "Error".to_owned(),
            message: other.to_string(),
        },
    }
}
