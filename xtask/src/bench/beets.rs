//! beets: from PyPI, in an environment of its own under the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::scan::Scanner;
use crate::command::Cmd;
use crate::workspace;

pub(super) struct Beets {
    program: PathBuf,
    home: PathBuf,
    music: PathBuf,
    is_imported: bool,
}

fn environment() -> PathBuf {
    workspace::target_dir().join("bench/beets")
}

pub(super) fn find() -> Result<PathBuf> {
    let program = environment().join("bin/beet");
    if !program.exists() {
        bail!(
            "`cargo xtask bench scan` installs it in {}",
            environment().display()
        );
    }
    Ok(program)
}

impl Beets {
    pub(super) fn prepare() -> Result<Self> {
        if find().is_err() {
            eprintln!("installing beets from PyPI in {}", environment().display());
            Cmd::new("python3")
                .args(["-m", "venv"])
                .arg(environment())
                .run()?;
            Cmd::new(environment().join("bin/pip"))
                .args(["install", "--quiet", "--disable-pip-version-check", "beets"])
                .run()?;
        }
        Ok(Self {
            program: find()?,
            home: PathBuf::new(),
            music: PathBuf::new(),
            is_imported: false,
        })
    }

    fn beet(&self, args: &[&str]) -> Cmd {
        Cmd::new(&self.program)
            .args(args)
            .env("BEETSDIR", &self.home)
    }

    fn count(&self, query: &[&str]) -> Result<u64> {
        let listed = self.beet(&["list", "-f", "$id"]).args(query).capture()?;
        Ok(listed.lines().count() as u64)
    }
}

impl Scanner for Beets {
    fn name(&self) -> &'static str {
        "beets"
    }

    fn reset(&mut self, music: &Path, scratch: &Path) -> Result<()> {
        self.home = scratch.to_owned();
        self.music = music.to_owned();
        self.is_imported = false;
        // Only what the others do too: read tags, look nothing up, write nothing.
        let config = format!(
            "directory: {}\nlibrary: {}\nplugins: []\nimport:\n  copy: no\n  write: no\n  autotag: no\n",
            music.display(),
            scratch.join("library.db").display(),
        );
        fs::write(scratch.join("config.yaml"), config)?;
        // The first start makes the database, which is not a part of the scan.
        self.beet(&["stats"]).capture().map(drop)
    }

    fn scan(&mut self) -> Result<Duration> {
        let cmd = if self.is_imported {
            self.beet(&["update"])
        } else {
            self.beet(&["import", "-A", "-q", "--noresume"])
                .arg(&self.music)
        };
        let start = Instant::now();
        cmd.capture()?;
        self.is_imported = true;
        Ok(start.elapsed())
    }

    fn tracks(&mut self) -> Result<u64> {
        self.count(&[])
    }

    fn tracks_titled(&mut self, text: &str) -> Result<u64> {
        self.count(&[&format!("title:{text}")])
    }
}
