//! What becomes of connections to a database that the browser or another tab ends.

use std::path::Path;

use bridge_traits::ErrorKind;
use bridge_traits::storage::FileSystemAccess;
use bridge_wasm::WasmFileSystem;
use wasm_bindgen::prelude::*;

use super::fresh_name;

#[wasm_bindgen(inline_js = "
    const seen = new Set();
    export function watch() {
        const { transaction } = IDBDatabase.prototype;
        IDBDatabase.prototype.transaction = function (...args) {
            // It throws where the connection is closed already.
            const made = transaction.apply(this, args);
            seen.add(this);
            return made;
        };
    }
    export function close_all(name) {
        const ours = [...seen].filter(it => it.name === name);
        seen.clear();
        ours.forEach(it => it.close());
        return ours.length;
    }
")]
extern "C" {
    /// Notes every connection that makes a transaction from now on.
    fn watch();
    /// Closes those to a database, as the browser does in distress, and tells how many there were.
    fn close_all(name: &str) -> u32;
}

#[core_async::test]
async fn a_connection_that_the_browser_drops_is_opened_again() {
    watch();
    let name = fresh_name();
    let files = WasmFileSystem::open(&name).await.unwrap();
    files.write(Path::new("/a"), "one".into()).await.unwrap();
    assert_eq!(close_all(&name), 1);
    assert_eq!(files.read(Path::new("/a")).await.unwrap(), "one");
    assert_eq!(close_all(&name), 1);
    files.write(Path::new("/a"), "two".into()).await.unwrap();
    assert_eq!(files.read(Path::new("/a")).await.unwrap(), "two");
    WasmFileSystem::delete(&name).await.unwrap();
}

#[core_async::test]
async fn a_file_system_that_another_tab_deletes_does_not_stand_in_its_way() {
    let name = fresh_name();
    let files = WasmFileSystem::open(&name).await.unwrap();
    files.write(Path::new("/a"), "one".into()).await.unwrap();
    // Waits for ever if the connection stays open.
    WasmFileSystem::delete(&name).await.unwrap();
    let gone = files.read(Path::new("/a")).await.unwrap_err();
    assert_eq!(*gone.kind(), ErrorKind::NotFound);
}
