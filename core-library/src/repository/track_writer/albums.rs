//! The albums that a batch names.
//!
//! Tracks of one album need not say the same of it. A record without a value leaves what other
//! tracks gave; among those that give one the last read wins. Only when all tracks of an album are
//! written together does it forget what they said before, so that a value which is gone from every
//! file goes from the album too.

use std::collections::{HashMap, HashSet};

use bridge_traits::database::SqlValue;

use super::album_facts::{self, AlbumFacts, StoredAlbum, add_record};
use super::artists::Artists;
use super::identity::FOLDER_ALBUM;
use super::ids::Ids;
use super::plan::Change;
use super::record::AlbumRecord;
use crate::db::WriteTx;
use crate::error::Result;
use crate::repository::sql::{id_list, text_list};
use crate::search::{IndexText, fold};

/// The albums known so far, by identity.
#[derive(Debug, Default)]
pub(super) struct Albums {
    known: HashMap<String, StoredAlbum>,
}

/// The albums of one batch.
pub(super) struct BatchAlbums {
    by_identity: HashMap<String, BatchAlbum>,
    /// Those that were there and changed.
    pub(super) stale: Vec<i64>,
}

/// What the tracks of an album need to know of it.
pub(super) struct BatchAlbum {
    pub(super) id: i64,
    pub(super) text: AlbumText,
}

/// What an album adds to its tracks' search text.
pub(super) struct AlbumText {
    pub(super) title: IndexText,
    /// Names as they stand; each track leaves out those that it has itself.
    pub(super) artists: Vec<String>,
}

impl BatchAlbums {
    pub(super) fn get(&self, identity: &str) -> Option<&BatchAlbum> {
        self.by_identity.get(identity)
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = i64> {
        self.by_identity.values().map(|it| it.id)
    }
}

impl AlbumText {
    pub(super) fn new(
        title: &str,
        sort_title: Option<&str>,
        artist_display: Option<&str>,
        artists: impl Iterator<Item = String>,
    ) -> Self {
        let mut text = IndexText::default();
        text.add(title);
        text.add(sort_title.unwrap_or_default());
        let display = artist_display.map(str::to_owned);
        Self {
            title: text,
            artists: display.into_iter().chain(artists).collect(),
        }
    }

    /// Gives the text of the album's artists alone.
    pub(super) fn artist_text(&self) -> String {
        let mut text = IndexText::default();
        self.artists.iter().for_each(|name| text.add(name));
        text.into_text()
    }
}

const COLUMNS: &str = "INSERT INTO album(id, identity, title, sort_title, sort_key, artist_display,
    date, original_date, compilation, release_types, label, catalog_number, barcode,
    musicbrainz_id, release_group_id, digest, added_at)";
const WIDTH: usize = 17;
const UPDATE: &str = "ON CONFLICT(id) DO UPDATE SET title = excluded.title,
    sort_title = excluded.sort_title, sort_key = excluded.sort_key,
    artist_display = excluded.artist_display, date = excluded.date,
    original_date = excluded.original_date, compilation = excluded.compilation,
    release_types = excluded.release_types, label = excluded.label,
    catalog_number = excluded.catalog_number, barcode = excluded.barcode,
    musicbrainz_id = excluded.musicbrainz_id, release_group_id = excluded.release_group_id,
    digest = excluded.digest";

