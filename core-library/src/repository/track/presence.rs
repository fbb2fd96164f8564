//! Tracks whose file is gone, and their return.

use bridge_traits::database::SqlValue;

use crate::db::WriteTx;
use crate::error::{LibraryError, Result};
use crate::model::TrackId;
use crate::repository::sql::{hex_list, id_list};

/// A track whose file is gone, or is about to be known as gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsentTrack {
    /// The identity of its sound.
    pub audio_id: Vec<u8>,
    /// The track.
    pub track_id: TrackId,
    /// The file it was in; `None` once its provider was removed.
    pub item_id: Option<i64>,
    /// Which track of the file it is.
    pub part: u32,
}

/// Marks all tracks of files as missing and tells which were not before.
pub async fn mark_missing(tx: &mut WriteTx, items: &[i64], now_ms: i64) -> Result<Vec<TrackId>> {
    set_missing(tx, items, "missing_since IS NULL", now_ms.into()).await
}

/// Brings the tracks of files back and tells which were missing.
///
/// What was read of them stays as it was: for files that came back unchanged.
pub async fn revive(tx: &mut WriteTx, items: &[i64]) -> Result<Vec<TrackId>> {
    set_missing(tx, items, "missing_since IS NOT NULL", SqlValue::Null).await
}

async fn set_missing(
    tx: &mut WriteTx,
    items: &[i64],
    condition: &str,
    value: SqlValue,
) -> Result<Vec<TrackId>> {
    let sql = format!(
        "SELECT id FROM track WHERE item_id IN (SELECT value FROM json_each(?)) AND {condition}
         ORDER BY id"
    );
    let rows = tx.query(&sql, vec![id_list(items.iter().copied())]).await?;
    let ids: Result<Vec<TrackId>, _> = rows.iter().map(|row| row.get(0)).collect();
    let ids = ids?;
    if !ids.is_empty() {
        tx.execute(
            "UPDATE track SET missing_since = ? WHERE id IN (SELECT value FROM json_each(?))",
            vec![value, id_list(ids.iter().copied())],
        )
        .await?;
    }
    Ok(ids)
}

/// Finds tracks of these sounds that are missing or whose file was seen to be gone, those
/// that went last first: those that a file which turned up elsewhere may be.
pub async fn absent_by_audio_id(
    tx: &mut WriteTx,
    audio_ids: &[Vec<u8>],
) -> Result<Vec<AbsentTrack>> {
    let rows = tx
        .query(
            "SELECT t.audio_id, t.id, t.item_id, t.part FROM track t
             LEFT JOIN remote_item i ON i.id = t.item_id
             WHERE t.audio_id IN (SELECT unhex(value) FROM json_each(?))
                 AND (t.missing_since IS NOT NULL OR i.id IS NULL OR i.removed_at IS NOT NULL)
             ORDER BY t.missing_since IS NOT NULL, t.missing_since DESC, t.id",
            vec![hex_list(audio_ids.iter().map(Vec::as_slice))],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(AbsentTrack {
                audio_id: row.get(0)?,
                track_id: row.get(1)?,
                item_id: row.get(2)?,
                part: row.get(3)?,
            })
        })
        .collect()
}

/// Makes a track that of another file: what it was found in, after a move.
///
/// # Errors
/// `NotFound` if there is no such track; a `Constraint` of the database if that part of that file
/// is a track already, or there is no such file.
pub async fn rebind(tx: &mut WriteTx, track: TrackId, item_id: i64, part: u32) -> Result<()> {
    // The file that it was in has no track now: should it come back, it has to be read again.
    tx.execute(
        "UPDATE remote_item SET processed = NULL
         WHERE id = (SELECT item_id FROM track WHERE id = ?)",
        vec![track.into()],
    )
    .await?;
    let done = tx
        .execute(
            "UPDATE track SET item_id = ?, part = ? WHERE id = ?",
            vec![item_id.into(), part.into(), track.into()],
        )
        .await?;
    if done.rows_affected == 0 {
        return Err(LibraryError::not_found("track", track));
    }
    Ok(())
}
