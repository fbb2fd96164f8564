//! `bench sync`: what a sync costs in a large library and in a small one, on a made-up drive with a
//! feed of changes (`core-sync/benches`); and listing a WebDAV server against `rclone lsf -R`.
//!
//! Each size is measured in a process of its own. Its peak of memory is that of its whole life: first
//! sync and rounds of changes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::scan::{empty_folder, median, rounded};
use super::webdav;
use crate::command::Cmd;
use crate::workspace;

#[derive(Args)]
pub(crate) struct Options {
    /// How many tracks the large library has
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(2_000..=10_000_000))]
    tracks: u32,
    /// How many tracks the small library has
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    small: u32,
    /// How many rounds of ten changes are synced
    #[arg(long, default_value_t = 21, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rounds: u32,
    /// Leaves out WebDAV, whose server and peer come from PyPI
    #[arg(long)]
    no_webdav: bool,
    /// Measures this build of `bench-sync` instead of building it
    #[arg(long)]
    program: Option<PathBuf>,
    /// Writes one JSON line per figure
    #[arg(long)]
    json: bool,
}

/// What the program prints.
#[derive(Deserialize)]
struct Figures {
    tracks: u64,
    rows: u64,
    listing_s: f64,
    first_sync_s: f64,
    changes_s: Vec<f64>,
    no_change_s: Vec<f64>,
    peak_kib: Option<u64>,
}

/// A figure with what it should be.
struct Row {
    bench: &'static str,
    value: f64,
    unit: &'static str,
    /// What is aimed at, and whether more is better.
    aim: Option<(f64, bool)>,
    /// What it was made of.
    parts: Vec<(&'static str, f64)>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let program = options.program.clone().map_or_else(build, Ok)?;
    let small = measure(&program, options.small, options.rounds)?;
    let large = measure(&program, options.tracks, options.rounds)?;
    if !options.json {
        print(&format!(
            "{} and {} tracks, median of {}",
            small.tracks, large.tracks, options.rounds
        ));
    }
    for row in rows(&small, &large) {
        print(&if options.json {
            row.json(&small, &large)
        } else {
            row.text()
        });
    }
    if options.no_webdav {
        return Ok(());
    }
    webdav::run(&webdav::Options::default_as(options.json))
}

fn build() -> Result<PathBuf> {
    Cmd::cargo()
        .args(["build", "--release", "-p", "core-sync-benches"])
        .current_dir(&workspace::root())
        .run()?;
    Ok(workspace::target_dir().join("release/bench-sync"))
}

fn measure(program: &Path, tracks: u32, rounds: u32) -> Result<Figures> {
    let folder = empty_folder("sync")?;
    eprintln!("syncing {tracks} tracks");
    let said = Cmd::new(program)
        .args([tracks.to_string(), rounds.to_string()])
        .arg(&folder)
        .capture()?;
    serde_json::from_str(&said).with_context(|| format!("these are no figures: {said}"))
}

fn rows(small: &Figures, large: &Figures) -> Vec<Row> {
    let ms = |times: &[f64]| {
        let times: Vec<_> = times.iter().copied().map(Duration::from_secs_f64).collect();
        median(&times).as_secs_f64() * 1_000.0
    };
    let ratio = |bench, small_ms: f64, large_ms: f64, aim| Row {
        bench,
        value: large_ms / small_ms,
        unit: "times",
        aim,
        parts: vec![("small_ms", small_ms), ("large_ms", large_ms)],
    };
    let mut rows = vec![
        Row {
            bench: "observed_rows",
            value: large.rows as f64 / large.listing_s,
            unit: "rows/s",
            aim: Some((50_000.0, true)),
            parts: vec![("rows", large.rows as f64), ("s", large.listing_s)],
        },
        Row {
            bench: "first_sync",
            value: large.tracks as f64 / large.first_sync_s,
            unit: "tracks/s",
            aim: None,
            parts: vec![("s", large.first_sync_s)],
        },
        ratio(
            "ten_changes",
            ms(&small.changes_s),
            ms(&large.changes_s),
            Some((1.5, false)),
        ),
        ratio(
            "no_change",
            ms(&small.no_change_s),
            ms(&large.no_change_s),
            Some((1.5, false)),
        ),
    ];
    if let (Some(little), Some(much)) = (small.peak_kib, large.peak_kib) {
        let mib = |kib: u64| kib as f64 / 1_024.0;
        rows.push(Row {
            bench: "peak_memory_growth",
            value: mib(much) - mib(little),
            unit: "MiB",
            aim: Some((32.0, false)),
            parts: vec![("small_mib", mib(little)), ("large_mib", mib(much))],
        });
    }
    rows
}

impl Row {
    fn is_met(&self) -> Option<bool> {
        let (aim, more_is_better) = self.aim?;
        Some(if more_is_better {
            self.value >= aim
        } else {
            self.value <= aim
        })
    }

    fn json(&self, small: &Figures, large: &Figures) -> String {
        let mut line = json!({
            "bench": format!("sync_{}", self.bench), "ours": rounded(self.value), "unit": self.unit,
            "small_tracks": small.tracks, "large_tracks": large.tracks,
        });
        if let (Some((aim, _)), Some(met)) = (self.aim, self.is_met()) {
            line["aim"] = json!(aim);
            line["met"] = json!(met);
        }
        for (name, value) in &self.parts {
            line[*name] = json!(rounded(*value));
        }
        line.to_string()
    }

    fn text(&self) -> String {
        let parts: Vec<_> = self
            .parts
            .iter()
            .map(|(name, value)| format!("{name} {value:.2}"))
            .collect();
        let verdict = match (self.aim, self.is_met()) {
            (Some((aim, more)), Some(met)) => format!(
                "{} {aim}: {}",
                if more { "at least" } else { "at most" },
                if met { "met" } else { "missed" }
            ),
            _ => String::new(),
        };
        format!(
            "{:<20} {:>12.2} {:<9} {verdict:<24} {}",
            self.bench,
            self.value,
            self.unit,
            parts.join(", ")
        )
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the figures are the result of this task"
)]
fn print(line: &str) {
    println!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_held_against_their_aims() {
        let figures = |tracks: u64, listing_s, change_s, peak_kib| Figures {
            tracks,
            rows: tracks,
            listing_s,
            first_sync_s: 1.0,
            changes_s: vec![change_s; 3],
            no_change_s: vec![0.001],
            peak_kib,
        };
        let met = |small: &Figures, large: &Figures| {
            rows(small, large)
                .iter()
                .map(Row::is_met)
                .collect::<Vec<_>>()
        };
        let small = figures(1_000, 1.0, 0.010, Some(40 << 10));
        let good = figures(100_000, 2.0, 0.015, Some(72 << 10));
        assert_eq!(
            met(&small, &good),
            [Some(true), None, Some(true), Some(true), Some(true)]
        );
        let bad = figures(100_000, 2.1, 0.016, Some(73 << 10));
        assert_eq!(
            met(&small, &bad),
            [Some(false), None, Some(false), Some(true), Some(false)]
        );
        let blind = figures(100_000, 2.0, 0.015, None);
        assert_eq!(met(&small, &blind).len(), 4, "no memory where nobody tells");
    }
}
