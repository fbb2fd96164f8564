//! Small copies of images, kept up to a bound, and what stands for an image until it is there.

use bridge_traits::database::SqlValue;

use crate::db::{Library, WriteTx};
use crate::error::Result;
use crate::model::{ArtworkId, Placeholder, Thumbnail};

/// How long a copy counts as just used, in ms: to note every use would make each look a write.
const FRESH_MS: i64 = 24 * 60 * 60 * 1_000;

/// A copy that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The copy.
    pub thumbnail: Thumbnail,
    /// Whether its last noted use is so long ago that [`touch`] should note this one.
    pub is_stale: bool,
}

/// Reads the copy of an image whose longer side was to have `side` pixels, if there is one.
///
/// # Errors
/// What the database says.
pub async fn get(library: &Library, id: ArtworkId, side: u32) -> Result<Option<Kept>> {
    let rows = library
        .query(
            "SELECT mime, width, height, bytes, used_at FROM thumbnail
             WHERE artwork_id = ? AND side = ?",
            vec![id.into(), side.into()],
        )
        .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let used_at: i64 = row.get(4)?;
    Ok(Some(Kept {
        thumbnail: Thumbnail {
            mime: row.get(0)?,
            width: row.get(1)?,
            height: row.get(2)?,
            bytes: row.get(3)?,
        },
        is_stale: library.now_ms() - used_at > FRESH_MS,
    }))
}

/// Notes that a copy is used now.
///
/// # Errors
/// What the database says.
pub async fn touch(tx: &mut WriteTx, id: ArtworkId, side: u32) -> Result<()> {
    let now = tx.now_ms();
    tx.execute(
        "UPDATE thumbnail SET used_at = ? WHERE artwork_id = ? AND side = ?",
        vec![now.into(), id.into(), side.into()],
    )
    .await?;
    Ok(())
}

/// Keeps a copy, and lets go of those that were not used for longest until all have at most `most_bytes`.
/// A copy larger than that is not kept. If there is no such image any more, nothing is kept.
///
/// # Errors
/// What the database says.
pub async fn put(
    tx: &mut WriteTx,
    id: ArtworkId,
    side: u32,
    thumbnail: &Thumbnail,
    most_bytes: u64,
) -> Result<()> {
    let now = tx.now_ms();
    tx.execute(
        "INSERT INTO thumbnail(artwork_id, side, mime, width, height, size, used_at, bytes)
         SELECT id, ?, ?, ?, ?, ?, ?, ? FROM artwork WHERE id = ?
         ON CONFLICT(artwork_id, side) DO UPDATE SET mime = excluded.mime, width = excluded.width,
             height = excluded.height, size = excluded.size, used_at = excluded.used_at,
             bytes = excluded.bytes",
        vec![
            side.into(),
            thumbnail.mime.as_str().into(),
            thumbnail.width.into(),
            thumbnail.height.into(),
            (thumbnail.bytes.len() as i64).into(),
            now.into(),
            SqlValue::Blob(thumbnail.bytes.clone()),
            id.into(),
        ],
    )
    .await?;
    tx.execute(
        "DELETE FROM thumbnail WHERE rowid IN (SELECT rowid FROM (
             SELECT rowid, sum(size) OVER (ORDER BY used_at DESC, rowid DESC) AS total
             FROM thumbnail) WHERE total > ?)",
        vec![i64::try_from(most_bytes).unwrap_or(i64::MAX).into()],
    )
    .await?;
    Ok(())
}

/// Reads what stands for an image, if somebody looked at it before.
///
/// # Errors
/// What the database says.
pub async fn placeholder(library: &Library, id: ArtworkId) -> Result<Option<Placeholder>> {
    let rows = library
        .query(
            "SELECT color, thumb_hash FROM artwork WHERE id = ? AND color IS NOT NULL
             AND thumb_hash IS NOT NULL",
            vec![id.into()],
        )
        .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let color: u32 = row.get(0)?;
    let [_, red, green, blue] = color.to_be_bytes();
    Ok(Some(Placeholder {
        color: [red, green, blue],
        thumb_hash: row.get(1)?,
    }))
}

/// Notes what stands for an image.
///
/// # Errors
/// What the database says.
pub async fn set_placeholder(
    tx: &mut WriteTx,
    id: ArtworkId,
    placeholder: &Placeholder,
) -> Result<()> {
    let [red, green, blue] = placeholder.color;
    tx.execute(
        "UPDATE artwork SET color = ?, thumb_hash = ? WHERE id = ?",
        vec![
            u32::from_be_bytes([0, red, green, blue]).into(),
            SqlValue::Blob(placeholder.thumb_hash.clone()),
            id.into(),
        ],
    )
    .await?;
    Ok(())
}
