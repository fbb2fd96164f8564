//! Smallest valid files of each format, without tags. Every call makes other audio, so that no two
//! tracks are the same recording.

mod checksums;
mod mp4;
mod ogg;

use fastrand::Rng;

use checksums::{crc8, crc16};
pub(super) use mp4::{large_m4a, m4a};
pub(super) use ogg::{large_opus, opus};

/// Makes something with the headers of a JPEG image, 40 KB.
pub(super) fn cover(rng: &mut Rng) -> Vec<u8> {
    let mut image = vec![0xff, 0xd8];
    image.extend(b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00");
    // 500 × 500, three components.
    image.extend(b"\xff\xc0\x00\x11\x08\x01\xf4\x01\xf4\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01");
    image.extend(b"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00");
    // Entropy-coded data has no 0xff of its own.
    image.extend((0..40_000).map(|_| rng.u8(..0xff)));
    image.extend(b"\xff\xd9");
    image
}

/// Makes about 4 s of silence: MPEG 1 layer III, 32 kbit/s, 44.1 kHz, mono.
pub(super) fn mp3(rng: &mut Rng) -> Vec<u8> {
    let mut file = Vec::new();
    for frame in 0..150 {
        // 104 bytes a frame and one more now and then, as the padding bit says.
        let padding = u8::from((frame * 22) % 49 >= 27);
        file.extend([0xff, 0xfb, 0x10 | padding << 1, 0xc0]);
        // Side information of zeros: no bit of the rest is decoded.
        file.extend([0; 17]);
        file.extend((0..83 + padding).map(|_| rng.u8(..0xff)));
    }
    file
}

/// Makes three minutes of what a decoder makes noise of, with the header that LAME writes: MPEG 1 layer
/// III, 320 kbit/s, 44.1 kHz, stereo.
pub(super) fn mp3_of_lame(rng: &mut Rng) -> Vec<u8> {
    let mut file = mp3_without_header(rng);
    let bytes = (file.len() as u32).to_be_bytes();
    let frames = (file.len() / LARGE_FRAME) as u32 - 1;
    let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
    put(36, b"Info");
    put(40, &15_u32.to_be_bytes());
    put(44, &frames.to_be_bytes());
    put(48, &bytes);
    put(156, b"LAME3.100");
    put(184, &bytes);
    put(188, &rng.u16(1..).to_be_bytes());
    file
}

const LARGE_FRAME: usize = 1_044;

/// Makes the same without any header of its own.
pub(super) fn mp3_without_header(rng: &mut Rng) -> Vec<u8> {
    let mut file = Vec::with_capacity(7_000 * LARGE_FRAME);
    for _ in 0..7_000 {
        file.extend([0xff, 0xfb, 0xe0, 0x00]);
        file.extend([0; 32]);
        let noise = rng.u64(..).to_le_bytes().map(|it| it & 0x7f);
        file.extend(noise.iter().cycle().take(LARGE_FRAME - 36));
    }
    file
}

/// Makes about 80 s at a constant level and a little noise: 44.1 kHz, 16 bits, mono.
pub(super) fn flac(rng: &mut Rng) -> Vec<u8> {
    const BLOCK: u16 = 4_096;
    let quiet_blocks = rng.u32(800..1_000);
    let level = rng.i16(..);
    let blocks = quiet_blocks + 1;
    let mut file = b"fLaC".to_vec();
    // The last metadata block, STREAMINFO, 34 bytes.
    file.extend([0x80, 0, 0, 34]);
    file.extend(BLOCK.to_be_bytes());
    file.extend(BLOCK.to_be_bytes());
    file.extend([0; 6]);
    let samples = u64::from(blocks) * u64::from(BLOCK);
    let packed = 44_100_u64 << 44 | 15 << 36 | samples;
    file.extend(packed.to_be_bytes());
    let md5: [u8; 16] = std::array::from_fn(|_| rng.u8(1..));
    file.extend(md5);
    for number in 0..blocks {
        let start = file.len();
        // Fixed block size, 4,096 samples, 44.1 kHz, mono, 16 bits.
        file.extend([0xff, 0xf8, 0xc9, 0x08]);
        let mut utf8 = [0; 4];
        let number = char::from_u32(number).expect("a low number is a character");
        file.extend(number.encode_utf8(&mut utf8).bytes());
        file.push(crc8(&file[start..]));
        if number == '\0' {
            // A verbatim subframe.
            file.push(0x02);
            file.extend((0..BLOCK).flat_map(|_| rng.i16(..).to_be_bytes()));
        } else {
            // A constant subframe.
            file.push(0x00);
            file.extend(level.to_be_bytes());
        }
        file.extend(crc16(&file[start..]).to_be_bytes());
    }
    file
}
