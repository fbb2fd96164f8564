//! The artists that a batch names.

use std::collections::{BTreeSet, HashMap, HashSet};

use bridge_traits::database::SqlValue;

use super::artist_names;
use super::ids::Ids;
use super::plan::Credit;
use crate::db::WriteTx;
use crate::error::Result;
use crate::repository::sql::{id_list, text_list};
use crate::search::{IndexText, fold};

/// The artists known so far, by identity.
#[derive(Debug, Default)]
pub(super) struct Artists {
    known: HashMap<String, Artist>,
}

#[derive(Debug)]
pub(super) struct Artist {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) sort_name: Option<String>,
}

const COLUMNS: &str = "INSERT INTO artist(id, identity, name, sort_name, sort_key, musicbrainz_id)";
const UPDATE: &str = "ON CONFLICT(id) DO UPDATE SET name = excluded.name,
    sort_name = excluded.sort_name, sort_key = excluded.sort_key";

impl Artists {
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Gives the id of an artist that [`write`](Self::write) has seen.
    pub(super) fn id(&self, identity: &str) -> i64 {
        self.known
            .get(identity)
            .expect("every credit of the batch was written")
            .id
    }

    /// Makes sure that every artist who is credited has a row. Whoever is called otherwise so far keeps name and sort
    /// name, until [`settle`](super::artist_names::settle) has counted.
    pub(super) async fn write<'a>(
        &mut self,
        tx: &mut WriteTx,
        credits: impl IntoIterator<Item = &'a Credit>,
        ids: &mut Ids,
    ) -> Result<()> {
        let credits: Vec<&Credit> = credits.into_iter().collect();
        self.load(tx, &credits).await?;

        let mut new: BTreeSet<&str> = BTreeSet::new();
        let mut changed: BTreeSet<&str> = BTreeSet::new();
        let mut differing: BTreeSet<i64> = BTreeSet::new();
        for credit in &credits {
            match self.known.get_mut(&credit.identity) {
                None => {
                    let artist = Artist {
                        id: ids.artist(),
                        name: credit.name.clone(),
                        sort_name: credit.sort_name.clone(),
                    };
                    self.known.insert(credit.identity.clone(), artist);
                    new.insert(&credit.identity);
                }
                Some(artist) => {
                    if artist.is_sorted_first_by(credit) {
                        artist.sort_name.clone_from(&credit.sort_name);
                        changed.insert(&credit.identity);
                    }
                    if artist.differs_from(&credit.name, credit.sort_name.as_deref()) {
                        differing.insert(artist.id);
                    }
                }
            }
        }
        changed.retain(|identity| !new.contains(identity));

        let rows = |identities: BTreeSet<&'a str>| {
            let rows = identities.into_iter().map(|it| (it, &self.known[it]));
            rows.collect::<Vec<_>>()
        };
        let (new, changed) = (rows(new), rows(changed));
        insert(tx, &new, "").await?;
        update(tx, &changed).await?;
        artist_names::note(tx, differing).await
    }

    async fn load(&mut self, tx: &mut WriteTx, credits: &[&Credit]) -> Result<()> {
        let unknown: HashSet<&str> = credits
            .iter()
            .map(|it| it.identity.as_str())
            .filter(|it| !self.known.contains_key(*it))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let sql = "SELECT identity, id, name, sort_name FROM artist
             WHERE identity IN (SELECT value FROM json_each(?))";
        for row in &tx.query(sql, vec![text_list(unknown)]).await? {
            let artist = Artist {
                id: row.get(1)?,
                name: row.get(2)?,
                sort_name: row.get(3)?,
            };
            self.known.insert(row.get(0)?, artist);
        }
        Ok(())
    }
}

/// Gives artists, with their identities, other names.
pub(super) async fn rename(tx: &mut WriteTx, artists: &[(String, Artist)]) -> Result<()> {
    let artists = artists.iter().map(|(identity, it)| (identity.as_str(), it));
    update(tx, &artists.collect::<Vec<_>>()).await
}

async fn update(tx: &mut WriteTx, artists: &[(&str, &Artist)]) -> Result<()> {
    if artists.is_empty() {
        return Ok(());
    }
    let stale = id_list(artists.iter().map(|(_, it)| it.id));
    let forget = "DELETE FROM artist_search WHERE rowid IN (SELECT value FROM json_each(?))";
    tx.execute(forget, vec![stale]).await?;
    insert(tx, artists, UPDATE).await
}

async fn insert(tx: &mut WriteTx, artists: &[(&str, &Artist)], tail: &str) -> Result<()> {
    let mut rows = Vec::with_capacity(artists.len());
    let mut words = Vec::with_capacity(artists.len());
    for (identity, artist) in artists {
        words.push(vec![artist.id.into(), artist.search_text().into()]);
        rows.push(artist.row(identity));
    }
    rows.sort_by_key(|row| match row[0] {
        SqlValue::Integer(id) => id,
        _ => 0,
    });
    tx.insert_rows(COLUMNS, 6, rows, tail).await?;
    let search = "INSERT INTO artist_search(rowid, name)";
    tx.insert_rows(search, 2, words, "").await?;
    Ok(())
}

impl Artist {
    fn is_sorted_first_by(&self, credit: &Credit) -> bool {
        self.sort_name.is_none() && credit.sort_name.is_some()
    }

    /// Tells whether a credit says something else than what the artist is called.
    pub(super) fn differs_from(&self, name: &str, sort_name: Option<&str>) -> bool {
        self.name != name || (sort_name.is_some() && self.sort_name.as_deref() != sort_name)
    }

    fn row(&self, identity: &str) -> Vec<SqlValue> {
        vec![
            self.id.into(),
            identity.into(),
            self.name.as_str().into(),
            self.sort_name.clone().into(),
            fold(self.sort_name.as_deref().unwrap_or(&self.name)).into(),
            identity.strip_prefix("mbid:").into(),
        ]
    }

    fn search_text(&self) -> String {
        let mut text = IndexText::default();
        text.add(&self.name);
        if let Some(sort_name) = &self.sort_name {
            text.add(sort_name);
        }
        text.into_text()
    }
}
