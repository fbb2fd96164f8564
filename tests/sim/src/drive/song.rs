//! Content made from two numbers: valid MP3 frames and a tag.

use bytes::Bytes;

use super::Body;

/// Tells which title a song's tag has.
pub(crate) fn title(number: u32) -> String {
    format!("title {number}")
}

/// Makes a file's content.
pub(crate) fn content(body: &Body) -> Bytes {
    match body {
        Body::Folder => Bytes::new(),
        Body::Song { sound, title: tag } => {
            let mut bytes = id3(&title(*tag));
            frames(*sound, &mut bytes);
            bytes.into()
        }
        Body::Junk(number) => format!("<html>this is no music {number}</html>").into(),
    }
}

/// An ID3v2.4 tag with a title in it.
fn id3(title: &str) -> Vec<u8> {
    let text = title.len() as u8 + 1;
    let mut tag = b"ID3\x04\0\0\0\0\0".to_vec();
    tag.push(10 + text);
    tag.extend(b"TIT2\0\0\0");
    tag.push(text);
    tag.extend(b"\0\0\x03");
    tag.extend(title.as_bytes());
    tag
}

/// Three frames of MPEG-1 layer III whose sound depends on the number alone.
fn frames(sound: u32, out: &mut Vec<u8>) {
    let mut noise = sound.wrapping_mul(2_654_435_761) | 1;
    for _ in 0..3 {
        out.extend([0xFF, 0xFB, 0x90, 0x00]);
        out.extend([0; 32]);
        out.extend((36..417).map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (noise >> 24) as u8 & 0x7F
        }));
    }
}
