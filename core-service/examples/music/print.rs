//! Output: a JSON object a line for programs, a line of text for people.

use std::io::{self, Write};

use core_service::dto::{Album, Artist, Provider, QuarantinedFile, Stats, SyncJob, Track};
use serde::Serialize;

use crate::text::{clean, count, duration, moment};

/// Writes one thing, as JSON or as `text` puts it.
pub(crate) fn line<T: Serialize>(
    it: &T,
    json: bool,
    text: impl Fn(&T) -> String,
) -> io::Result<()> {
    if json {
        raw(&serde_json::to_string(it)?)
    } else {
        raw(&clean(&text(it)))
    }
}

/// Writes text that is clean already.
pub(crate) fn raw(text: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

/// Writes a field of something that was shown.
pub(crate) fn field(name: &str, value: &str) -> io::Result<()> {
    let line = format!("  {name}: {value}");
    raw(clean(&line).trim_end())
}

/// Tells the user something beside the output. Whether anybody listens changes nothing.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", clean(text));
}

pub(crate) fn track(it: &Track) -> String {
    let mut line = format!("{:>6}  ", it.id);
    line += &credited(it.artist_display.as_deref(), &it.artists, &it.title);
    if let Some(album) = &it.album {
        line += &format!(" [{album}]");
    }
    line += " ";
    line += &it.duration_ms.map_or_else(|| "?:??".to_owned(), duration);
    if let Some(rating) = it.rating {
        line += &format!(" {rating}/100");
    }
    if it.favourite {
        line += " ♥";
    }
    if it.set_aside {
        line += " (set aside)";
    } else if it.missing {
        line += " (missing)";
    }
    line
}

pub(crate) fn album(it: &Album) -> String {
    let year = it.date.as_deref().unwrap_or_default();
    format!(
        "{:>6}  {year:4.4}  {} ({})",
        it.id,
        credited(it.artist_display.as_deref(), &it.artists, &it.title),
        count(it.track_count, "track"),
    )
}

/// Puts the artists before the title, if they are known.
fn credited(display: Option<&str>, artists: &[String], title: &str) -> String {
    let artists = display.map_or_else(|| artists.join(", "), str::to_owned);
    if artists.is_empty() {
        title.to_owned()
    } else {
        format!("{artists} - {title}")
    }
}

pub(crate) fn artist(it: &Artist) -> String {
    format!(
        "{:>6}  {} ({}, {})",
        it.id,
        it.name,
        count(it.album_count, "album"),
        count(it.track_count, "track"),
    )
}

pub(crate) fn job(it: &SyncJob, providers: &[Provider]) -> String {
    let root = providers
        .iter()
        .find(|provider| provider.id == it.provider)
        .map(|provider| format!(" ({})", provider.root))
        .unwrap_or_default();
    let error = it
        .error
        .as_deref()
        .map(|error| format!(": {error}"))
        .unwrap_or_default();
    format!(
        "{:>4}  {}  {} {}  {}, {} ms, provider {}{root}{error}",
        it.job,
        moment(it.created_at),
        it.sync_type,
        it.status,
        counts(it),
        it.duration_ms,
        it.provider,
    )
}

pub(crate) fn quarantined(it: &QuarantinedFile) -> String {
    let attempts = count(u64::from(it.attempts), "attempt");
    format!("{}: {} ({attempts})", it.key, it.error)
}

/// Writes what a sync did.
pub(crate) fn counts(it: &SyncJob) -> String {
    format!(
        "{} discovered, {} added, {} updated, {} moved, {} deleted, {} unchanged, {} failed, {} waiting, {} held, {}",
        it.discovered,
        it.added,
        it.updated,
        it.moved,
        it.deleted,
        it.unchanged,
        it.failed,
        it.waiting,
        it.held,
        count(it.warnings, "warning"),
    )
}

pub(crate) fn stats(it: &Stats) -> String {
    format!(
        "{} ({} missing), {}, {}, {}, {}, {}, {} MB",
        count(it.tracks, "track"),
        it.missing_tracks,
        count(it.albums, "album"),
        count(it.artists, "artist"),
        count(it.genres, "genre"),
        count(it.playlists, "playlist"),
        duration(it.duration_ms.try_into().unwrap_or(i64::MAX)),
        it.bytes / 1_000_000,
    )
}
