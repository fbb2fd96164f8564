//! PLS: numbered keys `File1`, `Title1`, `Length1` in a section `[playlist]`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{FileEntry, PlaylistFile, check_room, label};
use crate::error::Result;

pub(super) fn read(text: &str) -> Result<PlaylistFile> {
    let mut title = None;
    let mut entries: BTreeMap<u64, FileEntry> = BTreeMap::new();
    for line in text.split(['\n', '\r']) {
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        let digits = key.find(|c: char| c.is_ascii_digit()).unwrap_or(key.len());
        let (name, number) = key.split_at(digits);
        if name == "x-gnome-title" || name == "playlistname" {
            title = (!value.is_empty()).then(|| value.to_owned());
        }
        let Ok(number) = number.parse() else {
            continue;
        };
        if !matches!(name, "file" | "title" | "length") {
            continue;
        }
        if !entries.contains_key(&number) {
            check_room(entries.len())?;
        }
        let entry = entries.entry(number).or_default();
        match name {
            "file" => value.clone_into(&mut entry.location),
            "title" => label::read(value, entry),
            _ => entry.duration_ms = label::milliseconds(value),
        }
    }
    let entries = entries.into_values();
    Ok(PlaylistFile {
        title,
        entries: entries.filter(|it| !it.location.is_empty()).collect(),
        has_urls: false,
    })
}

pub(super) fn write(file: &PlaylistFile) -> String {
    let mut text = String::from("[playlist]\n");
    if let Some(title) = &file.title {
        let _ = writeln!(text, "X-GNOME-Title={}", title.replace(['\n', '\r'], " "));
    }
    for (number, entry) in (1..).zip(&file.entries) {
        let _ = writeln!(text, "File{number}={}", entry.location);
        if let Some(label) = label::write(entry) {
            let _ = writeln!(text, "Title{number}={label}");
        }
        let _ = writeln!(text, "Length{number}={}", label::seconds(entry));
    }
    let _ = writeln!(text, "NumberOfEntries={}\nVersion=2", file.entries.len());
    text
}
