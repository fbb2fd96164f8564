//! As much of IndexedDB as the example needs: each request is a future.

use core_async::sync::oneshot;
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransactionMode};

pub(crate) struct Database(IdbDatabase);

pub(crate) struct Transaction(IdbObjectStore);

/// Opens the database, making it with one store at first.
pub(crate) async fn open(name: &str, store: &'static str) -> Result<Database, JsValue> {
    let window = web_sys::window().expect("a page has a window");
    let factory = window.indexed_db()?.ok_or("there is no IndexedDB")?;
    let request: IdbOpenDbRequest = factory.open(name)?;
    let opening = request.clone();
    let on_upgrade = Closure::<dyn FnMut() -> Result<(), JsValue>>::new(move || {
        let database: IdbDatabase = opening.result()?.unchecked_into();
        database.create_object_store(store).map(drop)
    });
    request.set_onupgradeneeded(Some(on_upgrade.as_ref().unchecked_ref()));
    answer(&request)
        .await
        .map(|it| Database(it.unchecked_into()))
}

impl Database {
    pub(crate) fn write(&self, store: &str) -> Result<Transaction, JsValue> {
        let transaction = self
            .0
            .transaction_with_str_and_mode(store, IdbTransactionMode::Readwrite)?;
        Ok(Transaction(transaction.object_store(store)?))
    }
}

impl Transaction {
    pub(crate) async fn put(&self, key: &str, value: &str) -> Result<String, JsValue> {
        let request = self.0.put_with_key(&value.into(), &key.into())?;
        answer(&request).await.map(text)
    }

    pub(crate) async fn get(&self, key: &str) -> Result<String, JsValue> {
        let request = self.0.get(&key.into())?;
        answer(&request).await.map(text)
    }
}

fn text(value: JsValue) -> String {
    value.as_string().unwrap_or_default()
}

/// Waits for a request's event.
async fn answer(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let (sender, receiver) = oneshot::channel();
    let done = request.clone();
    let on_event = Closure::once(move || {
        let outcome = match done.error() {
            Ok(None) => done.result(),
            Ok(Some(error)) => Err(error.into()),
            Err(error) => Err(error),
        };
        // Nobody listens any more if the wait was given up.
        let _ = sender.send(outcome);
    });
    let callback = on_event.as_ref().unchecked_ref();
    request.set_onsuccess(Some(callback));
    request.set_onerror(Some(callback));
    receiver
        .await
        .expect("the closure lives until it was called")
}
