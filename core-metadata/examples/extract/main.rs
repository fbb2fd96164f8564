//! Prints one JSON line for each file of a folder, with the fields that tag readers are compared by.
//!
//! `cargo run --release -p core-metadata --example extract -- <folder>`; with `--ranged` the files are
//! read in ranges, as from a server, and each line tells `bytes_read` and `requests`; `--audio-id` then
//! adds the reads that the identity of the audio needs. With `--time` it prints no lines but one about the
//! time that reading all files took, on one core. `--list <file>` reads the files that a text names, one a
//! line, instead of a folder.

mod describe;

use core_metadata::{ExtractOptions, ReadCost, extract};
use describe::Outcome;
use serde_json::json;
use std::{
    error::Error,
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::Instant,
};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| args.iter().any(|arg| arg == flag);
    let timed = has("--time");
    let named = args
        .iter()
        .find(|arg| !arg.starts_with("--"))
        .ok_or("name a folder")?;
    let mut files = Vec::new();
    if has("--list") {
        let list = std::fs::read_to_string(named)?;
        files.extend(list.lines().map(PathBuf::from));
    } else {
        collect(Path::new(named), &mut files)?;
        files.sort();
    }
    if timed {
        return time(&files);
    }
    let mut out = std::io::stdout().lock();
    for file in &files {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let (outcome, cost) = if has("--ranged") {
            let (outcome, cost) = read_ranged(file, has("--audio-id"))?;
            (outcome, Some(cost))
        } else {
            (read(file)?, None)
        };
        let line = describe::line(&name, &outcome, cost);
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn read_ranged(path: &Path, audio_id: bool) -> Result<(Outcome, ReadCost), Box<dyn Error>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(describe::ranged(&name, size, audio_id, |range| {
        file.seek(SeekFrom::Start(range.start))?;
        let mut bytes = Vec::new();
        (&mut file)
            .take(range.end - range.start)
            .read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(bytes)
    })?)
}

fn read(path: &Path) -> std::io::Result<Outcome> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(extract(&mut file, &ExtractOptions::new(name, size)))
}

fn time(files: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let opened = files
        .iter()
        .filter(|file| matches!(read(file), Ok(Ok(_))))
        .count();
    let seconds = start.elapsed().as_secs_f64();
    let line = json!({ "files": files.len(), "opened": opened, "seconds": seconds });
    writeln!(std::io::stdout().lock(), "{line}")?;
    Ok(())
}
