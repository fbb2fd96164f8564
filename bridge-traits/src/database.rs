//! SQLite, wherever it runs.
//!
//! The SQL text is the caller's and is the same on every platform; an adapter only carries it.
//! Parameters are positional (`?`), rows come back whole.

pub mod sql;
mod value;

pub use value::{FromSql, Row, SqlValue};

use crate::{PlatformSend, PlatformSendSync, Result, platform_async_trait};

/// What a statement that returns no rows did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExecResult {
    /// How many rows were inserted, updated or deleted.
    pub rows_affected: u64,
    /// The rowid of the last insert on this connection.
    pub last_insert_rowid: i64,
}

/// Whether a transaction may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionMode {
    /// Reads one consistent state of the database and never waits for the writer.
    Read,
    /// Takes the write lock at once (`BEGIN IMMEDIATE`), waiting for the current writer.
    Write,
}

/// A SQLite database: WAL where the platform has it, foreign keys on.
///
/// Errors: [`ErrorKind::Conflict`](crate::ErrorKind) when another process holds the lock for
/// longer than the busy timeout, `QuotaExceeded` when the disk is full, `Corrupt` when the file is
/// not a sound database, `Constraint` when a constraint fails, `InvalidInput` for bad SQL, for a
/// number of parameters other than the statement has, for SQL that begins or ends a transaction by
/// itself, and for a write through [`query`](Self::query) or a read transaction.
#[platform_async_trait]
pub trait DatabaseAdapter: PlatformSendSync {
    /// Runs one statement outside any transaction of the caller.
    async fn execute(&self, sql: &str, params: Vec<SqlValue>) -> Result<ExecResult>;

    /// Runs one query and returns its rows. It reads a committed state and never waits for a
    /// writer.
    async fn query(&self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>>;

    /// Runs several statements without parameters, in order, in one transaction: all or nothing.
    async fn execute_batch(&self, sql: &str) -> Result<()>;

    /// Begins a transaction on one connection, which it keeps until it ends.
    ///
    /// # Cancel safety
    /// A dropped call leaves no transaction open.
    async fn begin(&self, mode: TransactionMode) -> Result<Box<dyn Transaction>>;

    /// Writes what the write-ahead log holds into the database file and waits for it to be
    /// durable. A no-op where there is no such log.
    async fn checkpoint(&self) -> Result<()>;

    /// Takes the right to be the one program that syncs into this database. It is given back when
    /// the returned value is dropped or the process dies, however it dies.
    ///
    /// It does not stop others from writing: transactions do that, one at a time. It keeps two
    /// programs from doing the same long work at once.
    ///
    /// # Errors
    /// `Conflict` if somebody has it, in this process or another.
    async fn lock_writer(&self) -> Result<Box<dyn WriterLock>>;

    /// Closes every connection. Calls after it fail with `Conflict`.
    async fn close(&self) -> Result<()>;
}

/// The right given by [`DatabaseAdapter::lock_writer`]; dropping it gives it back.
pub trait WriterLock: PlatformSendSync {}

/// One transaction on one connection. Dropping it rolls it back.
///
/// After a failed statement the transaction may be over: SQLite rolls back by itself when the disk
/// is full. Statements after that fail, and never run outside the transaction. The same holds after
/// the future of a statement was dropped half way: whether it took effect is not known.
#[platform_async_trait]
pub trait Transaction: PlatformSend {
    /// Runs one statement.
    async fn execute(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<ExecResult>;

    /// Runs one query and returns its rows; sees the transaction's own writes.
    async fn query(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>>;

    /// Runs several statements without parameters, in order.
    async fn execute_batch(&mut self, sql: &str) -> Result<()>;

    /// Makes the writes durable as the adapter promises it, and ends the transaction.
    async fn commit(self: Box<Self>) -> Result<()>;

    /// Undoes the writes and ends the transaction.
    async fn rollback(self: Box<Self>) -> Result<()>;
}
