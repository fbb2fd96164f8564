//! Against the loss of everything after a crash of the browser: Chromium's IndexedDB begins a new log.
//!
//! Chromium keeps all databases of an origin in one LevelDB, which writes changes to a log first. A browser that
//! dies while it writes leaves half a record at the log's end. The next one reads up to there, and then goes on
//! to write behind the half record. The one after that finds the half record in the middle, takes the log for
//! damaged and throws all databases of the origin away. A killed browser does that to about one of thirty that
//! were writing; the test `a_torn_log_loses_nothing` to each.
//!
//! LevelDB begins a new log when the old one's content has filled its buffer of 4 MiB, and deletes the old one.
//! So once a thread, after it first opened a database, so much is written, and deleted again.

use std::cell::Cell;

use bridge_traits::Result;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::JsCast;

use super::{Durability, Idb, Schema};
use crate::js;

/// A database for nothing else, deleted at the end.
const NAME: &str = "music-core-ballast";
const SCHEMA: Schema = Schema {
    version: 1,
    stores: STORES,
};
const STORES: &[&str] = &["ballast"];

/// Larger values would be files beside the log.
const VALUE: u32 = 60_000;
/// Together somewhat more than the buffer.
const VALUES: u32 = 80;

/// Begins a new log in the background, the first time in this thread and where the browser needs it.
pub(super) fn once() {
    thread_local! {
        static DONE: Cell<bool> = const { Cell::new(false) };
    }
    if !DONE.replace(true) && may_lose_data() {
        wasm_bindgen_futures::spawn_local(async {
            // Without room for it, or without a connection, all stays as it was.
            let _ = rotate().await;
        });
    }
}

/// Tells whether this is a browser that throws databases away: it has a name for that.
fn may_lose_data() -> bool {
    let prototype = js::property(&js::global("IDBVersionChangeEvent"), "prototype");
    Reflect::has(&prototype, &"dataLoss".into()).unwrap_or(false)
}

async fn rotate() -> Result<()> {
    let ballast = Idb::new(NAME, SCHEMA);
    let written = ballast
        .write(NAME, STORES, Durability::Relaxed, async move |tx| {
            for key in 0..VALUES {
                tx.put(STORES[0], key.into(), noise().into())?;
            }
            Ok(())
        })
        .await;
    ballast.close();
    // This is also what comes after the buffer was filled, and so is the first in the new log.
    super::delete(NAME).await?;
    written
}

/// What can't be compressed.
fn noise() -> Uint8Array {
    let bytes = Uint8Array::new_with_length(VALUE);
    let crypto: web_sys::Crypto = js::global("crypto").unchecked_into();
    // A browser without it writes zeros, which are as good where nothing is compressed.
    let _ = crypto.get_random_values_with_js_u8_array(&bytes);
    bytes
}
