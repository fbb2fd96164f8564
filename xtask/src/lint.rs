//! Format, clippy, docs, layers.

use anyhow::Result;

use crate::command::Cmd;
use crate::wasm::{Toolchain, portable_packages};
use crate::{layers, workspace};

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

/// Lints the portable packages for wasm32, also for calls that compile there and panic. The compiler is
/// installed if it is missing; where that fails it says so and goes on.
fn lint_on_wasm() -> Result<()> {
    let toolchain = match Toolchain::prepare() {
        Ok(toolchain) => toolchain,
        Err(error) => {
            eprintln!("SKIPPED: linting for wasm32: {error:#}");
            return Ok(());
        }
    };
    toolchain
        .cargo("doc")
        .args(["-p", "bridge-wasm", "-p", "music-core-web", "--no-deps"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()?;
    toolchain
        .cargo("clippy")
        .args(portable_packages())
        .env("CLIPPY_CONF_DIR", workspace::root().join("xtask/portable"))
        .args(["--lib", "--", "-D", "warnings"])
        // What is shared natively is the same source, and there it is `Send`.
        .args(["-A", "clippy::arc_with_non_send_sync"])
        .run()
}
