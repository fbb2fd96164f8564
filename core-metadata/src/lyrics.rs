//! Lyrics: plain and synced, embedded and beside the file.

mod srt;
mod ttml;

use crate::file_name::spelling;
use crate::text;

pub use srt::parse as parse_srt;
pub use ttml::parse as parse_ttml;

/// Holds the words of a track.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lyrics {
    /// Whether [`lines`](Self::lines) holds times.
    pub synced: bool,
    /// The language as the source states it, such as `eng`.
    pub language: Option<String>,
    /// The words without times, one line each.
    pub text: String,
    /// When each line starts, in milliseconds from the start of the track, in order of time.
    pub lines: Vec<(u64, String)>,
}

impl Lyrics {
    /// Makes plain lyrics.
    #[must_use]
    pub fn plain(text: impl Into<String>, language: Option<String>) -> Self {
        Self {
            text: text.into(),
            language,
            ..Self::default()
        }
    }

    /// Makes synced lyrics from lines in any order.
    #[must_use]
    pub fn synced(mut lines: Vec<(u64, String)>, language: Option<String>) -> Self {
        lines.sort_by_key(|line| line.0);
        let words: Vec<&str> = lines.iter().map(|line| line.1.as_str()).collect();
        Self {
            synced: true,
            language,
            text: words.join("\n"),
            lines,
        }
    }
}

/// The most lines that are read from one text.
const MAX_LINES: usize = 20_000;

/// The most times that one line may carry; each repeats its words.
const MAX_STAMPS: usize = 32;

/// The largest `[offset:]` in milliseconds. A larger one moves all words out of the track, so it is none.
const MAX_OFFSET: u64 = 600_000;

/// The extensions of lyrics files.
const EXTENSIONS: [&str; 5] = ["lrc", "elrc", "ttml", "srt", "txt"];

/// How much of a lyrics file is read, in bytes.
const MAX_SIDECAR: usize = 1 << 20;

/// Reads LRC text, plain or enhanced; returns `None` if no line carries a time.
///
/// A line may carry several times. `[offset:]` shifts all times, word times `<mm:ss.xx>` are left
/// out of the words, `[la:]` or `[language:]` is the language, and lines without a time continue
/// the line before.
#[must_use]
pub fn parse_lrc(text: &str) -> Option<Lyrics> {
    let mut lines: Vec<(u64, String)> = Vec::new();
    let mut offset = 0i64;
    let mut language = None;
    for line in text.lines() {
        let (stamps, rest) = leading_stamps(line.trim());
        if stamps.is_empty() {
            match id_tag(rest) {
                Some(("offset", value)) => {
                    let value = value.trim_start_matches('+').parse();
                    offset = value
                        .ok()
                        .filter(|it: &i64| it.unsigned_abs() <= MAX_OFFSET)
                        .unwrap_or(0)
                }
                Some(("la" | "language", value)) if !value.is_empty() => {
                    language = Some(value.to_owned())
                }
                Some(_) => {}
                None => {
                    if let (Some((_, last)), false) = (lines.last_mut(), rest.is_empty()) {
                        last.push('\n');
                        last.push_str(rest);
                    }
                }
            }
            continue;
        }
        let words = without_word_times(rest);
        for at in stamps {
            if lines.len() < MAX_LINES {
                lines.push((at, words.clone()));
            }
        }
    }
    if lines.is_empty() {
        return None;
    }
    // A positive offset means that the words come earlier.
    for (at, _) in &mut lines {
        *at = i64::try_from(*at)
            .unwrap_or(i64::MAX)
            .saturating_sub(offset)
            .max(0)
            .unsigned_abs();
    }
    Some(Lyrics::synced(lines, language))
}

/// Reads text that may be LRC, TTML or plain words; returns `None` if it holds no words.
#[must_use]
pub fn parse_any(text: &str, language: Option<String>) -> Option<Lyrics> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{feff}');
    if text.is_empty() {
        return None;
    }
    if let Some(lyrics) = text.starts_with('<').then(|| parse_ttml(text)).flatten() {
        return Some(Lyrics {
            language: lyrics.language.clone().or(language),
            ..lyrics
        });
    }
    Some(match parse_lrc(text) {
        Some(lyrics) => Lyrics {
            language: lyrics.language.clone().or(language),
            ..lyrics
        },
        None => Lyrics::plain(text.replace("\r\n", "\n").replace('\r', "\n"), language),
    })
}

