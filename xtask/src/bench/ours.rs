//! Ours: the example program `music`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::memory;
use super::scan::Scanner;
use crate::command::Cmd;
use crate::workspace;

pub(super) struct Ours {
    program: PathBuf,
    music: PathBuf,
    database: PathBuf,
    /// The most memory that a scan took since the last reset, in KiB.
    peak_kib: Option<u64>,
}

impl Ours {
    /// Takes `program`, or builds it.
    pub(super) fn prepare(program: Option<PathBuf>) -> Result<Self> {
        Ok(Self {
            program: program.map_or_else(build, Ok)?,
            music: PathBuf::new(),
            database: PathBuf::new(),
            peak_kib: None,
        })
    }

    fn query(&self, args: &[&str]) -> Result<String> {
        let cmd = Cmd::new(&self.program).args(args).args(["--json", "--db"]);
        cmd.arg(&self.database).capture()
    }
}

/// Builds the program for release, and tells where it is.
pub(super) fn build() -> Result<PathBuf> {
    Cmd::cargo()
        .args([
            "build",
            "--release",
            "-p",
            "core-service",
            "--example",
            "music",
        ])
        .current_dir(&workspace::root())
        .run()?;
    Ok(workspace::target_dir().join("release/examples/music"))
}

impl Scanner for Ours {
    fn name(&self) -> &'static str {
        "ours"
    }

    fn reset(&mut self, music: &Path, scratch: &Path) -> Result<()> {
        self.music = music.to_owned();
        self.database = scratch.join("library.db");
        self.peak_kib = None;
        Ok(())
    }

    fn scan(&mut self) -> Result<Duration> {
        let cmd = Cmd::new(&self.program)
            .arg("sync")
            .arg(&self.music)
            .args(["--json", "--db"])
            .arg(&self.database);
        let line = cmd.to_string();
        let start = Instant::now();
        let (output, peak) = memory::capture(cmd)?;
        let time = start.elapsed();
        self.peak_kib = self.peak_kib.max(peak);
        let last = output.lines().last().unwrap_or_default();
        let summary: Value = serde_json::from_str(last)
            .with_context(|| format!("this command did not end in a JSON line:\n  {line}"))?;
        ensure!(
            summary["status"] == "completed",
            "the sync ended in {summary}"
        );
        ensure!(summary["failed"] == 0, "the sync ended in {summary}");
        Ok(time)
    }

    fn peak_kib(&self) -> Option<u64> {
        self.peak_kib
    }

    fn tracks(&mut self) -> Result<u64> {
        Ok(self.query(&["tracks"])?.lines().count() as u64)
    }

    fn tracks_titled(&mut self, text: &str) -> Result<u64> {
        let has_text = |line: &&str| {
            let track: Option<Value> = serde_json::from_str(line).ok();
            track.is_some_and(|it| it["title"].as_str().is_some_and(|it| it.contains(text)))
        };
        Ok(self.query(&["tracks"])?.lines().filter(has_text).count() as u64)
    }
}
