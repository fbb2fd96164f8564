//! Text cut into the words that the search tables hold.
//!
//! Words stand in the tables with a space between them and hold nothing that the tokenizer would
//! cut again. A script that is written without spaces gives one word a character, so that a part
//! of a name is found as a phrase.

use unicode_normalization::char::is_combining_mark;

use super::fold::fold;

/// The words of one chunk, that is of text between white space.
pub(super) struct Chunk {
    /// The words in order.
    pub(super) words: Vec<Word>,
    /// What stands for the chunk if it has no words.
    pub(super) symbol: String,
}

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// Whether it is one character of a script without spaces.
    pub(super) single: bool,
}

impl Chunk {
    /// Gives the words as one, if punctuation is all that keeps them apart: `acdc` for `AC/DC`.
    pub(super) fn joined(&self) -> Option<String> {
        let joinable = self.words.len() > 1 && self.words.iter().all(|word| !word.single);
        joinable.then(|| self.words.iter().map(|word| word.text.as_str()).collect())
    }

    /// Tells whether it is a symbol worth finding amid words: `♥`, but not a dash.
    fn is_sign(&self) -> bool {
        self.words.is_empty()
            && self.symbol.chars().any(|c| {
                !c.is_alphanumeric()
                    && !matches!(c, '\u{e000}'..='\u{e07f}' | '\u{a0}'..='\u{bf}'
                        | '\u{2010}'..='\u{206f}' | '\u{3000}'..='\u{303f}')
            })
    }
}

/// Folds text and cuts it into chunks.
pub(super) fn chunks(text: &str) -> Vec<Chunk> {
    fold(text)
        .split(' ')
        .filter(|it| !it.is_empty())
        .map(chunk)
        .collect()
}

fn chunk(text: &str) -> Chunk {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for c in text.chars() {
        if !(c.is_alphanumeric() || is_combining_mark(c)) {
            open = false;
        } else if stands_alone(c) {
            words.push(Word {
                text: hiragana(c).into(),
                single: true,
            });
            open = false;
        } else {
            match words.last_mut() {
                Some(word) if open => word.text.push(c),
                _ => words.push(Word {
                    text: c.into(),
                    single: false,
                }),
            }
            open = true;
        }
    }
    let symbol = match words.is_empty() {
        true => text.chars().map(as_symbol).collect(),
        false => String::new(),
    };
    Chunk { words, symbol }
}

/// Tells the characters of scripts without spaces, and Hangul, where endings join the word.
fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}' | '\u{3100}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Writes katakana as hiragana, so that either finds the other.
fn hiragana(c: char) -> char {
    match c {
        '\u{30a1}'..='\u{30f6}' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        _ => c,
    }
}

/// Writes ASCII as private characters, which the tokenizer takes for letters.
fn as_symbol(c: char) -> char {
    match c.is_ascii() {
        true => char::from_u32(0xe000 + u32::from(c)).unwrap_or(c),
        false => c,
    }
}

/// The words of one column of a search table.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct IndexText {
    text: String,
}

impl IndexText {
    /// Adds a name or title, unless all of it stands there already.
    pub(crate) fn add(&mut self, text: &str) {
        let chunks = chunks(text);
        let wordless = chunks.iter().all(|chunk| chunk.words.is_empty());
        let mut added = String::with_capacity(text.len() + 8);
        let mut push = |word: &str| {
            added.push(' ');
            added.push_str(word);
        };
        for chunk in &chunks {
            if wordless || chunk.is_sign() {
                push(&chunk.symbol);
            }
            chunk.words.iter().for_each(|word| push(&word.text));
        }
        // After the others, so that they stay a phrase.
        for chunk in &chunks {
            if let Some(joined) = chunk.joined() {
                push(&joined);
            }
        }
        if added.is_empty() {
            return;
        }
        added.push(' ');
        if !self.text.contains(&added) {
            self.text.push_str(&added);
        }
    }

    /// Gives the column's text.
    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::IndexText;

    #[track_caller]
    fn check(names: &[&str], expected: &str) {
        let mut text = IndexText::default();
        names.iter().for_each(|name| text.add(name));
        assert_eq!(
            text.into_text()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
            expected
        );
    }

    #[test]
    fn names_become_words() {
        check(&["Abbey Road"], "abbey road");
        check(&["AC/DC"], "ac dc acdc");
        check(&["Don't Stop"], "don t stop dont");
        check(&["Simon & Garfunkel"], "simon garfunkel");
        check(&["ビートルズ"], "び ー と る ず");
        check(&["X東京"], "x 東 京");
        check(&["!!!"], "\u{e021}\u{e021}\u{e021}");
        check(&["I ♥ You - Live"], "i ♥ you live");
        check(&["Mouse on Mars", "Mars"], "mouse on mars");
        check(&["Artist", "Art"], "artist art");
        check(&["", " "], "");
    }
}
