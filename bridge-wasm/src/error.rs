//! What JavaScript throws, as a [`BridgeError`].

use bridge_traits::{BridgeError, ErrorKind};
use js_sys::Reflect;
use thiserror::Error;
use wasm_bindgen::JsValue;

/// The name and the message of something thrown; the names are those of the web's standards.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{name}: {message}")]
pub(crate) struct Thrown {
    pub(crate) name: String,
    pub(crate) message: String,
}

impl Thrown {
    /// Reads what was thrown, whatever it is.
    pub(crate) fn read(value: &JsValue) -> Self {
        let text = |key: &str| Reflect::get(value, &key.into()).ok()?.as_string();
        match (text("name"), text("message")) {
            (Some(name), message) => Self {
                name,
                message: message.unwrap_or_default(),
            },
            (None, message) => Self {
                name: "Error".to_owned(),
                message: message
                    .or_else(|| value.as_string())
                    .unwrap_or_else(|| format!("{value:?}")),
            },
        }
    }

    /// Tells the cause from the name.
    pub(crate) fn kind(&self) -> ErrorKind {
        match &*self.name {
            "QuotaExceededError" => ErrorKind::QuotaExceeded,
            "NotFoundError" => ErrorKind::NotFound,
            "NotAllowedError" | "SecurityError" => ErrorKind::PermissionDenied,
            "NoModificationAllowedError" => ErrorKind::Conflict,
            "ConstraintError" => ErrorKind::AlreadyExists,
            "DataError" | "DataCloneError" | "SyntaxError" | "TypeMismatchError" => {
                ErrorKind::InvalidInput
            }
            // What the browser itself stored beside the database can't be read any more.
            "NotReadableError" | "EncodingError" => ErrorKind::Corrupt,
            "NotSupportedError" => ErrorKind::Unsupported,
            "VersionError" => ErrorKind::TooNew,
            "TimeoutError" => ErrorKind::Timeout,
            "NetworkError" => ErrorKind::Offline,
            _ => ErrorKind::Other,
        }
    }

    /// Makes an error about `subject`.
    pub(crate) fn about(self, subject: &str) -> BridgeError {
        BridgeError::new(self.kind(), subject).source(self)
    }
}
