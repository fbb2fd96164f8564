//! Work that was set aside, since the content itself is at fault.

use crate::db::{Library, WriteTx};
use crate::error::Result;
use crate::repository::paging::check_limit;

/// An item that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// The item's key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Why.
    pub error: String,
    /// How often it was tried.
    pub attempts: u32,
}

/// Lists what was set aside, by key, beginning after `after`.
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](crate::repository::MAX_PAGE); else what the database says.
pub async fn quarantined(
    library: &Library,
    provider_id: i64,
    after: &str,
    limit: usize,
) -> Result<Vec<Quarantined>> {
    check_limit(limit)?;
    let rows = library
        .query(
            "SELECT i.key, i.name, coalesce(w.last_error, ''), w.attempts
             FROM work w JOIN remote_item i ON i.id = w.item_id
             WHERE w.provider_id = ? AND w.quarantined = 1 AND i.key > ? ORDER BY i.key LIMIT ?",
            vec![provider_id.into(), after.into(), (limit as i64).into()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Quarantined {
                key: row.get(0)?,
                name: row.get(1)?,
                error: row.get(2)?,
                attempts: row.get(3)?,
            })
        })
        .collect()
}

/// Lets all quarantined items of a provider be tried again; gives how many there are.
pub async fn retry_quarantined(tx: &mut WriteTx, provider_id: i64) -> Result<u64> {
    let done = tx
        .execute(
            "UPDATE work SET quarantined = 0, attempts = 0, not_before = 0
             WHERE provider_id = ? AND quarantined = 1",
            vec![provider_id.into()],
        )
        .await?;
    Ok(done.rows_affected)
}

/// Lets one quarantined item be tried again; tells whether it was one.
pub async fn retry_item(tx: &mut WriteTx, provider_id: i64, key: &str) -> Result<bool> {
    let done = tx
        .execute(
            "UPDATE work SET quarantined = 0, attempts = 0, not_before = 0
             WHERE quarantined = 1 AND item_id =
                 (SELECT id FROM remote_item WHERE provider_id = ? AND key = ?)",
            vec![provider_id.into(), key.into()],
        )
        .await?;
    Ok(done.rows_affected > 0)
}
