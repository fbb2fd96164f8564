//! The one text that M3U and PLS have for artist and title.

use super::FileEntry;

/// Cuts `artist - title` at its first ` - `; text without one is a title.
pub(super) fn read(label: &str, entry: &mut FileEntry) {
    let label = label.trim();
    let (artist, title) = match label.split_once(" - ") {
        Some((artist, title)) if !artist.trim().is_empty() => (Some(artist.trim()), title.trim()),
        _ => (None, label),
    };
    entry.artist = artist.map(str::to_owned);
    entry.title = (!title.is_empty()).then(|| title.to_owned());
}

/// Joins artist and title again, on one line.
pub(super) fn write(entry: &FileEntry) -> Option<String> {
    let title = entry.title.as_deref()?;
    let label = match &entry.artist {
        Some(artist) => format!("{artist} - {title}"),
        None => title.to_owned(),
    };
    Some(label.replace(['\n', '\r'], " "))
}

/// Writes a length in whole seconds, rounded; -1 where it is not known.
pub(super) fn seconds(entry: &FileEntry) -> i64 {
    entry.duration_ms.map_or(-1, |ms| (ms + 500) / 1000)
}

/// Reads a length in seconds, as a fraction too; not positive is not known.
pub(super) fn milliseconds(seconds: &str) -> Option<i64> {
    let seconds: f64 = seconds.trim().parse().ok()?;
    (seconds > 0.0 && seconds < 1e9).then(|| (seconds * 1000.0).round() as i64)
}
