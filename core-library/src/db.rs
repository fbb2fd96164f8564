//! The library's database: opened, migrated, read and written.

mod batch;
mod migrate;
mod soundness;

use std::collections::BTreeSet;
use std::sync::Arc;

use bridge_traits::clock::Clock;
use bridge_traits::database::{
    DatabaseAdapter, ExecResult, Row, SqlValue, Transaction, TransactionMode,
};

use crate::error::Result;

/// A music library in a SQLite database whose schema is the newest.
///
/// Clones share the database.
#[derive(Clone)]
pub struct Library {
    database: Arc<dyn DatabaseAdapter>,
    clock: Arc<dyn Clock>,
}

impl Library {
    /// Takes a database and brings its schema up to date; an empty one becomes an empty library.
    ///
    /// # Errors
    /// [`SchemaTooNew`](crate::LibraryError::SchemaTooNew) if a newer version wrote it,
    /// [`SchemaDiverged`](crate::LibraryError::SchemaDiverged) if its migrations are not ours, and
    /// what the database says (locked, damaged, full). The database is left as it was.
    ///
    /// # Cancel safety
    /// Migrations are one transaction: a dropped call did all or nothing.
    pub async fn open(database: Arc<dyn DatabaseAdapter>, clock: Arc<dyn Clock>) -> Result<Self> {
        migrate::migrate(&*database, clock.now_ms()).await?;
        Ok(Self { database, clock })
    }

    /// Looks whether the database has the very schema that libraries have, and no row that names one that is not
    /// there; for one that comes from elsewhere. It reads all keys: about a second for 100,000 tracks in a browser.
    ///
    /// # Errors
    /// [`SchemaDiffers`](crate::LibraryError::SchemaDiffers) naming the first table, index, trigger or view that is
    /// missing, another one or not ours; [`Dangling`](crate::LibraryError::Dangling); what the database says.
    pub async fn check_schema(&self) -> Result<()> {
        soundness::check(&mut self.read().await?).await
    }

    /// Tells the time, in ms since 1970.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Gives the database itself, for a checkpoint, backup or close.
    pub fn database(&self) -> &Arc<dyn DatabaseAdapter> {
        &self.database
    }

    /// Runs one query on the committed state.
    pub async fn query(&self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>> {
        Ok(self.database.query(sql, params).await?)
    }

    /// Begins a transaction that reads one consistent state.
    pub async fn read(&self) -> Result<Tx> {
        Ok(Tx {
            inner: self.database.begin(TransactionMode::Read).await?,
        })
    }

    /// Begins a transaction that writes; it waits for the present writer.
    ///
    /// # Cancel safety
    /// A dropped call leaves no transaction open.
    pub async fn write(&self) -> Result<WriteTx> {
        let inner = self.database.begin(TransactionMode::Write).await?;
        Ok(WriteTx {
            tx: Tx { inner },
            now_ms: self.clock.now_ms(),
            touched: Touched::default(),
        })
    }
}

/// A transaction. Dropping it rolls it back.
pub struct Tx {
    inner: Box<dyn Transaction>,
}

impl Tx {
    /// Runs one query.
    pub async fn query(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>> {
        Ok(self.inner.query(sql, params).await?)
    }
}

/// A transaction that writes. Dropping it rolls it back.
pub struct WriteTx {
    tx: Tx,
    now_ms: i64,
    pub(crate) touched: Touched,
}

/// What besides its tracks a transaction touched, for those who tell of it once it is committed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    /// Albums that gained, lost or changed a track, or became something else.
    pub albums: BTreeSet<i64>,
    /// Artists who are credited, or were, on such tracks or albums, and those with another name.
    pub artists: BTreeSet<i64>,
    /// Albums whose cover is another one, or is there, or is not.
    pub covers: BTreeSet<i64>,
}

impl WriteTx {
    /// Tells when the transaction began, in ms since 1970; what it writes bears this time.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Runs one query; it sees this transaction's writes.
    pub async fn query(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>> {
        self.tx.query(sql, params).await
    }

    /// Runs one statement.
    pub async fn execute(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<ExecResult> {
        Ok(self.tx.inner.execute(sql, params).await?)
    }

    /// Runs `{head} VALUES (?, …), … {tail}` over all rows, each `width` values wide, in statements
    /// of many rows, and returns how many rows were changed.
    ///
    /// # Panics
    /// If a row is not `width` wide.
    pub async fn insert_rows(
        &mut self,
        head: &str,
        width: usize,
        rows: impl IntoIterator<Item = Vec<SqlValue>>,
        tail: &str,
    ) -> Result<u64> {
        batch::insert_rows(self, head, width, rows, tail).await
    }

    /// Gives what it touched until now.
    pub fn take_touched(&mut self) -> Touched {
        std::mem::take(&mut self.touched)
    }

    /// Makes the writes durable and ends the transaction.
    pub async fn commit(self) -> Result<()> {
        Ok(self.tx.inner.commit().await?)
    }

    /// Undoes the writes and ends the transaction.
    pub async fn rollback(self) -> Result<()> {
        Ok(self.tx.inner.rollback().await?)
    }
}

/// Writes a list as one parameter, for `IN (SELECT value FROM json_each(?))`: the statement stays
/// the same however long the list is.
pub(crate) fn json_list<T: serde::Serialize>(list: &[T]) -> SqlValue {
    let text = serde_json::to_string(list).expect("text and numbers can be written as JSON");
    SqlValue::Text(text)
}
