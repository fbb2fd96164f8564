//! The albums that a batch names, and those that its tracks make something else.
//!
//! Tracks of one album need not say the same of it. Of each value that counts which the first track on the album says
//! that has one, so an album is what its files say now, whichever was read last.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use bridge_traits::database::SqlValue;

use super::album_tags::{self, AlbumTags};
use super::artists::Artists;
use super::digest;
use super::identity::FOLDER_ALBUM;
use super::ids::Ids;
use super::plan::{Change, Credit, credits_of};
use super::record::AlbumRecord;
use crate::db::WriteTx;
use crate::error::Result;
use crate::repository::sql::{id_list, text_list};
use crate::repository::touched;
use crate::search::{IndexText, fold};

/// The albums known so far, by identity.
#[derive(Debug, Default)]
pub(super) struct Albums {
    known: HashMap<String, BatchAlbum>,
}

/// The albums of one batch.
pub(super) struct BatchAlbums {
    by_identity: HashMap<String, BatchAlbum>,
    /// Those that were there and may be something else once the tracks are written.
    pub(super) unsettled: Vec<i64>,
}

/// What the tracks of an album need to know of it.
#[derive(Debug, Clone)]
pub(super) struct BatchAlbum {
    pub(super) id: i64,
    pub(super) text: Arc<AlbumText>,
}

/// What an album adds to its tracks' search text.
#[derive(Debug)]
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

impl Albums {
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Makes sure that every album of the batch has a row, and keeps what the batch says of them.
    pub(super) async fn write(
        &mut self,
        tx: &mut WriteTx,
        changes: &[Change],
        artists: &mut Artists,
        ids: &mut Ids,
        now_ms: i64,
    ) -> Result<BatchAlbums> {
        let said = said_by(changes);
        self.load(tx, said.iter().map(|it| it.identity)).await?;
        let new = said
            .iter()
            .filter(|it| !self.known.contains_key(it.identity))
            .map(|it| Facts {
                id: ids.album(),
                identity: it.identity.to_owned(),
                tags: it.together(),
            });
        let new: Vec<Facts> = new.collect();
        put(tx, &new, artists, ids, now_ms).await?;
        let are_new: HashSet<i64> = new.iter().map(|it| it.id).collect();
        for album in new {
            let (id, text) = (album.id, Arc::new(album.text()));
            self.known.insert(album.identity, BatchAlbum { id, text });
        }

        let mut by_identity = HashMap::with_capacity(said.len());
        let mut tags = Vec::with_capacity(said.len());
        for album in said {
            let known = &self.known[album.identity];
            by_identity.insert(album.identity.to_owned(), known.clone());
            for (digest, (_, record)) in album.records {
                let json = AlbumTags::of(record).to_json();
                tags.push(vec![known.id.into(), digest.into(), json.into()]);
            }
        }
        let head = "INSERT INTO album_tags(album_id, digest, tags)";
        tx.insert_rows(head, 3, tags, "ON CONFLICT DO NOTHING")
            .await?;
        let mut batch = BatchAlbums {
            by_identity,
            unsettled: Vec::new(),
        };
        let old = batch.ids().filter(|it| !are_new.contains(it)).collect();
        batch.unsettled = album_tags::disagreeing(tx, old).await?;
        Ok(batch)
    }

    /// Makes albums what their tracks say together; gives those that were something else.
    pub(super) async fn settle(
        &mut self,
        tx: &mut WriteTx,
        albums: &[i64],
        artists: &mut Artists,
        ids: &mut Ids,
    ) -> Result<Vec<i64>> {
        if albums.is_empty() {
            return Ok(Vec::new());
        }
        let mut together = album_tags::of_albums(tx, albums).await?;
        let sql =
            "SELECT id, identity, digest FROM album WHERE id IN (SELECT value FROM json_each(?))";
        let mut changed = Vec::new();
        for row in &tx.query(sql, vec![id_list(albums.iter().copied())]).await? {
            let id: i64 = row.get(0)?;
            let Some(tags) = together.remove(&id) else {
                continue;
            };
            let identity = row.get(1)?;
            let facts = Facts { id, identity, tags };
            if facts.digest() != row.get::<i64>(2)? {
                changed.push(facts);
            }
        }
        let stale: Vec<i64> = changed.iter().map(|it| it.id).collect();
        if stale.is_empty() {
            return Ok(stale);
        }
        forget_credits(tx, &stale).await?;
        put(tx, &changed, artists, ids, 0).await?;
        touched::albums(tx, &stale).await?;
        for album in &changed {
            self.known.remove(&album.identity);
        }
        Ok(stale)
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
        let condition = "identity IN (SELECT value FROM json_each(?))";
        for (id, identity, text) in texts(tx, condition, text_list(unknown)).await? {
            let text = Arc::new(text);
            self.known.insert(identity, BatchAlbum { id, text });
        }
        Ok(())
    }
}

