//! The body of an answer, piece by piece.

use bridge_traits::{BridgeError, ByteStream, ErrorKind, Result};
use bytes::Bytes;
use futures::{StreamExt, stream};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response, ResponseType};

use super::transfer::Transfer;
use crate::error::Thrown;
use crate::js;
use crate::network;

/// A body that is being read. Dropping it aborts the transfer.
pub(super) struct Body {
    reader: ReadableStreamDefaultReader,
    transfer: Transfer,
    /// How many bytes have to come, where that is known for sure.
    announced: Option<u64>,
    received: u64,
}

impl Body {
    /// Takes the body of `response` and what keeps its request alive.
    pub(super) fn stream(
        response: &Response,
        method: &str,
        headers: &[(String, String)],
        transfer: Transfer,
    ) -> ByteStream {
        let Some(source) = response.body() else {
            return Box::pin(stream::empty());
        };
        // Nobody else has a reader of a fresh answer.
        let reader: ReadableStreamDefaultReader = source.get_reader().unchecked_into();
        let body = Self {
            reader,
            transfer,
            announced: announced(response, method, headers),
            received: 0,
        };
        // Ends after an error.
        let pieces = stream::unfold(Some(body), async |body| {
            let mut body = body?;
            match body.next().await {
                Ok(Some(piece)) => Some((Ok(piece), Some(body))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        });
        Box::pin(pieces.fuse())
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        let read = JsFuture::from(self.reader.read());
        let result = match self.transfer.within(read).await? {
            Ok(result) => result,
            Err(error) => return Err(self.broken(&error)),
        };
        if js::property(&result, "done").is_truthy() {
            return match self.announced {
                Some(announced) if self.received < announced => Err(self.short()),
                _ => Ok(None),
            };
        }
        let piece = Uint8Array::new(&js::property(&result, "value")).to_vec();
        self.received += piece.len() as u64;
        Ok(Some(piece.into()))
    }

    fn broken(&self, error: &JsValue) -> BridgeError {
        let kind = if network::is_offline() {
            ErrorKind::Offline
        } else {
            ErrorKind::Corrupt
        };
        BridgeError::new(kind, self.transfer.url())
            .detail(format!("the body broke off after {} bytes", self.received))
            .source(Thrown::read(error))
    }

    fn short(&self) -> BridgeError {
        BridgeError::new(ErrorKind::Corrupt, self.transfer.url()).detail(format!(
            "the body ends early, after {} bytes",
            self.received
        ))
    }
}

/// Tells how long the body must be. An answer from another origin may have been compressed without
/// the page seeing it, and then its length is not that of what comes; a part never is.
fn announced(response: &Response, method: &str, headers: &[(String, String)]) -> Option<u64> {
    let header = |wanted: &str| {
        let mut found = headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.next().map(|(_, value)| &**value)
    };
    let shows_all = matches!(response.type_(), ResponseType::Basic) || response.status() == 206;
    if !shows_all || header("content-encoding").is_some() || method.eq_ignore_ascii_case("HEAD") {
        return None;
    }
    header("content-length")?.parse().ok()
}
