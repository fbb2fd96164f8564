//! Questions to music services, and what their answers say. Pure: somebody else sends the requests.
//!
//! Sources: the documentation of [LRCLIB](https://lrclib.net/docs), of the
//! [MusicBrainz API](https://musicbrainz.org/doc/MusicBrainz_API), of the
//! [Cover Art Archive](https://musicbrainz.org/doc/Cover_Art_Archive/API) and of
//! [Last.fm](https://www.last.fm/api).

pub mod cover_art;
pub mod last_fm;
pub mod lrclib;
pub mod musicbrainz;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What is known of a track, to ask for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// The title.
    pub title: String,
    /// The artists as one text.
    pub artist: String,
    /// The album.
    pub album: Option<String>,
    /// The length in ms.
    pub duration_ms: Option<i64>,
}

/// An answer that is not what the service documents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{service}: {reason}")]
pub struct AnswerError {
    /// The service.
    pub service: &'static str,
    /// What is wrong.
    pub reason: String,
}

/// What a value in a query needs no encoding for (RFC 3986, `unreserved`).
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, IN_QUERY).to_string()
}

/// Tells whether two lengths may be of one recording.
fn near(known_ms: Option<i64>, found_ms: Option<i64>) -> bool {
    const TOLERANCE_MS: u64 = 3_000;
    match (known_ms, found_ms) {
        (Some(known), Some(found)) => known.abs_diff(found) <= TOLERANCE_MS,
        _ => true,
    }
}
