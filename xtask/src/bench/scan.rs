//! `bench scan`: how long a library takes to be read, read again, and brought up to date.
//!
//! All programs read the same folder, warm in the page cache, each into a database of its own. Every
//! repetition starts from nothing and goes through the three figures in order; the programs take
//! turns at going first. A figure is the median over the repetitions.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Args;
use serde_json::json;

use super::beets::Beets;
use super::library::Library;
use super::mpd::Mpd;
use super::ours::Ours;
use crate::workspace;

#[derive(Args)]
pub(crate) struct Options {
    /// How many tracks the library has
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    tracks: u32,
    /// How often each figure is measured
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    repetitions: u32,
    /// Measures ours alone, without MPD and beets
    #[arg(long)]
    alone: bool,
    /// Measures this build of `music` instead of building it
    #[arg(long)]
    program: Option<PathBuf>,
    /// Writes one JSON line per figure and peer
    #[arg(long)]
    json: bool,
}

/// A program that keeps a library of a folder.
pub(super) trait Scanner {
    fn name(&self) -> &'static str;

    /// Forgets everything, and gets ready to read `music`. `scratch` is an empty folder.
    fn reset(&mut self, music: &Path, scratch: &Path) -> Result<()>;

    /// Brings the library up to date, and says how long that took.
    fn scan(&mut self) -> Result<Duration>;

    /// Tells the most memory that a scan took since the last reset, in KiB, where that is known.
    fn peak_kib(&self) -> Option<u64> {
        None
    }

    /// Counts the tracks that the program knows now.
    fn tracks(&mut self) -> Result<u64>;

    /// Counts the tracks whose title has `text`.
    fn tracks_titled(&mut self, text: &str) -> Result<u64>;
}

const FIGURES: [&str; 3] = ["scan_full", "scan_unchanged", "scan_1pct"];

/// Times of one program: per figure, one per repetition.
type Times = [Vec<Duration>; 3];

pub(crate) fn run(options: &Options) -> Result<()> {
    let ours = Ours::prepare(options.program.clone())?;
    let mut scanners: Vec<Box<dyn Scanner>> = vec![Box::new(ours)];
    if !options.alone {
        scanners.push(Box::new(Mpd::prepare()?));
        scanners.push(Box::new(Beets::prepare()?));
    }
    let mut library = Library::prepare(options.tracks)?;
    library.warm()?;
    let mut times: Vec<Times> = scanners.iter().map(|_| Times::default()).collect();
    for repetition in 0..options.repetitions {
        eprintln!("repetition {} of {}", repetition + 1, options.repetitions);
        measure(&mut scanners, &mut library, repetition as usize, &mut times)?;
    }
    print_results(&scanners, &times, options);
    Ok(())
}

fn measure(
    scanners: &mut [Box<dyn Scanner>],
    library: &mut Library,
    repetition: usize,
    times: &mut [Times],
) -> Result<()> {
    for scanner in scanners.iter_mut() {
        let scratch = empty_folder(scanner.name())?;
        scanner.reset(library.folder(), &scratch)?;
    }
    let mut mark = String::new();
    for (figure, name) in FIGURES.into_iter().enumerate() {
        if name == "scan_1pct" {
            mark = library.retag_some()?;
        }
        for turn in 0..scanners.len() {
            let at = (turn + repetition) % scanners.len();
            let time = scanners[at].scan()?;
            eprintln!(
                "  {name:<16} {:<8} {:.3} s",
                scanners[at].name(),
                time.as_secs_f64()
            );
            times[at][figure].push(time);
        }
    }
    // A program that did less than the others would only look fast.
    for scanner in scanners {
        let name = scanner.name();
        let (found, all) = (scanner.tracks()?, u64::from(library.tracks()));
        ensure!(found == all, "{name} knows {found} of {all} tracks");
        let (found, all) = (scanner.tracks_titled(&mark)?, library.retagged());
        ensure!(found == all, "{name} found {found} of {all} changed tracks");
    }
    Ok(())
}

pub(super) fn empty_folder(name: &str) -> Result<PathBuf> {
    let folder = workspace::target_dir().join("bench/scratch").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

#[expect(
    clippy::print_stdout,
    reason = "the figures are the result of this task"
)]
fn print_results(scanners: &[Box<dyn Scanner>], times: &[Times], options: &Options) {
    if !options.json {
        println!(
            "{} tracks, median of {}",
            options.tracks, options.repetitions
        );
        println!(
            "{:<16} {:<8} {:>10} {:>10} {:>8}",
            "figure", "peer", "ours s", "peer s", "ratio"
        );
    }
    print_ours(&*scanners[0], &times[0], options);
    for (figure, bench) in FIGURES.into_iter().enumerate() {
        let ours = median(&times[0][figure]).as_secs_f64();
        for (scanner, times) in scanners.iter().zip(times).skip(1) {
            let peer = median(&times[figure]).as_secs_f64();
            let (name, ratio) = (scanner.name(), peer / ours);
            if options.json {
                let line = json!({
                    "bench": bench,
                    "ours": rounded(ours),
                    "peer_name": name,
                    "peer": rounded(peer),
                    "unit": "s",
                    "ratio": rounded(ratio),
                    "tracks": options.tracks,
                });
                println!("{line}");
            } else {
                println!("{bench:<16} {name:<8} {ours:>10.3} {peer:>10.3} {ratio:>7.2}x");
            }
        }
    }
}

/// Prints the most memory of ours, and without peers its times.
#[expect(
    clippy::print_stdout,
    reason = "the figures are the result of this task"
)]
fn print_ours(ours: &dyn Scanner, times: &Times, options: &Options) {
    let mut lines = Vec::new();
    if options.alone {
        let times = FIGURES.into_iter().zip(times);
        lines.extend(times.map(|(bench, it)| (bench, rounded(median(it).as_secs_f64()), "s")));
    }
    let mib = |kib: u64| rounded(kib as f64 / 1024.0);
    let memory = ours.peak_kib().map(|kib| ("scan_memory", mib(kib), "MiB"));
    lines.extend(memory);
    for (bench, ours, unit) in lines {
        if options.json {
            let tracks = options.tracks;
            println!(
                "{}",
                json!({"bench": bench, "ours": ours, "unit": unit, "tracks": tracks})
            );
        } else {
            println!("{bench:<16} {:<8} {ours:>10.3} {unit}", "");
        }
    }
}

pub(super) fn rounded(number: f64) -> f64 {
    (number * 10_000.0).round() / 10_000.0
}

pub(super) fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        (sorted[middle - 1] + sorted[middle]) / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let check = |millis: &[u64], expected: u64| {
            let times: Vec<_> = millis.iter().map(|it| Duration::from_millis(*it)).collect();
            assert_eq!(
                median(&times),
                Duration::from_millis(expected),
                "{millis:?}"
            );
        };
        check(&[7], 7);
        check(&[9, 1, 5], 5);
        check(&[4, 1, 9, 6], 5);
    }
}
