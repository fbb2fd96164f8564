//! M3U: a location a line, comments with `#`, of which some say more about the next location.

use std::fmt::Write as _;

use super::{FileEntry, PlaylistFile, check_room, label};
use crate::error::Result;

pub(super) fn read(text: &str) -> Result<PlaylistFile> {
    let mut file = PlaylistFile::default();
    let mut next = FileEntry::default();
    // Old Macintosh files end lines with a carriage return alone.
    for line in text.split(['\n', '\r']) {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            directive(comment, &mut file, &mut next);
        } else if !line.is_empty() {
            check_room(file.entries.len())?;
            next.location = line.to_owned();
            file.entries.push(std::mem::take(&mut next));
        }
    }
    Ok(file)
}

fn directive(comment: &str, file: &mut PlaylistFile, next: &mut FileEntry) {
    let Some((name, value)) = comment.split_once(':') else {
        return;
    };
    let value = value.trim();
    let some = || (!value.is_empty()).then(|| value.to_owned());
    match name.to_ascii_uppercase().as_str() {
        "PLAYLIST" => file.title = some(),
        "EXTALB" => next.album = some(),
        "EXTINF" => {
            // Attributes such as `tvg-id="x, y"` may stand between the length and the comma.
            let mut quoted = false;
            let comma = value.find(|c| {
                quoted ^= c == '"';
                c == ',' && !quoted
            });
            let Some(comma) = comma else {
                next.duration_ms = label::milliseconds(value);
                return;
            };
            let length = value[..comma].split_whitespace().next();
            next.duration_ms = length.and_then(label::milliseconds);
            label::read(&value[comma + 1..], next);
        }
        _ => {}
    }
}

pub(super) fn write(file: &PlaylistFile) -> String {
    let mut text = String::from("#EXTM3U\n#EXTENC:UTF-8\n");
    if let Some(title) = &file.title {
        let _ = writeln!(text, "#PLAYLIST:{}", title.replace(['\n', '\r'], " "));
    }
    for entry in &file.entries {
        if let Some(label) = label::write(entry) {
            let _ = writeln!(text, "#EXTINF:{},{label}", label::seconds(entry));
        }
        if let Some(album) = &entry.album {
            let _ = writeln!(text, "#EXTALB:{}", album.replace(['\n', '\r'], " "));
        }
        // A name that looks like a comment is a path from here.
        if entry.location.starts_with('#') {
            text.push_str("./");
        }
        text.push_str(&entry.location);
        text.push('\n');
    }
    text
}
