//! What artists are called, by the credits that are there.

use std::collections::BTreeMap;

use super::artists::{self, Artist};
use crate::db::WriteTx;
use crate::error::Result;
use crate::repository::sql::id_list;

/// Writes a condition: that a credit of the artist `a` which is there meets another one.
macro_rules! is_credited {
    ($condition:literal) => {
        concat!(
            "(EXISTS (SELECT 1 FROM track_artist c CROSS JOIN track t ON t.id = c.track_id
                 WHERE c.artist_id = a.id AND t.missing_since IS NULL AND ",
            $condition,
            ") OR EXISTS (SELECT 1 FROM album_artist c CROSS JOIN album b ON b.id = c.album_id
                 WHERE c.artist_id = a.id AND b.track_count > 0 AND ",
            $condition,
            "))"
        )
    };
}

/// The artists that lost credits or have some again, if no credit has the name or the sort name that they have, or one
/// may have what they lack. Those of whom nothing is there keep their names, but no sort name: what comes next says it anew.
const UNCREDITED: &str = concat!(
    "SELECT a.id, a.identity, a.name, a.sort_name, ",
    is_credited!("c.name = a.name"),
    ", ",
    is_credited!("c.sort_name = a.sort_name"),
    " FROM artist a
     WHERE a.id IN (SELECT id FROM loose WHERE kind IN ('artist', 'sort_name'))
         AND (a.track_count > 0 OR a.album_count > 0 OR a.sort_name IS NOT NULL)
         AND (NOT ",
    is_credited!("c.name = a.name"),
    " OR (a.sort_name IS NOT NULL AND NOT ",
    is_credited!("c.sort_name = a.sort_name"),
    ") OR (a.sort_name IS NULL AND EXISTS (SELECT 1 FROM loose l
             WHERE l.kind = 'sort_name' AND l.id = a.id)))"
);

const CREDITS: &str = "SELECT c.artist_id, c.name, c.sort_name, count(*) FROM (
         SELECT c.artist_id, c.name, c.sort_name FROM json_each(?1) a
         CROSS JOIN track_artist c ON c.artist_id = a.value CROSS JOIN track t ON t.id = c.track_id
         WHERE t.missing_since IS NULL
         UNION ALL
         SELECT c.artist_id, c.name, c.sort_name FROM json_each(?1) a
         CROSS JOIN album_artist c ON c.artist_id = a.value CROSS JOIN album b ON b.id = c.album_id
         WHERE b.track_count > 0) c
     GROUP BY c.artist_id, c.name, c.sort_name";

/// Gives artists whose name or sort name no file has any more the ones that most of their credits have.
pub(super) async fn settle(tx: &mut WriteTx) -> Result<()> {
    let rows = tx.query(UNCREDITED, vec![]).await?;
    for rows in rows.chunks(200) {
        let ids: Result<Vec<i64>, _> = rows.iter().map(|row| row.get(0)).collect();
        let ids = id_list(ids?);
        let mut credits: BTreeMap<i64, Credits> = BTreeMap::new();
        for row in &tx.query(CREDITS, vec![ids.clone()]).await? {
            let of_artist = credits.entry(row.get(0)?).or_default();
            let count: u64 = row.get(3)?;
            *of_artist.names.entry(row.get(1)?).or_default() += count;
            if let Some(sort_name) = row.get(2)? {
                *of_artist.sort_names.entry(sort_name).or_default() += count;
            }
        }
        let mut changed = Vec::with_capacity(rows.len());
        for row in rows {
            let id: i64 = row.get(0)?;
            let none = Credits::default();
            let credits = credits.get(&id).unwrap_or(&none);
            let (mut name, mut sort_name) = (row.get::<String>(2)?, row.get(3)?);
            if !row.get::<bool>(4)? {
                name = most(&credits.names).unwrap_or(name);
            }
            if !row.get::<Option<bool>>(5)?.unwrap_or(false) {
                sort_name = most(&credits.sort_names);
            }
            let identity: String = row.get(1)?;
            let artist = Artist {
                id,
                name,
                sort_name,
            };
            changed.push((identity, artist));
        }
        artists::rename(tx, &changed).await?;
    }
    Ok(())
}

/// How many credits have each name.
#[derive(Default)]
struct Credits {
    names: BTreeMap<String, u64>,
    sort_names: BTreeMap<String, u64>,
}

/// Gives the name that most have; of several the first in the order of characters.
fn most(names: &BTreeMap<String, u64>) -> Option<String> {
    let most = names.values().max()?;
    let mut names = names.iter().filter(|it| it.1 == most);
    names.next().map(|it| it.0.clone())
}
