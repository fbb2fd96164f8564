//! Images: where their bytes are.

use crate::db::Library;
use crate::error::{LibraryError, Result};
use crate::model::{Artwork, ArtworkId};

/// Reads where an image is.
///
/// If the file that it was found in is gone, it names another one that has the same image.
///
/// # Errors
/// [`LibraryError::NotFound`] if there is none of that id.
pub async fn get(library: &Library, id: ArtworkId) -> Result<Artwork> {
    let rows = library
        .query(
            "SELECT w.id, w.hash, w.mime, w.bytes, w.width, w.height,
                 CASE WHEN i.id IS NOT NULL AND i.removed_at IS NULL THEN i.id
                      WHEN w.picture IS NULL THEN w.item_id
                      ELSE ifnull((SELECT t.item_id FROM track t WHERE t.artwork_id = w.id
                           AND t.missing_since IS NULL AND t.item_id IS NOT NULL
                           ORDER BY t.id LIMIT 1), w.item_id) END,
                 w.picture
             FROM artwork w LEFT JOIN remote_item i ON i.id = w.item_id WHERE w.id = ?",
            vec![id.into()],
        )
        .await?;
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
