//! Last.fm: who an artist is, what it sounds like, and who sounds alike.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AnswerError, encoded};

/// Where the service is.
pub const BASE: &str = "https://ws.audioscrobbler.com";

const SERVICE: &str = "Last.fm";

/// What Last.fm says of an artist.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ArtistInfo {
    /// Its name there.
    pub name: String,
    /// Its MusicBrainz id.
    pub musicbrainz_id: Option<String>,
    /// Its page, which has to be named where the biography is shown.
    pub url: Option<String>,
    /// A few sentences, in plain text. Its licence is CC BY-SA.
    pub biography: Option<String>,
    /// What people call its music, the most common first.
    pub tags: Vec<String>,
    /// Names of artists that sound alike, the nearest first.
    pub similar: Vec<String>,
    /// How many people listen to it there.
    pub listeners: Option<u64>,
    /// How often its tracks were played there.
    pub plays: Option<u64>,
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Something.
    Found(ArtistInfo),
    /// That there is no such artist.
    Nothing,
    /// That it was asked too much, or has trouble of its own.
    Later(String),
    /// That the key is not one of theirs, or was taken back.
    KeyRefused(String),
}

/// Gives the URL that asks for an artist, `None` if its name is blank. `language` is that of the biography, as
/// ISO 639-1 has it; English if there is none.
pub fn url(base: &str, artist: &str, language: Option<&str>, api_key: &str) -> Option<String> {
    if artist.trim().is_empty() {
        return None;
    }
    let language = language.map(|it| format!("&lang={}", encoded(it)));
    Some(format!(
        "{base}/2.0/?method=artist.getinfo&autocorrect=1&format=json&artist={}{}&api_key={}",
        encoded(artist.trim()),
        language.unwrap_or_default(),
        encoded(api_key),
    ))
}

/// Reads the answer to [`url`].
///
/// # Errors
/// [`AnswerError`] if it is not what Last.fm documents.
pub fn parse(body: &[u8]) -> Result<Answer, AnswerError> {
    let wrong = |reason: String| AnswerError {
        service: SERVICE,
        reason,
    };
    let answer: Value = serde_json::from_slice(body).map_err(|error| wrong(error.to_string()))?;
    if let Some(code) = answer["error"].as_u64() {
        let message = answer["message"].as_str().unwrap_or_default();
        let message = format!("{message} ({code})");
        // Codes of <https://www.last.fm/api/errorcodes>.
        return match code {
            6 => Ok(Answer::Nothing),
            8 | 11 | 16 | 29 => Ok(Answer::Later(message)),
            4 | 10 | 26 => Ok(Answer::KeyRefused(message)),
            _ => Err(wrong(message)),
        };
    }
    let artist = &answer["artist"];
    let name = text(&artist["name"]).ok_or_else(|| wrong("it names no artist".to_owned()))?;
    Ok(Answer::Found(ArtistInfo {
        name,
        musicbrainz_id: text(&artist["mbid"]),
        url: text(&artist["url"]),
        biography: artist["bio"]["summary"].as_str().and_then(plain),
        tags: names(&artist["tags"]["tag"]),
        similar: names(&artist["similar"]["artist"]),
        listeners: number(&artist["stats"]["listeners"]),
        plays: number(&artist["stats"]["playcount"]),
    }))
}

fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Reads a number, which may be a text.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// Reads the names in a list; a list of one may be that one alone.
fn names(value: &Value) -> Vec<String> {
    let list = match value {
        Value::Array(list) => &list[..],
        one => std::slice::from_ref(one),
    };
    list.iter().filter_map(|it| text(&it["name"])).collect()
}

/// Takes the link at its end and other markup from a biography.
fn plain(html: &str) -> Option<String> {
    let end = html.rfind("<a href").unwrap_or(html.len());
    let mut plain = String::with_capacity(end);
    let mut rest = &html[..end];
    while let Some((before, behind)) = rest.split_once('<') {
        plain.push_str(before);
        rest = behind.split_once('>').map_or("", |it| it.1);
    }
    plain.push_str(rest);
    let entities = [
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    for (entity, sign) in entities {
        plain = plain.replace(entity, sign);
    }
    let plain = plain.trim();
    (!plain.is_empty()).then(|| plain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_the_artist() {
        assert_eq!(
            url(BASE, " Sigur Rós & friends", Some("de"), "k/1").unwrap(),
            "https://ws.audioscrobbler.com/2.0/?method=artist.getinfo&autocorrect=1&format=json\
             &artist=Sigur%20R%C3%B3s%20%26%20friends&lang=de&api_key=k%2F1"
        );
        assert_eq!(url(BASE, " ", None, "k"), None);
    }

    #[test]
    fn an_answer_tells_who_an_artist_is() {
        let body = r#"{"artist":{"name":"Cher","mbid":"bfcc6d75-a6a5-4bc6-8282-47aec8531818",
            "url":"https://www.last.fm/music/Cher","stats":{"listeners":"196440","playcount":"1599101"},
            "similar":{"artist":[{"name":"Sonny & Cher","url":"u"},{"name":"Madonna"}]},
            "tags":{"tag":{"name":"pop"}},
            "bio":{"summary":"<b>Cher</b> sang &quot;Believe&quot; &amp; more. <a href=\"https://www.last.fm/music/Cher\">Read more on Last.fm</a>"}}}"#;
        let expected = ArtistInfo {
            name: "Cher".into(),
            musicbrainz_id: Some("bfcc6d75-a6a5-4bc6-8282-47aec8531818".into()),
            url: Some("https://www.last.fm/music/Cher".into()),
            biography: Some("Cher sang \"Believe\" & more.".into()),
            tags: vec!["pop".into()],
            similar: vec!["Sonny & Cher".into(), "Madonna".into()],
            listeners: Some(196_440),
            plays: Some(1_599_101),
        };
        assert_eq!(parse(body.as_bytes()), Ok(Answer::Found(expected)));
        let bare = r#"{"artist":{"name":"X","mbid":"","tags":"","similar":{"artist":[]},"stats":{"listeners":7},
            "bio":{"summary":" <a href=\"x\">Read more</a>"}}}"#;
        let expected = ArtistInfo {
            name: "X".into(),
            listeners: Some(7),
            ..ArtistInfo::default()
        };
        assert_eq!(parse(bare.as_bytes()), Ok(Answer::Found(expected)));
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let refusal = |code: u32| parse(format!(r#"{{"error":{code},"message":"m"}}"#).as_bytes());
        assert_eq!(refusal(6), Ok(Answer::Nothing));
        assert_eq!(refusal(29), Ok(Answer::Later("m (29)".into())));
        assert_eq!(refusal(10), Ok(Answer::KeyRefused("m (10)".into())));
        assert_eq!(refusal(3).unwrap_err().reason, "m (3)");
        for wrong in ["", "<html>", "{}", r#"{"artist":{"name":7}}"#, "[]"] {
            let error = parse(wrong.as_bytes()).unwrap_err();
            assert_eq!(error.service, "Last.fm", "{wrong}");
        }
    }
}
