//! How much a page loads.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
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

/// What the package and a module that uses core-async alone weigh: bytes, and bytes gzipped.
pub(super) struct Sizes {
    module: (u64, u64),
    minimal: (u64, u64),
}

impl Sizes {
    pub(super) fn measure(package: &Path) -> Result<Self> {
        Ok(Self {
            module: measure(&wasm_file(package))?,
            minimal: measure(&minimal(&PageTools::prepare()?)?)?,
        })
    }

    pub(super) fn lines(&self) -> [String; 2] {
        let ((bytes, gzipped), (least, least_gzipped)) = (self.module, self.minimal);
        [
            format!("size module {bytes} bytes, gzipped {gzipped} of at most {LIMIT}"),
            format!("size minimal module of core-async {least} bytes, gzipped {least_gzipped}"),
        ]
    }

    /// Fails if pages would have to load more than is promised. What `wasm-opt` did not make smaller is not what is
    /// promised: of that it only tells.
    pub(super) fn check(&self, is_optimised: bool) -> Result<()> {
        let (_, gzipped) = self.module;
        if !is_optimised && gzipped > LIMIT {
            eprintln!(
                "the module is over the limit, as long as `wasm-opt` has not made it smaller"
            );
            return Ok(());
        }
        ensure!(
            gzipped <= LIMIT,
            "the module is {} bytes too large: {gzipped} gzipped, and the limit is {LIMIT}; \
             docs/performance.md says what takes its bytes",
            gzipped - LIMIT
        );
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_over_the_limit_is_refused_by_its_excess() {
        let sizes = |gzipped| Sizes {
            module: (7_000_000, gzipped),
            minimal: (58_000, 23_000),
        };
        sizes(LIMIT).check(true).unwrap();
        let refused = sizes(LIMIT + 7).check(true).unwrap_err().to_string();
        sizes(LIMIT + 7).check(false).unwrap();
        assert!(refused.contains(" 7 bytes too large"), "{refused}");
    }
}
