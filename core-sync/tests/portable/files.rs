//! Files that tests put on drives.

use crate::world::song;

/// The beginning of a PNG, which tells what it is; the rest is `number`.
pub(crate) fn image(number: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08\x08\x02\0\0\0".to_vec();
    png.extend(number.to_le_bytes());
    png
}

/// A song whose only tag is an album; on which album it is, the folder says as well.
pub(crate) fn on_album(sound: u32, album: char) -> Vec<u8> {
    let mut file = b"ID3\x03\0\0\0\0\0\x0cTALB\0\0\0\x02\0\0\0".to_vec();
    file.push(album as u8);
    file.extend(song(sound));
    file
}

pub(crate) fn words(number: u32) -> Vec<u8> {
    format!("[00:01.00]line {number}").into_bytes()
}
