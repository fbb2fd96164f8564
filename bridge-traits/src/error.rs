//! The one error type of the platform contract.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::provider::Resync;

/// The result of every call into the platform.
pub type Result<T, E = BridgeError> = std::result::Result<T, E>;

/// Why a call into the platform failed: a cause that code can match on, the thing it concerns, and
/// what the platform itself said.
///
/// Its text reads `subject: cause: detail`, lower case, without a trailing dot.
#[derive(Debug)]
pub struct BridgeError {
    kind: ErrorKind,
    subject: String,
    detail: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The cause of a [`BridgeError`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no such file, row, record or item.
    NotFound,
    /// Something of that name exists already.
    AlreadyExists,
    /// The platform or the service refuses access.
    PermissionDenied,
    /// A folder was needed and something else is there.
    NotADirectory,
    /// A file was needed and a folder is there.
    IsADirectory,
    /// A folder that should be removed still has entries.
    DirectoryNotEmpty,
    /// The caller passed something that can never work.
    InvalidInput,
    /// The storage or its quota is full.
    QuotaExceeded,
    /// The service asks for fewer requests; none that `scope` covers should be sent before `retry_after`
    /// has passed.
    Throttled {
        /// How long the service asked to wait, where it said so.
        retry_after: Option<Duration>,
        /// Which requests it wants none of.
        scope: ThrottleScope,
    },
    /// The credentials are no longer accepted; a person has to sign in again.
    AuthExpired,
    /// The change feed does not accept this cursor; a full sync is needed, and the provider may say how.
    CursorInvalid(Resync),
    /// There is no network, or the host can't be reached.
    Offline,
    /// The call took longer than it may.
    Timeout,
    /// Somebody else holds the lock, or the thing changed since it was read.
    Conflict,
    /// What was read is damaged, or not what the protocol or the format promises.
    Corrupt,
    /// The data was written by a newer version of this software.
    TooNew,
    /// The server answered with a status that has no kind of its own.
    HttpStatus(u16),
    /// The server sends the request elsewhere, where it was not followed, or in vain.
    Redirected,
    /// A constraint of the database was violated.
    Constraint,
    /// This implementation can't do that at all.
    Unsupported,
    /// The platform lacks what is needed; the remedy says what would help.
    NotAvailable {
        /// What the user or the host can do about it.
        remedy: &'static str,
    },
    /// The root of a provider is missing, empty where it never was, or not mounted.
    RootUnavailable,
    /// The call was given up because somebody cancelled it.
    Cancelled,
    /// Anything else; `source` has what the platform said.
    Other,
}

/// Which requests a service that asks for fewer wants none of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThrottleScope {
    /// Those for the item that was asked for, as when too many have read one shared file.
    Item,
    /// Those of this account.
    #[default]
    Account,
    /// Those of this app, whatever the account, as when the app's own quota is used up.
    Service,
}

impl BridgeError {
    /// Makes an error of `kind` about `subject` (a path, URL, key or SQL statement).
    pub fn new(kind: ErrorKind, subject: impl Into<String>) -> Self {
        Self {
            kind,
            subject: subject.into(),
            detail: None,
            source: None,
        }
    }

