//! What artists are called: what most of the credits say that are there, whichever was read last.
//!
//! To count all credits of an artist costs as much as there are. So it is done at the end of a sync, and only for artists
//! of whom credits are known to differ.

use std::collections::{BTreeMap, BTreeSet};

use super::artists::{self, Artist};
use crate::db::WriteTx;
use crate::error::Result;
use crate::model::ArtistId;
use crate::repository::sql::id_list;

/// The artists that lost credits, have some again or got others, if their credits differ or none that is there has the
/// sort name any more.
const DOUBTFUL: &str = "SELECT a.id, a.identity, a.name, a.sort_name, a.differs FROM artist a
     WHERE a.id IN (SELECT id FROM loose WHERE kind = 'artist')
         AND (a.differs OR (a.sort_name IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM track_artist c CROSS JOIN track t ON t.id = c.track_id
                 WHERE c.artist_id = a.id AND c.sort_name = a.sort_name AND t.missing_since IS NULL)
             AND NOT EXISTS (SELECT 1 FROM album_artist c CROSS JOIN album b ON b.id = c.album_id
                 WHERE c.artist_id = a.id AND c.sort_name = a.sort_name AND b.track_count > 0)))";

/// Their credits, and how many of each are there.
const CREDITS: &str = "SELECT c.artist_id, c.name, c.sort_name, sum(c.is_there) FROM (
         SELECT c.artist_id, c.name, c.sort_name, t.missing_since IS NULL AS is_there FROM json_each(?1) a
         CROSS JOIN track_artist c ON c.artist_id = a.value CROSS JOIN track t ON t.id = c.track_id
         UNION ALL
         SELECT c.artist_id, c.name, c.sort_name, b.track_count > 0 FROM json_each(?1) a
         CROSS JOIN album_artist c ON c.artist_id = a.value CROSS JOIN album b ON b.id = c.album_id) c
     GROUP BY c.artist_id, c.name, c.sort_name";

/// Notes artists of whom a credit says something else than they are called.
pub(super) async fn note(tx: &mut WriteTx, artists: BTreeSet<i64>) -> Result<()> {
    if artists.is_empty() {
        return Ok(());
    }
    let artists = id_list(artists);
    for sql in [
        "UPDATE artist SET differs = 1 WHERE NOT differs AND id IN (SELECT value FROM json_each(?))",
        "INSERT INTO loose(kind, id) SELECT 'artist', value FROM json_each(?) WHERE true
             ON CONFLICT DO NOTHING",
    ] {
        tx.execute(sql, vec![artists.clone()]).await?;
    }
    Ok(())
}

/// Gives artists of whom credits came or went the name and the sort name that most credits have; tells which of those
/// that are there are called otherwise now. Those of whom nothing is there keep their name, but no sort name: what comes
/// next says it anew.
pub(super) async fn settle(tx: &mut WriteTx) -> Result<Vec<ArtistId>> {
    let rows = tx.query(DOUBTFUL, vec![]).await?;
    let mut all_renamed = Vec::new();
    for rows in rows.chunks(200) {
        let ids: Result<Vec<i64>, _> = rows.iter().map(|row| row.get(0)).collect();
        let mut credits: BTreeMap<i64, Credits> = BTreeMap::new();
        for row in &tx.query(CREDITS, vec![id_list(ids?)]).await? {
            let of_artist = credits.entry(row.get(0)?).or_default();
            of_artist.add(row.get(1)?, row.get(2)?, row.get(3)?);
        }
        let (mut renamed, mut differ, mut agree) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let (name, sort_name): (String, Option<String>) = (row.get(2)?, row.get(3)?);
            let credits = credits.remove(&row.get(0)?).unwrap_or_default();
            let artist = Artist {
                id: row.get(0)?,
                name: most(&credits.names).unwrap_or(&name).to_owned(),
                sort_name: most(&credits.sort_names).map(str::to_owned),
            };
            match (credits.differ_from(&artist), row.get::<bool>(4)?) {
                (true, false) => differ.push(artist.id),
                (false, true) => agree.push(artist.id),
                _ => {}
            }
            if artist.name != name || artist.sort_name != sort_name {
                if credits.names.values().any(|count| *count > 0) {
                    all_renamed.push(ArtistId(artist.id));
                }
                renamed.push((row.get::<String>(1)?, artist));
            }
        }
        artists::rename(tx, &renamed).await?;
        for (differs, artists) in [(true, differ), (false, agree)] {
            if !artists.is_empty() {
                let sql =
                    "UPDATE artist SET differs = ? WHERE id IN (SELECT value FROM json_each(?))";
                tx.execute(sql, vec![differs.into(), id_list(artists)])
                    .await?;
            }
        }
    }
    Ok(all_renamed)
}

/// How many credits that are there have each name; with 0 those that missing tracks have.
#[derive(Default)]
struct Credits {
    names: BTreeMap<String, u64>,
    sort_names: BTreeMap<String, u64>,
}

impl Credits {
    fn add(&mut self, name: String, sort_name: Option<String>, count: u64) {
        *self.names.entry(name).or_default() += count;
        if let Some(sort_name) = sort_name {
            *self.sort_names.entry(sort_name).or_default() += count;
        }
    }

    fn differ_from(&self, artist: &Artist) -> bool {
        let mut sort_names = self.sort_names.keys();
        self.names.keys().any(|it| artist.differs_from(it, None))
            || sort_names.any(|it| artist.differs_from(&artist.name, Some(it)))
    }
}

/// Gives the name that most have; of several the first in the order of characters.
fn most(names: &BTreeMap<String, u64>) -> Option<&str> {
    let most = names.values().max().filter(|it| **it > 0)?;
    let mut names = names.iter().filter(|it| it.1 == most);
    names.next().map(|it| it.0.as_str())
}
