//! The rows of the tracks themselves, and those that hang on them.

use std::collections::BTreeSet;

use bridge_traits::database::SqlValue;

use super::TrackWriter;
use super::albums::{AlbumText, BatchAlbums};
use super::counts;
use super::plan::{Change, Credit};
use super::record::TrackRecord;
use crate::db::WriteTx;
use crate::error::Result;
use crate::model::{PartialDate, TrackId};
use crate::repository::sql::id_list;
use crate::repository::touched;
use crate::search::{IndexText, fold};

const COLUMNS: &str = "INSERT INTO track(id, item_id, part, title, sort_title, sort_key,
    artist_display, album_id, album_tags, disc, disc_total, disc_subtitle, track, track_total, date,
    original_date, duration_ms, codec, bitrate_kbps, sample_rate_hz, channels, bit_depth, bpm,
    musical_key, isrc, comment, compilation, recording_id, release_track_id, track_gain_db,
    track_peak, album_gain_db, album_peak, audio_id, extra, artwork_id, start_ms,
    end_ms, file_audio_id, digest, added_at, updated_at)";
const WIDTH: usize = 42;
const UPDATE: &str = "ON CONFLICT(id) DO UPDATE SET title = excluded.title,
    sort_title = excluded.sort_title, sort_key = excluded.sort_key,
    artist_display = excluded.artist_display, album_id = excluded.album_id,
    album_tags = excluded.album_tags, disc = excluded.disc,
    disc_total = excluded.disc_total, disc_subtitle = excluded.disc_subtitle,
    track = excluded.track, track_total = excluded.track_total, date = excluded.date,
    original_date = excluded.original_date, duration_ms = excluded.duration_ms,
    codec = excluded.codec, bitrate_kbps = excluded.bitrate_kbps,
    sample_rate_hz = excluded.sample_rate_hz, channels = excluded.channels,
    bit_depth = excluded.bit_depth, bpm = excluded.bpm, musical_key = excluded.musical_key,
    isrc = excluded.isrc, comment = excluded.comment, compilation = excluded.compilation,
    recording_id = excluded.recording_id, release_track_id = excluded.release_track_id,
    track_gain_db = excluded.track_gain_db, track_peak = excluded.track_peak,
    album_gain_db = excluded.album_gain_db, album_peak = excluded.album_peak,
    audio_id = excluded.audio_id, extra = excluded.extra, artwork_id = excluded.artwork_id,
    start_ms = excluded.start_ms, end_ms = excluded.end_ms,
    file_audio_id = excluded.file_audio_id,
    digest = excluded.digest, updated_at = excluded.updated_at";

/// Writes the tracks of a batch, whose artists, genres, images and albums have their rows.
pub(super) async fn write(
    tx: &mut WriteTx,
    writer: &TrackWriter,
    changes: Vec<Change>,
    albums: BatchAlbums,
    now_ms: i64,
) -> Result<()> {
    forget_old(tx, &changes).await?;
    let mut rows = Rows::default();
    for change in changes {
        rows.add(change, writer, &albums, now_ms);
    }
    tx.touched.artists.append(&mut rows.credited);
    let first = rows.first_new;
    if let Some(first) = first {
        counts::hold(tx, first).await?;
    }
    tx.insert_rows(COLUMNS, WIDTH, rows.new, "").await?;
    tx.insert_rows(COLUMNS, WIDTH, rows.changed, UPDATE).await?;
    let head = "INSERT INTO track_artist(track_id, role, position, artist_id, name, sort_name)";
    tx.insert_rows(head, 6, rows.artists, "").await?;
    let head = "INSERT INTO track_genre(track_id, position, genre_id)";
    tx.insert_rows(head, 3, rows.genres, "").await?;
    let head = "INSERT INTO lyrics(track_id, source, synced, language, text)";
    tx.insert_rows(head, 5, rows.lyrics, "").await?;
    tx.insert_rows(WORDS, 5, rows.words, "").await?;
    match first {
        Some(first) => counts::add(tx, first).await,
        None => Ok(()),
    }
}

pub(super) const WORDS: &str = "INSERT INTO search(rowid, title, artist, album, extra)";

/// Deletes what hangs on the tracks that are there already. Lyrics from a service stay.
async fn forget_old(tx: &mut WriteTx, changes: &[Change]) -> Result<()> {
    let old: Vec<TrackId> = changes
        .iter()
        .filter(|it| !it.is_new)
        .map(|it| it.id)
        .collect();
    if old.is_empty() {
        return Ok(());
    }
    touched::tracks(tx, &old).await?;
    let old = id_list(old);
    for forget in [
        "DELETE FROM track_artist WHERE track_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM track_genre WHERE track_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM lyrics WHERE track_id IN (SELECT value FROM json_each(?))
             AND source <> 'online'",
        "DELETE FROM search WHERE rowid IN (SELECT value FROM json_each(?))",
    ] {
        tx.execute(forget, vec![old.clone()]).await?;
    }
    Ok(())
}

#[derive(Default)]
struct Rows {
    first_new: Option<TrackId>,
    new: Vec<Vec<SqlValue>>,
    changed: Vec<Vec<SqlValue>>,
    artists: Vec<Vec<SqlValue>>,
    credited: BTreeSet<i64>,
    genres: Vec<Vec<SqlValue>>,
    lyrics: Vec<Vec<SqlValue>>,
    words: Vec<Vec<SqlValue>>,
}

