//! The database: the suite of its trait on every storage, and what is special here.

use bridge_traits::ErrorKind;
use bridge_traits::database::{DatabaseAdapter, SqlValue};
use bridge_wasm::{DatabaseStorage, WasmDatabaseOptions, WasmDbAdapter};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::table::{Gone, INSERT, TABLE, add, fresh_name, texts};

// In IndexedDB.
#[path = "kept.rs"]
mod kept;

#[wasm_bindgen(inline_js = "
    export const lose = (name, store) => new Promise((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
            const losing = opening.result.transaction(store, 'readwrite');
            losing.objectStore(store).clear();
            losing.oncomplete = () => { opening.result.close(); resolve(); };
        };
    });
")]
extern "C" {
    /// Clears a store behind the database's back.
    fn lose(name: &str, store: &str) -> Promise;
}

mod in_memory {
    bridge_traits::database_conformance!(super::in_memory);
}

fn options() -> WasmDatabaseOptions {
    WasmDatabaseOptions {
        storage: DatabaseStorage::IndexedDb,
        ..WasmDatabaseOptions::default()
    }
}

async fn open(name: &str) -> WasmDbAdapter {
    WasmDbAdapter::open(name, options()).await.unwrap()
}

async fn in_memory() -> (WasmDbAdapter, ()) {
    (WasmDbAdapter::in_memory().await.unwrap(), ())
}

#[core_async::test]
async fn the_limit_in_memory_is_an_error_that_loses_nothing() {
    let name = fresh_name();
    let _gone = Gone(name.clone());
    let small = WasmDatabaseOptions {
        max_bytes_in_memory: 200_000,
        ..options()
    };
    let database = WasmDbAdapter::open(&name, small.clone()).await.unwrap();
    database.execute(TABLE, vec![]).await.unwrap();
    add(&database, "small").await;
    let big = SqlValue::Blob(vec![1; 300_000]);
    let refused = database
        .execute(INSERT, vec![big.clone()])
        .await
        .unwrap_err();
    assert_eq!(*refused.kind(), ErrorKind::QuotaExceeded, "{refused}");
    assert_eq!(texts(&database).await, ["small"]);
    database.close().await.unwrap();
    let roomy = open(&name).await;
    roomy.execute(INSERT, vec![big]).await.unwrap();
    roomy.close().await.unwrap();
    let refused = WasmDbAdapter::open(&name, small).await.err().unwrap();
    assert_eq!(*refused.kind(), ErrorKind::QuotaExceeded, "{refused}");
}

#[core_async::test]
async fn only_one_has_the_right_to_sync() {
    let (database, ()) = in_memory().await;
    let right = database.lock_writer().await.unwrap();
    let refused = database.lock_writer().await.err().unwrap();
    assert_eq!(*refused.kind(), ErrorKind::Conflict);
    drop(right);
    database.lock_writer().await.unwrap();
}

/// Not a new and empty one, on which the next commit would write over what is still there.
#[core_async::test]
async fn a_database_that_lost_a_part_is_damaged() {
    for store in ["head", "blocks"] {
        let name = fresh_name();
        let _gone = Gone(name.clone());
        let database = open(&name).await;
        database.execute(TABLE, vec![]).await.unwrap();
        database.close().await.unwrap();
        let lost = lose(&format!("music-core-database/{name}"), store);
        JsFuture::from(lost).await.unwrap();
        let refused = WasmDbAdapter::open(&name, options()).await;
        let refused = refused.err().expect("it is damaged");
        assert_eq!(*refused.kind(), ErrorKind::Corrupt, "{store}: {refused}");
        assert!(refused.to_string().contains(&name), "{refused}");
    }
}
