//! Why a folder or file of a person can't be had.

use std::path::Path;

use bridge_traits::{BridgeError, ErrorKind};
use wasm_bindgen::JsValue;

use super::WasmFolders;
use crate::error::Thrown;

/// What was looked for when something was thrown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Folder,
    File,
}

/// Turns what a handle or a file threw into an error.
pub(super) fn thrown(error: &JsValue, wanted: Wanted, path: &Path) -> BridgeError {
    let error = Thrown::read(error);
    let about = |kind| BridgeError::new(kind, path.to_string_lossy());
    match &*error.name {
        "NotFoundError" => missing(path),
        "NotAllowedError" | "SecurityError" => {
            about(ErrorKind::PermissionDenied).detail(WasmFolders::NOT_ALLOWED)
        }
        "TypeMismatchError" if wanted == Wanted::Folder => not_a_folder(path),
        "TypeMismatchError" => not_a_file(path),
        // The file is not the one any more that was picked or opened, or the system forbids it.
        "NotReadableError" => {
            about(ErrorKind::Conflict).detail("the file changed, or can't be read")
        }
        // A name that no file can have, so none has.
        "TypeError" => missing(path),
        "AbortError" => about(ErrorKind::Cancelled),
        _ => return error.about(&path.to_string_lossy()),
    }
    .source(error)
}

pub(super) fn missing(path: &Path) -> BridgeError {
    BridgeError::new(ErrorKind::NotFound, path.to_string_lossy())
}

pub(super) fn not_a_folder(path: &Path) -> BridgeError {
    BridgeError::new(ErrorKind::NotADirectory, path.to_string_lossy())
}

pub(super) fn not_a_file(path: &Path) -> BridgeError {
    BridgeError::new(ErrorKind::IsADirectory, path.to_string_lossy())
}

pub(super) fn read_only(path: &Path) -> BridgeError {
    BridgeError::new(ErrorKind::Unsupported, path.to_string_lossy())
        .detail("a folder that a person gave to the page is only read")
}
