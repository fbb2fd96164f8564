//! LRCLIB: lyrics, with times where somebody wrote them.

use serde::Deserialize;

use super::{AnswerError, Known, encoded, near};

/// Where the service is.
pub const BASE: &str = "https://lrclib.net";

/// What LRCLIB has of a track.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// LRC with times.
    pub synced: Option<String>,
    /// The words alone.
    pub plain: Option<String>,
    /// Whether it is known to have no words.
    pub instrumental: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    duration: Option<f64>,
    #[serde(default)]
    instrumental: bool,
    plain_lyrics: Option<String>,
    synced_lyrics: Option<String>,
}

/// Gives the URL that asks for a track, `None` if too little is known of it: LRCLIB finds by title,
/// artist and length.
pub fn url(base: &str, known: &Known) -> Option<String> {
    let seconds = known.duration_ms.filter(|it| *it > 0)? as f64 / 1_000.0;
    if known.title.trim().is_empty() || known.artist.trim().is_empty() {
        return None;
    }
    let album = known.album.as_deref().unwrap_or_default();
    Some(format!(
        "{base}/api/get?track_name={}&artist_name={}&album_name={}&duration={}",
        encoded(&known.title),
        encoded(&known.artist),
        encoded(album),
        seconds.round(),
    ))
}

/// Reads the answer to [`url`]. `None` if it is of a recording of another length, or has nothing.
///
/// # Errors
/// [`AnswerError`] if it is not what LRCLIB documents.
pub fn parse(body: &[u8], known: &Known) -> Result<Option<Words>, AnswerError> {
    let answer: Answer = serde_json::from_slice(body).map_err(|error| AnswerError {
        service: "LRCLIB",
        reason: error.to_string(),
    })?;
    let found_ms = answer.duration.map(|it| (it * 1_000.0) as i64);
    let text = |it: Option<String>| it.filter(|it| !it.trim().is_empty());
    let words = Words {
        synced: text(answer.synced_lyrics),
        plain: text(answer.plain_lyrics),
        instrumental: answer.instrumental,
    };
    let empty = words.synced.is_none() && words.plain.is_none() && !words.instrumental;
    Ok((!empty && near(known.duration_ms, found_ms)).then_some(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        Known {
            title: "I Want to Live".into(),
            artist: "Borislav Slavov & Ilona".into(),
            album: Some("Baldur's Gate 3".into()),
            duration_ms: Some(233_200),
        }
    }

    #[test]
    fn a_question_names_title_artist_album_and_length() {
        assert_eq!(
            url(BASE, &known()).unwrap(),
            "https://lrclib.net/api/get?track_name=I%20Want%20to%20Live\
             &artist_name=Borislav%20Slavov%20%26%20Ilona&album_name=Baldur%27s%20Gate%203&duration=233"
        );
        let no_length = Known {
            duration_ms: None,
            ..known()
        };
        assert_eq!(url(BASE, &no_length), None);
        let no_artist = Known {
            artist: " ".into(),
            ..known()
        };
        assert_eq!(url(BASE, &no_artist), None);
    }

    #[test]
    fn an_answer_tells_words_or_that_there_are_none() {
        let read = |body: &str| parse(body.as_bytes(), &known());
        let full = r#"{"id":3396226,"trackName":"I Want to Live","duration":233,"instrumental":false,
            "plainLyrics":"I feel","syncedLyrics":"[00:17.12] I feel"}"#;
        let words = read(full).unwrap().unwrap();
        assert_eq!(words.synced.as_deref(), Some("[00:17.12] I feel"));
        assert_eq!(words.plain.as_deref(), Some("I feel"));
        let instrumental =
            r#"{"duration":233,"instrumental":true,"plainLyrics":null,"syncedLyrics":null}"#;
        assert!(read(instrumental).unwrap().unwrap().instrumental);
        assert_eq!(read(r#"{"duration":233,"plainLyrics":" "}"#).unwrap(), None);
        assert_eq!(read(r#"{"duration":300,"plainLyrics":"x"}"#).unwrap(), None);
        for wrong in ["", "<html>", "[]", r#"{"plainLyrics":7}"#] {
            assert_eq!(read(wrong).unwrap_err().service, "LRCLIB", "{wrong}");
        }
    }
}