/// Reads the bytes of a lyrics file that lies beside an audio file; `name` is its file name.
///
/// The text is UTF-8, UTF-16 with a byte order mark, or else Latin-1. A language between two dots,
/// as in `song.en.lrc`, is kept. At most 1 MiB is read. Returns `None` if `name` ends in none of `.lrc`,
/// `.elrc`, `.ttml`, `.srt` and `.txt`, or if there are no words.
#[must_use]
pub fn sidecar(name: &str, bytes: &[u8]) -> Option<Lyrics> {
    let (stem, extension) = name.rsplit_once('.')?;
    let extension = extension.to_ascii_lowercase();
    if !EXTENSIONS.contains(&extension.as_str()) {
        return None;
    }
    let language = stem
        .rsplit_once('.')
        .map(|(_, code)| code)
        .filter(|code| is_language(code));
    let language = language.map(str::to_ascii_lowercase);
    let text = text::decode_unknown(&bytes[..bytes.len().min(MAX_SIDECAR)]);
    if extension == "srt" {
        return parse_srt(&text).map(|lyrics| Lyrics { language, ..lyrics });
    }
    parse_any(&text, language)
}

/// Says whether `candidate` names a lyrics file of the audio file `audio`.
///
/// Names match if they are equal up to the extension, but for letter case, Unicode normalisation and a language code:
/// `Song.lrc`, `song.txt` and `Song.en.lrc` belong to `Song.flac`, and so does `Song.flac.lrc`.
#[must_use]
pub fn is_sidecar_of(candidate: &str, audio: &str) -> bool {
    let candidate = spelling(candidate);
    let Some((stem, _)) = candidate
        .rsplit_once('.')
        .filter(|(_, extension)| EXTENSIONS.contains(extension))
    else {
        return false;
    };
    let audio = spelling(audio);
    let audio_stem = audio
        .rsplit_once('.')
        .map_or(audio.as_str(), |(stem, _)| stem);
    let without_language = stem
        .rsplit_once('.')
        .filter(|(_, code)| is_language(code))
        .map(|(stem, _)| stem);
    stem == audio_stem || stem == audio || without_language == Some(audio_stem)
}

fn is_language(code: &str) -> bool {
    let (main, region) = code
        .split_once(['-', '_'])
        .map_or((code, None), |(main, region)| (main, Some(region)));
    let alphabetic = |text: &str| text.bytes().all(|b| b.is_ascii_alphabetic());
    matches!(main.len(), 2 | 3)
        && alphabetic(main)
        && region.is_none_or(|region| matches!(region.len(), 2 | 4) && alphabetic(region))
}

fn leading_stamps(mut line: &str) -> (Vec<u64>, &str) {
    let mut stamps = Vec::new();
    while let Some((inside, rest)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let Some(at) = stamp(inside) else { break };
        if stamps.len() < MAX_STAMPS {
            stamps.push(at);
        }
        line = rest.trim_start();
    }
    (stamps, line)
}

/// Reads `mm:ss`, `mm:ss.xx`, `mm:ss:xx` or `hh:mm:ss.xx`.
fn stamp(text: &str) -> Option<u64> {
    let (whole, fraction) = match text.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let numbers: Vec<&str> = whole.trim().split(':').collect();
    let (hours, minutes, seconds, fraction) = match (numbers.as_slice(), fraction) {
        ([minutes, seconds], fraction) => ("0", *minutes, *seconds, fraction.unwrap_or("")),
        ([minutes, seconds, hundredths], None) => ("0", *minutes, *seconds, *hundredths),
        ([hours, minutes, seconds], Some(fraction)) => (*hours, *minutes, *seconds, fraction),
        _ => return None,
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let number = |text: &str| -> Option<u64> {
        (digits(text) && (1..=6).contains(&text.len())).then(|| text.parse().ok())?
    };
    if !digits(fraction) {
        return None;
    }
    let millis: u64 = format!("{:0<3}", fraction.get(..3).unwrap_or(fraction))
        .parse()
        .ok()?;
    Some(((number(hours)? * 60 + number(minutes)?) * 60 + number(seconds)?) * 1000 + millis)
}

fn id_tag(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.strip_prefix('[')?.strip_suffix(']')?.split_once(':')?;
    let named = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'#');
    named.then(|| (key, value.trim()))
}

