//! Clean-up of what no track refers to any more.

use super::ids::Ids;
use super::{TrackWriter, artist_names, derived};
use crate::db::{Library, WriteTx};
use crate::error::Result;
use crate::model::ArtistId;
use crate::repository::sql::id_list;

/// How much was cleaned up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Orphans {
    /// Albums without a track.
    pub albums: u64,
    /// Artists without a track or album.
    pub artists: u64,
    /// Genres without a track.
    pub genres: u64,
    /// Images of no track or album.
    pub artworks: u64,
    /// Artists that are there and are called or sorted otherwise now.
    pub renamed: Vec<ArtistId>,
}

/// A kind of row, and what else may refer to one.
struct Kind {
    table: &'static str,
    references: &'static [(&'static str, &'static str)],
    /// Whether its words can be searched for.
    is_searched: bool,
}

/// In this order: an album that goes may leave artists and images behind.
const KINDS: [Kind; 4] = [
    Kind {
        table: "album",
        references: &[("track", "album_id")],
        is_searched: true,
    },
    Kind {
        table: "artist",
        references: &[("track_artist", "artist_id"), ("album_artist", "artist_id")],
        is_searched: true,
    },
    Kind {
        table: "genre",
        references: &[("track_genre", "genre_id")],
        is_searched: false,
    },
    Kind {
        table: "artwork",
        references: &[
            ("track", "artwork_id"),
            ("album", "artwork_id"),
            ("artist", "artwork_id"),
        ],
        is_searched: false,
    },
];

/// Tells whether [`sweep_orphans`](TrackWriter::sweep_orphans) has anything to look at, as after a sync that was stopped.
///
/// # Errors
/// What the database says.
pub async fn is_unsettled(library: &Library) -> Result<bool> {
    let rows = library
        .query("SELECT EXISTS (SELECT 1 FROM loose)", vec![])
        .await?;
    rows.first().map_or(Ok(false), |row| Ok(row.get(0)?))
}

impl TrackWriter {
    /// Deletes the albums, artists, genres and images that no track refers to any more, as after
    /// retags. Missing tracks count: what they refer to stays.
    ///
    /// It looks at what lost a reference since the last time, which triggers note: its cost follows the
    /// changes. Albums of which a track went, moved or is back become what those say that are there, and artists are
    /// called what most of the credits call them that are there.
    pub async fn sweep_orphans(&mut self, tx: &mut WriteTx) -> Result<Orphans> {
        self.forget();
        self.settle_presence(tx).await?;
        let [albums, artists, genres, artworks] = &KINDS;
        let orphans = Orphans {
            albums: albums.sweep(tx).await?,
            artists: artists.sweep(tx).await?,
            genres: genres.sweep(tx).await?,
            artworks: artworks.sweep(tx).await?,
            renamed: artist_names::settle(tx).await?,
        };
        tx.touched
            .artists
            .extend(orphans.renamed.iter().map(|it| it.0));
        tx.execute("DELETE FROM loose", vec![]).await?;
        self.forget();
        Ok(orphans)
    }

    /// Derives anew what albums have of which a track went, moved or is back.
    async fn settle_presence(&mut self, tx: &mut WriteTx) -> Result<()> {
        // The walk down is `CROSS`, since SQLite else reads all rows of the provider for each folder.
        let sql = "WITH RECURSIVE below(id, provider_id, key) AS (
                 SELECT i.id, i.provider_id, i.key
                 FROM loose JOIN remote_item i ON i.id = loose.id WHERE loose.kind = 'folder'
                 UNION
                 SELECT i.id, i.provider_id, i.key FROM below CROSS JOIN remote_item i
                     ON i.provider_id = below.provider_id AND i.parent_key = below.key)
             SELECT id FROM loose WHERE kind = 'presence'
             UNION SELECT t.album_id FROM below CROSS JOIN track t ON t.item_id = below.id
             WHERE t.album_id IS NOT NULL";
        let rows = tx.query(sql, vec![]).await?;
        let albums: Vec<i64> = rows
            .iter()
            .map(|row| Ok(row.get(0)?))
            .collect::<Result<_>>()?;
        let mut ids = Ids::read(tx).await?;
        for albums in albums.chunks(500) {
            self.settle(tx, albums, &mut ids).await?;
            derived::refresh_albums(tx, albums).await?;
        }
        Ok(())
    }
}

impl Kind {
    async fn sweep(&self, tx: &mut WriteTx) -> Result<u64> {
        let table = self.table;
        let unused: Vec<String> = self
            .references
            .iter()
            .map(|(from, column)| {
                format!("NOT EXISTS (SELECT 1 FROM {from} r WHERE r.{column} = {table}.id)")
            })
            .collect();
        let sql = format!(
            "SELECT {table}.id FROM loose JOIN {table} ON {table}.id = loose.id
             WHERE loose.kind = '{table}' AND {}",
            unused.join(" AND ")
        );
        let rows = tx.query(&sql, vec![]).await?;
        let ids: Vec<i64> = rows
            .iter()
            .map(|row| Ok(row.get(0)?))
            .collect::<Result<_>>()?;
        if ids.is_empty() {
            return Ok(0);
        }
        let ids = id_list(ids);
        let forget = format!("DELETE FROM {table} WHERE id IN (SELECT value FROM json_each(?))");
        let deleted = tx.execute(&forget, vec![ids.clone()]).await?.rows_affected;
        if self.is_searched {
            let forget = format!(
                "DELETE FROM {table}_search WHERE rowid IN (SELECT value FROM json_each(?))"
            );
            tx.execute(&forget, vec![ids]).await?;
        }
        Ok(deleted)
    }
}
