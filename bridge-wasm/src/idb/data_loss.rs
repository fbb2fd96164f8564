//! What is told of a browser that has thrown away what it kept.
//!
//! A database that Chromium finds damaged it replaces by an empty one, along with all others of the origin. Whoever
//! opens the first of them afterwards is told so, in fields of `upgradeneeded` that are in no standard:
//! `dataLoss`, which is `"none"` or `"total"`, and `dataLossMessage`.

use std::cell::RefCell;

use wasm_bindgen::JsValue;

use crate::js;

/// That the browser threw away what it kept for this origin: all that was in IndexedDB, when it found that damaged, or
/// the file of a database in the origin-private file system.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DataLoss {
    /// The database that was opened when it showed. If it was in IndexedDB, all others there are gone, too.
    pub database: String,
    /// Why, in the browser's words; may be empty.
    pub message: String,
}

thread_local! {
    static TOLD: RefCell<Option<DataLoss>> = const { RefCell::new(None) };
}

/// Gives what the browser said of a loss since this thread, a window or a worker, began, and forgets it.
///
/// A browser says it once, to the first that opens a database, and only Chromium says it at all. That a file is gone is
/// found by [`WasmBridge::open`](crate::WasmBridge::open).
pub fn take_data_loss() -> Option<DataLoss> {
    TOLD.take()
}

/// Keeps that a database is gone whose file was in the origin-private file system, of which no browser says anything.
pub(crate) fn note_missing_file(database: &str) {
    TOLD.set(Some(DataLoss {
        database: database.to_owned(),
        message: "its file is gone from the origin-private file system".to_owned(),
    }));
}

/// Keeps what an event that asks for an upgrade tells of a loss.
pub(super) fn note(database: &str, event: &JsValue) {
    let text = |name| js::property(event, name).as_string();
    if text("dataLoss").is_some_and(|it| it != "none") {
        TOLD.set(Some(DataLoss {
            database: database.to_owned(),
            message: text("dataLossMessage").unwrap_or_default(),
        }));
    }
}
