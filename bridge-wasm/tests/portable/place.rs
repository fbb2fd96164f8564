//! Where a library lies, and that it is never mistaken for another one.

use std::sync::Arc;

use bridge_traits::ErrorKind;
use bridge_traits::database::DatabaseAdapter;
use bridge_traits::storage::SettingsStore;
use bridge_wasm::{DatabaseStorage, WasmBridge, WasmMountedFileSystem, take_data_loss};
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::storages::{Replaced, usual};
use crate::table::{TABLE, add, fresh_name, texts};

#[wasm_bindgen(inline_js = "
    export const takeAway = async (name) => {
        const root = await navigator.storage.getDirectory();
        const folder = await root.getDirectoryHandle('music-core-database');
        await folder.removeEntry(`${encodeURIComponent(name)}.db`);
    };
    export const write = async (name) => {
        const root = await navigator.storage.getDirectory();
        const folder = await root.getDirectoryHandle('music-core-database');
        const file = await folder.getFileHandle(`${encodeURIComponent(name)}.db`);
        return await file.createWritable();
    };
    export const abort = (writable) => writable.abort();
")]
extern "C" {
    /// Deletes a database's file behind its back.
    #[wasm_bindgen(js_name = takeAway)]
    fn take_away(name: &str) -> Promise;

    /// Opens a database's file behind its back.
    fn write(name: &str) -> Promise;

    fn abort(writable: &JsValue) -> Promise;
}

/// A browser whose files fail.
fn mislaid() -> Replaced {
    let storage = Reflect::get(&js_sys::global(), &"navigator".into()).unwrap();
    let storage = Reflect::get(&storage, &"storage".into()).unwrap();
    let fails =
        Function::new_no_args("return Promise.reject(new DOMException('', 'UnknownError'))");
    Replaced::new(&storage, "getDirectory", &fails)
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

    let failing = mislaid();
    let refused = bridge(&name, &database).await.err().unwrap();
    let expected = matches!(refused.kind(), ErrorKind::NotAvailable { .. });
    assert!(expected, "{refused}");
    // Nor by one that is imported.
    let refused = WasmBridge::open_database(&name, &database).await;
    let refused = refused.err().unwrap();
    let expected = matches!(refused.kind(), ErrorKind::NotAvailable { .. });
    assert!(expected, "{refused}");
    // Nor is it said to be deleted.
    WasmBridge::delete(&name, &database).await.unwrap_err();
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
    opened.execute(TABLE, vec![]).await.unwrap();
    // More than the last commit has in its log.
    add(&opened, &"lost ".repeat(10_000)).await;
    add(&opened, "lost").await;
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

#[core_async::test]
async fn a_library_whose_file_is_in_use_is_not_deleted_and_nothing_else_is() {
    if usual() != DatabaseStorage::OriginPrivateFiles {
        return;
    }
    let (name, database) = (fresh_name(), fresh_name());
    let bridge_to = bridge(&name, &database).await.unwrap();
    bridge_to.settings.set("mine", 1.into()).await.unwrap();
    bridge_to.database.close().await.unwrap();
    drop(bridge_to);
    let writing = JsFuture::from(write(&database)).await.unwrap();
    let refused = WasmBridge::delete(&name, &database).await.unwrap_err();
    assert_eq!(*refused.kind(), ErrorKind::Conflict, "{refused}");
    JsFuture::from(abort(&writing)).await.unwrap();

    let bridge_to = bridge(&name, &database).await.unwrap();
    let kept = bridge_to.settings.get("mine").await.unwrap();
    assert_eq!(kept, Some(1.into()));
    bridge_to.database.close().await.unwrap();
    WasmBridge::delete(&name, &database).await.unwrap();
}
