//! Images: where their bytes are, and what they are known by.

use std::collections::HashMap;

use crate::db::{Library, WriteTx, json_list};
use crate::error::{LibraryError, Result};
use crate::model::{Artwork, ArtworkHash, ArtworkId};
use crate::repository::album;
use crate::repository::track_writer::ArtworkRecord;

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

/// Gives the images of the tracks in these files, by file and part, but for those that no file is known to have.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// It only reads.
pub async fn of_tracks_in(
    tx: &mut WriteTx,
    item_ids: &[i64],
) -> Result<HashMap<(i64, u32), ArtworkRecord>> {
    let rows = tx
        .query(
            "SELECT t.item_id, t.part, a.hash, a.mime, a.bytes, a.width, a.height, a.item_id, a.picture
             FROM json_each(?) f CROSS JOIN track t ON t.item_id = f.value
             JOIN artwork a ON a.id = t.artwork_id WHERE a.item_id IS NOT NULL",
            vec![json_list(item_ids)],
        )
        .await?;
    let images = rows.iter().map(|row| {
        let image = ArtworkRecord {
            hash: row.get(2)?,
            mime: row.get(3)?,
            bytes: row.get(4)?,
            width: row.get(5)?,
            height: row.get(6)?,
            item_id: row.get(7)?,
            picture: row.get(8)?,
        };
        Ok(((row.get(0)?, row.get(1)?), image))
    });
    images.collect()
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
