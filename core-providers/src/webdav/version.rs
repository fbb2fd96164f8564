//! What tells that a file changed, and that it is the same one elsewhere.

use bridge_traits::provider::Version;
use bridge_traits::storage::FileId;

use super::multistatus::Props;
use crate::digest;

/// Strips from an ETag what differs between servers, and between the answers of one: the mark of a
/// weak one, the quotes, and what a compressing proxy adds. `None` if nothing is left.
pub(super) fn normal_etag(text: &str) -> Option<&str> {
    let mut text = text.trim();
    for mark in ["W/", "w/"] {
        text = text.strip_prefix(mark).unwrap_or(text);
    }
    let text = text.trim_end_matches('"');
    let text = ["--gzip", "-gzip", ";gzip", "-br", ";br"]
        .into_iter()
        .find_map(|added| text.strip_suffix(added))
        .unwrap_or(text)
        .trim_matches('"');
    (!text.is_empty()).then_some(text)
}

/// Writes the version of a file: its ETag, or where the server has none its size and date.
pub(super) fn file_version(props: &Props) -> Version {
    Version(match etag(props) {
        Some(etag) => format!("e:{etag}"),
        None => format!(
            "m:{}:{}",
            props.size.unwrap_or(0),
            props.modified.as_deref().unwrap_or_default()
        ),
    })
}

/// Gives the ETag that a version was made of.
pub(super) fn etag_of(version: &Version) -> Option<&str> {
    version.0.strip_prefix("e:")
}

/// Gives the ETag that the server gave, without what does not matter.
pub(super) fn etag(props: &Props) -> Option<&str> {
    props.etag.as_deref().and_then(normal_etag)
}

/// Finds what identifies a file when it is elsewhere: the server's own id, or else everything that
/// a rename of its folder leaves as it is. An ETag alone is not enough, since some servers make it
/// of size and time; name, size and a time in whole seconds are not, since another song may have them
/// (`01.mp3` of another album).
pub(super) fn file_id(props: &Props, name: &str, server: u64) -> Option<FileId> {
    if let Some(id) = &props.file_id {
        return Some(FileId {
            device: server,
            file: id.parse().unwrap_or_else(|_| digest::of_texts(&[id])),
        });
    }
    if props.is_collection == Some(true) {
        return None;
    }
    let size = props.size?;
    let modified = props.modified.as_deref();
    let etag = etag(props).filter(|etag| !is_of_size_and_time(etag, size, modified))?;
    let likeness = [etag, modified.unwrap_or_default(), &size.to_string(), name];
    Some(FileId {
        device: server ^ 1,
        file: digest::of_texts(&likeness),
    })
}

/// Tells whether an ETag says no more than the size and the date do, as nginx's.
fn is_of_size_and_time(etag: &str, size: u64, modified: Option<&str>) -> bool {
    let seconds = modified.and_then(date_ms).map(|ms| ms / 1_000);
    etag.split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .all(|part| {
            let is = |number: i64| part == number.to_string() || part == format!("{number:x}");
            i64::try_from(size).is_ok_and(is) || seconds.is_some_and(is)
        })
}

/// Reads a date as servers write it, in ms since 1970.
pub(super) fn date_ms(text: &str) -> Option<i64> {
    let date = httpdate::parse_http_date(text.trim()).ok()?;
    let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::{Props, date_ms, file_id, file_version, normal_etag};

    #[test]
    fn an_etag_is_the_same_however_it_is_written() {
        for text in [
            "\"a1\"",
            "W/\"a1\"",
            "w/\"a1\"",
            "a1",
            " \"a1\" ",
            "\"a1-gzip\"",
            "\"a1\"-gzip",
        ] {
            assert_eq!(normal_etag(text), Some("a1"), "{text}");
        }
        for text in ["", "\"\"", "W/\"\"", "  "] {
            assert_eq!(normal_etag(text), None, "{text:?}");
        }
        assert_ne!(normal_etag("\"a1\""), normal_etag("\"A1\""));
    }

    #[test]
    fn another_content_has_another_version_and_a_moved_file_its_id() {
        let props = |etag: Option<&str>, size| Props {
            etag: etag.map(str::to_owned),
            size: Some(size),
            modified: Some("Tue, 01 Sep 2026 10:00:00 GMT".to_owned()),
            ..Props::default()
        };
        assert_ne!(file_version(&props(None, 1)), file_version(&props(None, 2)));
        assert_ne!(
            file_version(&props(Some("a"), 1)),
            file_version(&props(Some("b"), 1))
        );
        let id = file_id(&props(Some("a"), 1), "x.mp3", 7);
        assert!(id.is_some());
        assert_eq!(id, file_id(&props(Some("\"a\""), 1), "x.mp3", 7));
        assert_ne!(id, file_id(&props(Some("a"), 1), "y.mp3", 7));
        assert_ne!(id, file_id(&props(Some("a"), 2), "x.mp3", 7));
    }

    #[test]
    fn size_and_date_alone_are_no_id() {
        let props = |etag: Option<&str>| Props {
            etag: etag.map(str::to_owned),
            size: Some(8_000),
            modified: Some("Tue, 01 Sep 2026 10:00:00 GMT".to_owned()),
            ..Props::default()
        };
        let id = |etag| file_id(&props(etag), "x.mp3", 7);
        for etag in ["\"6a96a220-1f40\"", "8000-1788256800", "W/\"1f40\""] {
            assert_eq!(id(Some(etag)), None, "{etag}");
        }
        assert_eq!(id(None), None);
        // A finer time, or what the content or the server's own number is in.
        for etag in [
            "\"1f40-65ac2f3b5e400\"",
            "\"6a96a220-1f40-2a\"",
            "\"d41d8cd9\"",
        ] {
            assert!(id(Some(etag)).is_some(), "{etag}");
        }
        let mut undated = props(Some("6a96a220-1f40"));
        undated.modified = None;
        assert!(file_id(&undated, "x.mp3", 7).is_some());
    }

    #[test]
    fn dates_are_read_and_nonsense_is_none() {
        assert_eq!(date_ms("Thu, 01 Jan 1970 00:00:01 GMT"), Some(1_000));
        assert_eq!(date_ms("yesterday"), None);
    }
}
