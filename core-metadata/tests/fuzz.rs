//! Mutated files of every format: none makes the reader panic, hang or take more memory than it may.
//!
//! `MUSIC_CORE_FUZZ_CASES` says how many mutants are made, `MUSIC_CORE_FUZZ_SEED` the first seed. A failure
//! names the seed of its mutant. What once failed is kept in `regressions`.
#![cfg(not(target_arch = "wasm32"))]

#[path = "it/support.rs"]
#[allow(
    dead_code,
    reason = "the tests of the reader use more of it than this one"
)]
mod support;

#[path = "fuzz/memory.rs"]
mod memory;
#[path = "fuzz/mutant.rs"]
mod mutant;

use core_metadata::{
    Depth, ExtractError, ExtractOptions, RangedExtract, RangedStep, TrackMetadata, artwork, cue,
    extract, lyrics,
};
use std::{
    io::{Cursor, Read, Seek, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
    thread,
    time::Duration,
};

/// What reading one file may hold at most, in bytes.
const MOST_MEMORY: usize = 64 << 20;

/// What reading one file may copy of it: more would be a loop.
const MOST_READ: u64 = 80 << 20;

/// A mutant takes a millisecond; one that takes this long never ends.
const HANGS: Duration = Duration::from_secs(120);

/// A file that counts what is read of it.
struct Counted<'a> {
    file: Cursor<&'a [u8]>,
    calls: u64,
    bytes: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.calls += 1;
        self.bytes += read as u64;
        Ok(read)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}

fn whole(file: &[u8], options: &ExtractOptions) -> Result<TrackMetadata, ExtractError> {
    let mut source = Counted {
        file: Cursor::new(file),
        calls: 0,
        bytes: 0,
    };
    let track = extract(&mut source, options);
    assert!(source.bytes <= MOST_READ, "it read {} bytes", source.bytes);
    assert!(source.calls <= 200_000, "it read {} times", source.calls);
    track
}

fn in_ranges(file: &[u8], options: &ExtractOptions) -> Result<TrackMetadata, ExtractError> {
    let mut ranged = RangedExtract::new(options.clone());
    loop {
        match ranged.advance() {
            RangedStep::Fetch(range) => {
                assert!(ranged.cost().requests < 400, "it asks without end");
                let there = range.start as usize..(range.end as usize).min(file.len());
                ranged.supply(range.start, &file[there]);
            }
            RangedStep::Done(result) => return *result,
        }
    }
}

/// Reads `file` in all ways, as whatever it calls itself, within its bounds.
fn survive(name: &str, file: &[u8]) {
    let mut options = ExtractOptions::new(name, file.len() as u64);
    let (full, peak) = memory::peak_of(|| whole(file, &options));
    assert!(peak <= MOST_MEMORY, "it held {peak} bytes");
    let ((), peak) = memory::peak_of(|| {
        let ranged = in_ranges(file, &options);
        assert_eq!(ranged, full, "in ranges it says something else");
    });
    assert!(peak <= MOST_MEMORY, "in ranges it held {peak} bytes");
    options.depth = Depth::Frugal;
    let frugal = whole(file, &options);
    assert_eq!(
        in_ranges(file, &options),
        frugal,
        "frugally it says something else"
    );
    let ((), peak) = memory::peak_of(|| {
        let _ = artwork::sniff(file);
        let _ = cue::CueSheet::from_bytes(file);
        for name in ["x.lrc", "x.ttml", "x.srt"] {
            let _ = lyrics::sidecar(name, file);
        }
    });
    assert!(peak <= MOST_MEMORY, "a parser of text held {peak} bytes");
}

fn number_from(variable: &str, otherwise: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().expect("the variable is a number"),
        Err(_) => otherwise,
    }
}

#[test]
fn no_mutant_breaks_the_reader() {
    let seeds = mutant::seeds();
    let first = number_from("MUSIC_CORE_FUZZ_SEED", 0);
    let cases = number_from("MUSIC_CORE_FUZZ_CASES", 600);
    let (tell, told) = mpsc::channel();
    // In a thread of its own, so that one that never ends can be named.
    thread::spawn(move || {
        for seed in first..first + cases {
            let (name, file) = mutant::of(seed, &seeds);
            let survived = catch_unwind(AssertUnwindSafe(|| survive(&name, &file)));
            if survived.is_err() {
                let kept = std::env::temp_dir().join(format!("music-core-mutant-{seed}-{name}"));
                std::fs::write(&kept, &file).expect("the mutant can be kept");
                eprintln!("the mutant is kept in {}", kept.display());
            }
            if tell.send(survived.is_ok()).is_err() {
                return;
            }
        }
    });
    for seed in first..first + cases {
        match told.recv_timeout(HANGS) {
            Ok(survived) => assert!(survived, "the mutant of seed {seed} broke the reader"),
            Err(_) => panic!("the mutant of seed {seed} makes the reader hang"),
        }
    }
}

#[test]
fn what_once_broke_the_reader_does_so_no_more() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/regressions");
    for entry in std::fs::read_dir(folder).expect("the folder of regressions") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        survive(&name, &std::fs::read(&path).expect("a file"));
    }
}

#[test]
fn the_memory_that_is_counted_is_that_which_is_held() {
    let (kept, peak) = memory::peak_of(|| {
        drop(vec![1_u8; 3 << 20]);
        vec![1_u8; 2 << 20]
    });
    assert!((3 << 20..4 << 20).contains(&peak), "{peak}");
    drop(kept);
}
