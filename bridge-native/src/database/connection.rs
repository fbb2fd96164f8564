//! One connection and what is known of its state.

use std::collections::HashMap;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use bridge_traits::database::{ExecResult, Row, SqlValue, sql};
use bridge_traits::{BridgeError, ErrorKind, Result};
use core_async::time::{Duration, Instant, sleep};
use futures::{Future, TryStreamExt};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteQueryResult, SqliteRow};
use sqlx::{
    Arguments, AssertSqlSafe, Column, ConnectOptions, Connection as _, Decode, Either, Executor,
    Row as _, SqlSafeStr, Sqlite, Statement, TypeInfo, ValueRef,
};

use super::error::{self, Place};
use super::options::{NativeDatabaseOptions, Role};

/// Reads as little of the database as there is.
pub(super) const FIRST_READ: &str = "SELECT 1 FROM sqlite_schema LIMIT 1";

/// Begins a transaction and fixes the state that it reads, which SQLite does with the first read.
const BEGIN_READ: &str = "BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1";

/// How many statements' parameter counts are remembered.
const COUNTS_KEPT: usize = 512;

/// How long to wait before asking again for a lock on which SQLite itself does not wait.
const LOCK_RETRY: Duration = Duration::from_millis(20);

/// A connection to the database.
#[derive(Debug)]
pub(super) struct Connection {
    sqlite: SqliteConnection,
    path: Arc<Path>,
    role: Role,
    /// How many parameters a statement has; sqlx would bind NULL for a missing one.
    parameters: HashMap<Box<str>, usize>,
    /// The schema generation for which the prepared statements were made.
    pub(super) schema: u64,
    /// Whether a transaction may still be open here that nobody owns.
    doubtful: bool,
    /// Whether the connection can't be used again.
    broken: bool,
}

impl Connection {
    pub(super) async fn open(
        path: Arc<Path>,
        options: &NativeDatabaseOptions,
        role: Role,
        schema: u64,
    ) -> Result<Self> {
        let place = Place {
            path: &path,
            sql: None,
            role,
        };
        let sqlite = options
            .connect_options(&path, role)
            .connect()
            .await
            .map_err(|it| error::map(it, place))?;
        let mut connection = Self {
            sqlite,
            path,
            role,
            parameters: HashMap::new(),
            schema,
            doubtful: false,
            broken: false,
        };
        if role == Role::Writer {
            connection.use_write_ahead_log(options.busy_timeout).await?;
        }
        Ok(connection)
    }

    /// Changes to WAL, for which SQLite needs the file alone and does not wait by itself.
    async fn use_write_ahead_log(&mut self, patience: Duration) -> Result<()> {
        let started = Instant::now();
        loop {
            match sqlx::query("PRAGMA journal_mode = WAL")
                .fetch_one(&mut self.sqlite)
                .await
            {
                Ok(row) => {
                    let mode: String = row.get(0);
                    if !mode.eq_ignore_ascii_case("wal") {
                        tracing::warn!(
                            mode,
                            "no write-ahead log here; readers wait for the writer"
                        );
                    }
                    return Ok(());
                }
                Err(it) if error::is_busy(&it) && started.elapsed() < patience => {
                    sleep(LOCK_RETRY).await;
                }
                Err(it) => return Err(self.map(it, None)),
            }
        }
    }

