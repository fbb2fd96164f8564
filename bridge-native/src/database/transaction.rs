//! A transaction on one connection.

use bridge_traits::database::{ExecResult, Row, SqlValue, Transaction, TransactionMode, sql};
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};

use super::pool::Lease;

/// A transaction that is open on the leased connection until it ends.
#[derive(Debug)]
pub(super) struct NativeTransaction {
    lease: Lease,
    state: State,
    changed_schema: bool,
}

#[derive(Debug)]
enum State {
    /// Statements may run.
    Open,
    /// A statement runs; if this is seen between statements, its future was dropped half way.
    Busy,
    /// SQLite rolled back by itself, after an error of this kind.
    Lost(ErrorKind),
    /// Committed or rolled back.
    Ended,
}

impl NativeTransaction {
    pub(super) async fn begin(lease: Lease, mode: TransactionMode) -> Result<Self> {
        // It exists before `BEGIN` is sent, so that a call dropped half way rolls back too.
        let mut begun = Self {
            lease,
            state: State::Busy,
            changed_schema: false,
        };
        match mode {
            TransactionMode::Write => begun.lease.control("BEGIN IMMEDIATE").await?,
            TransactionMode::Read => begun.lease.begin_read().await?,
        }
        begun.state = State::Open;
        Ok(begun)
    }

    /// Checks that a statement may run, and notes that one does.
    fn enter(&mut self) -> Result<()> {
        match &self.state {
            State::Open => {
                self.state = State::Busy;
                Ok(())
            }
            State::Busy => Err(BridgeError::new(ErrorKind::Cancelled, self.lease.subject())
                .detail("a statement of this transaction was given up half way; roll it back")),
            State::Lost(kind) => Err(self.lost(kind.clone())),
            State::Ended => Err(
                BridgeError::new(ErrorKind::InvalidInput, self.lease.subject())
                    .detail("the transaction has ended"),
            ),
        }
    }

    /// Notes that the statement is over, and finds out whether the transaction still is open where
    /// that is not certain.
    async fn leave<T>(&mut self, outcome: Result<T>, doubtful: bool) -> Result<T> {
        if outcome.is_err() || doubtful {
            let open = self.lease.in_transaction().await.unwrap_or(false);
            if !open {
                return match outcome {
                    Err(error) => {
                        self.state = State::Lost(error.kind().clone());
                        Err(error)
                    }
                    Ok(_) => {
                        self.state = State::Lost(ErrorKind::InvalidInput);
                        Err(
                            BridgeError::new(ErrorKind::InvalidInput, self.lease.subject())
                                .detail("the SQL ended the transaction by itself"),
                        )
                    }
                };
            }
        }
        self.state = State::Open;
        outcome
    }

    fn lost(&self, kind: ErrorKind) -> BridgeError {
        BridgeError::new(kind, self.lease.subject())
            .detail("the transaction was rolled back after an earlier error")
    }
}

#[platform_async_trait]
impl Transaction for NativeTransaction {
    async fn execute(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<ExecResult> {
        sql::refuse_transaction_control(sql)?;
        self.enter()?;
        let mut outcome = self.lease.execute(sql, params).await;
        if outcome.is_ok() && sql::changes_schema(sql) {
            self.changed_schema = true;
            if let Err(error) = self.lease.forget_statements().await {
                outcome = Err(error);
            }
        }
        let doubtful = sql::may_hide_transaction_control(sql);
        self.leave(outcome, doubtful).await
    }

    async fn query(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>> {
        sql::refuse_transaction_control(sql)?;
        self.enter()?;
        let outcome = self.lease.query(sql, params).await;
        let doubtful = sql::may_hide_transaction_control(sql);
        self.leave(outcome, doubtful).await
    }

    async fn execute_batch(&mut self, sql: &str) -> Result<()> {
        self.enter()?;
        let mut outcome = self.lease.execute_batch(sql).await;
        self.changed_schema = true;
        if outcome.is_ok() {
            outcome = self.lease.forget_statements().await;
        }
        self.leave(outcome, true).await
    }

    /// # Cancel safety
    /// A dropped call leaves the transaction either committed or rolled back.
    async fn commit(mut self: Box<Self>) -> Result<()> {
        self.enter()?;
        self.lease.control("COMMIT").await?;
        self.state = State::Ended;
        if self.changed_schema {
            // It is committed; a connection that dies now is replaced by the next caller.
            let _ = self.lease.schema_changed().await;
        }
        Ok(())
    }

    async fn rollback(mut self: Box<Self>) -> Result<()> {
        if matches!(self.state, State::Lost(_) | State::Ended) {
            self.state = State::Ended;
            return Ok(());
        }
        self.lease.doubt_if(true);
        self.lease.settle().await?;
        self.state = State::Ended;
        if self.changed_schema {
            let _ = self.lease.forget_statements().await;
        }
        Ok(())
    }
}

impl Drop for NativeTransaction {
    fn drop(&mut self) {
        if !matches!(self.state, State::Ended) {
            self.lease.queue_rollback();
        }
        if self.changed_schema && !matches!(self.state, State::Ended) {
            self.lease.distrust_statements();
        }
    }
}
