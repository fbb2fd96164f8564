//! Clean-up of what no track refers to any more.

use super::TrackWriter;
use crate::db::WriteTx;
use crate::error::Result;

/// How much was cleaned up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Orphans {
    /// Albums without a track.
    pub albums: u64,
    /// Artists without a track or album.
    pub artists: u64,
    /// Genres without a track.
    pub genres: u64,
    /// Images of no track or album.
    pub artworks: u64,
}

impl TrackWriter {
    /// Deletes the albums, artists, genres and images that no track refers to any more, as after
    /// retags. Missing tracks count: what they refer to stays.
    ///
    /// It looks at every album, artist, genre and image once: for the end of a job that changed
    /// something.
    pub async fn sweep_orphans(&mut self, tx: &mut WriteTx) -> Result<Orphans> {
        self.forget();
        let albums = tx
            .execute(
                "DELETE FROM album WHERE NOT EXISTS
                     (SELECT 1 FROM track t WHERE t.album_id = album.id)",
                vec![],
            )
            .await?;
        let artists = tx
            .execute(
                "DELETE FROM artist WHERE
                     NOT EXISTS (SELECT 1 FROM track_artist l WHERE l.artist_id = artist.id)
                     AND NOT EXISTS (SELECT 1 FROM album_artist l WHERE l.artist_id = artist.id)",
                vec![],
            )
            .await?;
        let genres = tx
            .execute(
                "DELETE FROM genre WHERE NOT EXISTS
                     (SELECT 1 FROM track_genre l WHERE l.genre_id = genre.id)",
                vec![],
            )
            .await?;
        let artworks = tx
            .execute(
                "DELETE FROM artwork WHERE
                     NOT EXISTS (SELECT 1 FROM track t WHERE t.artwork_id = artwork.id)
                     AND NOT EXISTS (SELECT 1 FROM album a WHERE a.artwork_id = artwork.id)",
                vec![],
            )
            .await?;
        for (changed, table) in [(albums, "album"), (artists, "artist")] {
            if changed.rows_affected > 0 {
                let forget = format!(
                    "DELETE FROM {table}_search WHERE rowid IN
                         (SELECT rowid FROM {table}_search EXCEPT SELECT id FROM {table})"
                );
                tx.execute(&forget, vec![]).await?;
            }
        }
        Ok(Orphans {
            albums: albums.rows_affected,
            artists: artists.rows_affected,
            genres: genres.rows_affected,
            artworks: artworks.rows_affected,
        })
    }
}
