//! TTML, the timed text of the W3C (<https://www.w3.org/TR/ttml2/>), as lyrics are written in it: a
//! paragraph a line, in it a span a word.

use super::{Lyrics, MAX_LINES};
use quick_xml::{
    events::{BytesStart, Event},
    reader::Reader,
};

/// How deep elements may lie in each other.
const MAX_DEPTH: usize = 64;

/// Reads a document; returns `None` if it is none, or holds no words.
///
/// Each paragraph is a line. Its time is its own `begin`, else that of its first span; without any time in
/// the document the words are plain. Translations, transcriptions and other roles than background voices
/// are left out. What stands before the first error in the XML is kept.
#[must_use]
pub fn parse(text: &str) -> Option<Lyrics> {
    let mut reader = Reader::from_str(text);
    let mut document = Document::default();
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) if document.depth < MAX_DEPTH => document.enter(&tag),
            Ok(Event::Empty(tag)) if tag.local_name().as_ref() == "br" => document.text("\n"),
            Ok(Event::End(_)) => document.leave(),
            Ok(Event::Text(text)) => document.text(&text.replace(['\n', '\r', '\t'], " ")),
            Ok(Event::CData(text)) => document.text(&text),
            Ok(Event::GeneralRef(name)) => {
                let written = format!("&{};", &*name);
                document.text(&quick_xml::escape::unescape(&written).unwrap_or_default());
            }
            Ok(Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_)) => {}
            Ok(Event::Start(_) | Event::DocType(_) | Event::Eof) | Err(_) => break,
        }
        if document.lines.len() >= MAX_LINES {
            break;
        }
    }
    document.finish()
}

#[derive(Default)]
struct Document {
    depth: usize,
    /// At which depth the document begins to be one.
    is_timed_text: bool,
    language: Option<String>,
    clock: Clock,
    line: Option<Line>,
    lines: Vec<(Option<u64>, String)>,
}

/// A paragraph that is being read.
struct Line {
    depth: usize,
    begin: Option<u64>,
    words: String,
    /// The depth of the element whose text is left out.
    hidden: Option<usize>,
}

impl Document {
    fn enter(&mut self, tag: &BytesStart<'_>) {
        self.depth += 1;
        match tag.local_name().as_ref() {
            "tt" if self.depth == 1 => {
                self.is_timed_text = true;
                self.language = attribute(tag, "lang").filter(|it| !it.is_empty());
                self.clock = Clock::of(tag);
            }
            "p" if self.line.is_none() && self.is_timed_text => {
                self.line = Some(Line {
                    depth: self.depth,
                    begin: self.begin(tag),
                    words: String::new(),
                    hidden: None,
                });
            }
            _ => {
                let begin = self.begin(tag);
                let depth = self.depth;
                let Some(line) = &mut self.line else { return };
                let role = attribute(tag, "role");
                if role.is_some_and(|role| role != "x-bg") {
                    line.hidden.get_or_insert(depth);
                }
                if line.hidden.is_none() {
                    line.begin = line.begin.or(begin);
                }
            }
        }
    }

    fn leave(&mut self) {
        if let Some(line) = &mut self.line {
            if line.hidden == Some(self.depth) {
                line.hidden = None;
            }
            if line.depth == self.depth {
                let words: Vec<String> = line.words.split('\n').map(one_spaced).collect();
                let words = words.join("\n");
                let words = words.trim();
                if !words.is_empty() {
                    self.lines.push((line.begin, words.to_owned()));
                }
                self.line = None;
            }
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn text(&mut self, text: &str) {
        if let Some(line) = self.line.as_mut().filter(|line| line.hidden.is_none()) {
            line.words.push_str(text);
        }
    }

    fn begin(&self, tag: &BytesStart<'_>) -> Option<u64> {
        self.clock.millis(&attribute(tag, "begin")?)
    }

    fn finish(self) -> Option<Lyrics> {
        if self.lines.is_empty() {
            return None;
        }
        if self.lines.iter().all(|(begin, _)| begin.is_none()) {
            let words: Vec<String> = self.lines.into_iter().map(|line| line.1).collect();
            return Some(Lyrics::plain(words.join("\n"), self.language));
        }
        let mut lines: Vec<(u64, String)> = Vec::with_capacity(self.lines.len());
        for (begin, words) in self.lines {
            match (begin, lines.last_mut()) {
                (Some(begin), _) => lines.push((begin, words)),
                (None, Some((_, last))) => {
                    last.push('\n');
                    last.push_str(&words);
                }
                (None, None) => lines.push((0, words)),
            }
        }
        Some(Lyrics::synced(lines, self.language))
    }
}

fn one_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the attribute of this local name.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    tag.attributes()
        .filter_map(Result::ok)
        .find(|it| it.key.local_name().as_ref() == name)
        .map(|it| it.value.trim().to_owned())
}

/// How frames and ticks are counted.
struct Clock {
    frames: f64,
    ticks: f64,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            frames: 30.0,
            ticks: 1.0,
        }
    }
}

