//! The programs of wasm-bindgen: one runs wasm tests in a browser, one makes a module of wasm for a
//! page. They have to be of the very version that the lock file names.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::command::Cmd;
use crate::workspace;

/// Runs tests.
pub(super) const RUNNER: &str = "wasm-bindgen-test-runner";
/// Makes modules.
pub(super) const BINDGEN: &str = "wasm-bindgen";

/// Finds one of the programs, or builds them all.
pub(super) fn prepare(program: &str) -> Result<PathBuf> {
    if let Ok(found) = find(program) {
        return Ok(found);
    }
    let version = locked_version()?;
    eprintln!("building {program} {version}, once, which takes some minutes");
    // Not `--locked`: the lock file in that package may name versions that a mirror lacks. Without its
    // features, which encrypt connections: the driver is on this machine.
    Cmd::cargo()
        .args(["install", "--quiet", "wasm-bindgen-cli"])
        .args(["--version", &version, "--no-default-features"])
        .args(["--bin", RUNNER, "--bin", BINDGEN])
        // Half the time of the full optimisation, which pays off for much more than these tests.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .arg("--root")
        .arg(tools())
        .env(
            "CARGO_TARGET_DIR",
            workspace::target_dir().join("tools/build"),
        )
        .run()?;
    find(program)
}

/// Finds a program of the locked version.
pub(super) fn find(program: &str) -> Result<PathBuf> {
    let version = locked_version()?;
    let own = tools().join("bin").join(program);
    let candidates = [Some(own), workspace::find_program(&[program])];
    let fits = |path: &PathBuf| {
        let shown = Cmd::new(path).arg("--version").capture();
        shown.is_ok_and(|it| it.split_whitespace().any(|word| word == version))
    };
    candidates.into_iter().flatten().find(fits).with_context(|| {
        format!("{program} {version} is not there; get it with: cargo install wasm-bindgen-cli --version {version}")
    })
}

fn tools() -> PathBuf {
    workspace::target_dir().join("tools")
}

fn locked_version() -> Result<String> {
    let path = workspace::root().join("Cargo.lock");
    let lock =
        fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))?;
    match version_in(&lock, "wasm-bindgen") {
        Some(version) => Ok(version),
        None => bail!("{} does not name wasm-bindgen", path.display()),
    }
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|it| *it != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    Some(version.trim_end_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.3\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.3"));
        assert_eq!(version_in(lock, "js-sys"), None);
    }
}
