//! Where a database comes to lie, and where it is found.

use std::sync::Arc;

use bridge_traits::ErrorKind;
use bridge_traits::database::DatabaseAdapter;
use bridge_wasm::{
    DatabaseStorage, WasmBridge, WasmDatabaseOptions, WasmDbAdapter, WasmMountedFileSystem,
    take_data_loss,
};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::table::{Gone, TABLE, add, fresh_name, texts};

#[wasm_bindgen(inline_js = "
    export const takeAway = async (name) => {
        const root = await navigator.storage.getDirectory();
        const folder = await root.getDirectoryHandle('music-core-database');
        await folder.removeEntry(`${encodeURIComponent(name)}.db`);
    };
")]
extern "C" {
    /// Deletes a database's file behind its back.
    #[wasm_bindgen(js_name = takeAway)]
    fn take_away(name: &str) -> Promise;
}

/// Where a new database lies here.
fn usual() -> DatabaseStorage {
    let is_worker = Object::has_own(&js_sys::global(), &"DedicatedWorkerGlobalScope".into());
    match is_worker {
        true => DatabaseStorage::OriginPrivateFiles,
        false => DatabaseStorage::IndexedDb,
    }
}

async fn open(name: &str, storage: DatabaseStorage) -> bridge_traits::Result<WasmDbAdapter> {
    let options = WasmDatabaseOptions {
        storage,
        ..WasmDatabaseOptions::default()
    };
    WasmDbAdapter::open(name, options).await
}

/// Puts another value in the place of a property until it is dropped.
struct Replaced {
    of: JsValue,
    property: JsValue,
    old: JsValue,
}

impl Replaced {
    fn new(of: &JsValue, property: &str, new: &JsValue) -> Self {
        let property = property.into();
        let old = Reflect::get(of, &property).unwrap();
        Reflect::set(of, &property, new).unwrap();
        Self {
            of: of.clone(),
            property,
            old,
        }
    }

    /// Hides that there are files that are written without waiting.
    fn files() -> Self {
        let global = js_sys::global();
        Self::new(&global, "FileSystemSyncAccessHandle", &JsValue::UNDEFINED)
    }
}

impl Drop for Replaced {
    fn drop(&mut self) {
        Reflect::set(&self.of, &self.property, &self.old).unwrap();
    }
}

#[core_async::test]
async fn a_new_database_lies_in_a_file_in_a_worker_and_is_found_there() {
    let name = fresh_name();
    let _gone = Gone(name.clone());
    let database = open(&name, DatabaseStorage::Automatic).await.unwrap();
    assert_eq!((database.storage(), database.is_new()), (usual(), true));
    database.execute(TABLE, vec![]).await.unwrap();
    add(&database, "kept").await;
    database.close().await.unwrap();
    let database = open(&name, DatabaseStorage::Automatic).await.unwrap();
    assert_eq!((database.storage(), database.is_new()), (usual(), false));
    assert_eq!(texts(&database).await, ["kept"]);
}

#[core_async::test]
async fn a_database_that_lies_in_indexeddb_is_found_there() {
    let name = fresh_name();
    let _gone = Gone(name.clone());
    let database = open(&name, DatabaseStorage::IndexedDb).await.unwrap();
    database.execute(TABLE, vec![]).await.unwrap();
    add(&database, "kept").await;
    database.close().await.unwrap();
    let database = open(&name, DatabaseStorage::Automatic).await.unwrap();
    assert_eq!(database.storage(), DatabaseStorage::IndexedDb);
    assert_eq!(texts(&database).await, ["kept"]);
}

#[core_async::test]
async fn a_browser_without_such_files_gets_indexeddb_and_keeps_it() {
    let name = fresh_name();
    let _gone = Gone(name.clone());
    let hidden = Replaced::files();
    let database = open(&name, DatabaseStorage::Automatic).await.unwrap();
    assert_eq!(database.storage(), DatabaseStorage::IndexedDb);
    database.execute(TABLE, vec![]).await.unwrap();
    database.close().await.unwrap();
    // The browser is brought up to date.
    drop(hidden);
    let database = open(&name, DatabaseStorage::Automatic).await.unwrap();
    assert_eq!(database.storage(), DatabaseStorage::IndexedDb);
    assert!(!database.is_new());
}

