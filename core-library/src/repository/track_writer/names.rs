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
    known: HashMap<String, i64>,
}

impl Genres {
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Gives the ids of a track's genres, each once, in order.
    pub(super) fn ids(&self, names: &[String]) -> Vec<i64> {
        let mut ids = Vec::with_capacity(names.len());
        for identity in names.iter().filter_map(|name| identity::of_name(name)) {
            if let Some(id) = self.known.get(&identity).filter(|id| !ids.contains(*id)) {
                ids.push(*id);
            }
        }
        ids
    }

    /// Makes sure that every genre of the batch has a row. Its first spelling stays.
    pub(super) async fn write(
        &mut self,
        tx: &mut WriteTx,
        changes: &[Change],
        ids: &mut Ids,
    ) -> Result<()> {
        let mut unknown: BTreeMap<String, &str> = BTreeMap::new();
        for name in changes.iter().flat_map(|it| &it.record.genres) {
            if let Some(identity) = identity::of_name(name)
                && !self.known.contains_key(&identity)
            {
                unknown.entry(identity).or_insert(name.trim());
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        let sql = "SELECT identity, id FROM genre
             WHERE identity IN (SELECT value FROM json_each(?))";
        let list = text_list(unknown.keys().map(String::as_str));
        for row in &tx.query(sql, vec![list]).await? {
            let identity: String = row.get(0)?;
            unknown.remove(&identity);
            self.known.insert(identity, row.get(1)?);
        }
        let mut rows = Vec::with_capacity(unknown.len());
        for (identity, name) in unknown {
            let id = ids.genre();
            rows.push(vec![
                id.into(),
                identity.as_str().into(),
                name.into(),
                fold(name).into(),
            ]);
            self.known.insert(identity, id);
        }
        let head = "INSERT INTO genre(id, identity, name, sort_key)";
        tx.insert_rows(head, 4, rows, "").await?;
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
