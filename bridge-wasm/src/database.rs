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
mod opfs;
mod options;
mod store;
mod transaction;
mod vfs;
mod writer_lock;

use std::rc::Rc;
use std::sync::Arc;

use bridge_traits::database::{
    DatabaseAdapter, ExecResult, Row, SqlValue, Transaction, TransactionMode, WriterLock,
};
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use core_async::time::{Duration, timeout};

pub use options::{DatabaseStorage, WasmDatabaseOptions};

use crate::locks::{self, Lock, Locked};
use connection::Settings;
use engine::Engine;
use indexed_db::IndexedDb;
use memory::MemoryBlocks;
use opfs::{Opfs, OpfsBackend, OpfsBlocks};
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
}

impl WasmDbAdapter {
    /// Opens the database of this name, or makes it.
    ///
    /// # Errors
    /// `Conflict` naming the other tab or worker that has it open and did not close it in time,
    /// `QuotaExceeded` if it is too large to be kept in memory, `Corrupt` if it is damaged,
    /// `NotAvailable` where the browser has no such storage, or has it elsewhere than here,
    /// `PermissionDenied` where it refuses it; `Conflict`, too, if a database of this name lies in the other
    /// storage, so that nobody takes a new one for an old one that was lost.
    ///
    /// # Cancel safety
    /// A dropped call leaves nothing open.
    pub async fn open(name: &str, options: WasmDatabaseOptions) -> Result<Self> {
        let owner = own(name, options.owner_timeout).await?;
        let engine = match options.storage {
            DatabaseStorage::IndexedDb => {
                if opfs::exists(name).await? {
                    return Err(elsewhere(name, "it lies in the origin-private file system"));
                }
                let backend = IndexedDb::new(name, options.durability);
                let image = backend.load(name, options.max_bytes_in_memory).await?;
                let blocks = MemoryBlocks::new(image.blocks);
                let store = Store::new(Box::new(blocks), image.version, image.size);
                let limit = Some(options.max_bytes_in_memory);
                Engine::new(
                    settings(name, &options, limit),
                    store,
                    Box::new(backend),
                    owner,
                )?
            }
            DatabaseStorage::OriginPrivateFiles => {
                if indexed_db::exists(name).await? {
                    return Err(elsewhere(name, "it lies in IndexedDB"));
                }
                let opened = Opfs::open(name).await?;
                let blocks = OpfsBlocks(opened.files.clone());
                let store = Store::new(Box::new(blocks), opened.version, opened.size);
                let backend = Box::new(OpfsBackend(opened.files));
                Engine::new(settings(name, &options, None), store, backend, owner)?
            }
        };
        Self::over(engine).await
    }

    /// Makes a database in memory that nobody else can open and that is gone when it is dropped.
    ///
    /// # Errors
    /// `Other` if SQLite can't be started.
    pub async fn in_memory() -> Result<Self> {
        let options = WasmDatabaseOptions::default();
        Self::over(in_memory_engine(
            &options,
            Store::new(Box::<MemoryBlocks>::default(), 0, 0),
        )?)
        .await
    }

    /// Deletes the database of this name, if it is there, in whatever storage.
    ///
    /// # Errors
    /// `Conflict` if it is open, here or elsewhere.
    pub async fn delete(name: &str) -> Result<()> {
        Self::own(name).await?.delete().await
    }

    /// Keeps everybody from opening the database of this name, so that it can be deleted.
    pub(crate) async fn own(name: &str) -> Result<OwnedDatabase> {
        Ok(OwnedDatabase {
            name: name.to_owned(),
            _owner: own(name, DELETE_PATIENCE).await?,
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

    async fn over(engine: Rc<Engine>) -> Result<Self> {
        // Whether this is a database at all shows when it is read.
        engine
            .reader()
            .await?
            .connection()
            .query("SELECT 1 FROM sqlite_schema LIMIT 1", vec![])?;
        Ok(Self { engine })
    }
}

/// A database that nobody has open and nobody can open.
pub(crate) struct OwnedDatabase {
    name: String,
    _owner: Option<Lock>,
}

impl OwnedDatabase {
    /// Deletes it, if it is there, in whatever storage.
    pub(crate) async fn delete(self) -> Result<()> {
        opfs::delete(&self.name).await?;
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

/// Becomes the one tab or worker that has the database open.
async fn own(name: &str, patience: Duration) -> Result<Option<Lock>> {
    let lock = format!("music-core-database/{name}");
    let taken = match locks::try_lock(&lock).await {
        Locked::Taken => timeout(patience, locks::lock(&lock))
            .await
            .unwrap_or(Locked::Taken),
        other => other,
    };
    match taken {
        Locked::Held(it) => Ok(Some(it)),
        Locked::Unavailable => Err(BridgeError::new(
            ErrorKind::NotAvailable {
                remedy: "load the page over https or from this machine",
            },
            name,
        )
        .detail("there are no Web Locks, which keep two tabs from writing at once")),
        Locked::Taken => {
            let holder = locks::holder(&lock).await;
            let holder = holder.unwrap_or_else(|| "unknown".to_owned());
            Err(BridgeError::new(ErrorKind::Conflict, name).detail(format!(
                "another tab or worker has it open (client {holder})"
            )))
        }
    }
}

fn elsewhere(name: &str, what: &str) -> BridgeError {
    BridgeError::new(ErrorKind::Conflict, name)
        .detail(format!("{what}; open it there, export it, or delete it"))
}

fn settings(name: &str, options: &WasmDatabaseOptions, max_bytes: Option<u64>) -> Settings {
    Settings {
        database: Arc::from(name),
        cache_kib: options.cache_kib,
        statement_cache: options.statement_cache,
        max_bytes,
    }
}

fn in_memory_engine(options: &WasmDatabaseOptions, store: Store) -> Result<Rc<Engine>> {
    let settings = settings(":memory:", options, None);
    Engine::new(settings, store, Box::new(backend::Nowhere), None)
}
