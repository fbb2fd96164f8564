//! The pieces that a file's content lies in.

use std::future::Future;
use std::ops::Range;

use bridge_traits::{BridgeError, ErrorKind, Result};
use futures::future::Either;
use indexed_db_futures::KeyRange;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

use super::CHUNKS;
use crate::idb::{Tx, below, between, pair};

/// Bytes of a chunk; the last one of a file may be shorter.
pub(super) const CHUNK: u64 = 256 * 1024;
/// Chunks that go through one transaction.
pub(super) const BATCH: u64 = 32;
/// Chunks that are deleted in one transaction along with something else.
pub(super) const DELETED: u64 = 256;

/// Stands beside the chunks of a file that may lack some: those are zeros.
const SPARSE: &str = "sparse";

/// Copies bytes into an array of their own. A view would take the module's whole memory with it.
pub(super) fn fresh(bytes: &[u8]) -> Uint8Array {
    Uint8Array::from(bytes)
}

/// The chunks that hold a range of bytes.
pub(super) fn covering(range: &Range<u64>) -> Range<u64> {
    range.start / CHUNK..range.end.div_ceil(CHUNK)
}

fn key(ino: u64, index: u64) -> JsValue {
    pair(ino as f64, index as f64)
}

pub(super) fn range(ino: u64, chunks: Range<u64>) -> KeyRange<JsValue> {
    between(key(ino, chunks.start), key(ino, chunks.end))
}

pub(super) fn put(tx: &Tx<'_>, ino: u64, index: u64, chunk: &Uint8Array) -> Result<()> {
    tx.put(CHUNKS, key(ino, index), chunk.into())
}

/// Deletes all chunks of an inode.
pub(super) fn delete_all(tx: &Tx<'_>, ino: u64) -> Result<()> {
    tx.delete(CHUNKS, below(ino as f64))
}

/// Deletes the chunks of an inode from an index on.
pub(super) fn delete_from(tx: &Tx<'_>, ino: u64, index: u64) -> Result<()> {
    tx.delete(CHUNKS, between(key(ino, index), pair(ino as f64, "")))
}

pub(super) fn mark_sparse(tx: &Tx<'_>, ino: u64) -> Result<()> {
    tx.put(CHUNKS, pair(ino as f64, SPARSE), 1.into())
}

pub(super) async fn one(tx: &Tx<'_>, ino: u64, index: u64) -> Result<Option<Uint8Array>> {
    let found = tx.get(CHUNKS, key(ino, index))?.await?;
    Ok(found.and_then(|it| it.dyn_into().ok()))
}

/// Some neighbouring chunks, in order. One that is not there is all zeros.
pub(super) struct Run {
    first: u64,
    chunks: Vec<Option<Uint8Array>>,
}

impl Run {
    /// Copies a range of the file's bytes, as far as it lies in these chunks, to the end of `into`.
    pub(super) fn copy(&self, range: &Range<u64>, into: &mut Vec<u8>) {
        for (index, chunk) in (self.first..).zip(&self.chunks) {
            let base = index * CHUNK;
            let from = range.start.clamp(base, base + CHUNK) - base;
            let to = range.end.clamp(base, base + CHUNK) - base;
            if from >= to {
                continue;
            }
            let at = into.len();
            into.resize(at + (to - from) as usize, 0);
            let Some(chunk) = chunk else { continue };
            let end = to.min(u64::from(chunk.length()));
            if from < end {
                let wanted = chunk.subarray(from as u32, end as u32);
                wanted.copy_to(&mut into[at..at + (end - from) as usize]);
            }
        }
    }

    /// Gives each chunk as a run of its own.
    pub(super) fn split(self) -> Vec<Self> {
        let chunks = (self.first..).zip(self.chunks);
        chunks
            .map(|(first, chunk)| Self {
                first,
                chunks: vec![chunk],
            })
            .collect()
    }

    /// Gives each chunk with its index.
    pub(super) fn indexed(&self) -> impl Iterator<Item = (u64, Option<&Uint8Array>)> {
        (self.first..).zip(self.chunks.iter().map(Option::as_ref))
    }
}

/// Asks for some neighbouring chunks of a file. The request is sent at once.
///
/// The future fails with `Conflict` if the inode is gone.
pub(super) fn run<'t>(
    tx: &'t Tx<'_>,
    ino: u64,
    wanted: Range<u64>,
    subject: &'t str,
) -> Result<impl Future<Output = Result<Run>> + use<'t>> {
    let count = (wanted.end - wanted.start) as usize;
    // Most files are small, and one value takes less than a list of one.
    let request = match count {
        1 => Either::Left(tx.get(CHUNKS, key(ino, wanted.start))?),
        _ => Either::Right(tx.get_all(CHUNKS, range(ino, wanted.clone()), count as u32)?),
    };
    Ok(async move {
        let found = match request {
            Either::Left(one) => one.await?.into_iter().collect(),
            Either::Right(all) => all.await?,
        };
        let mut chunks = vec![None; count];
        if found.len() == count {
            for (place, chunk) in chunks.iter_mut().zip(found) {
                *place = Some(array(chunk, subject)?);
            }
        } else {
            let marked = tx.get(CHUNKS, pair(ino as f64, SPARSE))?;
            let keys = tx.get_all_keys(CHUNKS, range(ino, wanted.clone()), count as u32)?;
            if marked.await?.is_none() {
                let what = "the file was replaced or removed while it was read";
                return Err(BridgeError::new(ErrorKind::Conflict, subject).detail(what));
            }
            for (key, chunk) in keys.await?.into_iter().zip(found) {
                let index = second_number(&key).unwrap_or_default() as u64;
                if let Some(place) = chunks.get_mut((index - wanted.start) as usize) {
                    *place = Some(array(chunk, subject)?);
                }
            }
        }
        Ok(Run {
            first: wanted.start,
            chunks,
        })
    })
}

fn array(value: JsValue, subject: &str) -> Result<Uint8Array> {
    value.dyn_into().map_err(|_| {
        BridgeError::new(ErrorKind::Corrupt, subject).detail("a chunk that is not of bytes")
    })
}

/// Gives the number in the second place of a key.
pub(super) fn second_number(key: &JsValue) -> Option<f64> {
    key.dyn_ref::<js_sys::Array>()?.get(1).as_f64()
}
