//! `bench webdav`: how long it takes to list a folder on a WebDAV server, and with ours to have every
//! row of it durably in the library, against `rclone lsf -R`, which stores nothing.
//!
//! Whole programs are measured, from start to exit, on the same server on this machine. Each
//! repetition of ours begins without a library. The files are playlists, of which nothing is read.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::json;

use super::ours;
use super::scan::{empty_folder, median, rounded};
use crate::command::Cmd;
use crate::{web_servers, workspace};

#[derive(Args)]
pub(crate) struct Options {
    /// How many files there are
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    files: u32,
    /// How often each figure is measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    repetitions: u32,
    /// Measures this build of `music` instead of building it
    #[arg(long)]
    program: Option<PathBuf>,
    /// Writes one JSON line per server and peer
    #[arg(long)]
    json: bool,
}

impl Options {
    /// Gives what the command line gives where it says nothing.
    pub(super) fn default_as(json: bool) -> Self {
        Self {
            files: 1_000,
            repetitions: 5,
            program: None,
            json,
        }
    }
}

/// The servers, and how each is started.
const SERVERS: &[(&str, &str, &[&str])] = &[
    (
        "rclone_cached",
        "rclone",
        &["serve", "webdav", "--addr", "127.0.0.1:0"],
    ),
    (
        "rclone_uncached",
        "rclone",
        &[
            "serve",
            "webdav",
            "--addr",
            "127.0.0.1:0",
            "--dir-cache-time",
            "0s",
        ],
    ),
];

/// How rclone lists: by default it waits between requests.
const PEERS: &[(&str, &[&str])] = &[
    ("rclone lsf -R", &[]),
    ("rclone lsf -R, pacer 0", &["--webdav-pacer-min-sleep", "0"]),
];

/// A server that is stopped when dropped.
struct Server {
    child: Child,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let programs = web_servers::prepare()?;
    let music = options.program.clone().map_or_else(ours::build, Ok)?;
    let (folder, folders) = write_files(options.files)?;
    let rows = u64::from(options.files + folders + 1);
    if !options.json {
        print(&format!(
            "{} files in {folders} folders, median of {}",
            options.files, options.repetitions
        ));
    }
    for (name, program, args) in SERVERS {
        let server = start(&programs.join(program), args, &folder)?;
        // Fills the caches, the server's own and the system's.
        list(&programs, &server.url, &[])?;
        let mut ours = Vec::new();
        let mut peers = vec![Vec::new(); PEERS.len()];
        for _ in 0..options.repetitions {
            ours.push(sync(&music, &server.url, rows)?);
            for ((_, args), times) in PEERS.iter().zip(&mut peers) {
                times.push(list(&programs, &server.url, args)?);
            }
        }
        for ((peer, _), times) in PEERS.iter().zip(&peers) {
            report(options, name, peer, median(&ours), median(times));
        }
    }
    Ok(())
}

/// Writes albums of ten files each, ten albums to an artist; tells how many folders that makes.
fn write_files(files: u32) -> Result<(PathBuf, u32)> {
    let folder = workspace::target_dir().join(format!("bench/webdav-{files}"));
    let mut folders = 0;
    for number in 0..files {
        let album = folder.join(format!("Artist {}/Album {}", number / 100, number / 10));
        if number % 100 == 0 {
            folders += 1;
        }
        if number % 10 == 0 {
            folders += 1;
            fs::create_dir_all(&album)?;
        }
        let file = album.join(format!("{:02} Track.m3u", number % 10));
        if !file.exists() {
            fs::write(file, number.to_string())?;
        }
    }
    Ok((folder, folders))
}

fn start(program: &Path, args: &[&str], folder: &Path) -> Result<Server> {
    const SIGN: &str = "Server started on [";
    let mut command = Cmd::new(program).args(args).arg(folder).into_inner();
    let mut child = command
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| format!("can't start {}", program.display()))?;
    let said = child.stderr.take().context("the server has no output")?;
    let mut lines = BufReader::new(said).lines();
    for line in lines.by_ref() {
        if let Some((_, rest)) = line?.split_once(SIGN) {
            let url = rest.split(']').next().unwrap_or_default().to_owned();
            // Whatever else it says must not fill the pipe.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(Server { child, url });
        }
    }
    bail!("{} ended before it listened", program.display())
}

fn list(programs: &Path, url: &str, args: &[&str]) -> Result<Duration> {
    let cmd = Cmd::new(programs.join("rclone"))
        .args(["lsf", "-R", ":webdav:", "--webdav-url", url])
        .args(args);
    let start = Instant::now();
    cmd.capture()?;
    Ok(start.elapsed())
}

fn sync(music: &Path, url: &str, rows: u64) -> Result<Duration> {
    let database = empty_folder("webdav")?.join("library.db");
    let cmd = Cmd::new(music).args(["sync", url, "--db"]).arg(&database);
    let start = Instant::now();
    cmd.capture()?;
    let time = start.elapsed();
    // Who lists less is not fast.
    let count = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(\
                 'SELECT count(*) FROM remote_item WHERE removed_at IS NULL').fetchone()[0])";
    let found = Cmd::new("python3")
        .args(["-c", count])
        .arg(&database)
        .capture()?;
    let found: u64 = found.trim().parse().context("a number of rows")?;
    ensure!(found == rows, "the library has {found} of {rows} rows");
    Ok(time)
}

fn report(options: &Options, server: &str, peer: &str, ours: Duration, peer_time: Duration) {
    let (ours, other) = (ours.as_secs_f64(), peer_time.as_secs_f64());
    let line = if options.json {
        json!({
            "bench": format!("list_and_commit_{server}"), "ours": rounded(ours),
            "peer_name": peer, "peer": rounded(other), "unit": "s",
            "ratio": rounded(other / ours), "files": options.files,
        })
        .to_string()
    } else {
        format!(
            "{server:<16} ours {ours:>7.3} s   {peer:<24} {other:>7.3} s   {:>6.2}x",
            other / ours
        )
    };
    print(&line);
}

#[expect(
    clippy::print_stdout,
    reason = "the figures are the result of this task"
)]
fn print(line: &str) {
    println!("{line}");
}
