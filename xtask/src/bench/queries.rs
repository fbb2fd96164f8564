//! `bench library`: how long searches and pages take in libraries of two sizes, against plain FTS5 ranked
//! by bm25 and against `OFFSET`, on the same database (`core-library/examples/bench_library`).
//!
//! The peers read ids and titles, ours whole tracks with artists, genres and paths.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Value, json};

use super::scan::empty_folder;
use crate::command::Cmd;
use crate::workspace;

#[derive(Args)]
pub(crate) struct Options {
    /// How many tracks the libraries have
    #[arg(long, value_delimiter = ',', default_values_t = [100_000, 1_000_000],
        value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    tracks: Vec<u32>,
    /// Measures this build of `bench_library` instead of building it
    #[arg(long)]
    program: Option<PathBuf>,
    /// Writes one JSON line per figure
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let program = options.program.clone().map_or_else(build, Ok)?;
    for tracks in &options.tracks {
        for line in measure(&program, *tracks)? {
            print(&if options.json {
                line.to_string()
            } else {
                text(&line)
            });
        }
    }
    Ok(())
}

fn build() -> Result<PathBuf> {
    Cmd::cargo()
        .args(["build", "--release", "-p", "core-library"])
        .args(["--example", "bench_library"])
        .current_dir(&workspace::root())
        .run()?;
    Ok(workspace::target_dir().join("release/examples/bench_library"))
}

fn measure(program: &Path, tracks: u32) -> Result<Vec<Value>> {
    let folder = empty_folder("library-queries")?;
    eprintln!("making a library of {tracks} tracks");
    let said = Cmd::new(program)
        .arg(tracks.to_string())
        .arg(&folder)
        .capture()?;
    said.lines()
        .map(|line| {
            let line = serde_json::from_str(line);
            Ok(judged(line.with_context(|| format!("no figures: {said}"))?))
        })
        .collect()
}

/// Adds what is aimed at: 5 ms up to 100,000 tracks and 50 ms above for what is read while a person
/// types or scrolls.
fn judged(mut line: Value) -> Value {
    let aim = match line["tracks"].as_u64() {
        Some(0..=100_000) => 5.0,
        _ => 50.0,
    };
    let name = line["bench"].as_str().unwrap_or_default();
    let has_aim = name.starts_with("library_search") || name.starts_with("library_page");
    if let (Some(p95), true) = (line["p95_ms"].as_f64(), has_aim) {
        line["aim_p95_ms"] = json!(aim);
        line["met"] = json!(p95 <= aim);
    }
    line
}

fn text(line: &Value) -> String {
    let number = |name: &str| match line[name].as_f64() {
        Some(it) => format!("{it:>9.2}"),
        None => format!("{:>9}", "-"),
    };
    let verdict = match line["met"].as_bool() {
        Some(true) => "met",
        Some(false) => "missed",
        None => "",
    };
    format!(
        "{:<36} {:>9} tracks, ms: p50 {} p95 {} max {} peer p95 {} {verdict}",
        line["bench"].as_str().unwrap_or_default(),
        line["tracks"].as_u64().unwrap_or_default(),
        number("p50_ms"),
        number("p95_ms"),
        number("max_ms"),
        number("peer_p95_ms"),
    )
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
    fn figures_are_held_against_the_aim_for_their_size() {
        let met = |name: &str, tracks: u64, p95: f64| {
            judged(json!({"bench": name, "tracks": tracks, "p95_ms": p95}))["met"].as_bool()
        };
        assert_eq!(met("library_search_rare_word", 100_000, 5.0), Some(true));
        assert_eq!(met("library_search_rare_word", 100_000, 5.1), Some(false));
        assert_eq!(met("library_page_albums", 1_000_000, 49.0), Some(true));
        assert_eq!(met("library_page_albums", 1_000_000, 51.0), Some(false));
        assert_eq!(met("library_stats", 100_000, 900.0), None);
    }
}
