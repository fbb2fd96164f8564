//! The text of a playlist file, whatever its encoding.

use std::borrow::Cow;

/// What Windows-1252 has in place of the control characters 0x80 to 0x9f
/// (<https://encoding.spec.whatwg.org/index-windows-1252.txt>).
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Decodes UTF-16 with a mark; else UTF-8 with or without one, where a line that is none is Windows-1252:
/// players append to files of others.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes).into(),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes).into(),
        [0xef, 0xbb, 0xbf, rest @ ..] => by_line(rest),
        _ => by_line(bytes),
    }
}

fn by_line(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    let mut text = String::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|it| matches!(it, b'\n' | b'\r')) {
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => text.extend(line.iter().copied().map(windows_1252)),
        }
    }
    text.into()
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks().0.iter().map(|it| unit(*it));
    char::decode_utf16(units)
        .map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn every_encoding_is_read() {
        assert_eq!(decode(b"caf\xc3\xa9"), "café");
        assert_eq!(decode(b"\xef\xbb\xbfcaf\xc3\xa9"), "café");
        assert_eq!(decode(b"caf\xe9 \x96 \x80"), "café – €");
        assert_eq!(
            decode(b"caf\xc3\xa9\ncaf\xe9\r\ncaf\xc3\xa9\rcaf\xe9"),
            "café\ncafé\r\ncafé\rcafé"
        );
        assert_eq!(decode(b"\xef\xbb\xbf\xc3\xa9\n\xe9"), "é\né");
        assert_eq!(decode(b"\xff\xfec\0\xe9\0"), "cé");
        assert_eq!(decode(b"\xfe\xff\0c\0\xe9\x01"), "cé");
        assert_eq!(decode(b"\xff\xfe\0\xd8"), "\u{fffd}");
        assert_eq!(decode(b""), "");
    }
}
