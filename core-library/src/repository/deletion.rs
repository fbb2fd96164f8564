//! Tracks whose files were seen to be gone while they themselves still count as present.

use crate::db::{Library, WriteTx, json_list};
use crate::error::Result;
use crate::model::TrackId;
use crate::repository::touched;

/// Gives the items that are gone while a track of theirs is not missing yet.
pub async fn pending(library: &Library, provider_id: i64) -> Result<Vec<i64>> {
    let rows = library
        .query(
            "SELECT DISTINCT i.id FROM remote_item i JOIN track t ON t.item_id = i.id
             WHERE i.provider_id = ? AND i.removed_at IS NOT NULL AND t.missing_since IS NULL
             ORDER BY i.id",
            vec![provider_id.into()],
        )
        .await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// Counts the newest tracks that are of the provider; ?2 is how many are looked at.
const COUNT_NEWEST: &str = "SELECT count(*) FROM (
    SELECT item_id FROM track WHERE missing_since IS NULL ORDER BY id DESC LIMIT ?2) t
    CROSS JOIN remote_item i ON i.id = t.item_id WHERE i.provider_id = ?1";

/// Counts all tracks of the provider, which may pass over as many folders before the first of them.
const COUNT_ALL: &str = "SELECT count(*) FROM (
    SELECT 1 FROM remote_item i JOIN track t ON t.item_id = i.id
    WHERE i.provider_id = ?1 AND t.missing_since IS NULL LIMIT ?2)";

/// Counts a provider's tracks that are not missing, those that are gone already included; from `enough`
/// on it may count no further.
pub async fn count_present(library: &Library, provider_id: i64, enough: u64) -> Result<u64> {
    /// So many tracks more may be of other providers before all are counted.
    const OTHERS: i64 = 1_000;
    let limit = i64::try_from(enough).unwrap_or(i64::MAX);
    let count = async |sql: &str, params| -> Result<u64> {
        let rows = library.query(sql, params).await?;
        rows.first().map_or(Ok(0), |row| Ok(row.get(0)?))
    };
    let looked_at = limit.saturating_add(OTHERS);
    let params = vec![provider_id.into(), looked_at.into()];
    let of_newest = count(COUNT_NEWEST, params).await?;
    if of_newest >= enough {
        return Ok(of_newest);
    }
    count(COUNT_ALL, vec![provider_id.into(), limit.into()]).await
}

/// Takes tracks from items that are no audio files any more, since something else took their names.
/// The tracks become missing; one whose sound comes up elsewhere is found again by it. Gives those
/// that were not missing before.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn detach(tx: &mut WriteTx, items: &[i64]) -> Result<Vec<TrackId>> {
    let now = tx.now_ms();
    tx.execute(
        "DELETE FROM work WHERE item_id IN (SELECT value FROM json_each(?))",
        vec![json_list(items)],
    )
    .await?;
    tx.execute(
        "UPDATE remote_item SET processed = NULL WHERE id IN (SELECT value FROM json_each(?))",
        vec![json_list(items)],
    )
    .await?;
    let lost = tx
        .query(
            "UPDATE track SET missing_since = ?, item_id = NULL
             WHERE item_id IN (SELECT value FROM json_each(?)) AND missing_since IS NULL
             RETURNING id",
            vec![now.into(), json_list(items)],
        )
        .await?;
    tx.execute(
        "UPDATE track SET item_id = NULL WHERE item_id IN (SELECT value FROM json_each(?))",
        vec![json_list(items)],
    )
    .await?;
    let lost = lost.iter().map(|row| Ok(row.get(0)?));
    let lost: Vec<TrackId> = lost.collect::<Result<_>>()?;
    touched::tracks(tx, &lost).await?;
    Ok(lost)
}
