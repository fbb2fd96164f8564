//! Tracks read whole, with a number of queries that does not grow with the page.

use std::collections::{BTreeSet, HashMap};

use bridge_traits::database::{Row, SqlValue};

use super::path::paths;
use crate::db::Tx;
use crate::error::Result;
use crate::model::{AlbumId, Annotation, ArtistRef, AudioProperties, ReplayGain, Track, TrackId};
use crate::repository::sql::id_list;

const TRACKS: &str = "SELECT t.id, t.item_id, t.part, t.title, t.sort_title, t.artist_display,
        t.album_id, t.disc, t.disc_total, t.disc_subtitle, t.track, t.track_total, t.date,
        t.original_date, t.duration_ms, t.codec, t.bitrate_kbps, t.sample_rate_hz, t.channels,
        t.bit_depth, t.bpm, t.musical_key, t.isrc, t.comment, t.compilation, t.recording_id,
        t.release_track_id, t.track_gain_db, t.track_peak, t.album_gain_db, t.album_peak, t.extra,
        t.artwork_id, t.added_at, t.updated_at, t.missing_since,
        a.title, i.provider_id, n.play_count, n.last_played_at, n.rating, n.favourite_at,
        t.start_ms, t.end_ms
    FROM track t
    LEFT JOIN album a ON a.id = t.album_id
    LEFT JOIN remote_item i ON i.id = t.item_id
    LEFT JOIN annotation n ON n.track_id = t.id
    WHERE t.id IN (SELECT value FROM json_each(?))";
const ARTISTS: &str = "SELECT track_id, artist_id, name, role FROM track_artist
    WHERE track_id IN (SELECT value FROM json_each(?))
    ORDER BY track_id, role <> 'artist', role, position";
const GENRES: &str =
    "SELECT l.track_id, g.name FROM track_genre l JOIN genre g ON g.id = l.genre_id
    WHERE l.track_id IN (SELECT value FROM json_each(?)) ORDER BY l.track_id, l.position";

/// Reads tracks in the order of the ids; an id twice gives the track twice, an id of no track
/// nothing.
pub(crate) async fn load(tx: &mut Tx, ids: &[TrackId]) -> Result<Vec<Track>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let list = id_list(ids.iter().copied());
    let rows = tx.query(TRACKS, vec![list.clone()]).await?;
    let mut tracks = HashMap::with_capacity(rows.len());
    for row in &rows {
        let track = track(row)?;
        tracks.insert(track.id, track);
    }

    for row in &tx.query(ARTISTS, vec![list.clone()]).await? {
        if let Some(track) = tracks.get_mut(&row.get(0)?) {
            track.artists.push(artist_ref(row)?);
        }
    }
    for row in &tx.query(GENRES, vec![list]).await? {
        if let Some(track) = tracks.get_mut(&row.get(0)?) {
            track.genres.push(row.get(1)?);
        }
    }
    let albums: BTreeSet<AlbumId> = tracks.values().filter_map(|it| it.album_id).collect();
    let artists = album_artists(tx, id_list(albums)).await?;
    let items: BTreeSet<i64> = tracks.values().filter_map(|it| it.item_id).collect();
    let paths = paths(tx, id_list(items)).await?;
    for track in tracks.values_mut() {
        let of_album = track.album_id.and_then(|id| artists.get(&id));
        track.album_artists = of_album.cloned().unwrap_or_default();
        track.path = track.item_id.and_then(|id| paths.get(&id).cloned());
    }
    Ok(ids
        .iter()
        .filter_map(|id| tracks.get(id).cloned())
        .collect())
}

/// Reads the artists of albums.
pub(crate) async fn album_artists(
    tx: &mut Tx,
    albums: SqlValue,
) -> Result<HashMap<AlbumId, Vec<ArtistRef>>> {
    let sql = "SELECT album_id, artist_id, name, 'albumartist' FROM album_artist
         WHERE album_id IN (SELECT value FROM json_each(?)) ORDER BY album_id, position";
    let mut artists: HashMap<AlbumId, Vec<ArtistRef>> = HashMap::new();
    for row in &tx.query(sql, vec![albums]).await? {
        artists
            .entry(row.get(0)?)
            .or_default()
            .push(artist_ref(row)?);
    }
    Ok(artists)
}

fn artist_ref(row: &Row) -> Result<ArtistRef> {
    Ok(ArtistRef {
        id: row.get(1)?,
        name: row.get(2)?,
        role: row.get(3)?,
    })
}

fn track(row: &Row) -> Result<Track> {
    Ok(Track {
        id: row.get(0)?,
        item_id: row.get(1)?,
        part: row.get(2)?,
        start_ms: row.get(42)?,
        end_ms: row.get(43)?,
        title: row.get(3)?,
        sort_title: row.get(4)?,
        artists: Vec::new(),
        artist_display: row.get(5)?,
        album_id: row.get(6)?,
        album: row.get(36)?,
        album_artists: Vec::new(),
        disc: row.get(7)?,
        disc_total: row.get(8)?,
        disc_subtitle: row.get(9)?,
        track: row.get(10)?,
        track_total: row.get(11)?,
        date: row.get(12)?,
        original_date: row.get(13)?,
        genres: Vec::new(),
        audio: AudioProperties {
            duration_ms: row.get(14)?,
            codec: row.get(15)?,
            bitrate_kbps: row.get(16)?,
            sample_rate_hz: row.get(17)?,
            channels: row.get(18)?,
            bit_depth: row.get(19)?,
        },
        gain: ReplayGain {
            track_gain_db: row.get(27)?,
            track_peak: row.get(28)?,
            album_gain_db: row.get(29)?,
            album_peak: row.get(30)?,
        },
        bpm: row.get(20)?,
        musical_key: row.get(21)?,
        isrc: row.get(22)?,
        comment: row.get(23)?,
        compilation: row.get(24)?,
        recording_id: row.get(25)?,
        release_track_id: row.get(26)?,
        extra: row.get(31)?,
        artwork: row.get(32)?,
        provider_id: row.get(37)?,
        path: None,
        added_at: row.get(33)?,
        updated_at: row.get(34)?,
        missing_since: row.get(35)?,
        annotation: Annotation {
            play_count: row.get::<Option<u64>>(38)?.unwrap_or(0),
            last_played_at: row.get(39)?,
            rating: row.get(40)?,
            favourite_at: row.get(41)?,
        },
    })
}
