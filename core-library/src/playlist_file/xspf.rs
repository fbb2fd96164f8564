//! XSPF, the XML format of playlists (<https://www.xspf.org/spec>).

use std::fmt::Write as _;

use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::{FileEntry, PlaylistFile, check_room, invalid};
use crate::error::Result;

/// How deep elements may lie in each other.
const MAX_DEPTH: usize = 64;

pub(super) fn read(text: &str) -> Result<PlaylistFile> {
    let mut reader = Reader::from_str(text);
    let mut file = PlaylistFile::default();
    // The elements that are open, outermost first, without their prefixes.
    let mut open: Vec<String> = Vec::new();
    let mut entry = FileEntry::default();
    let mut value = String::new();
    loop {
        let event = reader
            .read_event()
            .map_err(|error| invalid(format!("it is no XML: {error}")))?;
        match event {
            Event::Start(tag) => {
                if open.len() >= MAX_DEPTH {
                    return Err(invalid(format!("elements are more than {MAX_DEPTH} deep")));
                }
                open.push(tag.local_name().as_ref().to_owned());
                value.clear();
            }
            Event::End(_) => {
                close(&open, value.trim(), &mut entry, &mut file)?;
                open.pop();
                value.clear();
            }
            Event::Text(text) => value.push_str(&text),
            Event::CData(text) => value.push_str(&text),
            Event::GeneralRef(name) => {
                let written = format!("&{};", &*name);
                let text = quick_xml::escape::unescape(&written)
                    .map_err(|_| invalid(format!("the entity {written} is not known")))?;
                value.push_str(&text);
            }
            Event::DocType(_) => return Err(invalid("it has a document type")),
            Event::Eof if open.is_empty() => return Ok(file),
            Event::Eof => return Err(invalid("it ends before its elements do")),
            Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
}

/// Takes in the value of the innermost open element, which ends.
fn close(
    open: &[String],
    value: &str,
    entry: &mut FileEntry,
    file: &mut PlaylistFile,
) -> Result<()> {
    let some = || (!value.is_empty()).then(|| value.to_owned());
    let path: Vec<&str> = open.iter().map(String::as_str).collect();
    match path[..] {
        ["playlist", "title"] => file.title = some(),
        ["playlist", "trackList", "track"] => {
            let entry = std::mem::take(entry);
            if entry != FileEntry::default() {
                check_room(file.entries.len())?;
                file.entries.push(entry);
            }
        }
        ["playlist", "trackList", "track", field] => match field {
            // Further locations are other places of the same thing.
            "location" if entry.location.is_empty() => value.clone_into(&mut entry.location),
            "title" => entry.title = some(),
            "creator" => entry.artist = some(),
            "album" => entry.album = some(),
            "duration" => entry.duration_ms = value.parse().ok().filter(|ms| *ms > 0),
            _ => {}
        },
        _ => {}
    }
    Ok(())
}

pub(super) fn write(file: &PlaylistFile) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">\n",
    );
    if let Some(title) = &file.title {
        element(&mut text, "  ", "title", title);
    }
    text.push_str("  <trackList>\n");
    for entry in &file.entries {
        text.push_str("    <track>\n");
        element(&mut text, "      ", "location", &entry.location);
        let fields = [
            ("title", &entry.title),
            ("creator", &entry.artist),
            ("album", &entry.album),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                element(&mut text, "      ", name, value);
            }
        }
        if let Some(ms) = entry.duration_ms {
            element(&mut text, "      ", "duration", &ms.to_string());
        }
        text.push_str("    </track>\n");
    }
    text.push_str("  </trackList>\n</playlist>\n");
    text
}

fn element(text: &mut String, indent: &str, name: &str, value: &str) {
    // Control characters have no place in XML, not even as references.
    let value: String = value
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'))
        .collect();
    let value = quick_xml::escape::escape(value.as_str());
    let _ = writeln!(text, "{indent}<{name}>{value}</{name}>");
}
