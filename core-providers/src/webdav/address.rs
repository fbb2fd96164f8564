//! Where things are: keys, URLs and the `href`s of a server.

use std::fmt::Write as _;

use bridge_traits::provider::ItemKey;
use bridge_traits::{BridgeError, ErrorKind, Result};
use url::Url;

/// The names of the folders and the file that lead to something, as bytes.
pub(super) type Path = Vec<Vec<u8>>;

/// The folder that is synced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// Scheme, host and port.
    origin: String,
    root: Path,
    /// The root as the server names it, where that differs: a proxy may have rewritten the path.
    alias: Option<Path>,
}

impl Address {
    /// Reads the URL that a person gave.
    ///
    /// # Errors
    /// `InvalidInput` saying what is wrong with it. A password in it is not repeated.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let refuse = |why: &str| Err(BridgeError::new(ErrorKind::InvalidInput, "url").detail(why));
        let Ok(url) = Url::parse(text.trim()) else {
            return refuse("it is no absolute URL such as https://host/dav/music");
        };
        if !matches!(url.scheme(), "http" | "https") {
            return refuse("it must begin with http:// or https://");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("it holds a user or password; give these separately");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("it has a ? or # part, which names no folder; write %3F or %23");
        }
        let root = split(url.path());
        let Some(root) = root else {
            return refuse("its path leads upwards");
        };
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            root,
            alias: None,
        })
    }

    /// Takes up what [`alias_text`](Self::alias_text) wrote.
    pub(super) fn with_alias(mut self, text: Option<&str>) -> Self {
        self.alias = text.and_then(split);
        self
    }

    /// Writes the path of the root as the server names it, where that differs.
    pub(super) fn alias_text(&self) -> Option<String> {
        let mut text = String::new();
        for name in self.alias.as_ref()? {
            text.push('/');
            escape(name, &mut text);
        }
        Some(text)
    }

    /// Writes it so that equal addresses give equal texts.
    pub(super) fn text(&self) -> String {
        self.url_of(&self.root, true)
    }

    /// Names the folder for a person.
    pub(super) fn name(&self) -> String {
        match self.root.last() {
            Some(name) => readable(name),
            None => self.host().to_owned(),
        }
    }

    /// Tells scheme, host and port.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    fn host(&self) -> &str {
        self.origin
            .split_once("://")
            .map_or(&*self.origin, |it| it.1)
    }

    /// Gives the URL of an item; folders end in a slash, since servers redirect where it is missing.
    ///
    /// # Errors
    /// `InvalidInput` if this is no key that [`key`] would write.
    pub(super) fn url(&self, item: &ItemKey, is_folder: bool) -> Result<String> {
        let mut path = self.root.clone();
        path.extend(path_of(item)?);
        Ok(self.url_of(&path, is_folder))
    }

    fn url_of(&self, path: &Path, is_folder: bool) -> String {
        let mut url = self.origin.clone();
        for name in path {
            url.push('/');
            escape(name, &mut url);
        }
        if is_folder {
            url.push('/');
        }
        url
    }

    /// Finds where below the root an `href` points, which the server gave in answer to a request
    /// for `asked`. `None` if it is elsewhere.
    ///
    /// Servers write whole URLs (also with a host that only they know), paths, and names relative
    /// to what was asked for; some escape too little.
    pub(super) fn place(&self, href: &str, asked: &Path) -> Option<Path> {
        let href = href.trim_ascii();
        let path = match after_origin(href) {
            Some(path) => split(path)?,
            None if href.starts_with('/') => split(href)?,
            None => {
                let mut path = self.root.clone();
                path.extend(asked.iter().cloned());
                path.extend(split(href)?);
                path
            }
        };
        let below = |root: &Path| path.strip_prefix(&root[..]).map(<[_]>::to_vec);
        below(&self.root).or_else(|| below(self.alias.as_ref()?))
    }

    /// Learns from the `href` that the server gave for the root how it names it.
    pub(super) fn learn(&mut self, href: &str) {
        if self
            .place(href, &Path::new())
            .is_some_and(|it| it.is_empty())
        {
            return;
        }
        let href = href.trim_ascii();
        self.alias = after_origin(href).or(Some(href)).and_then(split);
    }
}

