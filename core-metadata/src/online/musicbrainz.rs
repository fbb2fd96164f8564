//! MusicBrainz: which recording and release a track is.

use serde::Deserialize;

use super::{AnswerError, Known, encoded, near};

/// Where the service is.
pub const BASE: &str = "https://musicbrainz.org";

/// The least score of a find that is believed, of 100.
const MIN_SCORE: u32 = 90;

/// What MusicBrainz says a track is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Match {
    /// The recording.
    pub recording: String,
    /// The release of the album's name, or the only one.
    pub release: Option<String>,
    /// The group of that release.
    pub release_group: Option<String>,
    /// The artists, in order.
    pub artists: Vec<String>,
}

#[derive(Deserialize)]
struct Answer {
    recordings: Vec<Recording>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Recording {
    id: String,
    #[serde(default)]
    score: u32,
    title: String,
    length: Option<i64>,
    #[serde(default)]
    artist_credit: Vec<Credit>,
    #[serde(default)]
    releases: Vec<Release>,
}

#[derive(Deserialize)]
struct Credit {
    name: String,
    artist: Artist,
}

#[derive(Deserialize)]
struct Artist {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Release {
    id: String,
    title: String,
    release_group: Option<Group>,
}

#[derive(Deserialize)]
struct Group {
    id: String,
}

/// Gives the URL that looks for a track, `None` if its title or artist is not known.
pub fn url(base: &str, known: &Known) -> Option<String> {
    if known.title.trim().is_empty() || known.artist.trim().is_empty() {
        return None;
    }
    let mut query = format!(
        "recording:{} AND artist:{}",
        phrase(&known.title),
        phrase(&known.artist)
    );
    if let Some(album) = known.album.as_deref().filter(|it| !it.trim().is_empty()) {
        query.push_str(&format!(" AND release:{}", phrase(album)));
    }
    Some(format!(
        "{base}/ws/2/recording?query={}&limit=5&fmt=json",
        encoded(&query)
    ))
}

/// Quotes text for Lucene.
fn phrase(text: &str) -> String {
    let escaped = text.trim().replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// Reads the answer to [`url`]. `None` if nothing in it is surely this track: the same title but for case,
/// an artist that stands in ours or the other way round, and a length that is near.
///
/// # Errors
/// [`AnswerError`] if it is not what MusicBrainz documents.
pub fn parse(body: &[u8], known: &Known) -> Result<Option<Match>, AnswerError> {
    let answer: Answer = serde_json::from_slice(body).map_err(|error| AnswerError {
        service: "MusicBrainz",
        reason: error.to_string(),
    })?;
    let found = answer.recordings.into_iter().find(|it| {
        it.score >= MIN_SCORE
            && alike(&it.title, &known.title)
            && near(known.duration_ms, it.length)
            && it.artist_credit.iter().any(|credit| {
                let (theirs, ours) = (credit.name.to_lowercase(), known.artist.to_lowercase());
                !theirs.is_empty() && ours.contains(&theirs)
            })
    });
    Ok(found.map(|it| {
        let album = known.album.as_deref();
        let named = it
            .releases
            .iter()
            .find(|release| album.is_some_and(|album| alike(album, &release.title)));
        let only = (it.releases.len() == 1 && album.is_none()).then(|| &it.releases[0]);
        let release = named.or(only);
        Match {
            release: release.map(|it| it.id.clone()),
            release_group: release.and_then(|it| Some(it.release_group.as_ref()?.id.clone())),
            artists: it
                .artist_credit
                .into_iter()
                .map(|it| it.artist.id)
                .collect(),
            recording: it.id,
        }
    }))
}

fn alike(one: &str, other: &str) -> bool {
    let bare = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    one.trim().eq_ignore_ascii_case(other.trim())
        || !bare(one).is_empty() && bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        Known {
            title: "Say \"Hi\"".into(),
            artist: "A & B".into(),
            album: Some("One".into()),
            duration_ms: Some(200_000),
        }
    }

    #[test]
    fn a_question_is_a_query_that_names_cannot_break() {
        assert_eq!(
            url(BASE, &known()).unwrap(),
            "https://musicbrainz.org/ws/2/recording?query=recording%3A%22Say%20%5C%22Hi%5C%22%22%20AND%20\
             artist%3A%22A%20%26%20B%22%20AND%20release%3A%22One%22&limit=5&fmt=json"
        );
        assert_eq!(url(BASE, &Known::default()), None);
    }

    #[test]
    fn only_what_is_surely_the_track_is_believed() {
        let answer = |score: u32, title: &str, length: i64, artist: &str| {
            let body = format!(
                r#"{{"created":"x","count":1,"recordings":[{{"id":"r1","score":{score},"title":{title},
                "length":{length},"artist-credit":[{{"name":"{artist}","joinphrase":" & ","artist":{{"id":"a1",
                "name":"{artist}"}}}}],"releases":[{{"id":"x","title":"Best Of"}},{{"id":"re1","title":"ONE",
                "release-group":{{"id":"g1"}}}}]}}]}}"#,
                title = serde_json::to_string(title).unwrap(),
            );
            parse(body.as_bytes(), &known()).unwrap()
        };
        let found = answer(100, "Say ‘Hi’", 201_000, "A").unwrap();
        assert_eq!(found.recording, "r1");
        assert_eq!(found.release.as_deref(), Some("re1"));
        assert_eq!(found.release_group.as_deref(), Some("g1"));
        assert_eq!(found.artists, ["a1"]);
        assert_eq!(answer(89, "Say Hi", 200_000, "A"), None);
        assert_eq!(answer(100, "Say Bye", 200_000, "A"), None);
        assert_eq!(answer(100, "Say Hi", 210_000, "A"), None);
        assert_eq!(answer(100, "Say Hi", 200_000, "Z"), None);
        assert_eq!(parse(br#"{"recordings":[]}"#, &known()).unwrap(), None);
        for wrong in ["", "{}", r#"{"recordings":[{"id":1}]}"#] {
            assert_eq!(
                parse(wrong.as_bytes(), &known()).unwrap_err().service,
                "MusicBrainz"
            );
        }
    }
}
