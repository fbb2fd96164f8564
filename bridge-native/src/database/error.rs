//! From SQLite's result codes to causes.

use std::path::Path;

use bridge_traits::database::sql::short;
use bridge_traits::{BridgeError, ErrorKind};

use super::options::Role;

/// Primary result codes, <https://www.sqlite.org/rescode.html>.
mod code {
    pub(super) const ERROR: i32 = 1;
    pub(super) const PERM: i32 = 3;
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const READONLY: i32 = 8;
    pub(super) const INTERRUPT: i32 = 9;
    pub(super) const IOERR: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const PROTOCOL: i32 = 15;
    pub(super) const SCHEMA: i32 = 17;
    pub(super) const TOOBIG: i32 = 18;
    pub(super) const CONSTRAINT: i32 = 19;
    pub(super) const MISMATCH: i32 = 20;
    pub(super) const MISUSE: i32 = 21;
    pub(super) const AUTH: i32 = 23;
    pub(super) const RANGE: i32 = 25;
    pub(super) const NOTADB: i32 = 26;
    /// The extended code for a database file that was moved away under us.
    pub(super) const READONLY_DBMOVED: i32 = 8 | (4 << 8);
}

/// Less free space than this after a failed write means that the disk is full.
const FULL_BELOW_BYTES: u64 = 1 << 20;

/// Where a statement ran, for the error's subject.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) path: &'a Path,
    pub(super) sql: Option<&'a str>,
    pub(super) role: Role,
}

/// Maps sqlx's error to its cause.
pub(super) fn map(error: sqlx::Error, place: Place<'_>) -> BridgeError {
    let Some(code) = result_code(&error) else {
        return map_without_code(error, place);
    };
    let file = |kind| BridgeError::new(kind, subject_of(place.path));
    let statement = |kind| match place.sql {
        Some(sql) => BridgeError::new(kind, short(sql)),
        None => BridgeError::new(kind, subject_of(place.path)),
    };
    let mapped = match code & 0xff {
        code::BUSY | code::LOCKED | code::PROTOCOL | code::SCHEMA => file(ErrorKind::Conflict),
        code::FULL => file(ErrorKind::QuotaExceeded),
        code::CORRUPT | code::NOTADB => file(ErrorKind::Corrupt),
        code::CONSTRAINT | code::MISMATCH => statement(ErrorKind::Constraint),
        code::CANTOPEN => why_not_opened(place.path),
        code::READONLY if code == code::READONLY_DBMOVED => {
            file(ErrorKind::NotFound).detail("the database file was moved or deleted")
        }
        code::READONLY if place.role == Role::Reader => statement(ErrorKind::InvalidInput)
            .detail("a query outside a write transaction can't write"),
        code::READONLY | code::PERM | code::AUTH => file(ErrorKind::PermissionDenied),
        code::ERROR | code::MISUSE | code::RANGE | code::TOOBIG => {
            statement(ErrorKind::InvalidInput)
        }
        code::INTERRUPT => statement(ErrorKind::Cancelled),
        code::IOERR if disk_is_full(place.path) => file(ErrorKind::QuotaExceeded),
        _ => file(ErrorKind::Other),
    };
    mapped.source(error)
}

/// Reads SQLite's extended result code.
pub(super) fn result_code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

/// Tells whether SQLite refused the statement itself, with the generic code.
pub(super) fn is_plain_refusal(error: &sqlx::Error) -> bool {
    result_code(error) == Some(code::ERROR)
}

/// Tells whether another connection holds a lock.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    result_code(error).is_some_and(|code| code & 0xff == code::BUSY)
}

/// Writes a path as an error's subject.
pub(super) fn subject_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn map_without_code(error: sqlx::Error, place: Place<'_>) -> BridgeError {
    match error {
        sqlx::Error::Io(error) => BridgeError::from_io(error, subject_of(place.path)),
        sqlx::Error::Configuration(_) => {
            BridgeError::new(ErrorKind::InvalidInput, subject_of(place.path)).source(error)
        }
        sqlx::Error::Protocol(_) | sqlx::Error::Encode(_) => BridgeError::new(
            ErrorKind::InvalidInput,
            place.sql.map_or_else(String::new, short),
        )
        .source(error),
        sqlx::Error::WorkerCrashed => BridgeError::new(ErrorKind::Other, subject_of(place.path))
            .detail("the connection died; the next call opens a new one")
            .source(error),
        error => BridgeError::new(ErrorKind::Other, subject_of(place.path)).source(error),
    }
}

fn why_not_opened(path: &Path) -> BridgeError {
    if let Some(folder) = path.parent()
        && let Err(error) = std::fs::metadata(folder)
    {
        return BridgeError::from_io(error, subject_of(folder)).detail("the database's folder");
    }
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            return BridgeError::new(ErrorKind::IsADirectory, subject_of(path));
        }
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return BridgeError::from_io(error, subject_of(path));
        }
        _ => {}
    }
    // The folder is there and the file is absent or plain: what is left is that we may not.
    match std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
    {
        Ok(_) => BridgeError::new(ErrorKind::Other, subject_of(path)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            BridgeError::new(ErrorKind::PermissionDenied, subject_of(path))
                .detail("the file can't be made in its folder")
        }
        Err(error) => BridgeError::from_io(error, subject_of(path)),
    }
}

#[cfg(unix)]
fn disk_is_full(path: &Path) -> bool {
    let folder = path.parent().unwrap_or(path);
    rustix::fs::statvfs(folder)
        .is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < FULL_BELOW_BYTES)
}

#[cfg(not(unix))]
fn disk_is_full(_path: &Path) -> bool {
    // SQLite itself tells a full disk from other failures on Windows.
    let _ = FULL_BELOW_BYTES;
    false
}
