//! All tests: the native half, then the browser half.

use std::env;

use anyhow::Result;
use clap::Args;

use crate::command::Cmd;
use crate::wasm::BrowserTests;
use crate::{web_servers, workspace};

#[derive(Args)]
pub(crate) struct Options {
    /// Runs the native half alone
    #[arg(long, conflicts_with = "browser_only")]
    native_only: bool,
    /// Runs the browser half alone
    #[arg(long)]
    browser_only: bool,
}

/// The package of tests that drive whole pages.
const PAGE_TESTS: &str = "music-core-page-tests";

/// Packages with tests that run in a browser, and what their `cargo test` is given.
const IN_BROWSER: &[(&str, &[&str])] = &[
    ("bridge-traits", &[]),
    ("core-async", &[]),
    ("core-async", &["--features", "jspi", "--test", "jspi"]),
    ("bridge-wasm", &[]),
    ("core-runtime", &[]),
    ("core-metadata", &["--test", "it"]),
    ("core-library", &["--test", "music"]),
    ("core-providers", &["--test", "webdav"]),
    ("core-service", &["--test", "window", "--test", "worker"]),
    ("core-sync", &["--test", "feed"]),
];

pub(crate) fn run(options: &Options) -> Result<()> {
    if !options.browser_only {
        Cmd::cargo()
            .args(["test", "--workspace"])
            .current_dir(&workspace::root())
            .run()?;
        run_with_web_servers()?;
    }
    if !options.native_only {
        run_in_browser()?;
    }
    Ok(())
}

/// Runs the tests against real servers, or says why it does not.
fn run_with_web_servers() -> Result<()> {
    let programs = match web_servers::prepare() {
        Ok(programs) => programs,
        Err(error) => {
            eprintln!("SKIPPED: the tests against real WebDAV servers: {error:#}");
            return Ok(());
        }
    };
    Cmd::cargo()
        .args([
            "test",
            "-p",
            "music-core-tests",
            "--features",
            "web-servers",
        ])
        .args(["--test", "webdav_servers", "--test", "fire"])
        .current_dir(&workspace::root())
        .env(web_servers::PROGRAMS, programs)
        .run()
}

fn run_in_browser() -> Result<()> {
    let tests = BrowserTests::prepare()?;
    for (package, args) in IN_BROWSER {
        tests.cargo_test().args(["-p", package]).args(*args).run()?;
    }
    // These run natively and drive a browser.
    Cmd::cargo()
        .args(["test", "-p", PAGE_TESTS, "--features", "browser"])
        .current_dir(&workspace::root())
        .envs(tests.page_vars()?)
        .env("XTASK", env::current_exe()?)
        .run()
}
