//! The library in figures.

use crate::db::Library;
use crate::error::{LibraryError, Result};
use crate::model::LibraryStats;
use crate::repository::{album, artist};

/// Counts what the library holds. It looks at every row.
pub async fn read(library: &Library) -> Result<LibraryStats> {
    let (album, artist) = (album::IS_PRESENT, artist::IS_PRESENT);
    let sql = format!(
        "SELECT count(*) FILTER (WHERE t.missing_since IS NULL),
             count(*) FILTER (WHERE t.missing_since IS NOT NULL),
             (SELECT count(*) FROM album a WHERE {album}),
             (SELECT count(*) FROM artist r WHERE {artist}),
             (SELECT count(*) FROM genre WHERE track_count > 0),
             (SELECT count(*) FROM playlist),
             ifnull(sum(t.duration_ms) FILTER (WHERE t.missing_since IS NULL), 0),
             (SELECT ifnull(sum(i.size), 0) FROM remote_item i WHERE EXISTS (SELECT 1 FROM track p
                  WHERE p.item_id = i.id AND p.missing_since IS NULL))
         FROM track t"
    );
    let rows = library.query(&sql, vec![]).await?;
    let row = rows
        .first()
        .ok_or_else(|| LibraryError::not_found("row of", "statistics"))?;
    Ok(LibraryStats {
        tracks: row.get(0)?,
        missing_tracks: row.get(1)?,
        albums: row.get(2)?,
        artists: row.get(3)?,
        genres: row.get(4)?,
        playlists: row.get(5)?,
        duration_ms: row.get(6)?,
        bytes: row.get(7)?,
    })
}
