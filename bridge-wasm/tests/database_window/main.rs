//! The database's cases in a window.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test")]

#[path = "../portable/database.rs"]
mod database;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[core_async::test]
async fn files_without_waiting_are_for_workers_and_the_error_says_so() {
    use bridge_wasm::{DatabaseStorage, WasmDatabaseOptions, WasmDbAdapter};
    let options = WasmDatabaseOptions {
        storage: DatabaseStorage::OriginPrivateFiles,
        ..WasmDatabaseOptions::default()
    };
    let refused = WasmDbAdapter::open("not here", options)
        .await
        .err()
        .unwrap();
    let expected = matches!(
        refused.kind(),
        bridge_traits::ErrorKind::NotAvailable { remedy } if remedy.contains("dedicated worker")
    );
    assert!(expected, "{refused}");
}
