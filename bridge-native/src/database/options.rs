//! How a database is opened.

use std::path::Path;
use std::time::Duration;

use bridge_traits::{BridgeError, ErrorKind, Result};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};

/// When a commit is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// When the operating system likes. A power cut may damage the database.
    Off,
    /// At the next checkpoint. A power cut may undo the last commits, and damages nothing.
    #[default]
    Normal,
    /// Before the commit returns.
    Full,
}

/// How a [`NativeDatabase`](super::NativeDatabase) is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeDatabaseOptions {
    /// How long a call waits for another process's lock before it fails with `Conflict`.
    pub busy_timeout: Duration,
    /// How many queries outside transactions run at once; at least 1.
    pub read_connections: usize,
    /// When a commit is on the disk.
    pub synchronous: Synchronous,
    /// KiB of pages that each connection keeps in memory. The system keeps the others where it has room.
    pub cache_kib: u32,
    /// Bytes of the file that are mapped into memory. 0, the default, maps nothing: where a mapped
    /// file can't be read (a removed card, a lost network drive) the process dies, while a read
    /// that fails is an error.
    pub mmap_bytes: u64,
    /// Statements that each connection keeps prepared.
    pub statement_cache: usize,
    /// Pages in the write-ahead log after which a commit moves them into the database.
    pub checkpoint_pages: u32,
}

impl Default for NativeDatabaseOptions {
    fn default() -> Self {
        Self {
            busy_timeout: Duration::from_secs(5),
            read_connections: 4,
            synchronous: Synchronous::default(),
            cache_kib: 8 * 1024,
            mmap_bytes: 0,
            statement_cache: 128,
            checkpoint_pages: 4000,
        }
    }
}

/// A commit moves the log's pages into the database, and then cuts the log to this many bytes.
const LOG_BYTES_KEPT: u64 = 64 << 20;

/// Rows that may wait between SQLite's thread and the reader.
const ROW_BUFFER: usize = 512;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Writer,
    Reader,
}

impl NativeDatabaseOptions {
    pub(super) fn check(&self, subject: &str) -> Result<()> {
        let complain = |what: &str| {
            Err(BridgeError::new(ErrorKind::InvalidInput, subject).detail(what.to_owned()))
        };
        if self.read_connections == 0 {
            return complain("read_connections is 0, needs at least 1");
        }
        if self.statement_cache == 0 {
            return complain("statement_cache is 0, needs at least 1");
        }
        if i32::try_from(self.busy_timeout.as_millis()).is_err() {
            return complain("busy_timeout is longer than 2147483647 ms");
        }
        if i32::try_from(self.cache_kib).is_err() {
            return complain("cache_kib is larger than 2147483647");
        }
        Ok(())
    }

    pub(super) fn connect_options(&self, path: &Path, role: Role) -> SqliteConnectOptions {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(role == Role::Writer)
            .busy_timeout(self.busy_timeout)
            .foreign_keys(true)
            .synchronous(match self.synchronous {
                Synchronous::Off => SqliteSynchronous::Off,
                Synchronous::Normal => SqliteSynchronous::Normal,
                Synchronous::Full => SqliteSynchronous::Full,
            })
            .statement_cache_capacity(self.statement_cache)
            .row_buffer_size(ROW_BUFFER)
            .pragma("cache_size", format!("-{}", self.cache_kib))
            .pragma("mmap_size", self.mmap_bytes.to_string())
            .pragma("temp_store", "MEMORY")
            .disable_statement_logging();
        match role {
            Role::Writer => options
                .pragma("wal_autocheckpoint", self.checkpoint_pages.to_string())
                .pragma("journal_size_limit", LOG_BYTES_KEPT.to_string()),
            Role::Reader => options.pragma("query_only", "ON"),
        }
    }
}
