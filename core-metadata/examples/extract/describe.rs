//! What was read of a file as a line of JSON, on whatever target.

use std::ops::Range;

use core_metadata::{
    Credit, Depth, ExtractError, ExtractOptions, RangedExtract, RangedStep, ReadCost, TrackMetadata,
};
use serde_json::{Value, json};

/// What became of a file.
pub(crate) type Outcome = Result<TrackMetadata, ExtractError>;

/// Makes the line of a file, with what reading it cost if that was counted.
pub(crate) fn line(name: &str, outcome: &Outcome, cost: Option<ReadCost>) -> Value {
    let mut line = match outcome {
        Ok(track) => describe(name, track),
        Err(error) => json!({ "file": name, "ok": false, "error": error.to_string() }),
    };
    if let Some(cost) = cost {
        line["bytes_read"] = cost.bytes.into();
        line["requests"] = cost.requests.into();
    }
    line
}

/// Reads a file in ranges, as from a server.
pub(crate) fn ranged<E>(
    name: &str,
    size: u64,
    audio_id: bool,
    mut read: impl FnMut(Range<u64>) -> Result<Vec<u8>, E>,
) -> Result<(Outcome, ReadCost), E> {
    let mut ranged = RangedExtract::new(ExtractOptions {
        depth: Depth::Frugal,
        audio_id,
        ..ExtractOptions::new(name, size)
    });
    loop {
        match ranged.advance() {
            RangedStep::Fetch(range) => {
                let start = range.start;
                ranged.supply(start, &read(range)?);
            }
            RangedStep::Done(outcome) => return Ok((*outcome, ranged.cost())),
        }
    }
}

fn describe(name: &str, track: &TrackMetadata) -> Value {
    let names = |credits: &[Credit]| {
        credits
            .iter()
            .map(|credit| credit.name.clone())
            .collect::<Vec<_>>()
    };
    let ids = |credits: &[Credit]| {
        credits
            .iter()
            .filter_map(|credit| credit.musicbrainz_id.clone())
            .collect::<Vec<_>>()
    };
    let warnings: Vec<String> = track.warnings.iter().map(ToString::to_string).collect();
    json!({
        "file": name,
        "ok": true,
        "error": null,
        "duration_ms": track.properties.duration_ms,
        "title": track.title.as_ref().filter(|_| !track.title_from_name),
        "artists": names(&track.artists),
        "album": track.album,
        "album_artists": names(&track.album_artists),
        "track": track.track,
        "track_total": track.track_total,
        "disc": track.disc,
        "disc_total": track.disc_total,
        "date": track.date.map(|date| date.to_string()),
        "genres": track.genres,
        "has_picture": !track.pictures.is_empty(),
        "musicbrainz": {
            "recording": track.musicbrainz.recording,
            "release_track": track.musicbrainz.track,
            "release": track.musicbrainz.release,
            "release_group": track.musicbrainz.release_group,
            "artist": ids(&track.artists),
            "album_artist": ids(&track.album_artists),
        },
        "replaygain": {
            "track_gain": track.replay_gain.track_gain_db,
            "track_peak": track.replay_gain.track_peak,
            "album_gain": track.replay_gain.album_gain_db,
            "album_peak": track.replay_gain.album_peak,
        },
        "codec": track.properties.codec,
        "audio_id": track.audio_id.map(|id| id.to_string()),
        "warnings": warnings,
    })
}
