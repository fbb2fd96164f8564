//! SQLite compiled to WebAssembly.
//!
//! SQLite waits for nothing, and a browser's storage is waited for. So what SQLite writes stays in memory,
//! and becomes durable after SQLite has committed and before the caller is told. Until then no reader sees
//! it.
//!
//! ```text
//! adapter, transaction ── engine ── connection ── SQLite ── vfs ── store: committed blocks, what the
//!                            │                                            writer changed, older versions
//!                            └───── backend: IndexedDB, files of the origin, or nothing
//! ```

mod backend;
mod connection;
mod engine;
mod error;
mod image;
mod indexed_db;
mod memory;
mod opening;
mod opfs;
mod options;
mod store;
mod transaction;
mod vfs;
mod writer_lock;

use std::rc::Rc;

use bridge_traits::database::{
    DatabaseAdapter, ExecResult, Row, SqlValue, Transaction, TransactionMode, WriterLock,
};
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use core_async::time::Duration;

pub use options::{DatabaseStorage, WasmDatabaseOptions};

use crate::locks::Lock;
use engine::Engine;
use memory::MemoryBlocks;
use opening::Opened;
use store::Store;
use transaction::WasmTransaction;

/// A lock that was just given back may take the browser a moment to pass on.
const DELETE_PATIENCE: Duration = Duration::from_millis(500);

/// A SQLite database of this origin: in IndexedDB and mirrored in memory, or in a file of the
/// origin-private file system.
///
/// One tab or worker at a time has it open, by a Web Lock that the browser gives back when the tab is
/// gone, however it went; others wait for it or are told who has it. Within that tab or worker, one
/// connection writes, in the order in which transactions ask for it, and any number read. A reader sees
/// what was committed when it began and never waits for the writer.
///
/// A commit, and a statement outside of transactions, returns when it is durable. If it can't be made
/// durable, as when the storage is full, the error says so and the database is what it was before.
///
/// Statements run on the thread that asks for them. Between them the page gets its turn.
#[derive(Clone)]
pub struct WasmDbAdapter {
    engine: Rc<Engine>,
    storage: DatabaseStorage,
    is_new: bool,
    was_missing: bool,
}

impl WasmDbAdapter {
    /// Opens the database of this name, or makes it.
    ///
    /// # Errors
    /// `Conflict` naming the other tab or worker that has it open and did not close it in time,
    /// `QuotaExceeded` if it is too large to be kept in memory, `Corrupt` if it is damaged,
    /// `NotAvailable` where the browser has no such storage, or has it elsewhere than here,
    /// `PermissionDenied` where it refuses it; `AlreadyExists` if a database of this name lies in the other
    /// storage than was asked for alone, so that nobody takes a new one for an old one that was lost.
    ///
    /// # Cancel safety
    /// A dropped call leaves nothing open.
    pub async fn open(name: &str, options: WasmDatabaseOptions) -> Result<Self> {
        Self::over(opening::open(name, &options).await?).await
    }

    /// Makes a database in memory that nobody else can open and that is gone when it is dropped.
    ///
    /// # Errors
    /// `Other` if SQLite can't be started.
    pub async fn in_memory() -> Result<Self> {
        let options = WasmDatabaseOptions::default();
        let store = Store::new(Box::<MemoryBlocks>::default(), 0, 0);
        let engine = opening::in_memory(&options, store)?;
        let storage = DatabaseStorage::Automatic;
        Self::over(Opened {
            engine,
            storage,
            is_new: true,
            was_missing: true,
        })
        .await
    }

    /// Deletes the database of this name, if it is there, in whatever storage.
    ///
    /// # Errors
    /// `Conflict` if it is open, here or elsewhere.
    pub async fn delete(name: &str) -> Result<()> {
        Self::own(name).await?.delete(false).await
    }

    /// Keeps everybody from opening the database of this name, so that it can be deleted.
    pub(crate) async fn own(name: &str) -> Result<OwnedDatabase> {
        Ok(OwnedDatabase {
            name: name.to_owned(),
            _owner: opening::own(name, DELETE_PATIENCE).await?,
        })
    }

