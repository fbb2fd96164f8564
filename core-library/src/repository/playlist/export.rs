//! Playlists as files for other players.

use std::collections::HashMap;

use futures::TryStreamExt;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{entries::stream_entries, resolve::Origin};
use crate::db::Library;
use crate::error::Result;
use crate::model::{PlaylistId, Track, TrackId};
use crate::playlist_file::{FileEntry, PlaylistFile, PlaylistFormat, can_hold};
use crate::repository::provider::{self, ProviderRow};
use crate::repository::track::FilePath;

/// What a part of a URL's path needs no encoding for (RFC 3986, `unreserved`).
const IN_URL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// How an exported playlist names its tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportPaths {
    /// By their whole path or URL.
    Absolute,
    /// By the way from where the file will lie; tracks of other providers by their whole path.
    Relative(Origin),
}

/// A playlist ready to be written, and what has no place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// What to write.
    pub file: PlaylistFile,
    /// The tracks left out: their provider was removed, or the format can't hold their path.
    pub left_out: Vec<TrackId>,
}

/// Makes a playlist file's content. Missing tracks are in it, with the path they had.
///
/// # Errors
/// `NotFound` if there is no such playlist.
pub async fn export(
    library: &Library,
    id: PlaylistId,
    format: PlaylistFormat,
    paths: &ExportPaths,
) -> Result<Exported> {
    let playlist = super::get(library, id).await?;
    let providers = provider::list(library).await?;
    let providers: HashMap<i64, ProviderRow> =
        providers.into_iter().map(|it| (it.id, it)).collect();
    let mut exported = Exported {
        file: PlaylistFile {
            title: Some(playlist.name),
            entries: Vec::new(),
            has_urls: format == PlaylistFormat::Xspf,
        },
        left_out: Vec::new(),
    };
    let mut entries = stream_entries(library, id);
    while let Some(entry) = entries.try_next().await? {
        let location = location(&entry.track, &providers, format, paths);
        match location.filter(|it| can_hold(format, it)) {
            Some(location) => exported.file.entries.push(described(entry.track, location)),
            None => exported.left_out.push(entry.track.id),
        }
    }
    Ok(exported)
}

fn described(track: Track, location: String) -> FileEntry {
    let artists = track.artists.iter().filter(|it| it.role == "artist");
    let artists: Vec<&str> = artists.map(|it| it.name.as_str()).collect();
    FileEntry {
        location,
        artist: track
            .artist_display
            .or_else(|| (!artists.is_empty()).then(|| artists.join(", "))),
        title: Some(track.title),
        album: track.album,
        duration_ms: track.audio.duration_ms,
    }
}

fn location(
    track: &Track,
    providers: &HashMap<i64, ProviderRow>,
    format: PlaylistFormat,
    paths: &ExportPaths,
) -> Option<String> {
    let provider = providers.get(&track.provider_id?)?;
    let path = FilePath {
        key: track.key.clone()?,
        readable: track.path.clone()?,
    };
    // Text can't name a file whose name is none.
    let parts = path.names()?;
    let in_url = |parts: &[&str]| -> String {
        let parts = parts
            .iter()
            .map(|it| utf8_percent_encode(it, IN_URL).to_string());
        parts.collect::<Vec<_>>().join("/")
    };
    if let ExportPaths::Relative(origin) = paths
        && origin.provider == Some(provider.id)
    {
        let way = way(&origin.folder, &parts);
        return Some(match format {
            PlaylistFormat::Xspf => in_url(&way),
            _ => way.join("/"),
        });
    }
    let root = provider.root.trim_end_matches(['/', '\\']);
    Some(if root.contains("://") {
        format!("{root}/{}", in_url(&parts))
    } else if format == PlaylistFormat::Xspf {
        let root: Vec<&str> = root
            .split(['/', '\\'])
            .filter(|it| !it.is_empty())
            .collect();
        format!("file:///{}/{}", in_url(&root), in_url(&parts))
    } else {
        format!("{root}/{}", parts.join("/"))
    })
}

/// Gives the way from a folder to a file.
fn way<'a>(folder: &str, file: &[&'a str]) -> Vec<&'a str> {
    let folder: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    let common = folder.iter().zip(file).take_while(|(a, b)| a == b).count();
    // The file itself is no folder that both are in.
    let common = common.min(file.len().saturating_sub(1));
    let mut way = vec![".."; folder.len() - common];
    way.extend(&file[common..]);
    way
}

#[cfg(test)]
mod tests {
    use super::way;

    #[test]
    fn ways_lead_up_and_down() {
        #[track_caller]
        fn check(folder: &str, file: &str, expected: &str) {
            let file: Vec<&str> = file.split('/').collect();
            assert_eq!(way(folder, &file).join("/"), expected);
        }
        check("", "a.mp3", "a.mp3");
        check("", "Rock/a.mp3", "Rock/a.mp3");
        check("Rock", "Rock/a.mp3", "a.mp3");
        check("lists/old", "Rock/a.mp3", "../../Rock/a.mp3");
        check("Rock/x", "Rock/a.mp3", "../a.mp3");
        check("a.mp3", "a.mp3", "../a.mp3");
    }
}
