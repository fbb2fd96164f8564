//! What Chromium tells when it has thrown away what it kept.
//!
//! A database that it finds damaged it replaces by an empty one, along with all others of the origin. Whoever
//! opens the first of them afterwards is told so, in fields of `upgradeneeded` that are in no standard:
//! `dataLoss`, which is `"none"` or `"total"`, and `dataLossMessage`.

use std::cell::RefCell;

use wasm_bindgen::JsValue;

use crate::js;

/// That the browser found its storage damaged and threw away all that it kept for this origin.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DataLoss {
    /// The database that was opened when the browser said so. The others are gone, too.
    pub database: String,
    /// Why, in the browser's words; may be empty.
    pub message: String,
}

thread_local! {
    static TOLD: RefCell<Option<DataLoss>> = const { RefCell::new(None) };
}

/// Gives what the browser said of a loss since this thread, a window or a worker, began, and forgets it.
///
/// The browser says it once, to the first that opens a database. Only Chromium says it at all.
pub fn take_data_loss() -> Option<DataLoss> {
    TOLD.take()
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
