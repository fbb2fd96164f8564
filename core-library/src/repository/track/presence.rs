//! Tracks whose file is gone, and their return.

use std::collections::HashMap;

use bridge_traits::database::SqlValue;

use crate::db::WriteTx;
use crate::error::Result;
use crate::model::TrackId;
use crate::repository::sql::{hex_list, id_list};
use crate::repository::touched;
use crate::repository::track_writer::NOT_IN_FILE;

/// A track that a file which turned up elsewhere may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovableTrack {
    /// The identity of its sound.
    pub audio_id: Vec<u8>,
    /// The track.
    pub track_id: TrackId,
    /// The file it was in, and which track of it; `None` where there is no such file any more.
    pub place: Option<(i64, u32)>,
    /// The provider of that file.
    pub provider_id: Option<i64>,
    /// Whether it counts as missing already.
    pub missing: bool,
    /// Whether its file was seen to be gone.
    pub removed: bool,
    /// Whether its file has other content by now, which was not read; where it was set aside, that
    /// will not be soon.
    pub unread: Option<Unread>,
}

/// Why content was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unread {
    /// It waits in the queue.
    Queued,
    /// It was set aside.
    Quarantined,
}

impl Unread {
    /// Tells it from the column of the queue.
    pub(super) fn of(quarantined: bool) -> Self {
        match quarantined {
            true => Self::Quarantined,
            false => Self::Queued,
        }
    }
}

/// A track and the file that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedTrack {
    /// The track.
    pub track_id: TrackId,
    /// The file.
    pub item_id: i64,
    /// Which track of the file it is.
    pub part: u32,
    /// The identity of its sound.
    pub audio_id: Option<Vec<u8>>,
    /// Whether it counts as missing.
    pub missing: bool,
}

/// Marks all tracks of files as missing and tells which were not before.
pub async fn mark_missing(tx: &mut WriteTx, items: &[i64], now_ms: i64) -> Result<Vec<TrackId>> {
    mark_not_in_file(tx, items).await?;
    set_missing(tx, items, "missing_since IS NULL", now_ms.into()).await
}

/// Brings the tracks back that went with their files, and tells which were missing. Those that a file did not
/// have any more when it was read last, as when a cue sheet changed, stay missing.
///
/// What was read of them stays as it was: for files that came back unchanged.
pub async fn revive(tx: &mut WriteTx, items: &[i64]) -> Result<Vec<TrackId>> {
    mark_not_in_file(tx, items).await?;
    let went = format!("missing_since IS NOT NULL AND digest <> {NOT_IN_FILE}");
    set_missing(tx, items, &went, SqlValue::Null).await
}

/// Marks what the files did not have when they were read last, as the writer does since it marks such tracks:
/// those that are missing while others of the same file are not, but for those that are out of the lists because
/// another track stands for them.
async fn mark_not_in_file(tx: &mut WriteTx, items: &[i64]) -> Result<()> {
    tx.execute(
        "UPDATE track SET digest = ?1
         WHERE item_id IN (SELECT value FROM json_each(?2)) AND missing_since IS NOT NULL
             AND digest <> ?1 AND EXISTS (SELECT 1 FROM track o
                 WHERE o.item_id = track.item_id AND o.missing_since IS NULL)
             AND NOT EXISTS (SELECT 1 FROM duplicate d
                 WHERE d.track_id = track.id AND d.kept_id IS NOT NULL)",
        vec![NOT_IN_FILE.into(), id_list(items.iter().copied())],
    )
    .await?;
    Ok(())
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
        touched::tracks(tx, &ids).await?;
        tx.execute(
            "UPDATE track SET missing_since = ? WHERE id IN (SELECT value FROM json_each(?))",
            vec![value, id_list(ids.iter().copied())],
        )
        .await?;
    }
    Ok(ids)
}

/// Finds tracks of these sounds that are not, or not surely, where they were: missing ones (but for those
/// that were set aside as duplicates and whose file is there), those whose file was seen to be gone, and those whose file has other content. Those that are not missing
/// come first, then those that went last.
pub async fn movable_by_audio_id(
    tx: &mut WriteTx,
    audio_ids: &[Vec<u8>],
) -> Result<Vec<MovableTrack>> {
    let rows = tx
        .query(
            "SELECT t.audio_id, t.id, i.id, t.part, i.provider_id, t.missing_since IS NOT NULL,
                 i.removed_at IS NOT NULL, w.quarantined
             FROM track t
             LEFT JOIN remote_item i ON i.id = t.item_id
             LEFT JOIN work w ON w.item_id = i.id AND i.version IS NOT i.processed
             WHERE t.audio_id IN (SELECT unhex(value) FROM json_each(?))
                 AND (t.missing_since IS NOT NULL OR i.id IS NULL OR i.removed_at IS NOT NULL
                     OR w.item_id IS NOT NULL)
                 AND NOT EXISTS (SELECT 1 FROM duplicate d WHERE d.track_id = t.id
                     AND d.kept_id IS NOT NULL AND i.removed_at IS NULL)
             ORDER BY t.missing_since IS NOT NULL, t.missing_since DESC, t.id",
            vec![hex_list(audio_ids.iter().map(Vec::as_slice))],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let item: Option<i64> = row.get(2)?;
            let part: u32 = row.get(3)?;
            let quarantined: Option<bool> = row.get(7)?;
            Ok(MovableTrack {
                audio_id: row.get(0)?,
                track_id: row.get(1)?,
                place: item.map(|item| (item, part)),
                provider_id: row.get(4)?,
                missing: row.get(5)?,
                removed: row.get(6)?,
                unread: quarantined.map(Unread::of),
            })
        })
        .collect()
}

