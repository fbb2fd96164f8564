//! A transaction on one connection.

use bridge_traits::database::{ExecResult, Row, SqlValue, Transaction};
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};

use super::connection::Connection;
use super::engine::{ReaderLease, WriterLease};

/// A transaction that is open on the leased connection until it ends.
pub(super) struct WasmTransaction {
    /// `None` once it has ended.
    lease: Option<Lease>,
    subject: String,
    /// SQLite rolled back by itself, after an error of this kind.
    lost: Option<ErrorKind>,
}

enum Lease {
    Writer(WriterLease),
    Reader(ReaderLease),
}

impl Lease {
    fn connection(&self) -> &Connection {
        match self {
            Self::Writer(it) => it.connection(),
            Self::Reader(it) => it.connection(),
        }
    }

    async fn take_turns(&self) {
        match self {
            Self::Writer(it) => it.take_turns().await,
            Self::Reader(it) => it.take_turns().await,
        }
    }
}

impl WasmTransaction {
    pub(super) fn begin_writing(lease: WriterLease) -> Result<Self> {
        lease.connection().control("BEGIN IMMEDIATE")?;
        Ok(Self {
            subject: lease.subject(),
            lease: Some(Lease::Writer(lease)),
            lost: None,
        })
    }

    pub(super) fn begin_reading(lease: ReaderLease) -> Result<Self> {
        lease.connection().begin_reading()?;
        Ok(Self {
            subject: lease.subject(),
            lease: Some(Lease::Reader(lease)),
            lost: None,
        })
    }

    /// Runs something on the connection, and finds out whether the transaction is still open then.
    async fn run<T>(&mut self, run: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        if let Some(kind) = &self.lost {
            return Err(BridgeError::new(kind.clone(), self.subject.clone())
                .detail("the transaction was rolled back after an earlier error"));
        }
        let lease = self.lease.as_ref();
        let lease = lease.expect("only what consumes the transaction ends it");
        lease.take_turns().await;
        let outcome = run(lease.connection());
        if lease.connection().in_transaction() {
            return outcome;
        }
        let outcome = outcome.and_then(|_| {
            Err(BridgeError::new(ErrorKind::InvalidInput, &*self.subject)
                .detail("the SQL ended the transaction by itself"))
        });
        self.lost = outcome.as_ref().err().map(|error| error.kind().clone());
        outcome
    }

    fn end(&mut self) -> Result<()> {
        match self.lease.take() {
            Some(Lease::Writer(mut lease)) => lease.roll_back(),
            Some(Lease::Reader(lease)) => lease.connection().roll_back(),
            None => Ok(()),
        }
    }
}

#[platform_async_trait]
impl Transaction for WasmTransaction {
    async fn execute(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<ExecResult> {
        self.run(|it| it.execute(sql, params)).await
    }

    async fn query(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>> {
        self.run(|it| it.query(sql, params)).await
    }

    async fn execute_batch(&mut self, sql: &str) -> Result<()> {
        self.run(|it| it.execute_batch(sql)).await
    }

    /// # Cancel safety
    /// A dropped call leaves the transaction either committed or rolled back.
    async fn commit(mut self: Box<Self>) -> Result<()> {
        // Where SQLite has rolled back, this says so.
        self.run(|_| Ok(())).await?;
        let lease = self.lease.as_ref().expect("it has not ended");
        lease.connection().control("COMMIT")?;
        match self.lease.take() {
            Some(Lease::Writer(lease)) => lease.flush().await,
            _ => Ok(()),
        }
    }

    async fn rollback(mut self: Box<Self>) -> Result<()> {
        self.end()
    }
}

impl Drop for WasmTransaction {
    fn drop(&mut self) {
        // A connection that can't roll back is given up, and the changes with it.
        let _ = self.end();
    }
}