fn without_word_times(line: &str) -> String {
    let mut words = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(open) = rest.find('<') {
        let after = &rest[open + 1..];
        match after
            .split_once('>')
            .filter(|(inside, _)| stamp(inside).is_some())
        {
            Some((_, tail)) => {
                words.push_str(&rest[..open]);
                rest = tail;
                if words.ends_with(' ') {
                    rest = rest.trim_start();
                }
            }
            None => {
                words.push_str(&rest[..=open]);
                rest = after;
            }
        }
    }
    words.push_str(rest);
    words.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lrc: &str, expected: &[(u64, &str)]) {
        let lines = parse_lrc(lrc)
            .map(|lyrics| lyrics.lines)
            .unwrap_or_default();
        let lines: Vec<(u64, &str)> = lines
            .iter()
            .map(|(at, words)| (*at, words.as_str()))
            .collect();
        assert_eq!(lines, expected, "{lrc:?}");
    }

    #[test]
    fn lrc_lines_come_out_in_order_of_time() {
        check("[00:12.50]b\n[00:01]a", &[(1000, "a"), (12500, "b")]);
        check(
            "[00:01.00][01:02.345] chorus ",
            &[(1000, "chorus"), (62345, "chorus")],
        );
        check(
            "[01:02:50]x\r\n[1:00:00.5]y",
            &[(62500, "x"), (3_600_500, "y")],
        );
        check(
            "[ti:Song]\n[00:01]<00:01.00>one <00:01.50> two\nand on",
            &[(1000, "one two\nand on")],
        );
        check("[00:05]a <b> [c]", &[(5000, "a <b> [c]")]);
        check("[00:05]", &[(5000, "")]);
    }

    #[test]
    fn the_offset_shifts_all_lines_and_stops_at_zero() {
        check(
            "[offset:+500]\n[00:01]a\n[00:00.2]b",
            &[(0, "b"), (500, "a")],
        );
        check("[offset:-500]\n[00:01]a", &[(1500, "a")]);
        check("[offset:-999999999999]\n[00:01]a", &[(1000, "a")]);
        check("[offset:-9223372036854775808]\n[00:01]a", &[(1000, "a")]);
    }

    #[test]
    fn text_without_times_is_not_lrc() {
        for text in [
            "",
            "hello",
            "[Chorus]\nhello",
            "[xx:yy]hello",
            "[00]x",
            "[9999999:00]x",
            "[00:01.é]",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn sidecars_are_decoded_from_four_encodings() {
        let utf16: Vec<u8> = "\u{feff}[00:01]ü"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [
            "[00:01]ü".as_bytes(),
            "\u{feff}[00:01]ü".as_bytes(),
            &utf16,
            b"[00:01]\xfc",
        ] {
            assert_eq!(sidecar("a.lrc", bytes).unwrap().text, "ü");
        }
        let plain = sidecar("a.en.txt", b"one\r\ntwo\n").unwrap();
        assert_eq!(
            (plain.synced, plain.text.as_str(), plain.language.as_deref()),
            (false, "one\ntwo", Some("en"))
        );
        let timed = sidecar("a.de.TTML", b"<tt><p begin='1s'>x</p></tt>").unwrap();
        assert_eq!(
            (timed.lines, timed.language.as_deref()),
            (vec![(1000, "x".into())], Some("de"))
        );
        let timed = sidecar("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\nx").unwrap();
        assert_eq!(timed.lines, [(1000, "x".into())]);
        assert_eq!(sidecar("a.jpg", b"x"), None);
        assert_eq!(sidecar("a.lrc", b" \r\n"), None);
    }

    #[test]
    fn sidecars_are_found_by_name() {
        for name in [
            "Song.lrc",
            "SONG.TXT",
            "song.en.lrc",
            "song.pt-BR.lrc",
            "song.ttml",
            "Song.elrc",
            "song.flac.lrc",
        ] {
            assert!(is_sidecar_of(name, "Song.flac"), "{name}");
        }
        for name in ["Song.flac", "Song 2.lrc", "song.english.lrc", "lrc", "song"] {
            assert!(!is_sidecar_of(name, "Song.flac"), "{name}");
        }
        let (composed, decomposed) = ("\u{e9}t\u{e9}", "E\u{301}te\u{301}");
        for (song, words) in [(composed, decomposed), (decomposed, composed)] {
            for name in [".lrc", ".fr.lrc", ".flac.lrc"].map(|it| words.to_owned() + it) {
                let song = format!("{song}.flac");
                assert!(is_sidecar_of(&name, &song), "{name} {song}");
            }
        }
    }
}
