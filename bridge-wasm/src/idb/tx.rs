//! A transaction at work.

use std::future::{Future, IntoFuture};

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
        let store = self.store(store)?;
        let request = store.get::<JsValue, JsValue, _>(KeyRange::Only(key));
        self.answer(request.primitive())
    }

    /// Gets the values of a range in the order of their keys, at most `limit`.
    pub(crate) fn get_all(
        &self,
        store: &str,
        range: KeyRange<JsValue>,
        limit: u32,
    ) -> Result<impl Future<Output = Result<Vec<JsValue>>> + use<'_, 'a>> {
        let store = self.store(store)?;
        let request = store.get_all::<JsValue>();
        let request = request.with_query::<JsValue, _>(range).with_limit(limit);
        self.answers(request.primitive())
    }

    /// Gets the keys of a range in their order, at most `limit`.
    pub(crate) fn get_all_keys(
        &self,
        store: &str,
        range: KeyRange<JsValue>,
        limit: u32,
    ) -> Result<impl Future<Output = Result<Vec<JsValue>>> + use<'_, 'a>> {
        let store = self.store(store)?;
        let request = store.get_all_keys::<JsValue>();
        let request = request.with_query::<JsValue, _>(range).with_limit(limit);
        self.answers(request.primitive())
    }

    /// Counts the keys of a range.
    pub(crate) fn count(
        &self,
        store: &str,
        range: KeyRange<JsValue>,
    ) -> Result<impl Future<Output = Result<u64>> + use<'_, 'a>> {
        let store = self.store(store)?;
        let request = store.count().with_query::<JsValue, _>(range);
        let answer = self.answer(request.primitive())?;
        Ok(async move { answer.await.map(u64::from) })
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

    /// Gives the answer of a request that was sent, if it was.
    fn answer<'s, R, T>(
        &'s self,
        request: indexed_db_futures::Result<R>,
    ) -> Result<impl Future<Output = Result<T>> + use<'s, 'a, R, T>>
    where
        R: IntoFuture<Output = indexed_db_futures::Result<T>>,
    {
        let request = request.map_err(|it| self.failed(it))?.into_future();
        Ok(async move { request.await.map_err(|it| self.failed(it)) })
    }

    /// As [`answer`](Self::answer), of a request with many values.
    fn answers<'s, R, T>(
        &'s self,
        request: indexed_db_futures::Result<R>,
    ) -> Result<impl Future<Output = Result<Vec<JsValue>>> + use<'s, 'a, R, T>>
    where
        R: IntoFuture<Output = indexed_db_futures::Result<T>>,
        T: Iterator<Item = indexed_db_futures::Result<JsValue>>,
    {
        let answer = self.answer(request)?;
        Ok(async move {
            let values = answer.await?;
            values.map(|it| it.map_err(|it| self.failed(it))).collect()
        })
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
