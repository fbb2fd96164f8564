//! `bench web`: a folder of music synced in a page, against the native program on the same files.
//!
//! The page has the module as it is published. Each sample begins with nothing, in a browser of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use super::library::Library;
use super::ours::Ours;
use super::row::{Cost, Row, print_results};
use super::scan::Scanner;
use crate::command::Cmd;
use crate::wasm::BrowserTests;
use crate::{web, workspace};

const UNIT: &str = "ms";
const NATIVE: &str = "native";
/// Figures that the native program has too: the first scan and the second.
const BOTH: [&str; 2] = ["page_sync_full", "page_sync_unchanged"];

#[derive(Args)]
pub(crate) struct Options {
    /// How many tracks the library has
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    tracks: u32,
    /// How often each figure is measured
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    samples: u32,
    /// Measures this build of `music` beside the page instead of building it
    #[arg(long)]
    program: Option<PathBuf>,
    /// Writes one JSON line per figure
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let tools = BrowserTests::prepare()?;
    let site = web::build(web::Profile::Web)?;
    let mut native = Ours::prepare(options.program.clone())?;
    let library = Library::prepare(options.tracks)?;
    library.warm()?;
    eprintln!("measuring in the browser, which takes some minutes");
    let output = Cmd::cargo()
        .args(["run", "--quiet", "-p", "music-core-page-tests"])
        .args(["--example", "bench_web", "--"])
        .arg(&site.demo)
        .arg(library.folder())
        .arg(options.samples.to_string())
        .envs(tools.page_vars()?)
        .current_dir(&workspace::root())
        .capture_output()?;
    let ours = read(&output)?;
    let peer = measure(&mut native, &library, options.samples)?;
    let rows = ours.into_iter().map(|(bench, cost)| {
        let native = BOTH.iter().position(|it| *it == bench);
        Row {
            bench,
            unit: UNIT,
            ours: cost,
            peer_name: NATIVE.to_owned(),
            peer: native
                .map(|at| peer[at])
                .ok_or_else(|| "a page alone has it".to_owned()),
        }
    });
    print_results(&rows.collect::<Vec<_>>(), options.json);
    Ok(())
}

/// Reads lines like `figure NAME MILLISECONDS`.
fn read(output: &str) -> Result<BTreeMap<String, Cost>> {
    let mut samples: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for line in output.lines() {
        let Some((name, time)) = line
            .strip_prefix("figure ")
            .and_then(|it| it.split_once(' '))
        else {
            continue;
        };
        let time = time.parse().with_context(|| format!("no number: {line}"))?;
        samples.entry(name.to_owned()).or_default().push(time);
    }
    let costs = samples.into_iter().map(|(name, samples)| {
        let cost = Cost::of(samples).with_context(|| format!("{name} has no samples"))?;
        Ok((name, cost))
    });
    costs.collect()
}

/// Scans with the native program, from nothing and again.
fn measure(native: &mut Ours, library: &Library, samples: u32) -> Result<[Cost; 2]> {
    let scratch = workspace::target_dir().join("bench/web-native");
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..samples {
        if scratch.exists() {
            fs::remove_dir_all(&scratch)?;
        }
        fs::create_dir_all(&scratch)?;
        native.reset(library.folder(), &scratch)?;
        for times in &mut times {
            times.push(native.scan()?.as_secs_f64() * 1_000.0);
        }
    }
    let costs = times.map(|it| Cost::of(it).context("no samples"));
    let [full, unchanged] = costs;
    Ok([full?, unchanged?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_a_figure_are_summed_up() {
        let costs = read("figure a 3\nnoise\nfigure b 7\nfigure a 1\nfigure a 2.5").unwrap();
        assert_eq!((costs["a"].median, costs["a"].best), (2.5, 1.0));
        assert_eq!(costs["b"].median, 7.0);
        read("figure a soon").unwrap_err();
    }
}
