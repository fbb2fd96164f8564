//! What a location in a playlist file may mean as a path.

use percent_encoding::percent_decode_str;

use super::Origin;
use crate::repository::provider::ProviderRow;
use crate::search::fold;

/// The paths that a location may mean.
pub(super) struct Wanted {
    pub(super) paths: Vec<WantedPath>,
}

/// A path that may be meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WantedPath {
    /// The provider whose root the path begins at, if it does so at one.
    pub(super) root: Option<i64>,
    /// Its parts; never empty.
    pub(super) parts: Vec<String>,
    /// The same, folded: each is compared with many files.
    pub(super) folded: Vec<String>,
    /// Whether the location is to be read so: a path as it stands, a URL decoded. Not all who write
    /// playlists keep to that.
    pub(super) by_rule: bool,
}

impl WantedPath {
    fn new(root: Option<i64>, parts: Vec<String>) -> Option<Self> {
        let folded = parts.iter().map(|it| fold(it)).collect();
        (!parts.is_empty()).then_some(Self {
            root,
            parts,
            folded,
            by_rule: false,
        })
    }

    /// Gives the folded name of the file.
    pub(super) fn name(&self) -> &str {
        self.folded.last().map_or("", String::as_str)
    }
}

/// Reads a location: a path of this system, of Windows, or a URL, perhaps percent-encoded. `is_url` tells
/// that the format allows nothing but URLs.
pub(super) fn wanted(
    location: &str,
    is_url: bool,
    origin: &Origin,
    providers: &[ProviderRow],
) -> Wanted {
    let is_url = is_url || location.contains("://");
    let mut readings = vec![(location.to_owned(), true)];
    // A percent sign may be part of a name, so the text as it stands is always looked for, too.
    if let Ok(decoded) = percent_decode_str(location).decode_utf8()
        && decoded != location
    {
        readings[0].1 = !is_url;
        readings.push((decoded.into_owned(), is_url));
    }
    let mut paths: Vec<WantedPath> = Vec::new();
    for (reading, by_rule) in readings {
        let windows = reading.contains('\\').then(|| reading.replace('\\', "/"));
        for text in [Some(reading), windows].into_iter().flatten() {
            let path = if is_rooted(&text) {
                absolute(&text, providers)
            } else {
                relative(&text, origin, providers)
            };
            let same = |it: &WantedPath, other: &WantedPath| {
                (it.root, &it.parts) == (other.root, &other.parts)
            };
            let path = path.filter(|new| !paths.iter().any(|it| same(it, new)));
            paths.extend(path.map(|it| WantedPath { by_rule, ..it }));
        }
    }
    Wanted { paths }
}

