//! How a database is opened.

use std::time::Duration;

use crate::idb::Durability;

/// Where a database lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DatabaseStorage {
    /// Where it lies already. A new one is made in a file of the origin-private file system where this is a
    /// dedicated worker and the browser has such files, and else in IndexedDB.
    #[default]
    Automatic,
    /// In IndexedDB, in windows and workers. It is in memory as a whole while it is open.
    IndexedDb,
    /// In a file of the origin-private file system, in dedicated workers alone. It may be larger than
    /// memory, and its commits are on the disk when they return, whatever durability is asked for.
    OriginPrivateFiles,
}

/// How a [`WasmDbAdapter`](super::WasmDbAdapter) is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WasmDatabaseOptions {
    /// Where it lies.
    pub storage: DatabaseStorage,
    /// When a commit counts as stored.
    pub durability: Durability,
    /// How long opening waits for another tab or worker that has the database open, before it fails with
    /// `Conflict`.
    pub owner_timeout: Duration,
    /// Bytes to which a database in IndexedDB may grow, since it is in memory as a whole.
    pub max_bytes_in_memory: u64,
    /// KiB of pages that the writer keeps in SQLite's own cache; a reader keeps a quarter of it.
    pub cache_kib: u32,
    /// Statements that each connection keeps prepared.
    pub statement_cache: usize,
}

impl Default for WasmDatabaseOptions {
    fn default() -> Self {
        Self {
            storage: DatabaseStorage::default(),
            durability: Durability::default(),
            owner_timeout: Duration::from_secs(5),
            max_bytes_in_memory: 512 << 20,
            cache_kib: 8 * 1024,
            statement_cache: 128,
        }
    }
}
