//! How much a page loads.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::package::wasm_file;
use crate::command::Cmd;
use crate::wasm::{PageTools, TARGET};
use crate::workspace;

/// What the module may weigh at most, gzipped, in bytes.
const LIMIT: u64 = 2_500_000;
/// A package and an example of it that does nothing but await something.
const MINIMAL: (&str, &str) = ("core-async-benches", "size_ours");

/// Measures the module, and beside it one that uses core-async alone.
pub(super) fn report(package: &Path) -> Result<Vec<String>> {
    let (bytes, gzipped) = measure(&wasm_file(package))?;
    let verdict = if gzipped <= LIMIT { "within" } else { "OVER" };
    let mut lines = vec![format!(
        "size module {bytes} bytes, gzipped {gzipped}, {verdict} the limit of {LIMIT}"
    )];
    let (bytes, gzipped) = measure(&minimal(&PageTools::prepare()?)?)?;
    lines.push(format!(
        "size minimal module of core-async {bytes} bytes, gzipped {gzipped}"
    ));
    Ok(lines)
}

fn minimal(tools: &PageTools) -> Result<PathBuf> {
    let (package, example) = MINIMAL;
    tools
        .toolchain
        .cargo("build")
        .args([
            "-p",
            package,
            "--example",
            example,
            "--profile",
            "web",
            "--quiet",
        ])
        .run()?;
    let out = workspace::target_dir().join("web/minimal");
    let compiled = workspace::target_dir()
        .join("wasm")
        .join(TARGET)
        .join("web/examples")
        .join(format!("{example}.wasm"));
    Cmd::new(&tools.bindgen)
        .args(["--target", "web", "--no-typescript"])
        .args(["--remove-name-section", "--remove-producers-section"])
        .arg("--out-dir")
        .arg(&out)
        .arg(compiled)
        .capture()?;
    Ok(out.join(format!("{example}_bg.wasm")))
}

/// Gives a file's size and what a server sends of it.
fn measure(file: &Path) -> Result<(u64, u64)> {
    let bytes = fs::read(file).with_context(|| format!("can't read {}", file.display()))?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&bytes)?;
    let gzipped = gzip.finish()?;
    Ok((bytes.len() as u64, gzipped.len() as u64))
}
