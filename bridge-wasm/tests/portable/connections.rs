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

/// Where a file was is remembered, which is a guess that another tab makes wrong.
#[core_async::test]
async fn a_file_is_read_as_another_use_of_its_database_left_it() {
    let name = fresh_name();
    let (here, there) = (
        WasmFileSystem::open(&name).await.unwrap(),
        WasmFileSystem::open(&name).await.unwrap(),
    );
    let path = Path::new("/folder/song");
    here.create_dir_all(Path::new("/folder")).await.unwrap();
    here.write(path, vec![1; 1000].into()).await.unwrap();
    let large = 3 * 256 * 1024 + 5;
    for size in [1000, 0, 10, large, 20] {
        let content = vec![size as u8; size];
        there.write(path, content.clone().into()).await.unwrap();
        for _ in 0..2 {
            assert_eq!(here.read(path).await.unwrap(), content, "{size}");
        }
        // Where it lies, so that it is the same file.
        there.append(path, vec![7; large].into()).await.unwrap();
        let longer = [content, vec![7; large]].concat();
        assert_eq!(here.read(path).await.unwrap(), longer, "{size}, longer");
        there.set_len(path, 3).await.unwrap();
        assert_eq!(here.read(path).await.unwrap(), longer[..3], "{size}, cut");
        assert_eq!(here.read_range(path, 1..9).await.unwrap(), longer[1..3]);
    }
    there.remove_file(path).await.unwrap();
    let gone = here.read(path).await.unwrap_err();
    assert_eq!(*gone.kind(), ErrorKind::NotFound, "{gone}");
    drop((here, there));
    let _ = WasmFileSystem::delete(&name).await;
}
