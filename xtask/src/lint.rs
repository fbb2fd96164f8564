//! Format, clippy, docs, layers.

use anyhow::Result;

use crate::command::Cmd;
use crate::{layers, wasm, workspace};

/// Packages that compile for wasm32, checked there too, also for calls that compile and panic there.
const ON_WASM: &[&str] = &[
    "bridge-traits",
    "bridge-wasm",
    "core-async",
    "core-library",
    "core-metadata",
    "core-providers",
    "core-runtime",
    "core-service",
    "core-sync",
    "music-core-web",
];

pub(crate) fn run() -> Result<()> {
    let cargo = || Cmd::cargo().current_dir(&workspace::root());
    cargo().args(["fmt", "--all", "--", "--check"]).run()?;
    layers::run()?;
    cargo()
        .args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--features",
            "music-core-page-tests/browser,music-core-tests/web-servers",
            "--",
            "-D",
            "warnings",
        ])
        .run()?;
    cargo()
        .args([
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
            // Natively it is empty; its docs are checked where it is something.
            "--exclude",
            "bridge-wasm",
        ])
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()?;
    lint_on_wasm()
}

/// Lints the portable packages for wasm32, if a compiler for it is there: linting installs nothing.
fn lint_on_wasm() -> Result<()> {
    let toolchain = match wasm::find_toolchain() {
        Ok(toolchain) => toolchain,
        Err(error) => {
            eprintln!("not linted for wasm32: {error:#}");
            return Ok(());
        }
    };
    toolchain
        .cargo("doc")
        .args(["-p", "bridge-wasm", "-p", "music-core-web", "--no-deps"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()?;
    let packages = ON_WASM.iter().flat_map(|it| ["-p", it]);
    toolchain
        .cargo("clippy")
        .args(packages)
        .env("CLIPPY_CONF_DIR", workspace::root().join("xtask/portable"))
        .args(["--lib", "--", "-D", "warnings"])
        // What is shared natively is the same source, and there it is `Send`.
        .args(["-A", "clippy::arc_with_non_send_sync"])
        .run()
}
