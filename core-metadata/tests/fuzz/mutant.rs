//! Damage that is likely to hurt, the same for the same seed.

use crate::support::*;
use fastrand::Rng;

/// Sound files of every format, small ones and some with much in them, by the names they go by.
pub(crate) fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut seeds: Vec<(String, Vec<u8>)> = all()
        .into_iter()
        .map(|(extension, file)| (format!("x.{extension}"), file))
        .collect();
    let tag = id3v2(3, &standard_frames());
    let items: [(&str, &[u8], u32); 3] = [
        ("Title", b"T", 0),
        ("Cover Art (Front)", b"front.png\0\x89PNG\r\n\x1a\n", 2),
        ("Artist", b"A\0B", 0),
    ];
    let tail = [ape(&items), id3v1("T")].concat();
    seeds.push(("tail.mp3".to_owned(), [mpeg(40), tail.clone()].concat()));
    seeds.push(("lame.mp3".to_owned(), [tag, mpeg_of_lame(40, 7)].concat()));
    seeds.push(("tail.mpc".to_owned(), [musepack_7(), tail].concat()));
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../core-service/examples/sample-library"
    );
    collect(std::path::Path::new(sample), &mut seeds);
    seeds
}

fn collect(folder: &std::path::Path, seeds: &mut Vec<(String, Vec<u8>)>) {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the sample library")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, seeds);
            continue;
        }
        let name = path.file_name().expect("a name").to_string_lossy();
        seeds.push((
            name.replace(' ', "_"),
            std::fs::read(&path).expect("a file"),
        ));
    }
}

/// Makes the mutant of a seed: its name and its bytes.
pub(crate) fn of(seed: u64, seeds: &[(String, Vec<u8>)]) -> (String, Vec<u8>) {
    let mut rng = Rng::with_seed(seed);
    let (name, file) = &seeds[rng.usize(..seeds.len())];
    let mut file = file.clone();
    for _ in 0..rng.u32(1..=6) {
        match rng.u32(..12) {
            0 => file.truncate(at(&mut rng, &file)),
            1 | 2 => flip(&mut rng, &mut file),
            3..=6 => number(&mut rng, &mut file),
            7 => {
                let other = rng.usize(..seeds.len());
                splice(&mut rng, &mut file, &seeds[other].1);
            }
            8 => remove(&mut rng, &mut file),
            9 => repeat(&mut rng, &mut file),
            10 => fill(&mut rng, &mut file),
            _ => nest(&mut rng, &mut file),
        }
    }
    (name.clone(), file)
}

/// A place in the file, mostly near its start or its end, where the headers are.
fn at(rng: &mut Rng, file: &[u8]) -> usize {
    let len = file.len().max(1);
    match rng.u32(..8) {
        0 => rng.usize(..len),
        1 | 2 => len - 1 - rng.usize(..len.min(300)),
        _ => rng.usize(..len.min(700)),
    }
}

fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    for (byte, new) in file.iter_mut().skip(at).zip(bytes) {
        *byte = *new;
    }
}

fn flip(rng: &mut Rng, file: &mut [u8]) {
    for _ in 0..rng.u32(1..8) {
        let at = at(rng, file);
        if let Some(byte) = file.get_mut(at) {
            *byte ^= 1 << rng.u32(..8);
        }
    }
}

/// Writes a number that lengths, counts and offsets trip over.
fn number(rng: &mut Rng, file: &mut [u8]) {
    const NUMBERS: [u64; 14] = [
        0,
        1,
        7,
        0x7F,
        0xFF,
        0x7FFF,
        0xFFFF,
        0x00FF_FFFF,
        0x0FFF_FFFF,
        0x7FFF_FFFF,
        0x8000_0000,
        0xFFFF_FFFF,
        0x7FFF_FFFF_FFFF_FFFF,
        0xFFFF_FFFF_FFFF_FFFF,
    ];
    let number = match rng.u32(..3) {
        0 => rng.u64(..file.len() as u64 * 2 + 1),
        _ => NUMBERS[rng.usize(..NUMBERS.len())],
    };
    let width = [1, 2, 3, 4, 4, 4, 8][rng.usize(..7)];
    let at = at(rng, file);
    match rng.u32(..3) {
        0 => put(file, at, &number.to_le_bytes()[..width]),
        1 => put(file, at, &number.to_be_bytes()[8 - width..]),
        _ => {
            let syncsafe = [21, 14, 7, 0].map(|shift| (number >> shift) as u8 & 0x7F);
            put(file, at, &syncsafe);
        }
    }
}

fn piece(rng: &mut Rng, file: &[u8], most: usize) -> Vec<u8> {
    let start = at(rng, file).min(file.len());
    let end = (start + rng.usize(1..=most)).min(file.len());
    file[start..end].to_vec()
}

/// Puts a piece of another file over this one or into it.
fn splice(rng: &mut Rng, file: &mut Vec<u8>, other: &[u8]) {
    let piece = piece(rng, other, 600);
    let at = at(rng, file).min(file.len());
    if rng.bool() {
        put(file, at, &piece);
    } else {
        file.splice(at..at, piece);
    }
}

fn remove(rng: &mut Rng, file: &mut Vec<u8>) {
    let start = at(rng, file).min(file.len());
    let end = (start + rng.usize(1..200)).min(file.len());
    file.drain(start..end);
}

/// Repeats a piece up to thousands of times, so that lists get long.
fn repeat(rng: &mut Rng, file: &mut Vec<u8>) {
    let piece = piece(rng, file, 64);
    let times = [2, 30, 1_000, 20_000][rng.usize(..4)];
    let at = at(rng, file).min(file.len());
    if file.len() < 4 << 20 {
        file.splice(at..at, piece.repeat(times));
    }
}

fn fill(rng: &mut Rng, file: &mut [u8]) {
    let byte = [0, 0xFF, b' ', 0x80][rng.usize(..4)];
    let len = rng.usize(1..400);
    let at = at(rng, file);
    put(file, at, &vec![byte; len]);
}

/// Puts containers into containers into containers.
fn nest(rng: &mut Rng, file: &mut Vec<u8>) {
    const KINDS: [&[u8; 4]; 9] = [
        b"moov", b"udta", b"meta", b"trak", b"ilst", b"LIST", b"FORM", b"CHAP", b"RIFF",
    ];
    let kind = KINDS[rng.usize(..KINDS.len())];
    let depth = [3, 100, 5_000][rng.usize(..3)];
    let mut nested = Vec::new();
    for level in (0..depth).rev() {
        let len = (level as u32 + 1) * 8;
        match kind {
            b"LIST" | b"RIFF" => {
                nested.extend(*kind);
                nested.extend(len.to_le_bytes());
            }
            b"FORM" | b"CHAP" => {
                nested.extend(*kind);
                nested.extend(len.to_be_bytes());
            }
            _ => {
                nested.extend(len.to_be_bytes());
                nested.extend(*kind);
            }
        }
    }
    let at = at(rng, file).min(file.len());
    file.splice(at..at, nested);
}
