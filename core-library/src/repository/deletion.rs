//! Tracks whose files were seen to be gone while they themselves still count as present.

use crate::db::Library;
use crate::error::Result;

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

/// Counts a provider's tracks that are not missing, those that are gone already included.
pub async fn count_present(library: &Library, provider_id: i64) -> Result<u64> {
    let rows = library
        .query(
            "SELECT count(*) FROM remote_item i JOIN track t ON t.item_id = i.id
             WHERE i.provider_id = ? AND t.missing_since IS NULL",
            vec![provider_id.into()],
        )
        .await?;
    rows.first().map_or(Ok(0), |row| Ok(row.get(0)?))
}
