//! One connection: statements in, rows out.

use std::sync::Arc;

use bridge_traits::database::{ExecResult, Row, SqlValue, sql};
use bridge_traits::{BridgeError, ErrorKind, Result};
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Batch, OpenFlags, Statement};

use super::error::{self, Place};
use super::store::BLOCK;
use super::vfs::VFS_NAME;

/// Reads as little of the database as there is.
const FIRST_READ: &str = "SELECT 1 FROM sqlite_schema LIMIT 1";

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Writer,
    Reader,
}

/// What a connection is told when it is opened.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// The database's name, for errors.
    pub(super) database: Arc<str>,
    pub(super) cache_kib: u32,
    pub(super) statement_cache: usize,
    /// Bytes to which the file may grow.
    pub(super) max_bytes: Option<u64>,
}

/// A connection to the database.
pub(super) struct Connection {
    sqlite: rusqlite::Connection,
    database: Arc<str>,
    role: Role,
}

impl Connection {
    /// Opens a file that is registered with the VFS.
    pub(super) fn open(file: &str, settings: &Settings, role: Role) -> Result<Self> {
        let flags = match role {
            Role::Writer => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Role::Reader => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let place = Place {
            database: &settings.database,
            sql: None,
            role,
        };
        let sqlite = rusqlite::Connection::open_with_flags_and_vfs(file, flags, VFS_NAME)
            .map_err(|it| error::map(it, place))?;
        sqlite.set_prepared_statement_cache_capacity(settings.statement_cache);
        let connection = Self {
            sqlite,
            database: settings.database.clone(),
            role,
        };
        connection.set_up(settings)?;
        Ok(connection)
    }

    fn set_up(&self, settings: &Settings) -> Result<()> {
        let cache_kib = match self.role {
            Role::Writer => settings.cache_kib,
            Role::Reader => settings.cache_kib / 4,
        };
        // The page size takes effect only in a database that is still empty.
        self.control(&format!(
            "PRAGMA page_size = {BLOCK}; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -{cache_kib};"
        ))?;
        match self.role {
            // What makes a commit durable is not SQLite's writing and syncing.
            Role::Writer => self.control(
                "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_spill = OFF;",
            )?,
            Role::Reader => self.control("PRAGMA query_only = ON;")?,
        }
        if let (Role::Writer, Some(bytes)) = (self.role, settings.max_bytes) {
            let page = self.query("PRAGMA page_size", vec![])?;
            let page: u64 = page.first().map_or(Ok(BLOCK as u64), |row| row.get(0))?;
            let pages = (bytes / page).clamp(1, u64::from(u32::MAX - 2));
            self.control(&format!("PRAGMA max_page_count = {pages};"))?;
        }
        Ok(())
    }

    /// Runs one statement; rows that it returns are left out.
    pub(super) fn execute(&self, sql: &str, params: Vec<SqlValue>) -> Result<ExecResult> {
        self.run(sql, params, |_| Ok(()))?;
        Ok(ExecResult {
            // SQLite keeps the count of the last statement that changed rows.
            rows_affected: if sql::changes_rows(sql) {
                self.sqlite.changes()
            } else {
                0
            },
            last_insert_rowid: self.sqlite.last_insert_rowid(),
        })
    }

    /// Runs one query and returns its rows.
    pub(super) fn query(&self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        let mut columns: Option<Arc<[String]>> = None;
        self.run(sql, params, |row| {
            let columns = columns.get_or_insert_with(|| names_of(row));
            rows.push(convert(row, columns)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Runs several statements without parameters.
    pub(super) fn execute_batch(&self, sql: &str) -> Result<()> {
        sql::refuse_nul(sql)?;
        let mut batch = Batch::new(&self.sqlite, sql);
        while let Some(mut statement) = batch.next().map_err(|it| self.map(it, sql))? {
            if let Some(text) = statement.expanded_sql() {
                sql::refuse_transaction_control(&text)?;
            }
            self.step(&mut statement, vec![], sql, &mut |_| Ok(()))?;
        }
        Ok(())
    }

    /// Begins a transaction that reads, and fixes the state that it sees.
    pub(super) fn begin_reading(&self) -> Result<()> {
        self.control("BEGIN")?;
        self.query(FIRST_READ, vec![])?;
        Ok(())
    }

    /// Runs `BEGIN`, `COMMIT` and the like.
    pub(super) fn control(&self, sql: &str) -> Result<()> {
        let done = self.sqlite.execute_batch(sql);
        done.map_err(|it| self.map(it, sql))
    }

    /// Undoes what an open transaction did, if there is one.
    pub(super) fn roll_back(&self) -> Result<()> {
        if self.in_transaction() {
            self.control("ROLLBACK")?;
        }
        Ok(())
    }

    pub(super) fn in_transaction(&self) -> bool {
        !self.sqlite.is_autocommit()
    }

    fn run(
        &self,
        sql: &str,
        params: Vec<SqlValue>,
        mut each: impl FnMut(&rusqlite::Row<'_>) -> Result<()>,
    ) -> Result<()> {
        sql::refuse_transaction_control(sql)?;
        if sql::is_empty(sql) && params.is_empty() {
            return Ok(());
        }
        if sql::may_hide_transaction_control(sql) {
            self.refuse_second_statement(sql)?;
        }
        let statement = self.sqlite.prepare_cached(sql);
        let mut statement = statement.map_err(|it| self.map(it, sql))?;
        self.step(&mut statement, params, sql, &mut each)
    }

    fn step(
        &self,
        statement: &mut Statement<'_>,
        params: Vec<SqlValue>,
        sql: &str,
        each: &mut dyn FnMut(&rusqlite::Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let expected = statement.parameter_count();
        if expected != params.len() {
            return Err(
                BridgeError::new(ErrorKind::InvalidInput, sql::short(sql)).detail(format!(
                    "the statement has {expected} parameters and got {} values",
                    params.len()
                )),
            );
        }
        for (value, index) in params.iter().zip(1..) {
            let bound = statement.raw_bind_parameter(index, output(value));
            bound.map_err(|it| self.map(it, sql))?;
        }
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|it| self.map(it, sql))? {
            each(row)?;
        }
        Ok(())
    }

    fn refuse_second_statement(&self, sql: &str) -> Result<()> {
        let mut batch = Batch::new(&self.sqlite, sql);
        let mut next = || batch.next().map(|it| it.is_some());
        next().map_err(|it| self.map(it, sql))?;
        // What follows need not be valid yet, as it may refer to what the first would make.
        if !matches!(next(), Ok(false)) {
            return Err(BridgeError::new(ErrorKind::InvalidInput, sql::short(sql))
                .detail("this is more than one statement; use execute_batch"));
        }
        Ok(())
    }

    fn map(&self, error: rusqlite::Error, sql: &str) -> BridgeError {
        let place = Place {
            database: &self.database,
            sql: Some(sql),
            role: self.role,
        };
        error::map(error, place)
    }
}

/// Lends a value to SQLite, which copies it.
fn output(value: &SqlValue) -> ToSqlOutput<'_> {
    match value {
        SqlValue::Null => ToSqlOutput::Owned(Value::Null),
        SqlValue::Integer(it) => ToSqlOutput::Owned(Value::Integer(*it)),
        SqlValue::Real(it) => ToSqlOutput::Owned(Value::Real(*it)),
        SqlValue::Text(it) => ToSqlOutput::Borrowed(ValueRef::Text(it.as_bytes())),
        SqlValue::Blob(it) => ToSqlOutput::Borrowed(ValueRef::Blob(it)),
    }
}

fn names_of(row: &rusqlite::Row<'_>) -> Arc<[String]> {
    let statement: &Statement<'_> = row.as_ref();
    let names = statement.column_names();
    names.into_iter().map(str::to_owned).collect()
}

fn convert(row: &rusqlite::Row<'_>, columns: &Arc<[String]>) -> Result<Row> {
    let mut values = Vec::with_capacity(columns.len());
    for (index, name) in columns.iter().enumerate() {
        let corrupt = || BridgeError::new(ErrorKind::Corrupt, format!("column {name}"));
        let value = match row.get_ref(index) {
            Ok(ValueRef::Null) => SqlValue::Null,
            Ok(ValueRef::Integer(it)) => SqlValue::Integer(it),
            Ok(ValueRef::Real(it)) => SqlValue::Real(it),
            Ok(ValueRef::Text(it)) => match str::from_utf8(it) {
                Ok(text) => SqlValue::Text(text.to_owned()),
                Err(error) => return Err(corrupt().source(error)),
            },
            Ok(ValueRef::Blob(it)) => SqlValue::Blob(it.to_owned()),
            Err(error) => return Err(corrupt().source(error)),
        };
        values.push(value);
    }
    Ok(Row::new(columns.clone(), values))
}
