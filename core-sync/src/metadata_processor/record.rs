//! From what a file says to what the library stores: the one place that knows both vocabularies.

use core_library::model::LyricsSource;
use core_library::repository::track_writer::{
    AlbumKey, AlbumRecord, ArtistCredit, ArtworkRecord, LyricsRecord, TrackRecord,
};
use core_library::repository::work::WorkRow;
use core_metadata::{AudioId, AudioIdScheme, Credit, Lyrics, Picture, PictureKind, TrackMetadata};
use serde_json::{Map, Value, json};

/// Makes the record of a file.
pub(super) fn from_metadata(row: &WorkRow, metadata: TrackMetadata) -> TrackRecord {
    let extra = extra(&metadata);
    let artwork = artwork(row.item_id, &metadata.pictures);
    let album = album(&metadata);
    let TrackMetadata {
        title,
        properties,
        replay_gain: gain,
        musicbrainz,
        ..
    } = metadata;
    TrackRecord {
        item_id: row.item_id,
        part: 0,
        sound_of_file: None,
        start_ms: None,
        end_ms: None,
        folder_key: row.parent_key.clone(),
        title: title.unwrap_or_else(|| row.name.clone()),
        sort_title: metadata.title_sort,
        artists: metadata.artists.into_iter().map(credit).collect(),
        artist_display: metadata.artist_display,
        roles: metadata
            .roles
            .into_iter()
            .map(|(role, who)| (role.name().to_owned(), credit(who)))
            .collect(),
        album,
        disc: metadata.disc,
        disc_total: metadata.disc_total,
        disc_subtitle: metadata.disc_subtitle,
        track: metadata.track,
        track_total: metadata.track_total,
        date: metadata
            .date
            .or(metadata.release_date)
            .map(|date| date.to_string()),
        original_date: metadata.original_date.map(|date| date.to_string()),
        duration_ms: properties.duration_ms.and_then(|ms| i64::try_from(ms).ok()),
        codec: Some(properties.codec).filter(|codec| !codec.is_empty()),
        bitrate_kbps: properties.bitrate_kbps,
        sample_rate_hz: properties.sample_rate_hz,
        channels: properties.channels.map(u32::from),
        bit_depth: properties.bit_depth.map(u32::from),
        bpm: metadata.bpm,
        musical_key: metadata.key,
        isrc: metadata.isrc,
        comment: metadata.comment,
        compilation: metadata.compilation,
        recording_id: musicbrainz.recording,
        release_track_id: musicbrainz.track,
        track_gain_db: gain.track_gain_db,
        track_peak: gain.track_peak,
        album_gain_db: gain.album_gain_db,
        album_peak: gain.album_peak,
        audio_id: metadata.audio_id.map(audio_id),
        extra,
        genres: metadata.genres,
        artwork,
        lyrics: metadata
            .lyrics
            .into_iter()
            .map(|lyrics| lyrics_record(LyricsSource::Embedded, lyrics))
            .collect(),
    }
}

/// Makes the record of the lyrics beside a file.
pub(super) fn sidecar_lyrics(lyrics: Lyrics) -> LyricsRecord {
    lyrics_record(LyricsSource::Sidecar, lyrics)
}

fn lyrics_record(source: LyricsSource, lyrics: Lyrics) -> LyricsRecord {
    let text = if lyrics.synced {
        lrc(&lyrics.lines)
    } else {
        lyrics.text
    };
    LyricsRecord {
        source,
        synced: lyrics.synced,
        language: lyrics.language,
        text,
    }
}

/// Writes timed lines as LRC, to the hundredth of a second.
fn lrc(lines: &[(u64, String)]) -> String {
    let mut text = String::new();
    for (ms, words) in lines {
        let (minutes, seconds, hundredths) = (ms / 60_000, ms / 1_000 % 60, ms / 10 % 100);
        for line in words.split('\n') {
            text.push_str(&format!(
                "[{minutes:02}:{seconds:02}.{hundredths:02}]{line}\n"
            ));
        }
    }
    text
}

fn album(metadata: &TrackMetadata) -> Option<AlbumRecord> {
    let title = metadata.album.clone()?;
    Some(AlbumRecord {
        title,
        sort_title: metadata.album_sort.clone(),
        artists: metadata.album_artists.iter().cloned().map(credit).collect(),
        artist_display: metadata.album_artist_display.clone(),
        date: metadata
            .release_date
            .as_ref()
            .or(metadata.date.as_ref())
            .map(ToString::to_string),
        original_date: metadata.original_date.as_ref().map(ToString::to_string),
        compilation: metadata.compilation,
        release_types: metadata.release_types.clone(),
        label: metadata.label.first().cloned(),
        catalog_number: metadata.catalog_number.clone(),
        barcode: metadata.barcode.clone(),
        musicbrainz_id: metadata.musicbrainz.release.clone(),
        release_group_id: metadata.musicbrainz.release_group.clone(),
        key: AlbumKey::default(),
    })
}

fn credit(credit: Credit) -> ArtistCredit {
    ArtistCredit {
        name: credit.name,
        sort_name: credit.sort_name,
        musicbrainz_id: credit.musicbrainz_id,
    }
}

/// Chooses the front cover, else the first picture; what is no image is none.
fn artwork(item_id: i64, pictures: &[Picture]) -> Option<ArtworkRecord> {
    let is_image = |it: &Picture| it.mime.starts_with("image/");
    let front = pictures
        .iter()
        .position(|it| it.kind == PictureKind::FrontCover && is_image(it));
    let index = front.or_else(|| pictures.iter().position(is_image))?;
    let picture = &pictures[index];
    Some(ArtworkRecord {
        hash: picture.hash.0.to_vec(),
        mime: picture.mime.clone(),
        bytes: picture.len,
        width: picture.width,
        height: picture.height,
        item_id,
        picture: u32::try_from(index).ok(),
    })
}

/// One byte for the method, then the hash: ids of different methods are never equal.
fn audio_id(id: AudioId) -> Vec<u8> {
    let scheme = match id.scheme {
        AudioIdScheme::FlacMd5 => 1,
        AudioIdScheme::AudioBytes => 2,
        AudioIdScheme::Mp3Header => 3,
        AudioIdScheme::Mp4Sizes => 4,
        AudioIdScheme::OggStream => 5,
        _ => 0,
    };
    std::iter::once(scheme).chain(id.value.0).collect()
}

/// What has no column of its own, as JSON; `None` where there is nothing.
fn extra(metadata: &TrackMetadata) -> Option<String> {
    let mut extra = Map::new();
    let mut put = |name: &str, value: Value| {
        let empty = match &value {
            Value::Null => true,
            Value::Array(list) => list.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => false,
        };
        if !empty {
            extra.insert(name.to_owned(), value);
        }
    };
    put("moods", json!(metadata.moods));
    put("grouping", json!(metadata.grouping));
    put("language", json!(metadata.language));
    put("media", json!(metadata.media));
    put("release_status", json!(metadata.release_status));
    put("labels", json!(metadata.label.get(1..).unwrap_or_default()));
    put("work_id", json!(metadata.musicbrainz.work));
    put(
        "r128_track_gain_db",
        json!(metadata.replay_gain.r128_track_gain_db),
    );
    put(
        "r128_album_gain_db",
        json!(metadata.replay_gain.r128_album_gain_db),
    );
    let custom: Map<String, Value> = metadata
        .custom
        .iter()
        .map(|(name, values)| (name.clone(), json!(values)))
        .collect();
    put("tags", Value::Object(custom));
    (!extra.is_empty()).then(|| Value::Object(extra).to_string())
}
