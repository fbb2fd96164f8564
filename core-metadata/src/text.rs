//! Bytes to text, in the encodings that tags use.

/// Decodes UTF-8 or UTF-16 by byte order mark, UTF-8 without one, else Latin-1.
pub(crate) fn decode_unknown(bytes: &[u8]) -> String {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, Endian::Little),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, Endian::Big),
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8_or_latin1(rest),
        _ => utf8_or_latin1(bytes),
    }
}

/// Names the order of the bytes of a UTF-16 unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endian {
    Little,
    Big,
}

/// Decodes UTF-16; units that are no text become U+FFFD, an odd last byte is dropped.
pub(crate) fn utf16(bytes: &[u8], endian: Endian) -> String {
    let units = bytes.chunks_exact(2).map(|pair| match endian {
        Endian::Little => u16::from_le_bytes([pair[0], pair[1]]),
        Endian::Big => u16::from_be_bytes([pair[0], pair[1]]),
    });
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or('\u{FFFD}'))
        .collect()
}

/// Decodes Latin-1, where every byte is its own code point.
pub(crate) fn latin1(bytes: &[u8]) -> String {
    if bytes.is_ascii() {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// Decodes UTF-8, and Latin-1 where it is not.
pub(crate) fn utf8_or_latin1(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => latin1(bytes),
    }
}

/// Decodes UTF-8 and puts U+FFFD where it is damaged.
pub(crate) fn utf8_lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Trims white space, NUL and byte order marks from both ends.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{feff}')
}

/// Cuts `text` to at most `max` bytes, between characters; says whether it did.
pub(crate) fn cut(text: &str, max: usize) -> (&str, bool) {
    let end = text.floor_char_boundary(max);
    (&text[..end], end < text.len())
}