/// Gives the path of a whole URL.
fn after_origin(href: &str) -> Option<&str> {
    let (scheme, rest) = href.split_once("://")?;
    let is_scheme = scheme.bytes().all(|it| it.is_ascii_alphanumeric()) && !scheme.is_empty();
    is_scheme.then(|| rest.find('/').map_or("/", |at| &rest[at..]))
}

/// Splits an escaped path into names; `None` if it leads upwards.
fn split(path: &str) -> Option<Path> {
    let mut names = Path::new();
    for part in path.split('/') {
        let name = unescape(part);
        match &*name {
            b"" | b"." => {}
            b".." => return None,
            _ => names.push(name),
        }
    }
    Some(names)
}

fn unescape(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut name = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .filter(|hex| hex.iter().all(u8::is_ascii_hexdigit))
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escaped {
            Some(byte) => {
                name.push(byte);
                at += 3;
            }
            // A percent sign that escapes nothing stands for itself.
            None => {
                name.push(bytes[at]);
                at += 1;
            }
        }
    }
    name
}

fn escape(name: &[u8], url: &mut String) {
    for byte in name {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                url.push(char::from(*byte));
            }
            _ => {
                let _ = write!(url, "%{byte:02X}");
            }
        }
    }
}

/// Writes a path as a key: the names with `/` between them, `%` as `%25`, and what is not text, or
/// would look like two names, as `%XX`. Like [`path_key`](bridge_traits::storage::path_key), but
/// a name may hold a slash here.
pub(super) fn key(path: &[Vec<u8>]) -> ItemKey {
    let mut text = String::new();
    for (at, name) in path.iter().enumerate() {
        if at > 0 {
            text.push('/');
        }
        push_name(name, &mut text);
    }
    ItemKey(text)
}

/// Writes the key of something directly in a folder.
pub(super) fn child_key(folder: &ItemKey, name: &[u8]) -> ItemKey {
    let mut text = folder.0.clone();
    if !text.is_empty() {
        text.push('/');
    }
    push_name(name, &mut text);
    ItemKey(text)
}

fn push_name(name: &[u8], text: &mut String) {
    for chunk in name.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '%' | '/' | '\0' => {
                    let _ = write!(text, "%{:02X}", u32::from(letter));
                }
                _ => text.push(letter),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "%{byte:02X}");
        }
    }
}

/// Reads a key back.
///
/// # Errors
/// `InvalidInput` if [`key`] would never have written it: a second spelling of a name could lead
/// somewhere else than the first.
pub(super) fn path_of(item: &ItemKey) -> Result<Path> {
    if item.is_root() {
        return Ok(Path::new());
    }
    let path: Path = item.0.split('/').map(unescape).collect();
    let is_name = |name: &Vec<u8>| !matches!(&name[..], b"" | b"." | b"..");
    if !path.iter().all(is_name) || key(&path) != *item {
        return Err(BridgeError::new(ErrorKind::InvalidInput, item.to_string())
            .detail("this is no key of an item below the root"));
    }
    Ok(path)
}

/// Tells the folder that an item lies in; `None` for the root.
pub(super) fn parent(item: &ItemKey) -> Option<ItemKey> {
    if item.is_root() {
        return None;
    }
    let folder = item.0.rsplit_once('/').map_or("", |it| it.0);
    Some(ItemKey(folder.to_owned()))
}

