//! Where music comes from.

mod removal;

use bridge_traits::database::{Row, SqlValue};

use crate::db::{Library, WriteTx};
use crate::error::{LibraryError, Result};

pub use removal::{Removal, purge, remove};

/// A source of music that the library knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRow {
    /// Its id in this library.
    pub id: i64,
    /// What identifies it for ever, such as `local:/music`.
    pub key: String,
    /// `local-folder`, `webdav` …
    pub kind: String,
    /// What a person calls it.
    pub name: String,
    /// The folder that is synced.
    pub root: String,
    /// Its settings as JSON, without secrets.
    pub config: String,
}

/// What is needed to make a provider known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProvider {
    /// What identifies it for ever; a provider of the same key is the same.
    pub key: String,
    /// `local-folder`, `webdav` …
    pub kind: String,
    /// What a person calls it.
    pub name: String,
    /// The folder that is synced.
    pub root: String,
    /// Its settings as JSON, without secrets.
    pub config: String,
}

const COLUMNS: &str =
    "SELECT id, key, kind, name, root, config FROM provider WHERE removed_at IS NULL";

fn from_row(row: &Row) -> Result<ProviderRow> {
    Ok(ProviderRow {
        id: row.get(0)?,
        key: row.get(1)?,
        kind: row.get(2)?,
        name: row.get(3)?,
        root: row.get(4)?,
        config: row.get(5)?,
    })
}

/// Makes a provider known, or updates the one with the same key; gives its id. One that was removed is
/// known again.
pub async fn upsert(tx: &mut WriteTx, provider: NewProvider) -> Result<i64> {
    let NewProvider {
        key,
        kind,
        name,
        root,
        config,
    } = provider;
    let now = tx.now_ms();
    let params: Vec<SqlValue> = vec![
        key.into(),
        kind.into(),
        name.into(),
        root.into(),
        config.into(),
        now.into(),
    ];
    let rows = tx
        .query(
            "INSERT INTO provider(key, kind, name, root, config, created_at) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT(key) DO UPDATE SET kind = excluded.kind, name = excluded.name,
                 root = excluded.root, config = excluded.config, removed_at = NULL
             RETURNING id",
            params,
        )
        .await?;
    let row = rows
        .first()
        .ok_or_else(|| LibraryError::not_found("provider", "just inserted"))?;
    Ok(row.get(0)?)
}

/// Lists all providers, oldest first.
pub async fn list(library: &Library) -> Result<Vec<ProviderRow>> {
    let rows = library
        .query(&format!("{COLUMNS} ORDER BY id"), vec![])
        .await?;
    rows.iter().map(from_row).collect()
}

/// Finds a provider by id.
///
/// # Errors
/// [`LibraryError::NotFound`] if there is none.
pub async fn get(library: &Library, id: i64) -> Result<ProviderRow> {
    let rows = library
        .query(&format!("{COLUMNS} AND id = ?"), vec![id.into()])
        .await?;
    rows.first()
        .map(from_row)
        .ok_or_else(|| LibraryError::not_found("provider", id))?
}

/// Finds a provider by key.
pub async fn find(library: &Library, key: &str) -> Result<Option<ProviderRow>> {
    let rows = library
        .query(&format!("{COLUMNS} AND key = ?"), vec![key.into()])
        .await?;
    rows.first().map(from_row).transpose()
}
