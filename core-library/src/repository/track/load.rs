//! Tracks read whole, with a number of queries that does not grow with the page.

use super::path::{NAMES, Names, readable_path};
use crate::db::Tx;
use crate::error::Result;
use crate::model::{
    AlbumId, Annotation, ArtistId, ArtistRef, ArtworkId, AudioProperties, PartialDate, ReplayGain,
    Track, TrackId,
};
use crate::repository::MAX_PAGE;
use crate::repository::json_row::{self, Real, json_columns};
use crate::repository::sql::id_list;

json_columns! {
    struct Columns {
    position: i64 = "p.key",
    id: i64 = "t.id",
    item_id: Option<i64> = "t.item_id",
    part: u32 = "t.part",
    start_ms: Option<i64> = "t.start_ms",
    end_ms: Option<i64> = "t.end_ms",
    title: String = "t.title",
    sort_title: Option<String> = "t.sort_title",
    artists: Vec<(i64, i64, String, String)> = "(SELECT json_group_array(json_array(l.position, l.artist_id, l.name, l.role))
        FROM track_artist l WHERE l.track_id = t.id)",
    artist_display: Option<String> = "t.artist_display",
    album_id: Option<i64> = "t.album_id",
    album: Option<String> = "a.title",
    album_artists: AlbumArtists = "(SELECT json_group_array(json_array(l.position, l.artist_id, l.name))
        FROM album_artist l WHERE l.album_id = t.album_id)",
    disc: Option<u32> = "t.disc",
    disc_total: Option<u32> = "t.disc_total",
    disc_subtitle: Option<String> = "t.disc_subtitle",
    track: Option<u32> = "t.track",
    track_total: Option<u32> = "t.track_total",
    date: Option<String> = "t.date",
    original_date: Option<String> = "t.original_date",
    genres: Vec<(i64, String)> = "(SELECT json_group_array(json_array(l.position, g.name))
        FROM track_genre l CROSS JOIN genre g ON g.id = l.genre_id WHERE l.track_id = t.id)",
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
    // The lookup is for those that are out of the lists alone.
    set_aside: i64 = "t.missing_since IS NOT NULL AND i.id IS NOT NULL AND i.removed_at IS NULL
        AND EXISTS (SELECT 1 FROM duplicate d WHERE d.track_id = t.id AND d.kept_id IS NOT NULL)",
    play_count: Option<u64> = "n.play_count",
    last_played_at: Option<i64> = "n.last_played_at",
    rating: Option<u8> = "n.rating",
    favourite_at: Option<i64> = "n.favourite_at",
    bpm: Option<Real> = "iif(t.bpm IS NULL, NULL, format('%!.17g', t.bpm))",
    track_gain_db: Option<Real> = "iif(t.track_gain_db IS NULL, NULL, format('%!.17g', t.track_gain_db))",
    track_peak: Option<Real> = "iif(t.track_peak IS NULL, NULL, format('%!.17g', t.track_peak))",
    album_gain_db: Option<Real> = "iif(t.album_gain_db IS NULL, NULL, format('%!.17g', t.album_gain_db))",
    album_peak: Option<Real> = "iif(t.album_peak IS NULL, NULL, format('%!.17g', t.album_peak))",
    }
}

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
    let mut tracks = Vec::with_capacity(ids.len());
    for ids in ids.chunks(MAX_PAGE) {
        let ids = id_list(ids.iter().copied());
        let columns = format!("json_array({}, {NAMES})", Columns::COLUMNS);
        let mut rows: Vec<(Columns, Names)> = json_row::read(tx, &columns, FROM, vec![ids]).await?;
        rows.sort_by_key(|it| it.0.position);
        tracks.extend(rows.into_iter().map(|(it, names)| track(it, names)));
    }
    Ok(tracks)
}

/// The artists of an album, each with its position and id.
pub(crate) type AlbumArtists = Vec<(i64, i64, String)>;

pub(crate) fn by_position(mut artists: AlbumArtists) -> Vec<ArtistRef> {
    artists.sort_by_key(|it| it.0);
    artists
        .into_iter()
        .map(|(_, id, name)| ArtistRef {
            id: ArtistId(id),
            name,
            role: "albumartist".to_owned(),
        })
        .collect()
}

/// Orders what took part in a track: artists first, then by role, each as credited.
fn by_role(mut artists: Vec<(i64, i64, String, String)>) -> Vec<ArtistRef> {
    artists.sort_by(|left, right| {
        let (left, right) = [left, right]
            .map(|it| (it.3 != "artist", &it.3, it.0))
            .into();
        left.cmp(&right)
    });
    artists
        .into_iter()
        .map(|(_, id, name, role)| ArtistRef {
            id: ArtistId(id),
            name,
            role,
        })
        .collect()
}

fn track(mut it: Columns, names: Names) -> Track {
    it.genres.sort_by_key(|genre| genre.0);
    let date = |date: Option<String>| date.and_then(|it| PartialDate::parse(&it));
    let path = match (&it.key, &it.name) {
        (Some(key), Some(name)) => Some(readable_path(key, it.parent_key.as_deref(), name, names)),
        _ => None,
    };
    Track {
        id: TrackId(it.id),
        item_id: it.item_id,
        part: it.part,
        start_ms: it.start_ms,
        end_ms: it.end_ms,
        title: it.title,
        sort_title: it.sort_title,
        artists: by_role(it.artists),
        artist_display: it.artist_display,
        album_id: it.album_id.map(AlbumId),
        album: it.album,
        album_artists: by_position(it.album_artists),
        disc: it.disc,
        disc_total: it.disc_total,
        disc_subtitle: it.disc_subtitle,
        track: it.track,
        track_total: it.track_total,
        date: date(it.date),
        original_date: date(it.original_date),
        genres: it.genres.into_iter().map(|it| it.1).collect(),
        audio: AudioProperties {
            duration_ms: it.duration_ms,
            codec: it.codec,
            bitrate_kbps: it.bitrate_kbps,
            sample_rate_hz: it.sample_rate_hz,
            channels: it.channels,
            bit_depth: it.bit_depth,
        },
        gain: ReplayGain {
            track_gain_db: it.track_gain_db.map(|it| it.0),
            track_peak: it.track_peak.map(|it| it.0),
            album_gain_db: it.album_gain_db.map(|it| it.0),
            album_peak: it.album_peak.map(|it| it.0),
        },
        bpm: it.bpm.map(|it| it.0),
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
        set_aside: it.set_aside != 0,
        annotation: Annotation {
            play_count: it.play_count.unwrap_or(0),
            last_played_at: it.last_played_at,
            rating: it.rating,
            favourite_at: it.favourite_at,
        },
    }
}
