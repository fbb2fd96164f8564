//! Output: a JSON object a line for programs, a line of text for people.

use std::io::{self, Write};

use core_service::dto::{Album, Artist, SyncJob, Track};
use serde::Serialize;

/// Writes one thing, as JSON or as `text` puts it.
pub(crate) fn line<T: Serialize>(
    it: &T,
    json: bool,
    text: impl Fn(&T) -> String,
) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string(it)?)
    } else {
        writeln!(out, "{}", text(it))
    }
}

pub(crate) fn track(it: &Track) -> String {
    let mark = if it.missing { " (missing)" } else { "" };
    let artists = it
        .artist_display
        .clone()
        .unwrap_or_else(|| it.artists.join(", "));
    let album = it.album.as_deref().unwrap_or("-");
    let length = it.duration_ms.map_or_else(|| "?".to_owned(), duration);
    format!(
        "{:>6}  {artists} - {} [{album}] {length}{mark}",
        it.id, it.title
    )
}

pub(crate) fn album(it: &Album) -> String {
    let artists = it
        .artist_display
        .clone()
        .unwrap_or_else(|| it.artists.join(", "));
    let year = it
        .date
        .as_deref()
        .map_or("----", |date| &date[..date.len().min(4)]);
    format!(
        "{:>6}  {year}  {artists} - {} ({} tracks)",
        it.id, it.title, it.track_count
    )
}

pub(crate) fn artist(it: &Artist) -> String {
    format!(
        "{:>6}  {} ({} albums, {} tracks)",
        it.id, it.name, it.album_count, it.track_count
    )
}

pub(crate) fn job(it: &SyncJob) -> String {
    let error = it
        .error
        .as_deref()
        .map(|error| format!(": {error}"))
        .unwrap_or_default();
    format!(
        "{:>4}  {} {}  {} discovered, {} added, {} updated, {} moved, {} deleted, {} unchanged, {} failed, {} held, {} warnings, {} ms{error}",
        it.job,
        it.sync_type,
        it.status,
        it.discovered,
        it.added,
        it.updated,
        it.moved,
        it.deleted,
        it.unchanged,
        it.failed,
        it.held,
        it.warnings,
        it.duration_ms,
    )
}

/// Writes a duration as minutes and seconds, or hours too.
pub(crate) fn duration(ms: i64) -> String {
    let seconds = ms / 1000;
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}
