//! Prints one JSON line for each file of a folder, with the fields that tag readers are compared by.
//!
//! `cargo run --release -p core-metadata --example extract -- <folder>`; with `--ranged` the files are
//! read in ranges, as from a server, and each line tells `bytes_read` and `requests`; `--audio-id` then
//! adds the reads that the identity of the audio needs. With `--time` it prints no lines but one about the
//! time that reading all files took, on one core. `--list <file>` reads the files that a text names, one a
//! line, instead of a folder.

use core_metadata::{
    Credit, Depth, ExtractOptions, RangedExtract, RangedStep, ReadCost, TrackMetadata, extract,
};
use serde_json::{Value, json};
use std::{
    error::Error,
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::Instant,
};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| args.iter().any(|arg| arg == flag);
    let timed = has("--time");
    let named = args
        .iter()
        .find(|arg| !arg.starts_with("--"))
        .ok_or("name a folder")?;
    let mut files = Vec::new();
    if has("--list") {
        let list = std::fs::read_to_string(named)?;
        files.extend(list.lines().map(PathBuf::from));
    } else {
        collect(Path::new(named), &mut files)?;
        files.sort();
    }
    if timed {
        return time(&files);
    }
    let mut out = std::io::stdout().lock();
    for file in &files {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let (outcome, cost) = if has("--ranged") {
            let (outcome, cost) = read_ranged(file, has("--audio-id"))?;
            (outcome, Some(cost))
        } else {
            (read(file), None)
        };
        let mut line = match outcome {
            Ok(track) => describe(&name, &track),
            Err(error) => json!({ "file": name, "ok": false, "error": error.to_string() }),
        };
        if let Some(cost) = cost {
            line["bytes_read"] = cost.bytes.into();
            line["requests"] = cost.requests.into();
        }
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

type Outcome = Result<TrackMetadata, Box<dyn Error>>;

fn read_ranged(path: &Path, audio_id: bool) -> Result<(Outcome, ReadCost), Box<dyn Error>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut ranged = RangedExtract::new(ExtractOptions {
        depth: Depth::Frugal,
        audio_id,
        ..ExtractOptions::new(name, size)
    });
    loop {
        match ranged.advance() {
            RangedStep::Fetch(range) => {
                file.seek(SeekFrom::Start(range.start))?;
                let mut bytes = Vec::new();
                (&mut file)
                    .take(range.end - range.start)
                    .read_to_end(&mut bytes)?;
                ranged.supply(range.start, &bytes);
            }
            RangedStep::Done(result) => return Ok(((*result).map_err(Into::into), ranged.cost())),
        }
    }
}

fn read(path: &Path) -> Outcome {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(extract(&mut file, &ExtractOptions::new(name, size))?)
}

fn time(files: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let opened = files.iter().filter(|file| read(file).is_ok()).count();
    let seconds = start.elapsed().as_secs_f64();
    let line = json!({ "files": files.len(), "opened": opened, "seconds": seconds });
    writeln!(std::io::stdout().lock(), "{line}")?;
    Ok(())
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