/// Deletes the artists and the words of albums, which are written anew.
pub(super) async fn forget_credits(tx: &mut WriteTx, albums: &[i64]) -> Result<()> {
    touched::albums(tx, albums).await?;
    let albums = id_list(albums.iter().copied());
    for sql in [
        "DELETE FROM album_artist WHERE album_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM album_search WHERE rowid IN (SELECT value FROM json_each(?))",
    ] {
        tx.execute(sql, vec![albums.clone()]).await?;
    }
    Ok(())
}

/// Reads what albums add to their tracks' search text, with their ids and identities.
pub(super) async fn texts(
    tx: &mut WriteTx,
    condition: &str,
    list: SqlValue,
) -> Result<Vec<(i64, String, AlbumText)>> {
    let sql = format!(
        "SELECT id, identity, title, sort_title, artist_display FROM album WHERE {condition}"
    );
    let rows = tx.query(&sql, vec![list]).await?;
    let mut own = Vec::new();
    for row in &rows {
        // The artists of a folder's album are those of its tracks.
        if !row.get::<String>(1)?.starts_with(FOLDER_ALBUM) {
            own.push(row.get::<i64>(0)?);
        }
    }
    let mut names: HashMap<i64, Vec<String>> = HashMap::new();
    let sql = "SELECT album_id, name FROM album_artist
             WHERE album_id IN (SELECT value FROM json_each(?)) ORDER BY album_id, position";
    if !own.is_empty() {
        for row in &tx.query(sql, vec![id_list(own)]).await? {
            names.entry(row.get(0)?).or_default().push(row.get(1)?);
        }
    }
    let mut texts = Vec::with_capacity(rows.len());
    for row in &rows {
        let id = row.get(0)?;
        let text = AlbumText::new(
            &row.get::<String>(2)?,
            row.get::<Option<String>>(3)?.as_deref(),
            row.get::<Option<String>>(4)?.as_deref(),
            names.remove(&id).unwrap_or_default().into_iter(),
        );
        texts.push((id, row.get(1)?, text));
    }
    Ok(texts)
}

/// What a batch says of an album.
struct Said<'a> {
    identity: &'a str,
    /// What its tracks say, by digest, and where the first one is that says it.
    records: BTreeMap<i64, ((u32, u32), &'a AlbumRecord)>,
}

/// Gives what the batch says of each album, in the order in which it names the albums first.
fn said_by(changes: &[Change]) -> Vec<Said<'_>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut said: Vec<Said<'_>> = Vec::new();
    for change in changes {
        let record = &change.record;
        let (Some((identity, digest)), Some(album)) = (&change.album, &record.album) else {
            continue;
        };
        let at = *places.entry(identity).or_insert(said.len());
        if at == said.len() {
            said.push(Said {
                identity,
                records: BTreeMap::new(),
            });
        }
        let place = (record.disc.unwrap_or(1), record.track.unwrap_or(0));
        let first = said[at].records.entry(*digest).or_insert((place, album));
        first.0 = first.0.min(place);
    }
    said
}

impl Said<'_> {
    fn together(&self) -> AlbumTags {
        let mut records: Vec<_> = self.records.iter().collect();
        records.sort_by_key(|(digest, (place, _))| (*place, **digest));
        let mut together = AlbumTags::default();
        for (_, (_, record)) in records {
            together.add(&AlbumTags::of(record));
        }
        together
    }
}

