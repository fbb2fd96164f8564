//! Images: where their bytes are, and what they are known by.

use crate::db::Library;
use crate::error::{LibraryError, Result};
use crate::model::{Artwork, ArtworkHash, ArtworkId};
use crate::repository::album;

/// Reads where an image is, as it was found.
///
/// # Errors
/// [`LibraryError::NotFound`] if there is none of that id.
pub async fn get(library: &Library, id: ArtworkId) -> Result<Artwork> {
    let sql =
        "SELECT id, hash, mime, bytes, width, height, item_id, picture FROM artwork WHERE id = ?";
    let rows = library.query(sql, vec![id.into()]).await?;
    let row = rows
        .first()
        .ok_or_else(|| LibraryError::not_found("artwork", id))?;
    Ok(Artwork {
        id: row.get(0)?,
        hash: row.get(1)?,
        mime: row.get(2)?,
        bytes: row.get(3)?,
        width: row.get(4)?,
        height: row.get(5)?,
        item_id: row.get(6)?,
        picture: row.get(7)?,
    })
}

/// A file that may have an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArtworkFile {
    /// The file.
    pub item_id: i64,
    /// Whether it is audio, in which the image is embedded; else it is the image.
    pub embedded: bool,
}

/// So many image files at the most are given.
const IMAGES: i64 = 16;

/// So many audio files at the most are given.
const SONGS: i64 = 3;

/// So many tracks that have an image are looked at for their folders.
const LOOKED_AT: i64 = 200;

/// Lists some other files that may have an image: image files of its size beside the tracks that have it or in the
/// folder above, and the files of these tracks. That is where it is if the file in which it was found went, moved or changed.
///
/// # Errors
/// What the database says.
pub async fn other_sources(library: &Library, image: &Artwork) -> Result<Vec<ArtworkFile>> {
    let rows = library
        .query(
            "WITH holder AS MATERIALIZED (
                 SELECT i.id, i.provider_id, i.parent_key FROM (
                     SELECT item_id FROM track WHERE artwork_id = ?1 AND missing_since IS NULL
                         AND item_id IS NOT NULL ORDER BY id LIMIT ?2) t
                 JOIN remote_item i ON i.id = t.item_id WHERE i.removed_at IS NULL)
             SELECT id, embedded FROM (
                 SELECT * FROM (SELECT DISTINCT s.id AS id, 0 AS embedded
                     FROM (SELECT DISTINCT provider_id, parent_key FROM holder
                         UNION SELECT f.provider_id, f.parent_key
                             FROM (SELECT DISTINCT provider_id, parent_key FROM holder) h
                             CROSS JOIN remote_item f ON f.provider_id = h.provider_id
                                 AND f.key = h.parent_key) f
                     CROSS JOIN remote_item s ON s.provider_id = f.provider_id
                         AND s.parent_key = f.parent_key
                     WHERE s.kind = 'image' AND s.size = ?3 AND s.removed_at IS NULL
                     ORDER BY s.id LIMIT ?4)
                 UNION ALL
                 SELECT * FROM (SELECT DISTINCT id, 1 AS embedded FROM holder ORDER BY id LIMIT ?5))
             WHERE id IS NOT ?6 ORDER BY embedded <> ?7, id",
            vec![
                image.id.into(),
                LOOKED_AT.into(),
                i64::try_from(image.bytes).unwrap_or(i64::MAX).into(),
                IMAGES.into(),
                SONGS.into(),
                image.item_id.into(),
                i64::from(image.picture.is_some()).into(),
            ],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(ArtworkFile {
                item_id: row.get(0)?,
                embedded: row.get(1)?,
            })
        })
        .collect()
}

/// Reads what an image is known by in every library.
///
/// # Errors
/// [`LibraryError::NotFound`] if there is none of that id.
pub async fn hash(library: &Library, id: ArtworkId) -> Result<Vec<u8>> {
    let sql = "SELECT hash FROM artwork WHERE id = ?";
    let rows = library.query(sql, vec![id.into()]).await?;
    let row = rows
        .first()
        .ok_or_else(|| LibraryError::not_found("artwork", id))?;
    Ok(row.get(0)?)
}

/// Lists what images are known by, at most `limit`, by id, after an id.
///
/// # Errors
/// What the database says.
pub async fn hashes(
    library: &Library,
    after: Option<ArtworkId>,
    limit: usize,
) -> Result<Vec<ArtworkHash>> {
    let is_present = album::IS_PRESENT;
    let rows = library
        .query(
            &format!(
                "SELECT w.id, w.hash,
                     EXISTS (SELECT 1 FROM album a WHERE a.artwork_id = w.id AND {is_present})
                 FROM artwork w WHERE w.id > ? ORDER BY w.id LIMIT +?"
            ),
            vec![
                after.map_or(i64::MIN, |it| it.0).into(),
                i64::try_from(limit).unwrap_or(i64::MAX).into(),
            ],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(ArtworkHash {
                id: row.get(0)?,
                hash: row.get(1)?,
                is_cover: row.get(2)?,
            })
        })
        .collect()
}
