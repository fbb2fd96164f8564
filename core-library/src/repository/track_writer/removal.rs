//! Tracks that are deleted for good.

use std::collections::BTreeSet;

use super::derived;
use crate::db::WriteTx;
use crate::error::Result;
use crate::model::TrackId;
use crate::repository::sql::id_list;
use crate::repository::touched;

/// How many tracks go at once.
const AT_ONCE: i64 = 1_000;

/// Deletes a provider's tracks of which nobody made anything, and tells which. Played, rated and
/// favourite tracks stay, and those in playlists.
pub(crate) async fn delete_untouched(tx: &mut WriteTx, provider_id: i64) -> Result<Vec<TrackId>> {
    // A rating or a favourite that was taken back leaves a row that says nothing.
    tx.execute(
        "DELETE FROM annotation WHERE play_count = 0 AND rating IS NULL AND favourite_at IS NULL
         AND track_id IN (SELECT t.id FROM remote_item i JOIN track t ON t.item_id = i.id
             WHERE i.provider_id = ?)",
        vec![provider_id.into()],
    )
    .await?;
    let mut deleted = Vec::new();
    let mut from: i64 = 0;
    loop {
        let rows = tx
            .query(
                "SELECT i.id, t.id, t.album_id FROM remote_item i JOIN track t ON t.item_id = i.id
                 WHERE i.provider_id = ? AND i.id >= ?
                 AND NOT EXISTS (SELECT 1 FROM annotation a WHERE a.track_id = t.id)
                 AND NOT EXISTS (SELECT 1 FROM playlist_entry e WHERE e.track_id = t.id)
                 ORDER BY i.id LIMIT ?",
                vec![provider_id.into(), from.into(), AT_ONCE.into()],
            )
            .await?;
        let Some(last) = rows.last() else {
            return Ok(deleted);
        };
        // Of a file with several tracks some may be left.
        from = last.get(0)?;
        let mut files: Vec<i64> = Vec::with_capacity(rows.len());
        let mut tracks: Vec<TrackId> = Vec::with_capacity(rows.len());
        let mut albums: BTreeSet<i64> = BTreeSet::new();
        for row in &rows {
            files.push(row.get(0)?);
            tracks.push(row.get(1)?);
            albums.extend(row.get::<Option<i64>>(2)?);
        }
        delete(tx, &tracks, albums).await?;
        // A file of which some are left has to be read for the others, should it come back.
        tx.execute(
            "UPDATE remote_item SET processed = NULL WHERE id IN (
                 SELECT item_id FROM track WHERE item_id IN (SELECT value FROM json_each(?)))",
            vec![id_list(files)],
        )
        .await?;
        deleted.append(&mut tracks);
    }
}

/// Deletes tracks of which nobody made anything; `albums` are those that they were in.
pub(crate) async fn delete(
    tx: &mut WriteTx,
    tracks: &[TrackId],
    albums: BTreeSet<i64>,
) -> Result<()> {
    touched::tracks(tx, tracks).await?;
    let ids = id_list(tracks.iter().copied());
    for forget in [
        "DELETE FROM search WHERE rowid IN (SELECT value FROM json_each(?))",
        "DELETE FROM track WHERE id IN (SELECT value FROM json_each(?))",
    ] {
        tx.execute(forget, vec![ids.clone()]).await?;
    }
    let albums: Vec<i64> = albums.into_iter().collect();
    derived::refresh_albums(tx, &albums).await
}
