//! Databases with one table, for the tests.

use std::cell::Cell;

use bridge_traits::database::DatabaseAdapter;
use bridge_wasm::WasmDbAdapter;

/// Deletes its database when the test is over.
pub(crate) struct Gone(pub(crate) String);

impl Drop for Gone {
    fn drop(&mut self) {
        let name = self.0.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let _ = WasmDbAdapter::delete(&name).await;
        });
    }
}

pub(crate) fn fresh_name() -> String {
    thread_local! {
        static LAST: Cell<u32> = const { Cell::new(0) };
    }
    LAST.set(LAST.get() + 1);
    format!("test {} {}", js_sys::Math::random(), LAST.get())
}

pub(crate) async fn texts(database: &WasmDbAdapter) -> Vec<String> {
    let rows = database.query("SELECT a FROM t ORDER BY id", vec![]).await;
    rows.unwrap().iter().map(|it| it.get(0).unwrap()).collect()
}

pub(crate) const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, a)";
pub(crate) const INSERT: &str = "INSERT INTO t (a) VALUES (?)";

pub(crate) async fn add(database: &WasmDbAdapter, text: &str) {
    database.execute(INSERT, vec![text.into()]).await.unwrap();
}