    /// Runs one statement; rows that it returns are left out.
    pub(super) async fn execute(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<ExecResult> {
        let mut done = ExecResult::default();
        self.run(sql, params, |step| {
            if let Either::Left(it) = step {
                done.rows_affected += it.rows_affected();
                done.last_insert_rowid = it.last_insert_rowid();
            }
            Ok(())
        })
        .await?;
        if !sql::changes_rows(sql) {
            // SQLite keeps the count of the last statement that changed rows.
            done.rows_affected = 0;
        }
        Ok(done)
    }

    /// Runs one query and returns its rows.
    pub(super) async fn query(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        let mut columns: Option<Arc<[String]>> = None;
        self.run(sql, params, |step| {
            if let Either::Right(row) = step {
                let columns = columns.get_or_insert_with(|| names_of(&row));
                rows.push(convert(&row, columns)?);
            }
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// Runs several statements without parameters.
    pub(super) async fn execute_batch(&mut self, sql: &str) -> Result<()> {
        sql::refuse_nul(sql)?;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut self.sqlite)
            .await
            .map_err(|it| self.map(it, Some(sql)))?;
        // A thread that died under the batch ended it without an error.
        self.sqlite
            .ping()
            .await
            .map_err(|it| self.map(it, Some(sql)))
    }

    /// Runs `BEGIN`, `COMMIT` and the like.
    pub(super) async fn control(&mut self, sql: &'static str) -> Result<()> {
        self.run(sql, vec![], |_| Ok(())).await
    }

    /// Begins a transaction that reads.
    ///
    /// The rollback of one that was dropped is on its way and comes before this, so that nothing is asked about it
    /// first. Where somebody's SQL left a transaction open, SQLite refuses to nest another in it.
    pub(super) async fn begin_read(&mut self) -> Result<()> {
        let begun = self.control(BEGIN_READ).await;
        if begun.is_err() && self.doubtful && !self.broken {
            self.settle().await?;
            self.control(BEGIN_READ).await?;
        } else {
            begun?;
        }
        self.doubtful = false;
        Ok(())
    }

    async fn run(
        &mut self,
        sql: &str,
        params: Vec<SqlValue>,
        mut each: impl FnMut(Either<SqliteQueryResult, SqliteRow>) -> Result<()>,
    ) -> Result<()> {
        let arguments = self.arguments(sql, params).await?;
        let query = sqlx::query_with(AssertSqlSafe(sql.to_owned()), arguments);
        let mut finished = sql::is_empty(sql);
        let failed = {
            let mut steps = (&mut self.sqlite).fetch_many(query);
            loop {
                match steps.try_next().await {
                    Ok(Some(step)) => {
                        finished |= step.is_left();
                        each(step)?;
                    }
                    // The stream just ends where SQLite's thread has died.
                    Ok(None) if !finished => break Some(sqlx::Error::WorkerCrashed),
                    Ok(None) => break None,
                    Err(error) => break Some(error),
                }
            }
        };
        failed.map_or(Ok(()), |error| Err(self.map(error, Some(sql))))
    }

    /// Tells whether a transaction is open, by asking for another: SQLite refuses to nest them.
    pub(super) async fn in_transaction(&mut self) -> Result<bool> {
        match (&mut self.sqlite).execute("BEGIN").await {
            Err(error) if error::is_plain_refusal(&error) => Ok(true),
            Err(error) => Err(self.map(error, None)),
            Ok(_) => {
                self.doubtful = true;
                self.control("ROLLBACK").await?;
                self.doubtful = false;
                Ok(false)
            }
        }
    }

    /// Queues a rollback without waiting for it, for use where nothing can be awaited. Whatever is
    /// asked of this connection later comes after it.
    pub(super) fn queue_rollback(&mut self) {
        self.doubtful = true;
        let mut rollback = pin!((&mut self.sqlite).execute("ROLLBACK"));
        // The first poll hands the command to the connection's thread; its answer is not needed,
        // because `settle` asks again before the next user comes.
        let _ = rollback
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
    }

    /// Makes sure that no transaction is open, after one was given up half way.
    pub(super) async fn settle(&mut self) -> Result<()> {
        if !self.doubtful {
            return Ok(());
        }
        match (&mut self.sqlite).execute("ROLLBACK").await {
            Ok(_) => {}
            // There is none to roll back.
            Err(error) if error::is_plain_refusal(&error) => {}
            Err(error) => {
                self.broken = true;
                return Err(self.map(error, None));
            }
        }
        self.doubtful = false;
        Ok(())
    }

    /// Notes that a transaction may be left open here.
    pub(super) fn doubt_if(&mut self, reason: bool) {
        self.doubtful |= reason;
    }

    /// Forgets the prepared statements, whose columns a change of the schema made stale, and reads
    /// the schema again: sqlx takes a statement's columns from what the connection knew before.
    pub(super) async fn forget_statements(&mut self) -> Result<()> {
        self.parameters.clear();
        self.sqlite
            .clear_cached_statements()
            .await
            .map_err(|it| self.map(it, None))?;
        self.query(FIRST_READ, vec![]).await?;
        Ok(())
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    pub(super) async fn close(self) -> Result<()> {
        let (path, role) = (self.path, self.role);
        let place = Place {
            path: &path,
            sql: None,
            role,
        };
        self.sqlite
            .close()
            .await
            .map_err(|it| error::map(it, place))
    }

    async fn arguments(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<SqliteArguments> {
        let expected = self.parameter_count(sql).await?;
        if expected != params.len() {
            return Err(
                BridgeError::new(ErrorKind::InvalidInput, sql::short(sql)).detail(format!(
                    "the statement has {expected} parameters and got {} values",
                    params.len()
                )),
            );
        }
        let mut arguments = SqliteArguments::default();
        arguments.reserve(params.len(), 0);
        for value in params {
            match value {
                SqlValue::Null => arguments.add(None::<i64>),
                SqlValue::Integer(it) => arguments.add(it),
                SqlValue::Real(it) => arguments.add(it),
                SqlValue::Text(it) => arguments.add(it),
                SqlValue::Blob(it) => arguments.add(it),
            }
            .map_err(|it| self.map(sqlx::Error::Encode(it), Some(sql)))?;
        }
        Ok(arguments)
    }

    async fn parameter_count(&mut self, sql: &str) -> Result<usize> {
        if let Some(count) = self.parameters.get(sql) {
            return Ok(*count);
        }
        let prepared = (&mut self.sqlite)
            .prepare(AssertSqlSafe(sql.to_owned()).into_sql_str())
            .await
            .map_err(|it| self.map(it, Some(sql)))?;
        let count = match prepared.parameters() {
            Some(Either::Right(count)) => count,
            Some(Either::Left(types)) => types.len(),
            None => 0,
        };
        if self.parameters.len() >= COUNTS_KEPT {
            self.parameters.clear();
        }
        self.parameters.insert(sql.into(), count);
        Ok(count)
    }

    fn map(&mut self, error: sqlx::Error, sql: Option<&str>) -> BridgeError {
        self.broken |= matches!(error, sqlx::Error::WorkerCrashed);
        let place = Place {
            path: &self.path,
            sql,
            role: self.role,
        };
        error::map(error, place)
    }
}

fn names_of(row: &SqliteRow) -> Arc<[String]> {
    row.columns()
        .iter()
        .map(|column| column.name().to_owned())
        .collect()
}

fn convert(row: &SqliteRow, columns: &Arc<[String]>) -> Result<Row> {
    let mut values = Vec::with_capacity(columns.len());
    for (index, name) in columns.iter().enumerate() {
        let value = value_at(row, index).map_err(|error| {
            BridgeError::new(ErrorKind::Corrupt, format!("column {name}")).source(error)
        })?;
        values.push(value);
    }
    Ok(Row::new(columns.clone(), values))
}

fn value_at(
    row: &SqliteRow,
    index: usize,
) -> std::result::Result<SqlValue, sqlx::error::BoxDynError> {
    let value = row.try_get_raw(index)?;
    if value.is_null() {
        return Ok(SqlValue::Null);
    }
    let class = value.type_info();
    Ok(match class.name() {
        "INTEGER" => SqlValue::Integer(<i64 as Decode<'_, Sqlite>>::decode(value)?),
        "REAL" => SqlValue::Real(<f64 as Decode<'_, Sqlite>>::decode(value)?),
        "TEXT" => SqlValue::Text(<String as Decode<'_, Sqlite>>::decode(value)?),
        "BLOB" => SqlValue::Blob(<Vec<u8> as Decode<'_, Sqlite>>::decode(value)?),
        other => return Err(format!("unknown storage class {other}").into()),
    })
}
