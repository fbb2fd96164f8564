//! Counts of new tracks, a batch at a time.
//!
//! Triggers keep the counts at each row that comes, goes or changes, which for a new track would cost
//! more than all its rows. So they leave tracks alone that are not below a mark, and those are counted
//! here, by one statement a table.

use bridge_traits::database::SqlValue;

use crate::db::WriteTx;
use crate::error::Result;
use crate::model::TrackId;

/// Counts albums, artists and genres of the tracks from `?` on. The `+` make SQLite read those, and not
/// an index in the order of the groups.
const ADD: [&str; 3] = [
    "UPDATE album SET track_count = track_count + n.tracks, duration_ms = album.duration_ms + n.ms
     FROM (SELECT album_id, count(*) AS tracks, ifnull(sum(duration_ms), 0) AS ms FROM track
           WHERE id >= ? AND missing_since IS NULL AND album_id IS NOT NULL GROUP BY +album_id) AS n
     WHERE album.id = n.album_id",
    "UPDATE artist SET track_count = track_count + n.tracks
     FROM (SELECT artist_id, count(DISTINCT track_id) AS tracks FROM track_artist
           WHERE track_id >= ? GROUP BY +artist_id) AS n
     WHERE artist.id = n.artist_id",
    "UPDATE genre SET track_count = track_count + n.tracks
     FROM (SELECT genre_id, count(DISTINCT track_id) AS tracks FROM track_genre
           WHERE track_id >= ? GROUP BY +genre_id) AS n
     WHERE genre.id = n.genre_id",
];

/// Makes the triggers leave the tracks from `first` on alone, which are still to be written.
pub(super) async fn hold(tx: &mut WriteTx, first: TrackId) -> Result<()> {
    set(tx, first.0).await
}

/// Counts the tracks from `first` on, none of which are missing, and lets the triggers go on.
pub(super) async fn add(tx: &mut WriteTx, first: TrackId) -> Result<()> {
    for sql in ADD {
        tx.execute(sql, vec![first.into()]).await?;
    }
    set(tx, i64::MAX).await
}

async fn set(tx: &mut WriteTx, below: i64) -> Result<()> {
    let below = SqlValue::Integer(below);
    tx.execute("UPDATE counted SET below = ?", vec![below])
        .await?;
    Ok(())
}
