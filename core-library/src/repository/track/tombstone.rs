//! Tracks that are missing for so long that nobody waits for them any more.

use std::collections::BTreeSet;

use super::made_of;
use crate::db::{Library, WriteTx};
use crate::error::Result;
use crate::model::TrackId;
use crate::repository::sql::id_list;
use crate::repository::track_writer::delete;

/// Missing tracks of which a person made nothing. Their file is gone, or what it was is not waiting to be read; what was set aside as a duplicate
/// is not meant, nor what stands for one still: another will take its place first.
const FORGETTABLE: &str = concat!(
    "FROM track t WHERE t.missing_since < ? AND NOT ",
    made_of!("t"),
    "
    AND NOT EXISTS (SELECT 1 FROM work w WHERE w.item_id = t.item_id)
    AND NOT EXISTS (SELECT 1 FROM duplicate d WHERE d.kept_id = t.id)
    AND NOT EXISTS (SELECT 1 FROM duplicate d JOIN remote_item i ON i.id = t.item_id
        WHERE d.track_id = t.id AND d.kept_id IS NOT NULL AND i.removed_at IS NULL)"
);

/// Tells whether [`forget_missing`] would find a track.
pub async fn has_forgettable(library: &Library, before_ms: i64) -> Result<bool> {
    let sql = format!("SELECT EXISTS (SELECT 1 {FORGETTABLE})");
    let rows = library.query(&sql, vec![before_ms.into()]).await?;
    rows.first().map_or(Ok(false), |row| Ok(row.get(0)?))
}

/// Deletes up to `limit` tracks that went missing before a time, longest ago first, and of which a
/// person made nothing; tells which. The others stay, missing, for ever: a playlist goes on showing
/// what stood in it, and a file that comes back finds its plays.
///
/// Albums, artists, genres and images that are left without a track are for
/// [`sweep_orphans`](crate::repository::track_writer::TrackWriter::sweep_orphans).
pub async fn forget_missing(
    tx: &mut WriteTx,
    before_ms: i64,
    limit: usize,
) -> Result<Vec<TrackId>> {
    let sql =
        format!("SELECT t.id, t.album_id {FORGETTABLE} ORDER BY t.missing_since, t.id LIMIT ?");
    let rows = tx
        .query(&sql, vec![before_ms.into(), (limit as i64).into()])
        .await?;
    let mut tracks: Vec<TrackId> = Vec::with_capacity(rows.len());
    let mut albums: BTreeSet<i64> = BTreeSet::new();
    for row in &rows {
        tracks.push(row.get(0)?);
        albums.extend(row.get::<Option<i64>>(1)?);
    }
    if tracks.is_empty() {
        return Ok(tracks);
    }
    for sql in [
        // A file that is gone and comes back has to be read, since the library has it no more.
        "UPDATE remote_item SET processed = NULL WHERE removed_at IS NOT NULL AND id IN (
             SELECT item_id FROM track WHERE id IN (SELECT value FROM json_each(?)))",
        // A rating or a favourite that was taken back leaves a row that says nothing.
        "DELETE FROM annotation WHERE track_id IN (SELECT value FROM json_each(?))",
    ] {
        tx.execute(sql, vec![id_list(tracks.iter().copied())])
            .await?;
    }
    delete(tx, &tracks, albums).await?;
    Ok(tracks)
}
