//! A transaction at work.

use std::future::Future;

use bridge_traits::Result;
use indexed_db_futures::KeyRange;
use indexed_db_futures::error::Error;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::transaction::Transaction;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbObjectStore, IdbRequest};

use super::request::{self, Answer};
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
        let request = self.ask(store, |store| store.get(&key))?;
        Ok(async move {
            let value: JsValue = self.answer(request).await?;
            Ok((!value.is_undefined()).then_some(value))
        })
    }

    /// Gets the values of a range in the order of their keys, at most `limit`.
    pub(crate) fn get_all(
        &self,
        store: &str,
        range: KeyRange<JsValue>,
        limit: u32,
    ) -> Result<impl Future<Output = Result<Vec<JsValue>>> + use<'_, 'a>> {
        let request = self.ask_all(store, range, limit)?;
        Ok(async move {
            let values: Array = self.answer(request).await?;
            Ok(values.to_vec())
        })
    }

    /// Gets the values of a range, which are texts, in the order of their keys, at most `limit`: how many
    /// there are, and all as one text with `between` between them. To take over ten thousand texts one by
    /// one costs as much as to read them.
    pub(crate) fn get_texts(
        &self,
        store: &str,
        range: KeyRange<JsValue>,
        limit: u32,
        between: &'static str,
    ) -> Result<impl Future<Output = Result<(usize, String)>> + use<'_, 'a>> {
        let request = self.ask_all(store, range, limit)?;
        Ok(async move {
            let values: Array = self.answer(request).await?;
            Ok((values.length() as usize, values.join(between).into()))
        })
    }

    /// Gets the keys of a range in their order, at most `limit`.
    pub(crate) fn get_all_keys(
        &self,
        store: &str,
        range: KeyRange<JsValue>,
        limit: u32,
    ) -> Result<impl Future<Output = Result<Vec<JsValue>>> + use<'_, 'a>> {
        let request = self.ask(store, |store| {
            store.get_all_keys_with_key_and_limit(&request::range(range)?, limit)
        })?;
        Ok(async move {
            let keys: Array = self.answer(request).await?;
            Ok(keys.to_vec())
        })
    }

    /// Counts the keys of a range.
    pub(crate) fn count(
        &self,
        store: &str,
        range: KeyRange<JsValue>,
    ) -> Result<impl Future<Output = Result<u64>> + use<'_, 'a>> {
        let request = self.ask(store, |store| store.count_with_key(&request::range(range)?))?;
        Ok(async move {
            let count: JsValue = self.answer(request).await?;
            Ok(count.as_f64().unwrap_or_default() as u64)
        })
    }

    /// Puts a value in place of any before. If that fails, so does the transaction.
    ///
    /// A view into a buffer takes the whole buffer with it: bytes go in as fresh arrays.
    pub(crate) fn put(&self, store: &str, key: JsValue, value: JsValue) -> Result<()> {
        self.ask(store, |store| store.put_with_key(&value, &key))
            .map(drop)
    }

    /// Deletes the keys of a range. If that fails, so does the transaction.
    pub(crate) fn delete(&self, store: &str, range: KeyRange<JsValue>) -> Result<()> {
        self.ask(store, |store| store.delete(&request::range(range)?))
            .map(drop)
    }

    fn ask_all(&self, store: &str, range: KeyRange<JsValue>, limit: u32) -> Result<IdbRequest> {
        self.ask(store, |store| {
            store.get_all_with_key_and_limit(&request::range(range)?, limit)
        })
    }

    /// Sends a request.
    fn ask(
        &self,
        store: &str,
        request: impl FnOnce(&IdbObjectStore) -> Result<IdbRequest, JsValue>,
    ) -> Result<IdbRequest> {
        let store = self.transaction.as_sys().object_store(store);
        let sent = store.and_then(|it| request(&it));
        sent.map_err(|it| Thrown::read(&it).about(self.subject))
    }

    /// Waits for an answer of a kind.
    async fn answer<T: JsCast>(&self, request: IdbRequest) -> Result<T> {
        let answer = Answer::of(request).await;
        // IndexedDB answers each kind of request with one kind of value.
        answer
            .map(JsCast::unchecked_into)
            .map_err(|it| it.about(self.subject))
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