    /// Adds a sentence that says more than the kind does.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds the error that the platform gave.
    #[must_use]
    pub fn source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Tells the cause.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Names the thing that the error is about.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Tells whether the same call may succeed later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        match self.kind {
            ErrorKind::Throttled { .. } | ErrorKind::Offline | ErrorKind::Timeout => true,
            ErrorKind::HttpStatus(status) => status >= 500 || status == 408,
            _ => false,
        }
    }

    /// Maps an error of the standard library's I/O to its cause.
    pub fn from_io(error: std::io::Error, subject: impl Into<String>) -> Self {
        use std::io::ErrorKind as Io;
        let kind = match error.kind() {
            Io::NotFound => ErrorKind::NotFound,
            Io::AlreadyExists => ErrorKind::AlreadyExists,
            Io::PermissionDenied | Io::ReadOnlyFilesystem => ErrorKind::PermissionDenied,
            Io::NotADirectory => ErrorKind::NotADirectory,
            Io::IsADirectory => ErrorKind::IsADirectory,
            Io::DirectoryNotEmpty => ErrorKind::DirectoryNotEmpty,
            Io::InvalidInput | Io::InvalidFilename => ErrorKind::InvalidInput,
            Io::StorageFull | Io::QuotaExceeded | Io::FileTooLarge => ErrorKind::QuotaExceeded,
            Io::TimedOut => ErrorKind::Timeout,
            Io::UnexpectedEof | Io::InvalidData => ErrorKind::Corrupt,
            Io::Unsupported => ErrorKind::Unsupported,
            Io::NetworkUnreachable | Io::HostUnreachable | Io::NetworkDown => ErrorKind::Offline,
            _ => ErrorKind::Other,
        };
        Self::new(kind, subject).source(error)
    }
}

impl ErrorKind {
    /// Makes the kind of a service that asks the account for fewer requests.
    pub fn throttled(retry_after: Option<Duration>) -> Self {
        Self::Throttled {
            retry_after,
            scope: ThrottleScope::Account,
        }
    }

    /// Makes the kind of a refused cursor whose provider says nothing of what to do.
    pub fn cursor_invalid() -> Self {
        Self::CursorInvalid(Resync::default())
    }

    /// Names the cause in a word, for hosts that match on text: `not-found`, `quota-exceeded` …
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::AlreadyExists => "already-exists",
            Self::PermissionDenied => "permission-denied",
            Self::NotADirectory => "not-a-directory",
            Self::IsADirectory => "is-a-directory",
            Self::DirectoryNotEmpty => "directory-not-empty",
            Self::InvalidInput => "invalid-input",
            Self::QuotaExceeded => "quota-exceeded",
            Self::Throttled { .. } => "throttled",
            Self::AuthExpired => "auth-expired",
            Self::CursorInvalid(_) => "cursor-invalid",
            Self::Offline => "offline",
            Self::Timeout => "timeout",
            Self::Conflict => "conflict",
            Self::Corrupt => "corrupt",
            Self::TooNew => "too-new",
            Self::HttpStatus(_) => "http-status",
            Self::Redirected => "redirected",
            Self::Constraint => "constraint",
            Self::Unsupported => "unsupported",
            Self::NotAvailable { .. } => "not-available",
            Self::RootUnavailable => "root-unavailable",
            Self::Cancelled => "cancelled",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for BridgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.kind)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        if let Some(source) = &self.source {
            write!(f, " ({source})")?;
        }
        Ok(())
    }
}

impl StdError for BridgeError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::NotFound => "not found",
            Self::AlreadyExists => "exists already",
            Self::PermissionDenied => "permission denied",
            Self::NotADirectory => "not a folder",
            Self::IsADirectory => "is a folder",
            Self::DirectoryNotEmpty => "folder is not empty",
            Self::InvalidInput => "invalid input",
            Self::QuotaExceeded => "storage is full",
            Self::Throttled {
                retry_after: Some(wait),
                ..
            } => {
                return write!(f, "too many requests, retry after {} s", wait.as_secs_f32());
            }
            Self::Throttled { .. } => "too many requests",
            Self::AuthExpired => "sign-in expired",
            Self::CursorInvalid(_) => "change cursor no longer valid",
            Self::Offline => "offline",
            Self::Timeout => "timed out",
            Self::Conflict => "in use or changed by someone else",
            Self::Corrupt => "damaged data",
            Self::TooNew => "written by a newer version",
            Self::HttpStatus(status) => return write!(f, "http status {status}"),
            Self::Redirected => "redirected",
            Self::Constraint => "constraint violated",
            Self::Unsupported => "not supported",
            Self::NotAvailable { remedy } => return write!(f, "not available here; {remedy}"),
            Self::RootUnavailable => "root is missing, empty or not mounted",
            Self::Cancelled => "cancelled",
            Self::Other => "failed",
        };
        f.write_str(text)
    }
}