impl Clock {
    fn of(tag: &BytesStart<'_>) -> Self {
        let rate = |name| {
            let rate = attribute(tag, name)?.parse::<f64>().ok()?;
            (rate.is_finite() && rate > 0.0).then_some(rate)
        };
        let frames = rate("frameRate");
        Self {
            ticks: rate("tickRate").or(frames).unwrap_or(1.0),
            frames: frames.unwrap_or(30.0),
        }
    }

    /// Reads `hh:mm:ss.fff`, `hh:mm:ss:ff`, `mm:ss.fff`, or a number with or without a unit.
    fn millis(&self, text: &str) -> Option<u64> {
        let parts: Vec<&str> = text.split(':').collect();
        let seconds = match parts[..] {
            [number] => {
                let digits = number.find(|c: char| !c.is_ascii_digit() && c != '.');
                let (number, unit) = number.split_at(digits.unwrap_or(number.len()));
                let number = decimal(number)?;
                match unit {
                    "" | "s" => number,
                    "ms" => number / 1000.0,
                    "m" => number * 60.0,
                    "h" => number * 3600.0,
                    "f" => number / self.frames,
                    "t" => number / self.ticks,
                    _ => return None,
                }
            }
            [minutes, seconds] => decimal(minutes)? * 60.0 + decimal(seconds)?,
            [hours, minutes, seconds] => {
                (decimal(hours)? * 60.0 + decimal(minutes)?) * 60.0 + decimal(seconds)?
            }
            [hours, minutes, seconds, frames] => {
                (decimal(hours)? * 60.0 + decimal(minutes)?) * 60.0
                    + decimal(seconds)?
                    + decimal(frames)? / self.frames
            }
            _ => return None,
        };
        // Nothing lasts longer than a few days.
        (seconds < 1e6).then(|| (seconds * 1000.0).round() as u64)
    }
}

fn decimal(text: &str) -> Option<f64> {
    let sound = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    sound.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const SONG: &str = r#"<?xml version="1.0"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xml:lang="en">
<head><metadata><ttm:title>Not a line</ttm:title></metadata></head>
<body dur="3:00"><div begin="0:01">
  <p begin="00:01.500" end="00:03"><span begin="1.5">One</span> <span begin="2.0">&amp;
     two</span><span ttm:role="x-translation">Eins und zwei</span>
     <span ttm:role="x-bg"><span begin="2.5">(ooh)</span></span></p>
  <p><span begin="65s">Later</span><br/>on</p>
  <p begin="00:00:04.25">Between</p>
</div></body></tt>"#;

    fn lines(text: &str) -> Vec<(u64, String)> {
        parse(text).map(|it| it.lines).unwrap_or_default()
    }

    #[test]
    fn a_paragraph_is_a_line_with_its_time() {
        let lyrics = parse(SONG).unwrap();
        assert_eq!(lyrics.language.as_deref(), Some("en"));
        assert!(lyrics.synced);
        assert_eq!(
            lyrics.lines,
            [
                (1500, "One & two (ooh)".to_owned()),
                (4250, "Between".to_owned()),
                (65_000, "Later\non".to_owned()),
            ]
        );
    }

    #[test]
    fn times_are_read_in_all_notations() {
        let clock = Clock {
            frames: 25.0,
            ticks: 10_000.0,
        };
        for (text, millis) in [
            ("12.345", Some(12_345)),
            ("500ms", Some(500)),
            ("1.5m", Some(90_000)),
            ("2h", Some(7_200_000)),
            ("50f", Some(2000)),
            ("5000t", Some(500)),
            ("01:02.5", Some(62_500)),
            ("1:00:00", Some(3_600_000)),
            ("00:00:01:05", Some(1200)),
            ("", None),
            ("x", None),
            ("1e9", None),
            ("-1s", None),
            ("99999999h", None),
            ("1:2:3:4:5", None),
        ] {
            assert_eq!(clock.millis(text), millis, "{text}");
        }
    }

    #[test]
    fn without_times_the_words_are_plain() {
        let lyrics = parse("<tt><body><p>a</p><p>b</p></body></tt>").unwrap();
        assert_eq!((lyrics.synced, lyrics.text.as_str()), (false, "a\nb"));
    }

    #[test]
    fn what_is_no_timed_text_gives_none_and_damage_keeps_what_stands_before_it() {
        for text in ["", "words", "<p begin='1s'>x</p>", "<html><p>x</p></html>"] {
            assert_eq!(parse(text), None, "{text}");
        }
        let damaged = "<tt><p begin='1s'>kept</p><p begin='2s'>lost</div>";
        assert_eq!(lines(damaged), [(1000, "kept".to_owned())]);
        let bomb = "<!DOCTYPE tt [<!ENTITY a 'b'>]><tt><p begin='1s'>&a;</p></tt>";
        assert_eq!(parse(bomb), None);
        assert_eq!(parse(&"<tt>".repeat(100_000)), None);
    }
}
