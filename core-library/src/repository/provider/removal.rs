//! Providers that a person takes away.

use std::collections::HashSet;

use crate::db::WriteTx;
use crate::error::{LibraryError, Result};
use crate::model::TrackId;
use crate::repository::track;
use crate::repository::track_writer::delete_untouched;

/// What became of the tracks of a provider that was removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Removal {
    /// Tracks of which nobody had made anything. They are deleted.
    pub deleted: Vec<TrackId>,
    /// Tracks that were played, rated, made a favourite or put into a playlist. They are missing, and come
    /// back as themselves when their provider is added again, or when their sound comes up elsewhere.
    pub kept: Vec<TrackId>,
    /// Such tracks that another provider has, too, and whose place there they have now. What was in that place
    /// is deleted.
    pub moved: Vec<TrackId>,
}

/// Takes a provider away: it is known no longer, and its tracks are deleted, but for those of which
/// somebody made something.
///
/// The history of its syncs stays, and its id is given to no other. The albums, artists and images that
/// have no track any more are noted for
/// [`sweep_orphans`](crate::repository::track_writer::TrackWriter::sweep_orphans). No job of the provider
/// may be running.
///
/// # Errors
/// [`LibraryError::NotFound`] if there is none of that id.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn remove(tx: &mut WriteTx, id: i64) -> Result<Removal> {
    let now = tx.now_ms();
    // What is in the settings (user, server) is needed no longer; adding it again brings new ones.
    let marked = tx
        .execute(
            "UPDATE provider SET removed_at = ?, config = '{}' WHERE id = ? AND removed_at IS NULL",
            vec![now.into(), id.into()],
        )
        .await?;
    if marked.rows_affected == 0 {
        return Err(LibraryError::not_found("provider", id));
    }
    for forget in [
        "DELETE FROM work WHERE provider_id = ?",
        "DELETE FROM feed WHERE provider_id = ?",
    ] {
        tx.execute(forget, vec![id.into()]).await?;
    }
    let mut deleted = delete_untouched(tx, id).await?;
    let rows = tx
        .query(
            "SELECT i.id, t.id FROM remote_item i JOIN track t ON t.item_id = i.id
             WHERE i.provider_id = ? ORDER BY t.id",
            vec![id.into()],
        )
        .await?;
    let mut items: Vec<i64> = Vec::with_capacity(rows.len());
    let mut kept = Vec::with_capacity(rows.len());
    for row in &rows {
        items.push(row.get(0)?);
        kept.push(row.get(1)?);
    }
    track::mark_missing(tx, &items, now).await?;
    let handed = track::hand_over(tx, &kept).await?;
    let moved: Vec<TrackId> = handed.iter().map(|it| it.back).collect();
    if !moved.is_empty() {
        let back: HashSet<TrackId> = moved.iter().copied().collect();
        kept.retain(|it| !back.contains(it));
        deleted.extend(delete_untouched(tx, id).await?);
    }
    Ok(Removal {
        deleted,
        kept,
        moved,
    })
}

/// Forgets what was observed at providers that were removed, but for what a track or an image still
/// refers to, which is how they are found again. It follows the sweep of orphans.
pub async fn purge(tx: &mut WriteTx, id: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM remote_item WHERE provider_id = ?
         AND NOT EXISTS (SELECT 1 FROM track t WHERE t.item_id = remote_item.id)
         AND NOT EXISTS (SELECT 1 FROM artwork w WHERE w.item_id = remote_item.id)",
        vec![id.into()],
    )
    .await?;
    let now = tx.now_ms();
    tx.execute(
        "UPDATE remote_item SET removed_at = ifnull(removed_at, ?), generation = 0, listing = NULL
         WHERE provider_id = ?",
        vec![now.into(), id.into()],
    )
    .await?;
    Ok(())
}