/// Writes a name for people.
pub(super) fn readable(name: &[u8]) -> String {
    String::from_utf8_lossy(name).replace(['/', '\0'], "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::{Address, Path, key, parent, path_of};
    use bridge_traits::provider::ItemKey;
    use proptest::prelude::*;

    fn address() -> Address {
        Address::parse("https://cloud.example/dav/My%20Music/").expect("a URL")
    }

    fn path(names: &[&str]) -> Path {
        names.iter().map(|it| it.as_bytes().to_vec()).collect()
    }

    #[test]
    fn every_spelling_of_a_place_is_found() {
        let asked = path(&["Artist"]);
        let expected = Some(path(&["Artist", "A&B ü%.mp3"]));
        for href in [
            "/dav/My%20Music/Artist/A%26B%20%C3%BC%25.mp3",
            "/dav/My%20Music/Artist/A&B ü%.mp3",
            "/dav/My Music/Artist/A&B%20ü%25.mp3",
            "//dav/My%20Music/Artist/A&B%20%c3%bc%.mp3",
            "https://cloud.example/dav/My%20Music/Artist/A&B%20ü%25.mp3",
            "http://10.0.0.7:8080/dav/My%20Music/Artist/A&B%20ü%25.mp3/",
            "A&B%20ü%25.mp3",
            "./A%26B%20ü%25.mp3",
            "  /dav/My%20Music/Artist/A&B%20ü%25.mp3\n",
        ] {
            assert_eq!(address().place(href, &asked), expected, "{href}");
        }
    }

    #[test]
    fn what_is_elsewhere_is_not_found() {
        for href in [
            "/",
            "/dav",
            "/dav/Other/x.mp3",
            "/dav/My%20Music2/x.mp3",
            "/dav/My%20Music/../secret",
            "/dav/My%20Music/%2e%2e/secret",
            "http://cloud.example",
        ] {
            assert_eq!(address().place(href, &Path::new()), None, "{href}");
        }
    }

    #[test]
    fn a_path_that_a_proxy_rewrote_is_learned() {
        let mut address = address();
        assert_eq!(address.place("/inner/a.mp3", &Path::new()), None);
        address.learn("/inner/");
        assert_eq!(
            address.place("/inner/a.mp3", &Path::new()),
            Some(path(&["a.mp3"]))
        );
        address.learn("/dav/My%20Music/");
        assert_eq!(
            address.place("/dav/My%20Music/b.mp3", &Path::new()),
            Some(path(&["b.mp3"]))
        );
    }

    #[test]
    fn bad_urls_are_refused_without_repeating_a_password() {
        for url in [
            "",
            "music",
            "ftp://host/",
            "https://user:secret@host/",
            "https://user@host/",
            "https://host/?a=secret",
            "https://host/#secret",
        ] {
            let error = Address::parse(url).expect_err(url).to_string();
            assert!(!error.contains("secret"), "{error}");
        }
        assert_eq!(
            Address::parse("HTTP://Host:80/a/./b//c")
                .map(|it| it.text())
                .ok(),
            Some("http://host/a/b/c/".to_owned())
        );
    }

    #[test]
    fn a_slash_within_a_name_stays_apart_from_one_between_names() {
        let found = address().place("/dav/My%20Music/AC%2FDC/x.mp3", &Path::new());
        let found = found.expect("below the root");
        assert_eq!(found[0], b"AC/DC");
        let item = key(&found);
        assert_eq!(item.0, "AC%2FDC/x.mp3");
        assert_eq!(
            address().url(&item, false).expect("a key"),
            "https://cloud.example/dav/My%20Music/AC%2FDC/x.mp3"
        );
        assert_eq!(parent(&item), Some(ItemKey("AC%2FDC".into())));
        assert_eq!(parent(&ItemKey("x".into())), Some(ItemKey::root()));
    }

    #[test]
    fn keys_with_a_second_spelling_are_refused() {
        for text in [
            "a//b", "../a", "a/..", "a%41", "%2e%2e", "a/", "%2f", "%", "ü%C3%BC",
        ] {
            assert!(path_of(&ItemKey(text.into())).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_name_of_any_bytes_comes_back(names in proptest::collection::vec(
            proptest::collection::vec(any::<u8>(), 1..12), 1..4,
        )) {
            prop_assume!(names.iter().all(|it| !matches!(&it[..], b"." | b"..")));
            let item = key(&names);
            prop_assert_eq!(path_of(&item).expect("a key"), names.clone());
            let url = address().url(&item, false).expect("a key");
            prop_assert!(url.is_ascii());
            prop_assert_eq!(address().place(&url, &Path::new()), Some(names));
        }

        #[test]
        fn any_href_is_read_or_passed_over(href in "\\PC{0,40}") {
            if let Some(found) = address().place(&href, &Path::new()) {
                prop_assert_eq!(path_of(&key(&found)).expect("a key"), found);
            }
        }
    }
}
