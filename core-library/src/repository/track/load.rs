//! Tracks read whole, with a number of queries that does not grow with the page.

use std::collections::BTreeSet;

use bridge_traits::database::{FromSql, Row};
use serde::Deserialize;

use super::path::{from_names, is_path, readable};
use crate::db::Tx;
use crate::error::Result;
use crate::model::{
    AlbumId, Annotation, ArtistId, ArtistRef, ArtworkId, AudioProperties, PartialDate, ReplayGain,
    Track, TrackId,
};
use crate::repository::sql::{from_json, id_list};

/// Declares what is read of a track, each with the SQL that gives it, as one JSON list: between SQLite's
/// thread and the caller's, and between C and Rust, a value costs more than its text does.
macro_rules! columns {
    ($first:ident: $first_type:ty = $first_sql:literal $(, $field:ident: $type:ty = $sql:literal)* $(,)?) => {
        #[derive(Deserialize)]
        struct Columns {
            $first: $first_type,
            $($field: $type,)*
        }

        const COLUMNS: &str = concat!("json_array(", $first_sql $(, ", ", $sql)*, ")");
    };
}

columns! {
    id: i64 = "t.id",
    item_id: Option<i64> = "t.item_id",
    part: u32 = "t.part",
    start_ms: Option<i64> = "t.start_ms",
    end_ms: Option<i64> = "t.end_ms",
    title: String = "t.title",
    sort_title: Option<String> = "t.sort_title",
    artists: Vec<(i64, String, String)> = "(SELECT json_group_array(json_array(l.artist_id, l.name, l.role)
        ORDER BY l.role <> 'artist', l.role, l.position) FROM track_artist l WHERE l.track_id = t.id)",
    artist_display: Option<String> = "t.artist_display",
    album_id: Option<i64> = "t.album_id",
    album: Option<String> = "a.title",
    album_artists: Vec<(i64, String)> = "(SELECT json_group_array(json_array(l.artist_id, l.name)
        ORDER BY l.position) FROM album_artist l WHERE l.album_id = t.album_id)",
    disc: Option<u32> = "t.disc",
    disc_total: Option<u32> = "t.disc_total",
    disc_subtitle: Option<String> = "t.disc_subtitle",
    track: Option<u32> = "t.track",
    track_total: Option<u32> = "t.track_total",
    date: Option<String> = "t.date",
    original_date: Option<String> = "t.original_date",
    genres: Vec<String> = "(SELECT json_group_array(g.name ORDER BY l.position)
        FROM track_genre l JOIN genre g ON g.id = l.genre_id WHERE l.track_id = t.id)",
    duration_ms: Option<i64> = "t.duration_ms",
    codec: Option<String> = "t.codec",
    bitrate_kbps: Option<u32> = "t.bitrate_kbps",
    sample_rate_hz: Option<u32> = "t.sample_rate_hz",
    channels: Option<u32> = "t.channels",
    bit_depth: Option<u32> = "t.bit_depth",
    musical_key: Option<String> = "t.musical_key",
    isrc: Option<String> = "t.isrc",
    comment: Option<String> = "t.comment",
    compilation: i64 = "t.compilation",
    recording_id: Option<String> = "t.recording_id",
    release_track_id: Option<String> = "t.release_track_id",
    extra: Option<String> = "t.extra",
    artwork: Option<i64> = "t.artwork_id",
    provider_id: Option<i64> = "i.provider_id",
    key: Option<String> = "i.key",
    parent_key: Option<String> = "i.parent_key",
    name: Option<String> = "i.name",
    added_at: i64 = "t.added_at",
    updated_at: i64 = "t.updated_at",
    missing_since: Option<i64> = "t.missing_since",
    play_count: Option<u64> = "n.play_count",
    last_played_at: Option<i64> = "n.last_played_at",
    rating: Option<u8> = "n.rating",
    favourite_at: Option<i64> = "n.favourite_at",
}

/// Numbers with a fraction have columns of their own: as JSON they might lose their last bits.
const REALS: &str = "t.bpm, t.track_gain_db, t.track_peak, t.album_gain_db, t.album_peak";
const FROM: &str = "FROM json_each(?) p CROSS JOIN track t ON t.id = p.value
    LEFT JOIN album a ON a.id = t.album_id
    LEFT JOIN remote_item i ON i.id = t.item_id
    LEFT JOIN annotation n ON n.track_id = t.id";

