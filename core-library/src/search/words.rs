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
    chunks_of(&fold(text))
}

fn chunks_of(folded: &str) -> Vec<Chunk> {
    let chunks = folded.split(' ').filter(|it| !it.is_empty());
    chunks.map(chunk).collect()
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
        let folded = fold(text);
        let mut added = String::with_capacity(folded.len() + 8);
        match folded.is_ascii() {
            true => add_ascii(&mut added, &folded),
            false => add_chunks(&mut added, &chunks_of(&folded)),
        }
        if added.is_empty() {
            // Names without a word are symbols.
            add_chunks(&mut added, &chunks_of(&folded));
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

fn add_word(added: &mut String, word: &str) {
    added.push(' ');
    added.push_str(word);
}

/// Adds the words of a name, a space before each.
fn add_chunks(added: &mut String, chunks: &[Chunk]) {
    let wordless = chunks.iter().all(|chunk| chunk.words.is_empty());
    for chunk in chunks {
        if wordless || chunk.is_sign() {
            add_word(added, &chunk.symbol);
        }
        let words = chunk.words.iter();
        words.for_each(|word| add_word(added, &word.text));
    }
    // After the others, so that they stay a phrase.
    for joined in chunks.iter().filter_map(Chunk::joined) {
        add_word(added, &joined);
    }
}

/// Does so for folded ASCII, nothing of which is a sign or stands alone, if it has words: most names are such, and
/// a search may look at hundreds.
fn add_ascii(added: &mut String, folded: &str) {
    fn words(chunk: &str) -> impl Iterator<Item = &str> {
        let words = chunk.split(|c: char| !c.is_ascii_alphanumeric());
        words.filter(|it| !it.is_empty())
    }
    words(folded).for_each(|word| add_word(added, word));
    for chunk in folded.split(' ') {
        if words(chunk).nth(1).is_some() {
            added.push(' ');
            added.extend(words(chunk));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{IndexText, add_ascii, add_chunks, chunks, fold};

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

    proptest! {
        #[test]
        fn ascii_has_the_words_that_any_text_has(text in "[ -~]{0,24}") {
            let (mut ascii, mut any) = (String::new(), String::new());
            add_ascii(&mut ascii, &fold(&text));
            add_chunks(&mut any, &chunks(&text));
            prop_assert!(ascii == any || ascii.is_empty());
            // Symbols are private characters.
            prop_assert_eq!(ascii.is_empty(), !any.chars().any(char::is_alphanumeric));
        }
    }
}
