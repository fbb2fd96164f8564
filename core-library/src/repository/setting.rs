//! What the library was made with.

use crate::db::{Library, WriteTx};
use crate::error::Result;

/// Reads what is set under a name; what was never set is empty.
///
/// # Errors
/// What the database says.
pub async fn get(library: &Library, name: &str) -> Result<String> {
    let sql = "SELECT value FROM setting WHERE name = ?";
    let rows = library.query(sql, vec![name.into()]).await?;
    match rows.first() {
        Some(row) => Ok(row.get(0)?),
        None => Ok(String::new()),
    }
}

/// Sets what is known under a name.
///
/// # Errors
/// What the database says.
pub async fn set(tx: &mut WriteTx, name: &str, value: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO setting(name, value) VALUES (?, ?)
         ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        vec![name.into(), value.into()],
    )
    .await?;
    Ok(())
}