/// Reads tracks in the order of the ids; an id twice gives the track twice, an id of no track
/// nothing.
pub(crate) async fn load(tx: &mut Tx, ids: &[TrackId]) -> Result<Vec<Track>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT p.key, {COLUMNS}, {REALS} {FROM}");
    let rows = tx.query(&sql, vec![id_list(ids.iter().copied())]).await?;
    let mut tracks = Vec::with_capacity(rows.len());
    let mut unnamed = BTreeSet::new();
    for row in &rows {
        let track = track(row)?;
        if track.path.is_none() {
            unnamed.extend(track.item_id);
        }
        tracks.push((row.get::<i64>(0)?, track));
    }
    tracks.sort_by_key(|it| it.0);
    let mut tracks: Vec<Track> = tracks.into_iter().map(|it| it.1).collect();
    if !unnamed.is_empty() {
        let paths = from_names(tx, id_list(unnamed)).await?;
        for track in tracks.iter_mut().filter(|it| it.path.is_none()) {
            track.path = track.item_id.and_then(|id| paths.get(&id).cloned());
        }
    }
    Ok(tracks)
}

/// Reads a column with the ids and names of an album's artists as JSON.
pub(crate) fn album_artists(row: &Row, index: usize) -> Result<Vec<ArtistRef>> {
    let artists: Vec<(i64, String)> = from_json(row, index)?;
    Ok(artists.into_iter().map(album_artist).collect())
}

fn album_artist((id, name): (i64, String)) -> ArtistRef {
    ArtistRef {
        id: ArtistId(id),
        name,
        role: "albumartist".to_owned(),
    }
}

fn track(row: &Row) -> Result<Track> {
    let it: Columns = from_json(row, 1)?;
    let date = |date: Option<String>| date.and_then(|it| PartialDate::from_sql(&it.into()));
    let path = match (&it.key, &it.name) {
        (Some(key), Some(name)) if is_path(key, it.parent_key.as_deref(), name) => {
            Some(readable(key))
        }
        _ => None,
    };
    Ok(Track {
        id: TrackId(it.id),
        item_id: it.item_id,
        part: it.part,
        start_ms: it.start_ms,
        end_ms: it.end_ms,
        title: it.title,
        sort_title: it.sort_title,
        artists: it
            .artists
            .into_iter()
            .map(|(id, name, role)| ArtistRef {
                id: ArtistId(id),
                name,
                role,
            })
            .collect(),
        artist_display: it.artist_display,
        album_id: it.album_id.map(AlbumId),
        album: it.album,
        album_artists: it.album_artists.into_iter().map(album_artist).collect(),
        disc: it.disc,
        disc_total: it.disc_total,
        disc_subtitle: it.disc_subtitle,
        track: it.track,
        track_total: it.track_total,
        date: date(it.date),
        original_date: date(it.original_date),
        genres: it.genres,
        audio: AudioProperties {
            duration_ms: it.duration_ms,
            codec: it.codec,
            bitrate_kbps: it.bitrate_kbps,
            sample_rate_hz: it.sample_rate_hz,
            channels: it.channels,
            bit_depth: it.bit_depth,
        },
        gain: ReplayGain {
            track_gain_db: row.get(3)?,
            track_peak: row.get(4)?,
            album_gain_db: row.get(5)?,
            album_peak: row.get(6)?,
        },
        bpm: row.get(2)?,
        musical_key: it.musical_key,
        isrc: it.isrc,
        comment: it.comment,
        compilation: it.compilation != 0,
        recording_id: it.recording_id,
        release_track_id: it.release_track_id,
        extra: it.extra,
        artwork: it.artwork.map(ArtworkId),
        provider_id: it.provider_id,
        path,
        key: it.key,
        added_at: it.added_at,
        updated_at: it.updated_at,
        missing_since: it.missing_since,
        annotation: Annotation {
            play_count: it.play_count.unwrap_or(0),
            last_played_at: it.last_played_at,
            rating: it.rating,
            favourite_at: it.favourite_at,
        },
    })
}
