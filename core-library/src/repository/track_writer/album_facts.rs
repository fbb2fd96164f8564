//! What the tracks of an album say of it, together.

use std::collections::{HashMap, HashSet};

use super::artists::Artists;
use super::digest;
use super::identity::{FOLDER_ALBUM, musicbrainz, of_artist};
use super::plan::credits_of;
use super::record::{AlbumKey, AlbumRecord};
use crate::db::WriteTx;
use crate::error::Result;
use crate::model::PartialDate;
use crate::repository::sql::{id_list, text_list};

/// What an album's rows say.
#[derive(Debug, Clone, Default)]
pub(super) struct AlbumFacts {
    /// Without artists, and without the release id if that is the identity.
    pub(super) record: AlbumRecord,
    /// The album artists that tags name, in order: id and name as credited.
    pub(super) artists: Vec<(i64, String)>,
}

/// An album as it is in the database.
#[derive(Debug)]
pub(super) struct StoredAlbum {
    pub(super) id: i64,
    pub(super) digest: i64,
    pub(super) facts: AlbumFacts,
}

impl AlbumFacts {
    /// Takes over what a record gives.
    pub(super) fn add(&mut self, record: &AlbumRecord, artists: &Artists) {
        let credits = credits_of(record.artists.iter().map(|it| ("albumartist", it)));
        add_record(&mut self.record, record);
        self.record.artists.clear();
        let id = self.record.musicbrainz_id.take();
        self.record.musicbrainz_id = id.and_then(|id| match record.key.ignores_release_id {
            true => musicbrainz(Some(&id)),
            false => None,
        });
        if !credits.is_empty() {
            let artist = |identity: &str| artists.id(identity);
            self.artists = credits
                .into_iter()
                .map(|it| (artist(&it.identity), it.name))
                .collect();
        }
    }

    pub(super) fn digest(&self) -> i64 {
        digest::of_album(&self.record, &self.artists)
    }
}

/// Adds what `later` gives to what a record before it gave. A value that it does not have erases
/// nothing.
pub(super) fn add_record(record: &mut AlbumRecord, later: &AlbumRecord) {
    let AlbumRecord {
        title,
        sort_title,
        artists,
        artist_display,
        date,
        original_date,
        compilation,
        release_types,
        label,
        catalog_number,
        barcode,
        musicbrainz_id,
        release_group_id,
        key,
    } = later;
    for (known, given) in [
        (&mut record.sort_title, sort_title),
        (&mut record.artist_display, artist_display),
        (&mut record.label, label),
        (&mut record.catalog_number, catalog_number),
        (&mut record.barcode, barcode),
        (&mut record.musicbrainz_id, musicbrainz_id),
        (&mut record.release_group_id, release_group_id),
    ] {
        if known != given && given.as_deref().is_some_and(|it| !it.trim().is_empty()) {
            known.clone_from(given);
        }
    }
    for (known, given) in [
        (&mut record.date, date),
        (&mut record.original_date, original_date),
    ] {
        if let Some(date) = given.as_deref().and_then(PartialDate::lenient) {
            *known = Some(date.as_str().to_owned());
        }
    }
    if record.title != title.trim() {
        title.trim().clone_into(&mut record.title);
    }
    if record.artists != *artists && artists.iter().any(|it| of_artist(it).is_some()) {
        record.artists.clone_from(artists);
    }
    if !release_types.is_empty() && record.release_types != *release_types {
        record.release_types.clone_from(release_types);
    }
    if record.key != *key {
        record.key.clone_from(key);
    }
    // Tags say that it is a compilation, or nothing.
    record.compilation |= compilation;
}

/// Reads albums, by identity.
pub(super) async fn read(
    tx: &mut WriteTx,
    identities: Vec<&str>,
) -> Result<HashMap<String, StoredAlbum>> {
    let sql = "SELECT identity, id, digest, title, sort_title, artist_display, date, original_date,
                 compilation, release_types, label, catalog_number, barcode, release_group_id,
                 iif(identity LIKE 'mbid:%', NULL, musicbrainz_id)
             FROM album WHERE identity IN (SELECT value FROM json_each(?))";
    let rows = tx.query(sql, vec![text_list(identities)]).await?;
    let mut albums = HashMap::with_capacity(rows.len());
    let mut identity_of: HashMap<i64, String> = HashMap::new();
    for row in &rows {
        let (identity, id): (String, i64) = (row.get(0)?, row.get(1)?);
        let release_types: Option<String> = row.get(9)?;
        let release_types = release_types.and_then(|it| serde_json::from_str(&it).ok());
        let record = AlbumRecord {
            title: row.get(3)?,
            sort_title: row.get(4)?,
            artists: Vec::new(),
            artist_display: row.get(5)?,
            date: row.get(6)?,
            original_date: row.get(7)?,
            compilation: row.get(8)?,
            release_types: release_types.unwrap_or_default(),
            label: row.get(10)?,
            catalog_number: row.get(11)?,
            barcode: row.get(12)?,
            musicbrainz_id: row.get(14)?,
            release_group_id: row.get(13)?,
            key: AlbumKey::default(),
        };
        let artists = Vec::new();
        // The artists of a folder's album follow from its tracks.
        if !identity.starts_with(FOLDER_ALBUM) {
            identity_of.insert(id, identity.clone());
        }
        let album = StoredAlbum {
            id,
            digest: row.get(2)?,
            facts: AlbumFacts { record, artists },
        };
        albums.insert(identity, album);
    }
    if identity_of.is_empty() {
        return Ok(albums);
    }
    let sql = "SELECT album_id, artist_id, name FROM album_artist
             WHERE album_id IN (SELECT value FROM json_each(?)) ORDER BY album_id, position";
    let ids = id_list(identity_of.keys().copied());
    for row in &tx.query(sql, vec![ids]).await? {
        let identity = identity_of.get(&row.get(0)?);
        if let Some(album) = identity.and_then(|it| albums.get_mut(it)) {
            album.facts.artists.push((row.get(1)?, row.get(2)?));
        }
    }
    Ok(albums)
}

/// Finds those of some albums that have tracks other than those `written` now.
pub(super) async fn with_other_tracks(
    tx: &mut WriteTx,
    albums: Vec<i64>,
    written: impl Iterator<Item = i64>,
) -> Result<HashSet<i64>> {
    if albums.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = "SELECT a.value FROM json_each(?) a WHERE EXISTS (SELECT 1 FROM track t
             WHERE t.album_id = a.value AND t.id NOT IN (SELECT value FROM json_each(?)))";
    let rows = tx
        .query(sql, vec![id_list(albums), id_list(written)])
        .await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}
