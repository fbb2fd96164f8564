//! Tracks by the sound of the whole file that they are in, or are a part of.

use bridge_traits::database::{Row, SqlValue};

use super::presence::Unread;
use crate::db::WriteTx;
use crate::error::Result;
use crate::model::TrackId;
use crate::repository::sql::{hex_list, id_list};
use crate::repository::track_writer::TrackRecord;

/// A track, and what is known of the whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackOfFile {
    /// The track.
    pub track_id: TrackId,
    /// The file; `None` where there is no such file any more.
    pub item_id: Option<i64>,
    /// Which track of the file it is; 0 if it is all of it.
    pub part: u32,
    /// What it is called; `None` if that is only made of its number.
    pub title: Option<String>,
    /// The identity of the sound of the whole file, when the track was read. That of parts is not known in libraries of
    /// before it was kept.
    pub sound_of_file: Option<Vec<u8>>,
    /// Where a part begins, in ms.
    pub start_ms: Option<i64>,
    /// Where it ends, in ms; `None` at the end of the file.
    pub end_ms: Option<i64>,
    /// The identity of its own sound.
    pub audio_id: Option<Vec<u8>>,
    /// Whether it counts as missing.
    pub missing: bool,
    /// The provider of the file.
    pub provider_id: Option<i64>,
    /// Whether the file was seen to be gone.
    pub removed: bool,
    /// Whether the file has other content by now, which was not read.
    pub unread: Option<Unread>,
}

const COLUMNS: &str = "SELECT t.id, t.item_id, t.part, t.title, t.track,
        coalesce(t.file_audio_id, iif(t.part = 0, t.audio_id, NULL)), t.missing_since IS NOT NULL,
        i.provider_id, i.removed_at IS NOT NULL, w.quarantined, t.start_ms, t.end_ms, t.audio_id
    FROM track t
    LEFT JOIN remote_item i ON i.id = t.item_id
    LEFT JOIN work w ON w.item_id = i.id AND i.version IS NOT i.processed";

/// Tells whether any file is, or was, cut into tracks.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn any_parts(tx: &mut WriteTx) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM track INDEXED BY track_file_audio
        WHERE file_audio_id IS NOT NULL)";
    let rows = tx.query(sql, vec![]).await?;
    rows.first().map_or(Ok(false), |row| Ok(row.get(0)?))
}

/// Tells which of these files are, or were, cut into tracks.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn with_parts(tx: &mut WriteTx, items: &[i64]) -> Result<Vec<i64>> {
    let sql = "SELECT DISTINCT item_id FROM track
        WHERE item_id IN (SELECT value FROM json_each(?)) AND part > 0";
    let rows = tx.query(sql, vec![id_list(items.iter().copied())]).await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// Lists all tracks that files have or had.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn of_files(tx: &mut WriteTx, items: &[i64]) -> Result<Vec<TrackOfFile>> {
    let sql = format!(
        "{COLUMNS} WHERE t.item_id IN (SELECT value FROM json_each(?)) ORDER BY t.item_id, t.part"
    );
    read(tx, &sql, id_list(items.iter().copied())).await
}

/// Lists the parts of files that have such a sound, or had it when they were read.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn parts_of_sounds(
    tx: &mut WriteTx,
    sounds: impl Iterator<Item = &[u8]>,
) -> Result<Vec<TrackOfFile>> {
    let sql = format!(
        "{COLUMNS} WHERE t.file_audio_id IN (SELECT unhex(value) FROM json_each(?))
         ORDER BY t.item_id, t.part, t.id"
    );
    read(tx, &sql, hex_list(sounds)).await
}

/// Lists the tracks that are all of a file which has such a sound, or had it when it was read.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn wholes_of_sounds(
    tx: &mut WriteTx,
    sounds: impl Iterator<Item = &[u8]>,
) -> Result<Vec<TrackOfFile>> {
    let sql = format!(
        "{COLUMNS} WHERE t.audio_id IN (SELECT unhex(value) FROM json_each(?)) AND t.part = 0
             AND NOT EXISTS (SELECT 1 FROM duplicate d WHERE d.track_id = t.id AND d.kept_id IS NOT NULL)
         ORDER BY t.item_id, t.id"
    );
    read(tx, &sql, hex_list(sounds)).await
}

async fn read(tx: &mut WriteTx, sql: &str, list: SqlValue) -> Result<Vec<TrackOfFile>> {
    let rows = tx.query(sql, vec![list]).await?;
    rows.iter().map(of_row).collect()
}

fn of_row(row: &Row) -> Result<TrackOfFile> {
    let (title, number): (String, Option<u32>) = (row.get(3)?, row.get(4)?);
    let made = TrackRecord::untitled(number.unwrap_or_default());
    let quarantined: Option<bool> = row.get(9)?;
    Ok(TrackOfFile {
        track_id: row.get(0)?,
        item_id: row.get(1)?,
        part: row.get(2)?,
        title: Some(title).filter(|title| *title != made),
        sound_of_file: row.get(5)?,
        start_ms: row.get(10)?,
        end_ms: row.get(11)?,
        audio_id: row.get(12)?,
        missing: row.get(6)?,
        provider_id: row.get(7)?,
        removed: row.get(8)?,
        unread: quarantined.map(Unread::of),
    })
}
