//! Parts of a file.

use std::ops::Range;
use std::path::{Path, PathBuf};

use bridge_traits::{ByteStream, Result};
use bytes::Bytes;
use futures::{StreamExt, stream};
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use super::error::{Wanted, thrown};

/// How much of a file a stream holds at once.
const PIECE: u64 = 256 * 1024;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = js_sys::Object)]
    type Readable;

    #[wasm_bindgen(method, js_name = arrayBuffer)]
    fn array_buffer(this: &Readable) -> Promise;
}

/// Reads a part of a file; shorter where the file ends before it.
pub(super) async fn read(file: &File, range: Range<u64>, path: &Path) -> Result<Bytes> {
    // A whole number below 2^53.
    let size = file.size() as u64;
    let (start, end) = (range.start.min(size), range.end.min(size));
    if start >= end {
        return Ok(Bytes::new());
    }
    let fail = |error: JsValue| thrown(&error, Wanted::File, path);
    let slice: Blob = file
        .slice_with_f64_and_f64(start as f64, end as f64)
        .map_err(fail)?;
    let buffer = JsFuture::from(slice.unchecked_ref::<Readable>().array_buffer());
    Ok(Uint8Array::new(&buffer.await.map_err(fail)?)
        .to_vec()
        .into())
}

/// Reads a file from `offset` on, and ends after an error.
pub(super) fn stream(file: File, offset: u64, path: PathBuf) -> ByteStream {
    let pieces = stream::unfold(Some((file, offset)), move |state| {
        let path = path.clone();
        async move {
            let (file, at) = state?;
            match read(&file, at..at.saturating_add(PIECE), &path).await {
                Ok(piece) if piece.is_empty() => None,
                Ok(piece) => {
                    let next = at + piece.len() as u64;
                    Some((Ok(piece), Some((file, next))))
                }
                Err(error) => Some((Err(error), None)),
            }
        }
    });
    Box::pin(pieces.fuse())
}
