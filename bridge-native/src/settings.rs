//! Preferences in a database.

use std::sync::Arc;

use bridge_traits::database::DatabaseAdapter;
use bridge_traits::storage::SettingsStore;
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use serde_json::Value;

/// Preferences in a table `host_settings` of a database, which it makes itself.
#[derive(Clone)]
pub struct NativeSettingsStore {
    database: Arc<dyn DatabaseAdapter>,
}

impl NativeSettingsStore {
    /// Opens the preferences in `database`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn open(database: Arc<dyn DatabaseAdapter>) -> Result<Self> {
        let sql = "CREATE TABLE IF NOT EXISTS host_settings (\
                   name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID";
        database.execute(sql, vec![]).await?;
        Ok(Self { database })
    }
}

impl std::fmt::Debug for NativeSettingsStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NativeSettingsStore")
            .finish_non_exhaustive()
    }
}

#[platform_async_trait]
impl SettingsStore for NativeSettingsStore {
    async fn get(&self, name: &str) -> Result<Option<Value>> {
        let sql = "SELECT value FROM host_settings WHERE name = ?";
        let rows = self.database.query(sql, vec![name.into()]).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let text: String = row.get(0)?;
        serde_json::from_str(&text).map(Some).map_err(|error| {
            BridgeError::new(ErrorKind::Corrupt, format!("setting {name}")).source(error)
        })
    }

    async fn set(&self, name: &str, value: Value) -> Result<()> {
        let sql = "INSERT INTO host_settings (name, value) VALUES (?, ?) \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let params = vec![name.into(), value.to_string().into()];
        self.database.execute(sql, params).await?;
        Ok(())
    }

    async fn delete(&self, name: &str) -> Result<()> {
        let sql = "DELETE FROM host_settings WHERE name = ?";
        self.database.execute(sql, vec![name.into()]).await?;
        Ok(())
    }

    async fn names(&self, prefix: &str) -> Result<Vec<String>> {
        // SQLite compares text byte by byte, so that all names of a prefix stand together.
        let sql = "SELECT name FROM host_settings \
                   WHERE name >= ? AND substr(name, 1, length(?)) = ? ORDER BY name";
        let params = vec![prefix.into(), prefix.into(), prefix.into()];
        let rows = self.database.query(sql, params).await?;
        rows.iter().map(|row| row.get(0)).collect()
    }
}
