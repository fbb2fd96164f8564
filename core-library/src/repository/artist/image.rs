//! Images of artists: the files that may show one, and the one that was chosen.

use crate::db::{Library, WriteTx};
use crate::error::{LibraryError, Result};
use crate::model::{ArtistId, ArtworkId};
use crate::repository::track_writer::ArtworkRecord;

/// An image file in or above the folders of an artist's albums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFile {
    /// The file.
    pub item_id: i64,
    /// Where it is.
    pub provider_id: i64,
    /// The provider's name for it.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Bytes.
    pub size: u64,
    /// The name of its folder; empty for the root.
    pub folder: String,
    /// Whether music lies in the folder itself.
    pub has_music: bool,
    /// Whether the folder has music, and all of it is on albums of this artist alone.
    pub is_of_artist: bool,
}

/// The image of an artist, as it was last looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The image; `None` if none was found.
    pub artwork: Option<ArtworkId>,
    /// What was looked at.
    pub seen: Option<String>,
}

/// How many of an artist's folders are looked at.
const FOLDERS: i64 = 200;

/// Lists the image files that lie with an artist's albums, or one or two folders above them.
///
/// # Errors
/// What the database says.
pub async fn files(library: &Library, id: ArtistId) -> Result<Vec<ImageFile>> {
    let rows = library
        .query(
            "WITH RECURSIVE place(provider_id, key, above) AS (
                 SELECT * FROM (SELECT DISTINCT i.provider_id, i.parent_key, 0
                     FROM album_artist l JOIN track t ON t.album_id = l.album_id
                     JOIN remote_item i ON i.id = t.item_id
                     WHERE l.artist_id = ?1 AND t.missing_since IS NULL AND i.parent_key IS NOT NULL
                     LIMIT ?2)
                 UNION
                 SELECT p.provider_id, f.parent_key, p.above + 1 FROM place p
                     JOIN remote_item f ON f.provider_id = p.provider_id AND f.key = p.key
                     WHERE p.above < 2 AND f.parent_key IS NOT NULL),
             folder AS MATERIALIZED (
                 SELECT p.provider_id, p.key, ifnull(f.name, '') AS name,
                     EXISTS (SELECT 1 FROM remote_item m WHERE m.provider_id = p.provider_id
                         AND m.parent_key = p.key AND m.kind = 'audio' AND m.removed_at IS NULL)
                         AS has_music,
                     EXISTS (SELECT 1 FROM remote_item m JOIN track t ON t.item_id = m.id
                         WHERE m.provider_id = p.provider_id AND m.parent_key = p.key
                             AND t.missing_since IS NULL
                             AND (NOT EXISTS (SELECT 1 FROM album_artist l
                                      WHERE l.album_id = t.album_id AND l.artist_id = ?1)
                                  OR EXISTS (SELECT 1 FROM album_artist l
                                      WHERE l.album_id = t.album_id AND l.artist_id <> ?1)))
                         AS is_shared
                 FROM (SELECT DISTINCT provider_id, key FROM place) p
                 LEFT JOIN remote_item f ON f.provider_id = p.provider_id AND f.key = p.key
                     AND f.parent_key IS NOT NULL)
             SELECT i.id, i.provider_id, i.key, i.name, i.version, i.size, d.name, d.has_music,
                 d.has_music AND NOT d.is_shared
             FROM folder d JOIN remote_item i
                 ON i.provider_id = d.provider_id AND i.parent_key = d.key
             WHERE i.kind = 'image' AND i.removed_at IS NULL
             ORDER BY i.provider_id, i.key",
            vec![id.into(), FOLDERS.into()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(ImageFile {
                item_id: row.get(0)?,
                provider_id: row.get(1)?,
                key: row.get(2)?,
                name: row.get(3)?,
                version: row.get(4)?,
                size: row.get(5)?,
                folder: row.get(6)?,
                has_music: row.get(7)?,
                is_of_artist: row.get(8)?,
            })
        })
        .collect()
}

/// Reads which image was chosen, and by looking at what.
///
/// # Errors
/// [`LibraryError::NotFound`] if there is no such artist.
pub async fn chosen(library: &Library, id: ArtistId) -> Result<Chosen> {
    let sql = "SELECT artwork_id, artwork_seen FROM artist WHERE id = ?";
    let rows = library.query(sql, vec![id.into()]).await?;
    let row = rows
        .first()
        .ok_or_else(|| LibraryError::not_found("artist", id))?;
    Ok(Chosen {
        artwork: row.get(0)?,
        seen: row.get(1)?,
    })
}

/// Chooses the image of an artist, or notes that none was found, and gives its id.
///
/// # Errors
/// What the database says.
pub async fn choose(
    tx: &mut WriteTx,
    id: ArtistId,
    image: Option<&ArtworkRecord>,
    seen: &str,
) -> Result<Option<ArtworkId>> {
    let artwork = match image {
        Some(image) => Some(write(tx, image).await?),
        None => None,
    };
    tx.execute(
        "UPDATE artist SET artwork_id = ?, artwork_seen = ? WHERE id = ?",
        vec![artwork.into(), seen.into(), id.into()],
    )
    .await?;
    Ok(artwork)
}

async fn write(tx: &mut WriteTx, image: &ArtworkRecord) -> Result<ArtworkId> {
    let size = i64::try_from(image.bytes).unwrap_or(i64::MAX);
    // One that lost its file is read from this one.
    tx.execute(
        "INSERT INTO artwork(hash, mime, bytes, width, height, item_id, picture)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT(hash) DO UPDATE SET item_id = excluded.item_id, picture = excluded.picture
             WHERE artwork.item_id IS NULL",
        vec![
            image.hash.clone().into(),
            image.mime.as_str().into(),
            size.into(),
            image.width.into(),
            image.height.into(),
            image.item_id.into(),
            image.picture.into(),
        ],
    )
    .await?;
    let sql = "SELECT id FROM artwork WHERE hash = ?";
    let rows = tx.query(sql, vec![image.hash.clone().into()]).await?;
    let row = rows
        .first()
        .ok_or_else(|| LibraryError::not_found("artwork", image.item_id))?;
    Ok(row.get(0)?)
}