/// Tells whether a location begins at a root: of this system, of a Windows drive, or of a URL.
fn is_rooted(text: &str) -> bool {
    let is_drive = |text: &[u8]| matches!(text, [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    text.starts_with('/') || is_drive(text.as_bytes()) || text.contains("://")
}

/// Reads a path that begins at a root: that of a provider, or one of another machine.
fn absolute(text: &str, providers: &[ProviderRow]) -> Option<WantedPath> {
    let text = text.strip_prefix("file://").map_or(text, |rest| {
        // The host, which is empty or this machine.
        rest.find('/').map_or(rest, |slash| &rest[slash..])
    });
    for provider in providers {
        let root = percent_decode_str(&provider.root).decode_utf8_lossy();
        for root in [provider.root.as_str(), &root] {
            let root = root.replace('\\', "/");
            let inside = text.strip_prefix(root.trim_end_matches('/'));
            if let Some(inside) = inside.and_then(|it| it.strip_prefix('/')) {
                return WantedPath::new(Some(provider.id), parts(inside, Vec::new())?);
            }
        }
    }
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    WantedPath::new(None, parts(text, Vec::new())?)
}

/// Reads a path from where the playlist lies.
fn relative(text: &str, origin: &Origin, providers: &[ProviderRow]) -> Option<WantedPath> {
    if text.is_empty() {
        return None;
    }
    if origin.provider.is_some() || !is_rooted(&origin.folder) {
        let folder = parts(&origin.folder, Vec::new())?;
        if let Some(parts) = parts(text, folder) {
            return WantedPath::new(origin.provider, parts);
        }
    }
    // It leads out of the provider, perhaps into another one.
    let path = whole_folder(origin, providers).and_then(|folder| joined(folder, text));
    if let Some(path) = path.and_then(|path| absolute(&path, providers))
        && path.root.is_some()
    {
        return Some(path);
    }
    // What is left of it may be a folder of music all the same.
    let left = parts(text, Vec::new()).unwrap_or_else(|| {
        let left = text.split('/').filter(|it| !matches!(*it, "" | "." | ".."));
        left.map(str::to_owned).collect()
    });
    WantedPath::new(None, left)
}

/// Gives the whole path of the folder that a playlist lies in, if it is one of this machine.
fn whole_folder(origin: &Origin, providers: &[ProviderRow]) -> Option<String> {
    let folder = match origin.provider {
        Some(id) => {
            let provider = providers.iter().find(|it| it.id == id)?;
            let root = provider.root.replace('\\', "/");
            format!("{}/{}", root.trim_end_matches('/'), origin.folder)
        }
        None => origin.folder.clone(),
    };
    (is_rooted(&folder) && !folder.contains("://")).then_some(folder)
}

/// Follows a path from a folder, whose own text stays as it is; `None` if it leads above all folders.
fn joined(mut folder: String, text: &str) -> Option<String> {
    for part in text.split('/') {
        let end = folder.trim_end_matches('/').len();
        folder.truncate(end);
        match part {
            "" | "." => {}
            ".." => folder.truncate(folder.rfind('/')?),
            _ => folder.extend(["/", part]),
        }
    }
    Some(folder)
}

/// Adds the parts of a path to those of a folder; `None` if it leads above the folder's root.
fn parts(text: &str, mut folder: Vec<String>) -> Option<Vec<String>> {
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                folder.pop()?;
            }
            _ => folder.push(part.to_owned()),
        }
    }
    Some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(id: i64, root: &str) -> ProviderRow {
        ProviderRow {
            id,
            key: root.into(),
            kind: "test".into(),
            name: root.into(),
            root: root.into(),
            config: "{}".into(),
        }
    }

    #[test]
    fn locations_are_read_as_people_write_them() {
        let providers = [
            provider(1, "/music"),
            provider(2, "https://dav.test/my%20music/"),
        ];
        let origin = Origin {
            provider: Some(1),
            folder: "lists/old".into(),
        };
        #[track_caller]
        fn check(location: &str, origin: &Origin, providers: &[ProviderRow], paths: &[&str]) {
            let wanted = wanted(location, false, origin, providers);
            let text = |path: &WantedPath| {
                let root = path.root.map_or("?".to_owned(), |it| it.to_string());
                format!("{root}:{}", path.parts.join("/"))
            };
            let texts: Vec<String> = wanted.paths.iter().map(text).collect();
            assert_eq!(texts, paths);
        }
        let here = |location: &str, paths: &[&str]| check(location, &origin, &providers, paths);
        here("a.mp3", &["1:lists/old/a.mp3"]);
        here("./a/../b.mp3", &["1:lists/old/b.mp3"]);
        here("../../Rock/a.mp3", &["1:Rock/a.mp3"]);
        here("../../../Rock/a.mp3", &["?:Rock/a.mp3"]);
        here("/music/Rock/a.mp3", &["1:Rock/a.mp3"]);
        here("/musical/a.mp3", &["?:musical/a.mp3"]);
        here("file:///music/A%20b.mp3", &["1:A%20b.mp3", "1:A b.mp3"]);
        here("100%.mp3", &["1:lists/old/100%.mp3"]);
        here("https://dav.test/my%20music/x.mp3", &["2:x.mp3"]);
        here(
            "C:\\Users\\me\\Music\\a.mp3",
            &["?:C:\\Users\\me\\Music\\a.mp3", "?:C:/Users/me/Music/a.mp3"],
        );
        here("..\\a.mp3", &["1:lists/old/..\\a.mp3", "1:lists/a.mp3"]);
        here("A: first.mp3", &["1:lists/old/A: first.mp3"]);
        here("", &[]);
        here("..", &["1:lists"]);

        // What lies elsewhere names files of any provider by the way to them.
        let providers = [provider(1, "/home/music"), provider(2, "/home/more")];
        let at = |provider: Option<i64>, folder: &str, location: &str, paths: &[&str]| {
            let folder = folder.into();
            check(location, &Origin { provider, folder }, &providers, paths);
        };
        at(None, "/home", "music/Rock/a.mp3", &["1:Rock/a.mp3"]);
        at(None, "/home/lists", "../more/./a.mp3", &["2:a.mp3"]);
        at(
            None,
            "/home/lists",
            "..\\more\\a.mp3",
            &["?:..\\more\\a.mp3", "2:a.mp3"],
        );
        at(None, "/", "home/more/a.mp3", &["2:a.mp3"]);
        at(
            None,
            "/home",
            "../../home/more/a.mp3",
            &["?:home/more/a.mp3"],
        );
        at(None, "/elsewhere", "x/../Rock/a.mp3", &["?:Rock/a.mp3"]);
        at(None, "", "Rock/a.mp3", &["?:Rock/a.mp3"]);
        at(Some(1), "lists", "../../more/a.mp3", &["2:a.mp3"]);
        at(Some(1), "", "../../a.mp3", &["?:a.mp3"]);
        let on_servers = [
            provider(1, "https://dav.test/music"),
            provider(2, "https://dav.test/more"),
        ];
        let origin = Origin {
            provider: Some(1),
            folder: String::new(),
        };
        check("../more/a.mp3", &origin, &on_servers, &["?:more/a.mp3"]);
    }
}
