//! The real SQLite, with a disk that fails, in a process that may be killed at any statement.
//!
//! Every call is finished before its future first waits, and then gives way once. So the order of
//! things is that of the single thread, and the virtual clock never runs ahead of the disk.

use std::sync::Arc;

use bridge_native::NativeDatabase;
use bridge_traits::database::{
    DatabaseAdapter, ExecResult, Row, SqlValue, Transaction, TransactionMode, WriterLock,
};
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};

use core_async::sync::{Mutex, OwnedMutexGuard};

use crate::fault::Fault;
use crate::hub::Hub;

pub(crate) struct SimDatabase {
    inner: NativeDatabase,
    hub: Arc<Hub>,
    /// Who writes. SQLite's own lock would be waited for outside virtual time.
    writer: Arc<Mutex<()>>,
}

impl SimDatabase {
    pub(crate) fn new(inner: NativeDatabase, hub: Arc<Hub>) -> Self {
        Self {
            inner,
            hub,
            writer: Arc::default(),
        }
    }
}

/// Finishes a call to SQLite here and now.
pub(crate) fn finish<T>(call: impl Future<Output = T>) -> T {
    futures::executor::block_on(call)
}

/// Lets others have their turn, or ends here with the process.
async fn give_way(hub: &Hub) {
    hub.survive().await;
    core_async::task::yield_now().await;
    hub.survive().await;
}

/// Draws whether the disk fails.
fn disk_trouble(hub: &Hub) -> Result<()> {
    let failure = |kind, detail| Err(BridgeError::new(kind, "simulated disk").detail(detail));
    if hub.strikes(Fault::DiskFull) {
        return failure(ErrorKind::QuotaExceeded, "the disk is full");
    }
    if hub.strikes(Fault::IoError) {
        return failure(ErrorKind::Other, "input/output error");
    }
    Ok(())
}

#[platform_async_trait]
impl DatabaseAdapter for SimDatabase {
    async fn execute(&self, sql: &str, params: Vec<SqlValue>) -> Result<ExecResult> {
        disk_trouble(&self.hub)?;
        let _writer = self.writer.lock().await;
        let done = finish(self.inner.execute(sql, params));
        give_way(&self.hub).await;
        done
    }

    async fn query(&self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>> {
        let rows = finish(self.inner.query(sql, params));
        give_way(&self.hub).await;
        rows
    }

    async fn execute_batch(&self, sql: &str) -> Result<()> {
        let _writer = self.writer.lock().await;
        let done = finish(self.inner.execute_batch(sql));
        give_way(&self.hub).await;
        done
    }

    async fn begin(&self, mode: TransactionMode) -> Result<Box<dyn Transaction>> {
        if mode == TransactionMode::Write && self.hub.strikes(Fault::Busy) {
            return Err(BridgeError::new(ErrorKind::Conflict, "simulated disk")
                .detail("another process holds the database"));
        }
        let writer = match mode {
            TransactionMode::Write => Some(self.writer.clone().lock_owned().await),
            TransactionMode::Read => None,
        };
        let inner = finish(self.inner.begin(mode))?;
        give_way(&self.hub).await;
        Ok(Box::new(SimTransaction {
            inner: Some(inner),
            writer,
            hub: self.hub.clone(),
        }))
    }

    async fn checkpoint(&self) -> Result<()> {
        finish(self.inner.checkpoint())
    }

    async fn lock_writer(&self) -> Result<Box<dyn WriterLock>> {
        finish(self.inner.lock_writer())
    }

    async fn close(&self) -> Result<()> {
        finish(self.inner.close())
    }
}

struct SimTransaction {
    /// `None` once SQLite rolled back by itself.
    inner: Option<Box<dyn Transaction>>,
    /// Held by transactions that write, until SQLite's own is over.
    writer: Option<OwnedMutexGuard<()>>,
    hub: Arc<Hub>,
}

impl SimTransaction {
    /// Fails by lot; as with SQLite, a full or failing disk ends the transaction.
    fn trouble(&mut self) -> Result<&mut dyn Transaction> {
        if self.writer.is_some()
            && let Err(error) = disk_trouble(&self.hub)
        {
            if let Some(inner) = self.inner.take() {
                finish(inner.rollback())?;
            }
            return Err(error);
        }
        match &mut self.inner {
            Some(inner) => Ok(&mut **inner),
            None => Err(BridgeError::new(ErrorKind::QuotaExceeded, "simulated disk")
                .detail("the transaction was rolled back after an earlier error")),
        }
    }
}

#[platform_async_trait]
impl Transaction for SimTransaction {
    async fn execute(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<ExecResult> {
        let done = finish(self.trouble()?.execute(sql, params));
        give_way(&self.hub).await;
        done
    }

    async fn query(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>> {
        let inner = self.inner.as_mut().ok_or_else(|| {
            BridgeError::new(ErrorKind::QuotaExceeded, "simulated disk")
                .detail("the transaction was rolled back after an earlier error")
        })?;
        let rows = finish(inner.query(sql, params));
        give_way(&self.hub).await;
        rows
    }

    async fn execute_batch(&mut self, sql: &str) -> Result<()> {
        let done = finish(self.trouble()?.execute_batch(sql));
        give_way(&self.hub).await;
        done
    }

    async fn commit(mut self: Box<Self>) -> Result<()> {
        self.hub.survive().await;
        self.trouble()?;
        let inner = self.inner.take().expect("it was there a line above");
        let done = finish(inner.commit());
        self.hub.tell(|| "commit".to_owned());
        give_way(&self.hub).await;
        done
    }

    async fn rollback(mut self: Box<Self>) -> Result<()> {
        match self.inner.take() {
            Some(inner) => finish(inner.rollback()),
            None => Ok(()),
        }
    }
}
