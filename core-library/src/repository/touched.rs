//! Notes which albums and artists change along with tracks.

use crate::db::WriteTx;
use crate::error::Result;
use crate::model::TrackId;
use crate::repository::sql::id_list;

const OF_TRACKS: &str = "SELECT 0, album_id FROM track
         WHERE id IN (SELECT value FROM json_each(?1)) AND album_id IS NOT NULL
     UNION SELECT 1, artist_id FROM track_artist
         WHERE track_id IN (SELECT value FROM json_each(?1))
     UNION SELECT 1, a.artist_id FROM track t CROSS JOIN album_artist a ON a.album_id = t.album_id
         WHERE t.id IN (SELECT value FROM json_each(?1))";

/// Notes the albums that tracks are on now, and the artists of both.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn tracks(tx: &mut WriteTx, tracks: &[TrackId]) -> Result<()> {
    if tracks.is_empty() {
        return Ok(());
    }
    let list = id_list(tracks.iter().copied());
    for row in &tx.query(OF_TRACKS, vec![list]).await? {
        let id = row.get(1)?;
        match row.get(0)? {
            0 => tx.touched.albums.insert(id),
            _ => tx.touched.artists.insert(id),
        };
    }
    Ok(())
}

/// Notes albums, and the artists whose they are now.
pub(crate) async fn albums(tx: &mut WriteTx, albums: &[i64]) -> Result<()> {
    if albums.is_empty() {
        return Ok(());
    }
    tx.touched.albums.extend(albums);
    let sql =
        "SELECT artist_id FROM album_artist WHERE album_id IN (SELECT value FROM json_each(?))";
    let list = id_list(albums.iter().copied());
    for row in &tx.query(sql, vec![list]).await? {
        tx.touched.artists.insert(row.get(0)?);
    }
    Ok(())
}
