//! People and groups: who is credited, in which role, and how joined names are split.

/// Names one artist as a tag does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Credit {
    /// The name as shown.
    pub name: String,
    /// The name as it sorts.
    pub sort_name: Option<String>,
    /// The artist's MusicBrainz id.
    pub musicbrainz_id: Option<String>,
}

impl Credit {
    /// Makes a credit that has a name only.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }
}

/// Names what somebody did for a track, other than being its artist.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Role {
    /// Wrote the music.
    Composer,
    /// Conducted.
    Conductor,
    /// Wrote the words.
    Lyricist,
    /// Wrote the work, music or words.
    Writer,
    /// Arranged.
    Arranger,
    /// Remixed.
    Remixer,
    /// Produced.
    Producer,
    /// Engineered the sound.
    Engineer,
    /// Mixed.
    Mixer,
    /// Mixed the tracks into one another.
    DjMixer,
    /// Directed the film or the recording.
    Director,
    /// Performed, with the instrument or voice where the tag names it.
    Performer {
        /// The instrument or voice, in lower case.
        instrument: Option<String>,
    },
}

impl Role {
    /// Returns the role's stable name in lower case, such as `dj_mixer`; an instrument is left out.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Composer => "composer",
            Self::Conductor => "conductor",
            Self::Lyricist => "lyricist",
            Self::Writer => "writer",
            Self::Arranger => "arranger",
            Self::Remixer => "remixer",
            Self::Producer => "producer",
            Self::Engineer => "engineer",
            Self::Mixer => "mixer",
            Self::DjMixer => "dj_mixer",
            Self::Director => "director",
            Self::Performer { .. } => "performer",
        }
    }

    /// Reads the role out of the free text that ID3v2's people lists use.
    ///
    /// What is not a known role is the instrument of a performer.
    pub(crate) fn of_involvement(text: &str) -> Self {
        match text.trim().to_lowercase().as_str() {
            "composer" => Self::Composer,
            "conductor" => Self::Conductor,
            "lyricist" => Self::Lyricist,
            "writer" => Self::Writer,
            "arranger" => Self::Arranger,
            "remixer" => Self::Remixer,
            "producer" => Self::Producer,
            "engineer" => Self::Engineer,
            "mix" | "mixer" => Self::Mixer,
            "dj-mix" | "djmix" | "dj mix" | "dj-mixer" | "djmixer" => Self::DjMixer,
            "director" => Self::Director,
            "" | "performer" => Self::Performer { instrument: None },
            instrument => Self::Performer {
                instrument: Some(instrument.to_owned()),
            },
        }
    }
}

/// Says how a single value that holds several names is taken apart.
///
/// Tags that carry several values need no rule and are never joined. A title is never searched for
/// `feat.`: what stands there is part of the title, and the artist tag decides who is credited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitRules {
    /// Texts that separate names. Letter case is ignored.
    pub separators: Vec<String>,
    /// Names that stay whole although they contain a separator. Letter case is ignored.
    pub exceptions: Vec<String>,
}

impl Default for SplitRules {
    /// Splits at ` / ` and `; ` only, so that `AC/DC`, `Tyler, The Creator` and
    /// `Simon & Garfunkel` stay whole.
    fn default() -> Self {
        Self {
            separators: vec![" / ".to_owned(), "; ".to_owned()],
            exceptions: Vec::new(),
        }
    }
}

impl SplitRules {
    /// Makes rules that take nothing apart.
    #[must_use]
    pub fn none() -> Self {
        Self {
            separators: Vec::new(),
            exceptions: Vec::new(),
        }
    }

    /// Takes `value` apart and drops the empty parts.
    ///
    /// An exception counts only between separators or at an end, so that `Earth` alone
    /// never matches inside `Earthling`.
    #[must_use]
    pub fn split<'a>(&self, value: &'a str) -> Vec<&'a str> {
        let mut parts = Vec::new();
        let mut start = 0;
        let mut at = 0;
        while let Some(next) = value[at..].chars().next() {
            let opens = value[start..at].trim().is_empty() && !next.is_whitespace();
            if let Some(len) = self.exception_at(&value[at..]).filter(|_| opens) {
                at += len;
                continue;
            }
            match self.separator_at(&value[at..]) {
                Some(len) => {
                    parts.push(value[start..at].trim());
                    at += len;
                    start = at;
                }
                None => at += next.len_utf8(),
            }
        }
        parts.push(value[start..].trim());
        parts.retain(|part| !part.is_empty());
        parts
    }

    fn separator_at(&self, text: &str) -> Option<usize> {
        self.separators
            .iter()
            .filter_map(|separator| starts_with(text, separator))
            .max()
    }

    fn exception_at(&self, text: &str) -> Option<usize> {
        let whole =
            |len: &usize| text[*len..].is_empty() || self.separator_at(&text[*len..]).is_some();
        self.exceptions
            .iter()
            .filter_map(|name| starts_with(text, name))
            .filter(whole)
            .max()
    }
}

/// Returns the length of the head of `text` that equals `head` but for letter case.
fn starts_with(text: &str, head: &str) -> Option<usize> {
    let mut end = 0;
    let mut text_chars = text.char_indices();
    for wanted in head.chars() {
        let (at, found) = text_chars.next()?;
        if found != wanted && !found.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
        end = at + found.len_utf8();
    }
    (end > 0).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rules: &SplitRules, value: &str, expected: &[&str]) {
        assert_eq!(rules.split(value), expected, "{value:?}");
    }

    #[test]
    fn joined_names_are_split_and_names_with_slashes_are_not() {
        let rules = SplitRules::default();
        check(&rules, "Queen / David Bowie", &["Queen", "David Bowie"]);
        check(&rules, "A; B;  C", &["A", "B", "C"]);
        check(&rules, "AC/DC", &["AC/DC"]);
        check(&rules, "Tyler, The Creator", &["Tyler, The Creator"]);
        check(&rules, "Simon & Garfunkel", &["Simon & Garfunkel"]);
        check(&rules, "A feat. B", &["A feat. B"]);
        check(&rules, " / A / ", &["A"]);
        check(&rules, "", &[]);
    }

    #[test]
    fn an_exception_stays_whole_beside_names_that_are_split() {
        let rules = SplitRules {
            separators: vec![", ".into(), " & ".into(), " FEAT. ".into()],
            exceptions: vec!["Earth, Wind & Fire".into(), "Tyler, The Creator".into()],
        };
        check(&rules, "earth, wind & fire", &["earth, wind & fire"]);
        check(
            &rules,
            "Earth, Wind & Fire & The Emotions",
            &["Earth, Wind & Fire", "The Emotions"],
        );
        check(
            &rules,
            "A, Tyler, The Creator feat. B",
            &["A", "Tyler, The Creator", "B"],
        );
        check(&rules, "Tyler, The Creators", &["Tyler", "The Creators"]);
    }

    #[test]
    fn letter_case_beyond_ascii_does_not_break_the_cut() {
        let rules = SplitRules {
            separators: vec![" И ".into(), "İ".into()],
            exceptions: vec![],
        };
        check(&rules, "Аня и Оля", &["Аня", "Оля"]);
        check(&rules, "aßb i̇ c", &["aßb i̇ c"]);
    }
}
