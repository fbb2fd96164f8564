//! Says how far a value goes.
//!
//! Where it is unclear, further: a word too many is lost rather than half a secret kept.

use std::ops::Range;

/// Finds the value that starts at `start`: a quoted text without its quotes, a bracketed list or
/// structure with everything in it, or a bare word.
pub(super) fn value(text: &str, start: usize) -> Range<usize> {
    let rest = &text[start..];
    let escapes = run_of_backslashes(rest);
    if let Some(quote @ ('"' | '\'')) = rest[escapes..].chars().next() {
        let open = start + escapes + 1;
        return open..closing_quote(text, open, quote, escapes).start;
    }
    let word = rest
        .find(|it: char| !(it.is_alphanumeric() || matches!(it, '_' | ':')))
        .unwrap_or(rest.len());
    // `["a", "b"]`, `Some("a")`, `Token { value: "a" }`
    let bracket = start + word + usize::from(word > 0 && rest[word..].starts_with(" {"));
    if text[bracket..].starts_with(['(', '[', '{']) {
        return start..closing_bracket(text, bracket);
    }
    start..bare_end(text, start)
}

/// Finds the value of a header: to the end of the line, or of the quoted text that it is.
pub(super) fn line(text: &str, start: usize) -> Range<usize> {
    let quoted = text[start..]
        .trim_start_matches('\\')
        .starts_with(['"', '\'']);
    let bracketed = text[start..].starts_with(['[', '{', '(']);
    if quoted || bracketed {
        return value(text, start);
    }
    let end = text[start..].find(['\r', '\n']);
    start..end.map_or(text.len(), |it| start + it)
}

fn run_of_backslashes(text: &str) -> usize {
    text.bytes().take_while(|&it| it == b'\\').count()
}

/// Finds the quote that closes a text which was opened by `escapes` backslashes and a quote.
///
/// A text within a text has its quotes escaped, and a quote in that one is escaped more: with *d*
/// levels around it an opening quote has k = 2ᵈ − 1 backslashes, and a closing one k plus a multiple
/// of 2 · (k + 1). One with fewer than k closes what is around it, and so this too; then, or if
/// there is none, the range is empty. Else it is the closing quote with its backslashes.
fn closing_quote(text: &str, open: usize, quote: char, escapes: usize) -> Range<usize> {
    let mut at = open;
    while let Some(found) = text[at..].find(quote) {
        let found = at + found;
        let before = &text[open..found];
        let backslashes = before.len() - before.trim_end_matches('\\').len();
        if backslashes < escapes {
            let end = found - backslashes;
            return end..end;
        }
        if (backslashes - escapes).is_multiple_of(2 * (escapes + 1)) {
            return found - escapes..found + 1;
        }
        at = found + 1;
    }
    text.len()..text.len()
}

/// Finds the end of what the bracket at `open` opens, brackets in quotes left out of account.
fn closing_bracket(text: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = open;
    while let Some(found) = text[at..].find(['(', '[', '{', ')', ']', '}', '"']) {
        let found = at + found;
        at = found + 1;
        match text.as_bytes()[found] {
            b'"' => {
                let before = &text[open..found];
                let escapes = before.len() - before.trim_end_matches('\\').len();
                let close = closing_quote(text, at, '"', escapes);
                if close.is_empty() {
                    return close.end;
                }
                at = close.end;
            }
            b'(' | b'[' | b'{' => depth += 1,
            _ => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
        }
    }
    text.len()
}

/// Finds the end of a bare word: at white space, at `&`, at a quote or an angle bracket. After an
/// encoded separator an encoded `&` ends it too; elsewhere that is a part of it. Punctuation that
/// ends a sentence or a list stays.
fn bare_end(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    let stop = |it: char| it.is_whitespace() || matches!(it, '&' | '"' | '\'' | '<' | '>' | '`');
    let mut word = &rest[..rest.find(stop).unwrap_or(rest.len())];
    let is_encoded = ["%3D", "%3d", "%3A", "%3a"]
        .iter()
        .any(|it| text[..start].ends_with(it));
    if is_encoded && let Some(encoded) = word.find("%26") {
        word = &word[..encoded];
    }
    start
        + word
            .trim_end_matches([',', ';', ')', ']', '}', '.', '\\'])
            .len()
}
