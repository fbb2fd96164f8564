//! SQLite through sqlx.
//!
//! One connection writes and a few read, all on one file in WAL mode, so a reader never waits for
//! the writer. Every connection has a thread of its own in sqlx; commands to it are handled in
//! order, which is what lets a dropped transaction queue its `ROLLBACK` without waiting.

mod connection;
mod error;
mod options;
mod pool;
mod transaction;
mod writer_lock;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bridge_traits::database::{
    DatabaseAdapter, ExecResult, Row, SqlValue, Transaction, TransactionMode, WriterLock, sql,
};
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};

pub use options::{NativeDatabaseOptions, Synchronous};

use pool::Pool;
use transaction::NativeTransaction;

/// A SQLite database in a file.
///
/// Writes go through one connection, in the order they ask for it. Reads outside transactions
/// share [`read_connections`](NativeDatabaseOptions::read_connections) connections; each read
/// transaction has one of its own. [`query`](DatabaseAdapter::query) and read transactions can't
/// write: SQL that tries fails with `InvalidInput`.
///
/// A statement future that is dropped half way inside a transaction makes the transaction unusable:
/// whether the statement took effect is not known, so all that is left is to roll back.
#[derive(Debug, Clone)]
pub struct NativeDatabase {
    pool: Arc<Pool>,
}

impl NativeDatabase {
    /// Opens the database at `path`, or makes it.
    ///
    /// # Errors
    /// `NotFound` naming the folder if it is missing, `PermissionDenied`, `IsADirectory`, `Corrupt`
    /// if the file is not a SQLite database, `Conflict` if another process holds it.
    pub async fn open(path: &Path) -> Result<Self> {
        Self::open_with(path, NativeDatabaseOptions::default()).await
    }

    /// Opens the database at `path` with other than the default options.
    ///
    /// # Errors
    /// As [`open`](Self::open); `InvalidInput` for an option out of range.
    pub async fn open_with(path: &Path, options: NativeDatabaseOptions) -> Result<Self> {
        let path = std::path::absolute(path)
            .map_err(|error| BridgeError::from_io(error, path.to_string_lossy()))?;
        let pool = Pool::open(path, options, None).await?;
        Ok(Self { pool })
    }

    /// Makes a database that nobody else can open and that is gone when it is dropped.
    ///
    /// It lies in a private temporary folder and is never synced to the disk, so that readers and
    /// the writer behave exactly as they do on a real file, which SQLite's `:memory:` can't offer.
    ///
    /// # Errors
    /// As [`open`](Self::open), about the system's folder for temporary files.
    pub async fn in_memory() -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("music-core-")
            .tempdir()
            .map_err(|error| BridgeError::from_io(error, "temporary folder"))?;
        let options = NativeDatabaseOptions {
            synchronous: Synchronous::Off,
            ..NativeDatabaseOptions::default()
        };
        let path = folder.path().join("temporary.db");
        let pool = Pool::open(path, options, Some(folder)).await?;
        Ok(Self { pool })
    }

    /// Tells where the database lies.
    pub fn path(&self) -> PathBuf {
        self.pool.path().to_owned()
    }

    async fn begin_native(&self, mode: TransactionMode) -> Result<NativeTransaction> {
        let lease = match mode {
            TransactionMode::Read => self.pool.transaction_reader().await?,
            TransactionMode::Write => self.pool.writer().await?,
        };
        NativeTransaction::begin(lease, mode).await
    }
}

#[platform_async_trait]
impl DatabaseAdapter for NativeDatabase {
    async fn execute(&self, sql: &str, params: Vec<SqlValue>) -> Result<ExecResult> {
        sql::refuse_transaction_control(sql)?;
        let mut writer = self.pool.writer().await?;
        // In doubt before it runs, so that a call dropped half way is looked after too.
        writer.doubt_if(sql::may_hide_transaction_control(sql));
        let done = writer.execute(sql, params).await?;
        writer.settle().await?;
        if sql::changes_schema(sql) {
            writer.schema_changed().await?;
        }
        Ok(done)
    }

    async fn query(&self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>> {
        sql::refuse_transaction_control(sql)?;
        let mut reader = self.pool.reader().await?;
        reader.doubt_if(sql::may_hide_transaction_control(sql));
        let rows = reader.query(sql, params.clone()).await;
        if reader.is_broken() {
            // A change of the schema by another process can kill sqlx's thread. Reading again
            // harms nobody.
            drop(reader);
            return self.pool.reader().await?.query(sql, params).await;
        }
        reader.settle().await?;
        rows
    }

    async fn execute_batch(&self, sql: &str) -> Result<()> {
        let mut transaction = self.begin_native(TransactionMode::Write).await?;
        transaction.execute_batch(sql).await?;
        Box::new(transaction).commit().await
    }

    async fn begin(&self, mode: TransactionMode) -> Result<Box<dyn Transaction>> {
        Ok(Box::new(self.begin_native(mode).await?))
    }

    async fn checkpoint(&self) -> Result<()> {
        let mut writer = self.pool.writer().await?;
        let rows = writer.query("PRAGMA wal_checkpoint(FULL)", vec![]).await?;
        let busy = rows.first().map_or(Ok(0), |row| row.get::<i64>(0))?;
        if busy != 0 {
            return Err(BridgeError::new(ErrorKind::Conflict, self.pool.subject())
                .detail("a reader still needs the write-ahead log"));
        }
        Ok(())
    }

    async fn lock_writer(&self) -> Result<Box<dyn WriterLock>> {
        writer_lock::lock(self.pool.path())
    }

    /// Closes every connection, after the present write transaction has ended. Read transactions
    /// that are still open keep theirs until they end.
    async fn close(&self) -> Result<()> {
        self.pool.close().await
    }
}
