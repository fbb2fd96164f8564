//! Paths as text that loses nothing.
//!
//! A file name need not be UTF-8, but keys in a database and identifiers in JSON are text. A key is
//! the path with `/` between its parts, in which each byte that is not part of valid UTF-8 stands
//! as `%XX`, and `%` itself as `%25`.

use std::path::{Component, Path, PathBuf};

/// Writes a relative path as a key.
pub fn encode(path: &Path) -> String {
    let mut key = String::new();
    for part in path.components() {
        if let Component::Normal(name) = part {
            if !key.is_empty() {
                key.push('/');
            }
            encode_name(name.as_encoded_bytes(), &mut key);
        }
    }
    key
}

fn encode_name(bytes: &[u8], key: &mut String) {
    for chunk in bytes.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(at) = rest.find('%') {
            key.push_str(&rest[..at]);
            key.push_str("%25");
            rest = &rest[at + 1..];
        }
        key.push_str(rest);
        for byte in chunk.invalid() {
            key.push_str(&format!("%{byte:02X}"));
        }
    }
}

/// Reads a key back as a relative path. A part that would lead out of the root (`..`) is left out.
pub fn decode(key: &str) -> PathBuf {
    key.split('/')
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .map(decode_name)
        .collect()
}

fn decode_name(part: &str) -> std::ffi::OsString {
    let bytes = part.as_bytes();
    let mut name = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| part.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let Some(byte) = hex {
            name.push(byte);
            at += 3;
        } else {
            name.push(bytes[at]);
            at += 1;
        }
    }
    from_bytes(name)
}

#[cfg(unix)]
fn from_bytes(name: Vec<u8>) -> std::ffi::OsString {
    std::os::unix::ffi::OsStringExt::from_vec(name)
}

#[cfg(not(unix))]
fn from_bytes(name: Vec<u8>) -> std::ffi::OsString {
    String::from_utf8_lossy(&name).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use std::path::Path;

    #[test]
    fn text_stays_readable_and_comes_back() {
        for path in ["a/b c/ü.mp3", "50%25 off/100%.flac", "日本/%zz", "%"] {
            assert_eq!(decode(&encode(Path::new(path))), Path::new(path), "{path}");
        }
        assert_eq!(encode(Path::new("a/ü%.mp3")), "a/ü%25.mp3");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_not_text_come_back() {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9/\xff%\xc3.mp3");
        assert_eq!(encode(Path::new(name)), "caf%E9/%FF%25%C3.mp3");
        assert_eq!(decode(&encode(Path::new(name))), Path::new(name));
    }

    #[test]
    fn a_key_never_leads_out_of_the_root() {
        assert_eq!(decode("../../etc/./passwd"), Path::new("etc/passwd"));
    }
}
