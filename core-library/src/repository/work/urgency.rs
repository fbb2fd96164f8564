//! Work that somebody waits for.

use crate::db::{WriteTx, json_list};
use crate::error::Result;
use crate::model::TrackId;
use crate::repository::item;

/// Gives what waits at and below a folder at least this priority, and makes it due; tells how much there is.
pub async fn raise_folder(
    tx: &mut WriteTx,
    provider_id: i64,
    priority: i64,
    folder: &str,
) -> Result<u64> {
    let items = item::subtree(tx, provider_id, folder).await?;
    raise(tx, priority, &items).await
}

/// Gives what waits for these tracks at least this priority; tells how much there is.
pub async fn raise_tracks(tx: &mut WriteTx, priority: i64, tracks: &[TrackId]) -> Result<u64> {
    let tracks: Vec<i64> = tracks.iter().map(|id| id.0).collect();
    let rows = tx
        .query(
            "SELECT DISTINCT item_id FROM track
             WHERE id IN (SELECT value FROM json_each(?)) AND item_id IS NOT NULL",
            vec![json_list(&tracks)],
        )
        .await?;
    let items: Vec<i64> = rows
        .iter()
        .map(|row| Ok(row.get(0)?))
        .collect::<Result<_>>()?;
    raise(tx, priority, &items).await
}

async fn raise(tx: &mut WriteTx, priority: i64, items: &[i64]) -> Result<u64> {
    let done = tx
        .execute(
            "UPDATE work SET priority = max(priority, ?), not_before = 0
             WHERE quarantined = 0 AND item_id IN (SELECT value FROM json_each(?))",
            vec![priority.into(), json_list(items)],
        )
        .await?;
    Ok(done.rows_affected)
}