/// Finds tracks of these sounds that are not missing and whose file was not seen to be gone, with their sound.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn present_by_audio_id(
    tx: &mut WriteTx,
    audio_ids: &[Vec<u8>],
) -> Result<Vec<(Vec<u8>, TrackId)>> {
    let rows = tx
        .query(
            "SELECT t.audio_id, t.id FROM track t JOIN remote_item i ON i.id = t.item_id
             WHERE t.audio_id IN (SELECT unhex(value) FROM json_each(?))
                 AND t.missing_since IS NULL AND i.removed_at IS NULL
             ORDER BY t.id",
            vec![hex_list(audio_ids.iter().map(Vec::as_slice))],
        )
        .await?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Lists the tracks of files that are in another place, and notes them as touched with their albums and artists.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn relocated(tx: &mut WriteTx, items: &[i64]) -> Result<Vec<TrackId>> {
    let tracks = in_items(tx, items).await?;
    let tracks: Vec<TrackId> = tracks.into_iter().map(|it| it.track_id).collect();
    touched::tracks(tx, &tracks).await?;
    Ok(tracks)
}

/// Lists the tracks of files.
pub async fn in_items(tx: &mut WriteTx, items: &[i64]) -> Result<Vec<PlacedTrack>> {
    let rows = tx
        .query(
            "SELECT id, item_id, part, audio_id, missing_since IS NOT NULL FROM track
             WHERE item_id IN (SELECT value FROM json_each(?)) ORDER BY item_id, part",
            vec![id_list(items.iter().copied())],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(PlacedTrack {
                track_id: row.get(0)?,
                item_id: row.get(1)?,
                part: row.get(2)?,
                audio_id: row.get(3)?,
                missing: row.get(4)?,
            })
        })
        .collect()
}

/// What tells tracks of one sound apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrackLabel {
    /// The title.
    pub title: String,
    /// The title of its album.
    pub album: Option<String>,
    /// The artists of its album, as credited there.
    pub album_artists: Vec<String>,
    /// Its number.
    pub track: Option<u32>,
}

/// Reads what tells tracks apart.
pub async fn labels(tx: &mut WriteTx, tracks: &[TrackId]) -> Result<HashMap<TrackId, TrackLabel>> {
    let rows = tx
        .query(
            "SELECT t.id, t.title, a.title, t.track, l.name FROM track t
             LEFT JOIN album a ON a.id = t.album_id
             LEFT JOIN album_artist l ON l.album_id = t.album_id
             WHERE t.id IN (SELECT value FROM json_each(?)) ORDER BY t.id, l.position",
            vec![id_list(tracks.iter().copied())],
        )
        .await?;
    let mut labels: HashMap<TrackId, TrackLabel> = HashMap::new();
    for row in &rows {
        let label = labels.entry(row.get(0)?).or_default();
        label.title = row.get(1)?;
        label.album = row.get(2)?;
        label.track = row.get(3)?;
        label.album_artists.extend(row.get::<Option<String>>(4)?);
    }
    Ok(labels)
}

/// Makes tracks those of other files, all at once, so that some may change places.
///
/// # Errors
/// A `Constraint` of the database if that part of a file is a track already, or there is no such
/// file.
pub async fn rebind(tx: &mut WriteTx, moves: &[(TrackId, i64, u32)]) -> Result<()> {
    if moves.is_empty() {
        return Ok(());
    }
    let tracks = id_list(moves.iter().map(|(track, ..)| *track));
    // The files that they were in have no track now: should they come back, they have to be read. Not so where only
    // others were there when such a file was read last.
    tx.execute(
        "UPDATE remote_item SET processed = NULL WHERE id IN (
             SELECT t.item_id FROM track t WHERE t.id IN (SELECT value FROM json_each(?))
                 AND (t.missing_since IS NULL OR NOT EXISTS (SELECT 1 FROM track o
                     WHERE o.item_id = t.item_id AND o.missing_since IS NULL)))",
        vec![tracks.clone()],
    )
    .await?;
    tx.execute(
        "UPDATE track SET item_id = NULL WHERE id IN (SELECT value FROM json_each(?))",
        vec![tracks],
    )
    .await?;
    let rows = moves
        .iter()
        .map(|(track, item, part)| vec![(*track).into(), (*item).into(), (*part).into()]);
    tx.insert_rows(
        "WITH v(track, item, part) AS (",
        3,
        rows,
        ") UPDATE track SET item_id = v.item, part = v.part FROM v WHERE track.id = v.track",
    )
    .await?;
    Ok(())
}

/// Takes tracks out of their files, which have another content, and marks them as missing.
pub async fn unbind(tx: &mut WriteTx, tracks: &[TrackId], now_ms: i64) -> Result<()> {
    if tracks.is_empty() {
        return Ok(());
    }
    touched::tracks(tx, tracks).await?;
    tx.execute(
        "UPDATE track SET item_id = NULL, missing_since = coalesce(missing_since, ?)
         WHERE id IN (SELECT value FROM json_each(?))",
        vec![now_ms.into(), id_list(tracks.iter().copied())],
    )
    .await?;
    Ok(())
}
