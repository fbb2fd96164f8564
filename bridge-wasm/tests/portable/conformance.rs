//! Every bridge passes the suite of its trait.

use std::cell::Cell;
use std::path::PathBuf;

use bridge_wasm::WasmFileSystem;

mod file_system {
    bridge_traits::file_system_conformance!(super::file_system);
}

/// Gives a name that no other test of this page uses, nor one of the worker.
pub(crate) fn fresh_name() -> String {
    thread_local! {
        static LAST: Cell<u32> = const { Cell::new(0) };
    }
    LAST.set(LAST.get() + 1);
    format!("conformance {} {}", js_sys::Math::random(), LAST.get())
}

/// Deletes its database when the test is over.
struct Gone(String);

impl Drop for Gone {
    fn drop(&mut self) {
        let name = self.0.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let _ = WasmFileSystem::delete(&name).await;
        });
    }
}

async fn file_system() -> ((WasmFileSystem, PathBuf), Gone) {
    let name = fresh_name();
    let files = WasmFileSystem::open(&name).await.unwrap();
    ((files, PathBuf::from("/")), Gone(name))
}
