//! The package: the compiled module with what makes it usable, as npm publishes it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{PACKAGE, Profile, copy_all, renew, sources};
use crate::command::Cmd;
use crate::wasm::PageTools;
use crate::workspace;

/// The folder of the module in the package, and its files' name.
const MODULE: &str = "wasm";
const NAME: &str = "core";

/// Lays out the package in a folder that is emptied before, and tells whether its module is as small as it can be made.
pub(super) fn lay_out(
    tools: &PageTools,
    wasm: &Path,
    folder: &Path,
    profile: Profile,
) -> Result<bool> {
    renew(folder)?;
    let module = folder.join(MODULE);
    let mut bindgen = Cmd::new(&tools.bindgen)
        .args(["--target", "web", "--no-typescript", "--out-name", NAME])
        .arg("--out-dir")
        .arg(&module);
    if profile == Profile::Web {
        bindgen = bindgen.args(["--remove-name-section", "--remove-producers-section"]);
    }
    bindgen.arg(wasm).run()?;
    let is_optimised = profile == Profile::Web && optimise(&wasm_file(folder));
    copy_all(&sources().join("package"), folder)?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(workspace::root().join(licence), folder.join(licence))
            .with_context(|| format!("can't copy {licence}"))?;
    }
    number(&folder.join("package.json"))?;
    Ok(is_optimised)
}

/// Names the compiled module within a package.
pub(super) fn wasm_file(package: &Path) -> PathBuf {
    package.join(MODULE).join(format!("{NAME}_bg.wasm"))
}

/// Writes the workspace's version and licence into `package.json`, so that they are said once.
fn number(manifest: &Path) -> Result<()> {
    let metadata = workspace::metadata()?;
    let packages = metadata.workspace_packages();
    let package = packages.iter().find(|it| it.name.as_str() == PACKAGE);
    let package = package.with_context(|| format!("there is no package {PACKAGE}"))?;
    let mut text = fs::read_to_string(manifest)?;
    let licence = package.license.clone().unwrap_or_default();
    // As text, since the order of `exports` means something.
    for (name, empty, value) in [
        ("version", "0.0.0", package.version.to_string()),
        ("license", "", licence),
    ] {
        let place = format!("\"{name}\": \"{empty}\"");
        ensure!(
            text.contains(&place),
            "{} lacks {place}",
            manifest.display()
        );
        text = text.replacen(&place, &format!("\"{name}\": \"{value}\""), 1);
    }
    fs::write(manifest, text)?;
    Ok(())
}

/// Makes the module smaller by Binaryen's `wasm-opt` out of the npm registry. Where that can't be had, or
/// takes too long, the module stays as the compiler made it, which is said; it works just as well. Tells whether it was
/// made smaller.
fn optimise(wasm: &Path) -> bool {
    let optimised = wasm.with_extension("opt");
    let outcome = wasm_opt().and_then(|program| {
        Cmd::new("node")
            .arg(program)
            .args(EFFORT)
            .arg(wasm)
            .arg("-o")
            .arg(&optimised)
            .run_within(PATIENCE)?;
        Cmd::new("node")
            .args(["-e", IS_VALID])
            .arg(&optimised)
            .capture()
            .context("wasm-opt has made a module that an engine does not take")?;
        Ok(fs::rename(&optimised, wasm)?)
    });
    if let Err(error) = &outcome {
        // What was cut off is no module.
        let _ = fs::remove_file(&optimised);
        eprintln!("the module is published as the compiler made it, about 1 % larger: {error:#}");
    }
    outcome.is_ok()
}

/// What `wasm-opt` does. The compiler has optimised the module already; more effort costs minutes and the
/// gzipped module is no smaller (`docs/performance.md` has the figures).
///
/// The features are those of the compiler. With all that `wasm-opt` knows it writes forms that no browser
/// reads yet.
const EFFORT: [&str; 9] = [
    "-O1",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];
/// A script that fails if a module is not valid.
const IS_VALID: &str = "const code = require('fs').readFileSync(process.argv[1]); \
     if (!WebAssembly.validate(code)) throw new Error(`${process.argv[1]} is not valid`);";
/// How long that may take; alone on a machine it takes a minute.
const PATIENCE: Duration = Duration::from_secs(300);

/// The version of the npm package `binaryen`, with which the module was tried.
const BINARYEN: &str = "binaryen@132.0.0";

/// Finds `wasm-opt`, or installs it.
fn wasm_opt() -> Result<PathBuf> {
    let folder = workspace::target_dir().join("tools/npm");
    let program = folder.join("node_modules/binaryen/bin/wasm-opt");
    if !program.exists() {
        fs::create_dir_all(&folder)?;
        Cmd::new("npm")
            .args([
                "install",
                "--no-save",
                "--no-audit",
                "--no-fund",
                "--prefix",
            ])
            .arg(&folder)
            .arg(BINARYEN)
            .run()?;
    }
    Ok(program)
}
