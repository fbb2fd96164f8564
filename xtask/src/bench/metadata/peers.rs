//! Other readers of tags: TagLib and mutagen, from PyPI, in an environment of their own under the target
//! folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::command::Cmd;
use crate::workspace;

/// The packages, in the versions that were measured.
const PACKAGES: [&str; 2] = ["pytaglib==3.2.0", "mutagen==1.48.1"];

const SCRIPT: &str = include_str!("readers.py");

/// What one reader made of a list of files.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Pass {
    pub(super) files: u64,
    pub(super) opened: u64,
    pub(super) seconds: f64,
}

impl Pass {
    pub(super) fn parse(line: &str) -> Result<Self> {
        serde_json::from_str(line.trim()).with_context(|| format!("this is no pass: {line}"))
    }
}

/// The readers in Python.
pub(super) struct Peers {
    python: PathBuf,
    script: PathBuf,
}

impl Peers {
    /// Their names, as the script knows them.
    pub(super) const NAMES: [&str; 2] = ["taglib", "mutagen"];

    /// Installs them where they are missing.
    pub(super) fn prepare() -> Result<Self> {
        let environment = workspace::target_dir().join("bench/tag-readers");
        let python = environment.join("bin/python");
        // The script is written last, so without it the environment is half made.
        let script = environment.join("readers.py");
        if !script.exists() {
            eprintln!("installing readers from PyPI in {}", environment.display());
            Cmd::new("python3")
                .args(["-m", "venv"])
                .arg(&environment)
                .run()?;
            Cmd::new(environment.join("bin/pip"))
                .args(["install", "--quiet", "--disable-pip-version-check"])
                .args(PACKAGES)
                .run()?;
        }
        fs::write(&script, SCRIPT)?;
        Ok(Self { python, script })
    }

    /// Lets one of them read the files that a list names.
    pub(super) fn read(&self, name: &str, list: &Path) -> Result<Pass> {
        let cmd = Cmd::new(&self.python).arg(&self.script).arg(name).arg(list);
        Pass::parse(&cmd.capture()?)
    }
}
