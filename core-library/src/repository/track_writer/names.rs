//! The genres and images that a batch refers to.

use std::collections::{BTreeMap, HashMap};

use bridge_traits::database::SqlValue;

use super::identity;
use super::ids::Ids;
use super::plan::Change;
use super::record::ArtworkRecord;
use crate::db::WriteTx;
use crate::error::Result;
use crate::repository::sql::{hex_list, text_list};
use crate::search::fold;

/// The genres known so far, by identity.
#[derive(Debug, Default)]
pub(super) struct Genres {
    known: HashMap<String, Genre>,
}

#[derive(Debug)]
struct Genre {
    id: i64,
    /// As it is spelt.
    name: String,
}

impl Genres {
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Gives the ids of a track's genres, each once, in order.
    pub(super) fn ids(&self, names: &[String]) -> Vec<i64> {
        let mut ids = Vec::with_capacity(names.len());
        for identity in names.iter().filter_map(|name| identity::of_name(name)) {
            if let Some(genre) = self.known.get(&identity).filter(|it| !ids.contains(&it.id)) {
                ids.push(genre.id);
            }
        }
        ids
    }

    /// Makes sure that every genre of the batch has a row, which is spelt as the batch spells it first.
    pub(super) async fn write(
        &mut self,
        tx: &mut WriteTx,
        changes: &[Change],
        ids: &mut Ids,
    ) -> Result<()> {
        let mut named: BTreeMap<String, &str> = BTreeMap::new();
        for name in changes.iter().flat_map(|it| &it.record.genres) {
            if let Some(identity) = identity::of_name(name) {
                named.entry(identity).or_insert(name.trim());
            }
        }
        self.load(tx, named.keys().map(String::as_str)).await?;
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for (identity, name) in named {
            let known = self.known.get(&identity);
            if known.is_some_and(|it| it.name == name) {
                continue;
            }
            let rows = if known.is_some() {
                &mut changed
            } else {
                &mut new
            };
            let id = known.map_or_else(|| ids.genre(), |it| it.id);
            rows.push(vec![
                id.into(),
                identity.as_str().into(),
                name.into(),
                fold(name).into(),
            ]);
            let name = name.to_owned();
            self.known.insert(identity, Genre { id, name });
        }
        let head = "INSERT INTO genre(id, identity, name, sort_key)";
        tx.insert_rows(head, 4, new, "").await?;
        let update = "ON CONFLICT(id) DO UPDATE SET name = excluded.name";
        tx.insert_rows(head, 4, changed, update).await?;
        Ok(())
    }

    async fn load(
        &mut self,
        tx: &mut WriteTx,
        identities: impl Iterator<Item = &str>,
    ) -> Result<()> {
        let unknown: Vec<&str> = identities
            .filter(|it| !self.known.contains_key(*it))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let sql = "SELECT identity, id, name FROM genre
             WHERE identity IN (SELECT value FROM json_each(?))";
        for row in &tx.query(sql, vec![text_list(unknown)]).await? {
            let (id, name) = (row.get(1)?, row.get(2)?);
            self.known.insert(row.get(0)?, Genre { id, name });
        }
        Ok(())
    }
}

/// The images known so far, by hash.
#[derive(Debug, Default)]
pub(super) struct Artworks {
    known: HashMap<Vec<u8>, i64>,
}

impl Artworks {
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Gives the id of an image that [`write`](Self::write) has seen.
    pub(super) fn id(&self, hash: &[u8]) -> Option<i64> {
        self.known.get(hash).copied()
    }

    /// Makes sure that every image of the batch has a row.
    pub(super) async fn write(
        &mut self,
        tx: &mut WriteTx,
        changes: &[Change],
        ids: &mut Ids,
    ) -> Result<()> {
        let mut unknown: BTreeMap<&[u8], &ArtworkRecord> = BTreeMap::new();
        for artwork in changes.iter().filter_map(|it| it.record.artwork.as_ref()) {
            if !self.known.contains_key(&artwork.hash) {
                unknown.entry(&artwork.hash).or_insert(artwork);
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        let sql = "SELECT hash, id FROM artwork
             WHERE hash IN (SELECT unhex(value) FROM json_each(?))";
        let list = hex_list(unknown.keys().copied());
        let mut rows = Vec::with_capacity(unknown.len());
        for row in &tx.query(sql, vec![list]).await? {
            self.known.insert(row.get(0)?, row.get(1)?);
        }
        for (hash, artwork) in unknown {
            let id = *self
                .known
                .entry(hash.to_vec())
                .or_insert_with(|| ids.artwork());
            rows.push(row(id, artwork));
        }
        // An image that lost its file is read from this one.
        tx.insert_rows(
            "INSERT INTO artwork(id, hash, mime, bytes, width, height, item_id, picture)",
            8,
            rows,
            "ON CONFLICT(id) DO UPDATE SET item_id = excluded.item_id, picture = excluded.picture
             WHERE artwork.item_id IS NULL",
        )
        .await?;
        Ok(())
    }
}

fn row(id: i64, artwork: &ArtworkRecord) -> Vec<SqlValue> {
    vec![
        id.into(),
        artwork.hash.as_slice().into(),
        artwork.mime.as_str().into(),
        i64::try_from(artwork.bytes).unwrap_or(i64::MAX).into(),
        artwork.width.into(),
        artwork.height.into(),
        artwork.item_id.into(),
        artwork.picture.into(),
    ]
}
