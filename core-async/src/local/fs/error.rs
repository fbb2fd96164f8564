//! Errors of files as `io::Error`s.

use bridge_traits::{BridgeError, ErrorKind};
use std::io;
use thiserror::Error;

/// The file system is not there, or there twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InjectError {
    /// A file was asked for before `fs::inject`.
    #[error("no file system was injected; call core_async::fs::inject first")]
    NotInjected,
    /// `fs::inject` was called a second time.
    #[error("a file system was injected already")]
    AlreadyInjected,
}

impl From<InjectError> for io::Error {
    fn from(error: InjectError) -> Self {
        let kind = match error {
            InjectError::NotInjected => io::ErrorKind::Unsupported,
            InjectError::AlreadyInjected => io::ErrorKind::AlreadyExists,
        };
        Self::new(kind, error)
    }
}

pub(super) fn from_bridge(error: BridgeError) -> io::Error {
    let kind = match error.kind() {
        ErrorKind::NotFound => io::ErrorKind::NotFound,
        ErrorKind::AlreadyExists => io::ErrorKind::AlreadyExists,
        ErrorKind::PermissionDenied => io::ErrorKind::PermissionDenied,
        ErrorKind::NotADirectory => io::ErrorKind::NotADirectory,
        ErrorKind::IsADirectory => io::ErrorKind::IsADirectory,
        ErrorKind::DirectoryNotEmpty => io::ErrorKind::DirectoryNotEmpty,
        ErrorKind::InvalidInput => io::ErrorKind::InvalidInput,
        ErrorKind::QuotaExceeded => io::ErrorKind::StorageFull,
        ErrorKind::Timeout => io::ErrorKind::TimedOut,
        ErrorKind::Corrupt => io::ErrorKind::InvalidData,
        ErrorKind::Unsupported => io::ErrorKind::Unsupported,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}

pub(super) fn error(kind: io::ErrorKind, path: &std::path::Path, what: &str) -> io::Error {
    io::Error::new(kind, format!("{}: {what}", path.display()))
}