/// What an album is.
struct Facts {
    id: i64,
    identity: String,
    tags: AlbumTags,
}

const COLUMNS: &str = "INSERT INTO album(id, identity, title, sort_title, sort_key, artist_display,
    date, original_date, release_types, label, catalog_number, barcode, musicbrainz_id,
    release_group_id, digest, added_at)";
const WIDTH: usize = 16;
const UPDATE: &str = "ON CONFLICT(id) DO UPDATE SET title = excluded.title,
    sort_title = excluded.sort_title, sort_key = excluded.sort_key,
    artist_display = excluded.artist_display, date = excluded.date,
    original_date = excluded.original_date, release_types = excluded.release_types,
    label = excluded.label, catalog_number = excluded.catalog_number, barcode = excluded.barcode,
    musicbrainz_id = excluded.musicbrainz_id, release_group_id = excluded.release_group_id,
    digest = excluded.digest";
pub(super) const LINKS: &str =
    "INSERT INTO album_artist(album_id, position, artist_id, name, sort_name)";
pub(super) const WORDS: &str = "INSERT INTO album_search(rowid, title, artist)";

/// Writes the rows of albums, and those that hang on them unless these follow from tracks.
async fn put(
    tx: &mut WriteTx,
    albums: &[Facts],
    artists: &mut Artists,
    ids: &mut Ids,
    now_ms: i64,
) -> Result<()> {
    if albums.is_empty() {
        return Ok(());
    }
    let credits: Vec<Vec<Credit>> = albums.iter().map(Facts::credits).collect();
    artists.write(tx, credits.iter().flatten(), ids).await?;
    let (mut rows, mut links, mut words) = (Vec::new(), Vec::new(), Vec::new());
    for (album, credits) in albums.iter().zip(&credits) {
        rows.push(album.row(now_ms));
        if album.identity.starts_with(FOLDER_ALBUM) {
            continue;
        }
        for credit in credits {
            links.push(vec![
                album.id.into(),
                credit.position.into(),
                artists.id(&credit.identity).into(),
                credit.name.as_str().into(),
                credit.sort_name.clone().into(),
            ]);
        }
        let text = album.text();
        let names = text.artist_text();
        let title = text.title.into_text();
        words.push(vec![album.id.into(), title.into(), names.into()]);
    }
    tx.insert_rows(COLUMNS, WIDTH, rows, UPDATE).await?;
    tx.insert_rows(LINKS, 5, links, "").await?;
    tx.insert_rows(WORDS, 3, words, "").await?;
    Ok(())
}

impl Facts {
    fn digest(&self) -> i64 {
        digest::of_text(&self.tags.to_json())
    }

    fn credits(&self) -> Vec<Credit> {
        let credits = self.tags.credits();
        credits_of(credits.iter().map(|it| ("albumartist", it)))
    }

    fn text(&self) -> AlbumText {
        let tags = &self.tags;
        AlbumText::new(
            &tags.title,
            tags.sort_title.as_deref(),
            tags.artist_display.as_deref(),
            self.credits().into_iter().map(|it| it.name),
        )
    }

    fn row(&self, now_ms: i64) -> Vec<SqlValue> {
        let tags = &self.tags;
        let release_types = match tags.release_types.is_empty() {
            true => SqlValue::Null,
            false => text_list(tags.release_types.iter().map(String::as_str)),
        };
        let sort_title = tags.sort_title.as_deref().unwrap_or(&tags.title);
        let release_id = self.identity.strip_prefix("mbid:").map(str::to_owned);
        let release_id = release_id.or_else(|| tags.musicbrainz_id.clone());
        vec![
            self.id.into(),
            self.identity.as_str().into(),
            tags.title.as_str().into(),
            tags.sort_title.clone().into(),
            fold(sort_title).into(),
            tags.artist_display.clone().into(),
            tags.date.clone().into(),
            tags.original_date.clone().into(),
            release_types,
            tags.label.clone().into(),
            tags.catalog_number.clone().into(),
            tags.barcode.clone().into(),
            release_id.into(),
            tags.release_group_id.clone().into(),
            self.digest().into(),
            now_ms.into(),
        ]
    }
}
