//! `bench metadata`: how fast files are read, against TagLib and mutagen, and how little of them is read
//! in ranges.
//!
//! Each reader gets the same list of files, warm in the page cache, in a process of its own that times
//! itself without its start; the readers take turns. The peers are called from Python, which costs TagLib
//! some microseconds a file.

mod peers;
mod real_size;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::{Value, json};

use super::library::Library;
use super::row::{Cost, Row, print_results};
use crate::command::Cmd;
use crate::workspace;
use peers::{Pass, Peers};

#[derive(Args)]
pub(crate) struct Options {
    /// How many tracks the made library has
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    tracks: u32,
    /// How often each reader reads all
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    repetitions: u32,
    /// A folder of real files to be read too [default: ../shared/corpus/files beside the repository]
    #[arg(long)]
    corpus: Option<PathBuf>,
    /// Measures this build of the example `extract` instead of building it
    #[arg(long)]
    program: Option<PathBuf>,
    /// Writes one JSON line per figure
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let program = options.program.clone().map_or_else(build, Ok)?;
    let peers = Peers::prepare()?;
    let library = Library::prepare(options.tracks)?;
    let beside = || workspace::root().join("../shared/corpus/files");
    let corpus = options.corpus.clone().unwrap_or_else(beside);
    let mut rows = Vec::new();
    let mut ranged = Vec::new();
    let mut sets = vec![("library", library.folder().to_owned())];
    if corpus.is_dir() {
        sets.push(("corpus", corpus));
    } else {
        ensure!(
            options.corpus.is_none(),
            "{} is no folder",
            corpus.display()
        );
        eprintln!("no corpus: name a folder of real files with --corpus");
    }
    for (name, folder) in &sets {
        rows.extend(rates(name, folder, &program, &peers, options.repetitions)?);
        ranged.extend(transfers(name, folder, &program)?);
    }
    for (kind, folder) in real_size::prepare()? {
        ranged.extend(transfers(&format!("real_size_{kind}"), &folder, &program)?);
    }
    print_results(&rows, options.json);
    print_transfers(&ranged, options.json);
    Ok(())
}

fn build() -> Result<PathBuf> {
    Cmd::cargo()
        .args(["build", "--release", "-p", "core-metadata"])
        .args(["--example", "extract"])
        .current_dir(&workspace::root())
        .run()?;
    Ok(workspace::target_dir().join("release/examples/extract"))
}

/// Measures all readers on the files of a folder, in turns.
fn rates(
    set: &str,
    folder: &Path,
    program: &Path,
    peers: &Peers,
    repetitions: u32,
) -> Result<Vec<Row>> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let list = workspace::target_dir().join(format!("bench/{set}-files.txt"));
    fs::write(&list, files.join("\n"))?;
    let mut readers = vec!["ours"];
    readers.extend(Peers::NAMES);
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); readers.len()];
    let mut opened = vec![0; readers.len()];
    // The first round fills the caches and does not count.
    for round in 0..=repetitions as usize {
        for turn in 0..readers.len() {
            let at = (turn + round) % readers.len();
            let pass = match readers[at] {
                "ours" => Pass::parse(
                    &Cmd::new(program)
                        .args(["--time", "--list"])
                        .arg(&list)
                        .capture()?,
                )?,
                name => peers.read(name, &list)?,
            };
            ensure!(
                pass.files == files.len() as u64,
                "{} read {} of {} files",
                readers[at],
                pass.files,
                files.len()
            );
            opened[at] = pass.opened;
            if round > 0 {
                times[at].push(pass.seconds * 1e6 / pass.files as f64);
            }
        }
    }
    for (name, opened) in readers.iter().zip(&opened) {
        eprintln!("{set}: {name} opened {opened} of {} files", files.len());
    }
    let mut costs = times.into_iter().map(Cost::of);
    let ours = costs.next().flatten().context("nothing was measured")?;
    Ok(readers[1..]
        .iter()
        .zip(costs)
        .map(|(name, cost)| Row {
            bench: format!("metadata_{set}"),
            unit: "µs/file",
            ours,
            peer_name: (*name).to_owned(),
            peer: cost.ok_or_else(|| "nothing was measured".to_owned()),
        })
        .collect())
}

fn collect(folder: &Path, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            let path = path.to_str().context("a path is no text")?;
            files.push(path.to_owned());
        }
    }
    Ok(())
}

/// What the files of one format cost in ranges.
struct Transfer {
    set: String,
    format: String,
    /// Requests and bytes of each file.
    files: Vec<(u64, u64)>,
}

/// Reads the files of a folder in ranges, with the identity of their sound as a sync wants it.
fn transfers(set: &str, folder: &Path, program: &Path) -> Result<Vec<Transfer>> {
    let lines = Cmd::new(program)
        .arg(folder)
        .args(["--ranged", "--audio-id"])
        .capture()?;
    let mut formats: BTreeMap<String, Vec<(u64, u64)>> = BTreeMap::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line)?;
        let number = |field: &str| line[field].as_u64().context("a line lacks its cost");
        let cost = (number("requests")?, number("bytes_read")?);
        let name = line["file"].as_str().unwrap_or_default();
        let extension = name.rsplit_once('.').map_or("", |it| it.1).to_lowercase();
        formats.entry("all".to_owned()).or_default().push(cost);
        formats.entry(extension).or_default().push(cost);
    }
    if set.starts_with("real_size") {
        formats.remove("all");
    }
    Ok(formats
        .into_iter()
        .map(|(format, files)| Transfer {
            set: set.to_owned(),
            format,
            files,
        })
        .collect())
}

impl Transfer {
    fn json(&self) -> Value {
        let median = |values: Vec<u64>| Cost::of(values.iter().map(|it| *it as f64).collect());
        let of =
            |pick: fn(&(u64, u64)) -> u64| -> Vec<u64> { self.files.iter().map(pick).collect() };
        let (requests, bytes) = (of(|it| it.0), of(|it| it.1));
        json!({
            "bench": format!("metadata_ranged_{}", self.set),
            "format": self.format,
            "tracks": self.files.len(),
            "requests_max": requests.iter().max(),
            "requests_mean": requests.iter().sum::<u64>() as f64 / self.files.len() as f64,
            "requests": median(requests).map(|it| it.median),
            "kib_max": bytes.iter().max().map(|it| it.div_ceil(1024)),
            "kib": median(bytes).map(|it| (it.median / 102.4).round() / 10.0),
        })
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the figures are the result of this task"
)]
fn print_transfers(transfers: &[Transfer], is_json: bool) {
    if !is_json {
        println!(
            "\n{:<34} {:<7} {:>7} {:>9} {:>6} {:>5} {:>8} {:>8}",
            "read in ranges, medians",
            "format",
            "tracks",
            "requests",
            "mean",
            "max",
            "KiB",
            "max KiB"
        );
    }
    for it in transfers.iter().map(Transfer::json) {
        if is_json {
            println!("{it}");
            continue;
        }
        let text = |field: &str| it[field].as_str().unwrap_or_default().to_owned();
        let number = |field: &str| it[field].as_f64().unwrap_or_default();
        println!(
            "{:<34} {:<7} {:>7} {:>9.1} {:>6.2} {:>5} {:>8.1} {:>8}",
            text("bench"),
            text("format"),
            number("tracks"),
            number("requests"),
            number("requests_mean"),
            number("requests_max"),
            number("kib"),
            number("kib_max")
        );
    }
}