    /// Copies what is committed: a SQLite database file.
    ///
    /// # Errors
    /// `Conflict` if it is closed.
    pub async fn export(&self) -> Result<Vec<u8>> {
        self.engine.copy()
    }

    /// Replaces the whole database by a SQLite database file, after the present write transaction has
    /// ended. Read transactions that are open go on with what they had.
    ///
    /// # Errors
    /// `Corrupt` if the bytes are not a sound SQLite database, `QuotaExceeded` if there is no room for it.
    /// The database is then what it was.
    ///
    /// # Cancel safety
    /// A dropped call has replaced everything or nothing.
    pub async fn import(&self, bytes: Vec<u8>) -> Result<()> {
        let bytes = image::checked(bytes, &self.engine.subject())?;
        self.engine.writer().await?.replace(&bytes).await
    }

    /// Tells where it lies; `Automatic` if that is in memory alone.
    #[must_use]
    pub fn storage(&self) -> DatabaseStorage {
        self.storage
    }

    /// Tells whether there was nothing of this name when it was opened.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Tells whether not even an empty one was there when it was opened.
    pub(crate) fn was_missing(&self) -> bool {
        self.was_missing
    }

    async fn over(opened: Opened) -> Result<Self> {
        let Opened {
            engine,
            storage,
            is_new,
            was_missing,
        } = opened;
        // Whether this is a database at all shows when it is read.
        engine
            .reader()
            .await?
            .connection()
            .query("SELECT 1 FROM sqlite_schema LIMIT 1", vec![])?;
        Ok(Self {
            engine,
            storage,
            is_new,
            was_missing,
        })
    }
}

/// A database that nobody has open and nobody can open.
pub(crate) struct OwnedDatabase {
    name: String,
    _owner: Option<Lock>,
}

impl OwnedDatabase {
    /// Fails as [`delete`](Self::delete) would, as where something has its file open that did not ask for the
    /// database.
    pub(crate) async fn check_free(&self, is_in_files: bool) -> Result<()> {
        opfs::check_free(&self.name, is_in_files).await
    }

    /// Deletes it, if it is there, in whatever storage. With `is_in_files` a browser that mislays its files is an
    /// error; without, it has none.
    pub(crate) async fn delete(self, is_in_files: bool) -> Result<()> {
        opfs::delete(&self.name, is_in_files).await?;
        indexed_db::delete(&self.name).await
    }
}

#[platform_async_trait]
impl DatabaseAdapter for WasmDbAdapter {
    async fn execute(&self, sql: &str, params: Vec<SqlValue>) -> Result<ExecResult> {
        let mut writer = self.engine.writer().await?;
        let outcome = writer.connection().execute(sql, params);
        if writer.connection().in_transaction() {
            writer.roll_back()?;
            outcome?;
            return Err(BridgeError::new(
                ErrorKind::InvalidInput,
                bridge_traits::database::sql::short(sql),
            )
            .detail("transactions are begun and ended by the adapter"));
        }
        if outcome.is_err() {
            writer.roll_back()?;
            return outcome;
        }
        writer.flush().await?;
        outcome
    }

    async fn query(&self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>> {
        self.engine.reader().await?.connection().query(sql, params)
    }

    async fn execute_batch(&self, sql: &str) -> Result<()> {
        let mut transaction = self.begin(TransactionMode::Write).await?;
        transaction.execute_batch(sql).await?;
        transaction.commit().await
    }

    async fn begin(&self, mode: TransactionMode) -> Result<Box<dyn Transaction>> {
        Ok(Box::new(match mode {
            TransactionMode::Write => WasmTransaction::begin_writing(self.engine.writer().await?)?,
            TransactionMode::Read => WasmTransaction::begin_reading(self.engine.reader().await?)?,
        }))
    }

    /// Waits until what was committed is on the disk, as far as the browser can tell.
    async fn checkpoint(&self) -> Result<()> {
        self.engine.sync().await
    }

    async fn lock_writer(&self) -> Result<Box<dyn WriterLock>> {
        writer_lock::lock(&self.engine)
    }

    /// Closes the database, after the present write transaction has ended. Read transactions that are
    /// still open can read on until they end.
    async fn close(&self) -> Result<()> {
        self.engine.close().await
    }
}