impl Rows {
    fn add(&mut self, change: Change, writer: &TrackWriter, albums: &BatchAlbums, now_ms: i64) {
        let Change {
            id,
            is_new,
            digest,
            album,
            credits,
            mut record,
            ..
        } = change;
        let album = album.and_then(|(identity, tags)| Some((albums.get(&identity)?, tags)));
        let mut text = TrackText::new(
            &record.title,
            record.sort_title.as_deref(),
            record.disc_subtitle.as_deref(),
            record.artist_display.as_deref(),
        );
        text.add_credits(
            credits
                .iter()
                .map(|it| (it.role.as_str(), it.name.as_str())),
        );
        text.add_album(album.map(|(it, _)| &*it.text));
        self.words.push(text.into_row(id));

        for credit in credits {
            let artist = writer.artists.id(&credit.identity);
            self.credited.insert(artist);
            let Credit {
                role,
                position,
                name,
                sort_name,
                ..
            } = credit;
            self.artists.push(vec![
                id.into(),
                role.into(),
                position.into(),
                artist.into(),
                name.into(),
                sort_name.into(),
            ]);
        }
        let genres = writer.genres.ids(&record.genres);
        for (position, genre) in genres.into_iter().enumerate() {
            self.genres
                .push(vec![id.into(), (position as i64).into(), genre.into()]);
        }
        for lyrics in std::mem::take(&mut record.lyrics) {
            self.lyrics.push(vec![
                id.into(),
                lyrics.source.as_str().into(),
                lyrics.synced.into(),
                lyrics.language.into(),
                lyrics.text.into(),
            ]);
        }
        let artwork = record.artwork.take();
        let artwork = artwork.and_then(|it| writer.artworks.id(&it.hash));
        let album = album.map(|(it, tags)| (it.id, tags));
        let row = row(id, record, album, artwork, digest, now_ms);
        match is_new {
            true => {
                let first = self.first_new.map_or(id, |first| first.min(id));
                self.first_new = Some(first);
                self.new.push(row);
            }
            false => self.changed.push(row),
        }
    }
}

fn row(
    id: TrackId,
    record: TrackRecord,
    album: Option<(i64, i64)>,
    artwork: Option<i64>,
    digest: i64,
    now_ms: i64,
) -> Vec<SqlValue> {
    let compilation = on_compilation(&record);
    let date = |date: Option<String>| -> SqlValue {
        let date = date.as_deref().and_then(PartialDate::lenient);
        date.as_ref().map(PartialDate::as_str).into()
    };
    let sort_key = fold(record.sort_title.as_deref().unwrap_or(&record.title));
    vec![
        id.into(),
        record.item_id.into(),
        record.part.into(),
        record.title.into(),
        record.sort_title.into(),
        sort_key.into(),
        record.artist_display.into(),
        album.map(|it| it.0).into(),
        album.map(|it| it.1).into(),
        record.disc.into(),
        record.disc_total.into(),
        record.disc_subtitle.into(),
        record.track.into(),
        record.track_total.into(),
        date(record.date),
        date(record.original_date),
        record.duration_ms.into(),
        record.codec.into(),
        record.bitrate_kbps.into(),
        record.sample_rate_hz.into(),
        record.channels.into(),
        record.bit_depth.into(),
        record.bpm.into(),
        record.musical_key.into(),
        record.isrc.into(),
        record.comment.into(),
        compilation.into(),
        record.recording_id.into(),
        record.release_track_id.into(),
        record.track_gain_db.into(),
        record.track_peak.into(),
        record.album_gain_db.into(),
        record.album_peak.into(),
        record.audio_id.into(),
        record.extra.into(),
        artwork.into(),
        record.start_ms.into(),
        record.end_ms.into(),
        record.sound_of_file.into(),
        digest.into(),
        now_ms.into(),
        now_ms.into(),
    ]
}

/// What a track is found by.
pub(super) struct TrackText {
    title: IndexText,
    artist: IndexText,
    album: IndexText,
    extra: IndexText,
}

impl TrackText {
    pub(super) fn new(
        title: &str,
        sort_title: Option<&str>,
        disc_subtitle: Option<&str>,
        artist_display: Option<&str>,
    ) -> Self {
        let mut text = Self {
            title: IndexText::default(),
            artist: IndexText::default(),
            album: IndexText::default(),
            extra: IndexText::default(),
        };
        text.title.add(title);
        text.title.add(sort_title.unwrap_or_default());
        text.artist.add(artist_display.unwrap_or_default());
        text.extra.add(disc_subtitle.unwrap_or_default());
        text
    }

    /// Adds roles and names.
    pub(super) fn add_credits<'a>(&mut self, credits: impl Iterator<Item = (&'a str, &'a str)>) {
        for (role, name) in credits {
            match role {
                "artist" => self.artist.add(name),
                _ => self.extra.add(name),
            }
        }
    }

    pub(super) fn add_album(&mut self, album: Option<&AlbumText>) {
        if let Some(album) = album {
            self.album = album.title.clone();
            album.artists.iter().for_each(|name| self.artist.add(name));
        }
    }

    pub(super) fn into_row(self, id: TrackId) -> Vec<SqlValue> {
        vec![
            id.into(),
            self.title.into_text().into(),
            self.artist.into_text().into(),
            self.album.into_text().into(),
            self.extra.into_text().into(),
        ]
    }
}

/// Tells whether tags call a track's album a compilation; what albums are follows from that of their tracks.
fn on_compilation(record: &TrackRecord) -> bool {
    let album = record.album.as_ref();
    record.compilation || album.is_some_and(|it| it.compilation)
}
