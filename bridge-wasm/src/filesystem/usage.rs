//! What is stored.

use bridge_traits::Result;
use indexed_db_futures::KeyRange;
use js_sys::Array;
use wasm_bindgen::JsValue;

use super::{CHUNKS, ENTRIES, GARBAGE, WasmFileSystem};
use crate::idb::Tx;

/// How much is in a file system's stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileSystemUsage {
    /// Files and folders, without the root.
    pub entries: u64,
    /// Chunks of up to 256 KiB.
    pub chunks: u64,
    /// Removed files and unfinished writes that are still to be collected.
    pub garbage: u64,
}

impl WasmFileSystem {
    /// Counts what is in the stores. This is for diagnosis: it takes as long as there is much.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn usage(&self) -> Result<FileSystemUsage> {
        let body = async |tx: &Tx<'_>| {
            let all = || KeyRange::LowerBound(JsValue::from(Array::new()), false);
            let (entries, chunks) = (tx.count(ENTRIES, all())?, tx.count(CHUNKS, all())?);
            let garbage = tx.count(GARBAGE, all())?;
            Ok(FileSystemUsage {
                entries: entries.await?,
                chunks: chunks.await?,
                garbage: garbage.await?,
            })
        };
        let idb = &self.inner.idb;
        let stores = &[ENTRIES, CHUNKS, GARBAGE];
        idb.read(idb.name(), stores, body).await
    }
}