impl Albums {
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Makes sure that every album of the batch has a row that says what its tracks give.
    pub(super) async fn write(
        &mut self,
        tx: &mut WriteTx,
        changes: &[Change],
        artists: &Artists,
        ids: &mut Ids,
        now_ms: i64,
    ) -> Result<BatchAlbums> {
        let records = records_of(changes);
        self.load(tx, &records).await?;
        let others = self.with_other_tracks(tx, &records, changes).await?;

        let mut batch = BatchAlbums {
            by_identity: HashMap::with_capacity(records.len()),
            stale: Vec::new(),
        };
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        let (mut links, mut words) = (Vec::new(), Vec::new());
        for (identity, record) in records {
            let known = self.known.get(identity);
            let mut facts = known
                .filter(|it| others.contains(&it.id))
                .map(|it| it.facts.clone())
                .unwrap_or_default();
            facts.add(&record, artists);
            let digest = facts.digest();
            let text = AlbumText::new(
                &facts.record.title,
                facts.record.sort_title.as_deref(),
                facts.record.artist_display.as_deref(),
                facts.artists.iter().map(|(_, name)| name.clone()),
            );
            let id = known.map_or_else(|| ids.album(), |it| it.id);
            if known.is_none_or(|it| it.digest != digest) {
                let rows = if known.is_some() {
                    batch.stale.push(id);
                    &mut changed
                } else {
                    &mut new
                };
                rows.push(row(id, identity, &facts.record, digest, now_ms));
                // The rows of an album without album artists follow from its tracks.
                if !identity.starts_with(FOLDER_ALBUM) {
                    links.extend(artist_links(id, &facts));
                    let (title, names) = (text.title.clone().into_text(), text.artist_text());
                    words.push(vec![id.into(), title.into(), names.into()]);
                }
                let album = StoredAlbum { id, digest, facts };
                self.known.insert(identity.to_owned(), album);
            }
            batch
                .by_identity
                .insert(identity.to_owned(), BatchAlbum { id, text });
        }

        tx.insert_rows(COLUMNS, WIDTH, new, "").await?;
        tx.insert_rows(COLUMNS, WIDTH, changed, UPDATE).await?;
        if !batch.stale.is_empty() {
            let stale = id_list(batch.stale.iter().copied());
            for forget in [
                "DELETE FROM album_artist WHERE album_id IN (SELECT value FROM json_each(?))",
                "DELETE FROM album_search WHERE rowid IN (SELECT value FROM json_each(?))",
            ] {
                tx.execute(forget, vec![stale.clone()]).await?;
            }
        }
        tx.insert_rows(LINKS, 4, links, "").await?;
        tx.insert_rows(WORDS, 3, words, "").await?;
        Ok(batch)
    }

    async fn load(&mut self, tx: &mut WriteTx, records: &[(&str, AlbumRecord)]) -> Result<()> {
        let unknown: Vec<&str> = records
            .iter()
            .map(|(identity, _)| *identity)
            .filter(|it| !self.known.contains_key(*it))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        self.known.extend(album_facts::read(tx, unknown).await?);
        Ok(())
    }

    async fn with_other_tracks(
        &self,
        tx: &mut WriteTx,
        records: &[(&str, AlbumRecord)],
        changes: &[Change],
    ) -> Result<HashSet<i64>> {
        let known = records.iter().filter_map(|it| self.known.get(it.0));
        let known = known.map(|it| it.id).collect();
        let written = changes.iter().map(|it| it.id.0);
        album_facts::with_other_tracks(tx, known, written).await
    }
}

pub(super) const LINKS: &str = "INSERT INTO album_artist(album_id, position, artist_id, name)";
pub(super) const WORDS: &str = "INSERT INTO album_search(rowid, title, artist)";

/// Gives what the batch says of each album, in the order in which it names the albums first.
fn records_of(changes: &[Change]) -> Vec<(&str, AlbumRecord)> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut records: Vec<(&str, AlbumRecord)> = Vec::new();
    for change in changes {
        if let (Some(identity), Some(album)) = (&change.album, &change.record.album) {
            let place = *places.entry(identity).or_insert(records.len());
            if place == records.len() {
                records.push((identity, AlbumRecord::default()));
            }
            add_record(&mut records[place].1, album);
        }
    }
    records
}

fn artist_links(id: i64, facts: &AlbumFacts) -> impl Iterator<Item = Vec<SqlValue>> {
    let artists = facts.artists.iter().enumerate();
    artists.map(move |(position, (artist, name))| {
        let position = position as i64;
        vec![
            id.into(),
            position.into(),
            (*artist).into(),
            name.as_str().into(),
        ]
    })
}

fn row(id: i64, identity: &str, record: &AlbumRecord, digest: i64, now_ms: i64) -> Vec<SqlValue> {
    let release_types = match record.release_types.is_empty() {
        true => SqlValue::Null,
        false => text_list(record.release_types.iter().map(String::as_str)),
    };
    let sort_title = record.sort_title.as_deref().unwrap_or(&record.title);
    let release_id = identity.strip_prefix("mbid:").map(str::to_owned);
    let release_id = release_id.or_else(|| record.musicbrainz_id.clone());
    vec![
        id.into(),
        identity.into(),
        record.title.as_str().into(),
        record.sort_title.clone().into(),
        fold(sort_title).into(),
        record.artist_display.clone().into(),
        record.date.clone().into(),
        record.original_date.clone().into(),
        record.compilation.into(),
        release_types,
        record.label.clone().into(),
        record.catalog_number.clone().into(),
        record.barcode.clone().into(),
        release_id.into(),
        record.release_group_id.clone().into(),
        digest.into(),
        now_ms.into(),
    ]
}
