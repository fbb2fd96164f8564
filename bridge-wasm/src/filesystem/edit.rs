//! Changing a file where it lies.
//!
//! A change of up to 8 MiB is one transaction, and all or nothing. A longer one is several: a crash
//! between them leaves its beginning.

use std::path::Path;

use bridge_traits::{BridgeError, ErrorKind, Result};
use bytes::Bytes;

use super::chunks::{self, BATCH, CHUNK};
use super::entry::Entry;
use super::path::Steps;
use super::{META, WasmFileSystem};
use crate::idb::{Durability, Tx};
use crate::js;

impl WasmFileSystem {
    /// Writes at a position, or at the end, and makes the file if it may.
    pub(super) async fn put_bytes(
        &self,
        path: &Path,
        at: Option<u64>,
        content: &Bytes,
    ) -> Result<()> {
        let steps = Steps::parse(path)?;
        let end = at.unwrap_or_default().checked_add(content.len() as u64);
        check_size(&steps, end)?;
        let inner = &self.inner;
        let mut done = 0;
        loop {
            // Cut where chunks end, as far as that is known.
            let start = at.unwrap_or_default() + done as u64;
            let whole = (BATCH * CHUNK - start % CHUNK) as usize;
            let piece = content.slice(done..content.len().min(done + whole));
            done += piece.len();
            let is_new = inner.session.inodes(&inner.idb, 1).await?;
            let (files, steps) = (self.clone(), steps.clone());
            let at = at.map(|_| start);
            let body = async move |tx: &Tx<'_>| {
                let place = files.inner.cache.place(tx, &steps).await?;
                let now = js::now_ns();
                let old = match (&place.entry, at) {
                    (Some(entry), _) => entry.clone(),
                    (None, None) => Entry::new(false, is_new, 0, now),
                    (None, Some(_)) => {
                        return Err(steps.error(ErrorKind::NotFound));
                    }
                };
                let at = at.unwrap_or(old.size);
                let end = at + piece.len() as u64;
                if at > old.size && !piece.is_empty() {
                    chunks::mark_sparse(tx, old.ino)?;
                }
                put_chunks(tx, old.ino, at, &piece).await?;
                let size = match piece.is_empty() {
                    true => old.size,
                    false => end.max(old.size),
                };
                let entry = old.with_content(size, now);
                files.put_entry(tx, place.parent, &place.name, &entry)
            };
            self.change(path, inner.durability, body).await?;
            if done == content.len() {
                return Ok(());
            }
        }
    }

    /// Makes all that was written before durable: the browser's log is synced as a whole, so any
    /// strict transaction after it does that.
    pub(super) async fn make_durable(&self) -> Result<()> {
        let idb = &self.inner.idb;
        let body =
            async |tx: &Tx<'_>| tx.put(META, "synced_ns".into(), (js::now_ns() as f64).into());
        idb.write(idb.name(), &[META], Durability::Strict, body)
            .await
    }

    /// Cuts a file or lets it grow; no bytes are stored for what it grows by.
    pub(super) async fn resize(&self, path: &Path, size: u64) -> Result<()> {
        let steps = Steps::parse(path)?;
        check_size(&steps, Some(size))?;
        let files = self.clone();
        let body = async move |tx: &Tx<'_>| {
            let (place, old) = files.inner.cache.file(tx, &steps).await?;
            if size > old.size {
                chunks::mark_sparse(tx, old.ino)?;
            } else if size == 0 {
                chunks::delete_all(tx, old.ino)?;
            } else if size < old.size {
                let kept = size.div_ceil(CHUNK);
                chunks::delete_from(tx, old.ino, kept)?;
                if !size.is_multiple_of(CHUNK)
                    && let Some(last) = chunks::one(tx, old.ino, kept - 1).await?
                {
                    // `slice` copies, where `subarray` would keep the rest.
                    let last = last.slice(0, (size % CHUNK) as u32);
                    chunks::put(tx, old.ino, kept - 1, &last)?;
                }
            }
            let entry = old.with_content(size, js::now_ns());
            files.put_entry(tx, place.parent, &place.name, &entry)
        };
        self.change(path, self.inner.durability, body).await
    }
}

/// Refuses a size that a number of JavaScript can't tell exactly.
fn check_size(steps: &Steps, size: Option<u64>) -> Result<(), BridgeError> {
    match size {
        Some(size) if size < 1 << 53 => Ok(()),
        _ => Err(steps
            .error(ErrorKind::InvalidInput)
            .detail("the file would be too long")),
    }
}

/// Puts bytes into the chunks that they fall into, keeping what those have around them.
async fn put_chunks(tx: &Tx<'_>, ino: u64, at: u64, content: &[u8]) -> Result<()> {
    let range = at..at + content.len() as u64;
    for index in chunks::covering(&range) {
        let base = index * CHUNK;
        let from = range.start.max(base);
        let to = range.end.min(base + CHUNK);
        let part = &content[(from - at) as usize..(to - at) as usize];
        let chunk = match part.len() as u64 == CHUNK {
            true => chunks::fresh(part),
            false => {
                let old = chunks::one(tx, ino, index).await?;
                let length = old.as_ref().map_or(0, |it| it.length());
                let (from, to) = ((from - base) as u32, (to - base) as u32);
                let merged = js_sys::Uint8Array::new_with_length(length.max(to));
                if let Some(old) = old {
                    merged.set(&old, 0);
                }
                merged.subarray(from, to).copy_from(part);
                merged
            }
        };
        chunks::put(tx, ino, index, &chunk)?;
    }
    Ok(())
}
