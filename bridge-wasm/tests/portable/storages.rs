//! Where a database comes to lie, and where it is found.

use bridge_traits::ErrorKind;
use bridge_traits::database::DatabaseAdapter;
use bridge_wasm::{DatabaseStorage, WasmDatabaseOptions, WasmDbAdapter};
use js_sys::{Function, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::table::{Gone, TABLE, add, fresh_name, texts};

/// Where a new database lies here.
pub(crate) fn usual() -> DatabaseStorage {
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
pub(crate) struct Replaced {
    of: JsValue,
    property: JsValue,
    old: JsValue,
}

impl Replaced {
    pub(crate) fn new(of: &JsValue, property: &str, new: &JsValue) -> Self {
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

/// Firefox tells the names of databases since 2024 alone.
#[core_async::test]
async fn a_database_is_found_where_the_browser_lists_none() {
    let factory = Reflect::get(&js_sys::global(), &"indexedDB".into()).unwrap();
    let prototype = JsValue::from(Object::get_prototype_of(&factory));
    let name = fresh_name();
    let _gone = Gone(name.clone());
    let database = open(&name, DatabaseStorage::IndexedDb).await.unwrap();
    database.execute(TABLE, vec![]).await.unwrap();
    add(&database, "kept").await;
    database.close().await.unwrap();
    let hidden = Replaced::new(&prototype, "databases", &JsValue::UNDEFINED);
    let database = open(&name, DatabaseStorage::Automatic).await.unwrap();
    assert_eq!(database.storage(), DatabaseStorage::IndexedDb);
    assert_eq!(texts(&database).await, ["kept"]);
    database.close().await.unwrap();

    // One that is not there is not made by looking.
    let other = fresh_name();
    let _other_gone = Gone(other.clone());
    let database = open(&other, DatabaseStorage::Automatic).await.unwrap();
    assert_eq!((database.storage(), database.is_new()), (usual(), true));
    database.close().await.unwrap();
    drop(hidden);
    if usual() == DatabaseStorage::OriginPrivateFiles {
        let refused = open(&other, DatabaseStorage::IndexedDb)
            .await
            .err()
            .unwrap();
        assert_eq!(*refused.kind(), ErrorKind::AlreadyExists, "{refused}");
    }
}