/// In 2022 the methods of such a file gave promises.
#[core_async::test]
async fn files_that_would_be_waited_for_are_left_alone() {
    let class = Reflect::get(&js_sys::global(), &"FileSystemSyncAccessHandle".into()).unwrap();
    if class.is_undefined() {
        assert_eq!(usual(), DatabaseStorage::IndexedDb);
        return;
    }
    let prototype = Reflect::get(&class, &"prototype".into()).unwrap();
    let promise = Function::new_no_args("return Promise.resolve(0)");
    let _old = Replaced::new(&prototype, "getSize", &promise);
    let name = fresh_name();
    let _gone = Gone(name.clone());
    let database = open(&name, DatabaseStorage::Automatic).await.unwrap();
    assert_eq!(database.storage(), DatabaseStorage::IndexedDb);
    let other = fresh_name();
    let _other_gone = Gone(other.clone());
    let refused = open(&other, DatabaseStorage::OriginPrivateFiles).await;
    let refused = refused.err().unwrap();
    let expected = matches!(refused.kind(), ErrorKind::NotAvailable { .. });
    assert!(expected, "{refused}");
}

#[core_async::test]
async fn files_are_for_workers_and_the_error_says_so() {
    let name = fresh_name();
    let _gone = Gone(name.clone());
    let opened = open(&name, DatabaseStorage::OriginPrivateFiles).await;
    if usual() == DatabaseStorage::OriginPrivateFiles {
        opened.unwrap();
        return;
    }
    let refused = opened.err().unwrap();
    let expected = matches!(
        refused.kind(),
        ErrorKind::NotAvailable { remedy } if remedy.contains("dedicated worker")
    );
    assert!(expected, "{refused}");
}

async fn bridge(name: &str, database: &str) -> bridge_traits::Result<WasmBridge> {
    let files = Arc::new(WasmMountedFileSystem::open(name).await.unwrap());
    WasmBridge::open(files, name, database).await
}

/// As in a browser whose files fail for once, or a library that was made in a worker and is opened in a window.
#[core_async::test]
async fn a_library_in_a_file_is_never_replaced_by_a_new_one_elsewhere() {
    if usual() != DatabaseStorage::OriginPrivateFiles {
        return;
    }
    let (name, database) = (fresh_name(), fresh_name());
    let opened = bridge(&name, &database).await.unwrap().database;
    opened.execute(TABLE, vec![]).await.unwrap();
    add(&opened, "kept").await;
    opened.close().await.unwrap();

    let storage = Reflect::get(&js_sys::global(), &"navigator".into()).unwrap();
    let storage = Reflect::get(&storage, &"storage".into()).unwrap();
    let fails =
        Function::new_no_args("return Promise.reject(new DOMException('', 'UnknownError'))");
    let failing = Replaced::new(&storage, "getDirectory", &fails);
    let refused = bridge(&name, &database).await.err().unwrap();
    let expected = matches!(refused.kind(), ErrorKind::NotAvailable { .. });
    assert!(expected, "{refused}");
    drop(failing);

    let opened = bridge(&name, &database).await.unwrap().database;
    assert_eq!(texts(&opened).await, ["kept"]);
    opened.close().await.unwrap();
    assert_eq!(take_data_loss(), None);
    WasmBridge::delete(&name, &database).await.unwrap();
}

#[core_async::test]
async fn a_library_whose_file_is_gone_is_said_to_be_gone_once() {
    if usual() != DatabaseStorage::OriginPrivateFiles {
        return;
    }
    let (name, database) = (fresh_name(), fresh_name());
    let opened = bridge(&name, &database).await.unwrap().database;
    opened.close().await.unwrap();
    assert_eq!(take_data_loss(), None);
    JsFuture::from(take_away(&database)).await.unwrap();

    let opened = bridge(&name, &database).await.unwrap().database;
    assert!(opened.is_new());
    let loss = take_data_loss().expect("it is gone");
    assert_eq!(loss.database, database);
    opened.close().await.unwrap();
    let opened = bridge(&name, &database).await.unwrap().database;
    assert_eq!(take_data_loss(), None);
    opened.close().await.unwrap();
    WasmBridge::delete(&name, &database).await.unwrap();
    // What was deleted is not missed.
    let opened = bridge(&name, &database).await.unwrap().database;
    assert_eq!(take_data_loss(), None);
    opened.close().await.unwrap();
    WasmBridge::delete(&name, &database).await.unwrap();
}
