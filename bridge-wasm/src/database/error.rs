//! From SQLite's result codes to causes.

use bridge_traits::database::sql::short;
use bridge_traits::{BridgeError, ErrorKind};
use rusqlite::ffi;

use super::connection::Role;

/// Where a statement ran, for the error's subject.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) database: &'a str,
    pub(super) sql: Option<&'a str>,
    pub(super) role: Role,
}

/// Maps SQLite's error to its cause.
pub(super) fn map(error: rusqlite::Error, place: Place<'_>) -> BridgeError {
    let database = |kind| BridgeError::new(kind, place.database);
    let statement = |kind| match place.sql {
        Some(sql) => BridgeError::new(kind, short(sql)),
        None => BridgeError::new(kind, place.database),
    };
    let Some(code) = result_code(&error) else {
        return statement(ErrorKind::InvalidInput).source(error);
    };
    // Result codes: https://www.sqlite.org/rescode.html
    let mapped = match code & 0xff {
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED | ffi::SQLITE_PROTOCOL | ffi::SQLITE_SCHEMA => {
            database(ErrorKind::Conflict)
        }
        ffi::SQLITE_FULL => {
            database(ErrorKind::QuotaExceeded).detail("the database may not grow further")
        }
        ffi::SQLITE_NOMEM => database(ErrorKind::QuotaExceeded).detail("out of memory"),
        ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB => database(ErrorKind::Corrupt),
        ffi::SQLITE_CONSTRAINT | ffi::SQLITE_MISMATCH => statement(ErrorKind::Constraint),
        ffi::SQLITE_READONLY if place.role == Role::Reader => statement(ErrorKind::InvalidInput)
            .detail("a query outside a write transaction can't write"),
        ffi::SQLITE_READONLY | ffi::SQLITE_PERM | ffi::SQLITE_AUTH => {
            database(ErrorKind::PermissionDenied)
        }
        ffi::SQLITE_ERROR | ffi::SQLITE_MISUSE | ffi::SQLITE_RANGE | ffi::SQLITE_TOOBIG => {
            statement(ErrorKind::InvalidInput)
        }
        ffi::SQLITE_CANTOPEN => {
            statement(ErrorKind::Unsupported).detail("a database has no other files in a browser")
        }
        ffi::SQLITE_INTERRUPT => statement(ErrorKind::Cancelled),
        _ => database(ErrorKind::Other),
    };
    mapped.source(error)
}

/// Maps the code of a call into the database's file.
pub(super) fn map_code(code: i32, database: &str) -> BridgeError {
    let place = Place {
        database,
        sql: None,
        role: Role::Writer,
    };
    map(
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None),
        place,
    )
}

/// Reads SQLite's extended result code.
fn result_code(error: &rusqlite::Error) -> Option<i32> {
    match error {
        rusqlite::Error::SqliteFailure(it, _) => Some(it.extended_code),
        _ => None,
    }
}
