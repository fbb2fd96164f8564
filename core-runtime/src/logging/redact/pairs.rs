//! Finds `name=value` in all its spellings.
//!
//! A name is followed by a separator: `=`, `:`, `=>`, or either of the first two percent-encoded.
//! The name may be quoted, the quotes may be escaped, and `--name value` and `("name", "value")`
//! count too. How far the value goes, `values` says.

use super::names::{Sensitivity, is_status_code, sensitivity};
use super::values;

/// Replaces the values of sensitive names; `None` if there is nothing to replace.
pub(super) fn redact(text: &str) -> Option<String> {
    let mut clean = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some((start, end)) = next_name(text, at) {
        at = end;
        let Some(sensitivity) = sensitivity(&text[start..end]) else {
            continue;
        };
        let Some(value_start) = separator(text, start, end) else {
            continue;
        };
        let value = match sensitivity {
            Sensitivity::SecretLine => values::line(text, value_start),
            _ => values::value(text, value_start),
        };
        at = value.end.max(end);
        let harmless = value.is_empty()
            || sensitivity == Sensitivity::SecretUnlessNumber
                && is_status_code(&text[value.clone()]);
        if harmless {
            continue;
        }
        clean.push_str(&text[copied..value.start]);
        clean.push_str(sensitivity.placeholder());
        copied = value.end;
    }
    if copied == 0 {
        return None;
    }
    clean.push_str(&text[copied..]);
    Some(clean)
}

/// Finds the next name that starts at or after `from`.
fn next_name(text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut start = from + bytes[from..].iter().position(|&it| is_name_byte(it))?;
    let length = |start: usize| {
        let rest = bytes[start..].iter();
        rest.take_while(|&&it| is_name_byte(it)).count()
    };
    let end = start + length(start);
    // In `%26code%3D` the name is `code`.
    if start > 0 && bytes[start - 1] == b'%' && bytes[start..end].len() > 2 {
        let hex = bytes[start..start + 2].iter().all(u8::is_ascii_hexdigit);
        start += if hex { 2 } else { 0 };
    }
    Some((start, end))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$')
}

/// Finds where the value of the name at `start..end` starts; `None` if the name has no value.
fn separator(text: &str, start: usize, end: usize) -> Option<usize> {
    let rest = &text[end..];
    // What closes the name: an escaped or encoded quote, the brackets of a list.
    let after_name = rest
        .trim_start_matches('\\')
        .trim_start_matches(['"', '\''])
        .trim_start_matches("%22")
        .trim_start_matches("[]")
        .trim_start();
    for separator in ["=>", "=", ":", "%3D", "%3d", "%3A", "%3a", "%253D", "%253A"] {
        let Some(value) = after_name.strip_prefix(separator) else {
            continue;
        };
        // `token::parse` is a path.
        if separator == ":" && value.starts_with(':') {
            return None;
        }
        return Some(text.len() - value.trim_start().len());
    }
    // `("name", "value")`
    let quoted = |it: &str| it.trim_start_matches('\\').starts_with(['"', '\'']);
    if let Some(value) = after_name.strip_prefix(',').map(str::trim_start)
        && quoted(rest)
        && quoted(value)
    {
        return Some(text.len() - value.len());
    }
    let is_option = text[..start].ends_with("--") || text[start..end].starts_with("--");
    let value = rest.strip_prefix([' ', '\t'])?;
    is_option.then(|| text.len() - value.trim_start().len())
}
