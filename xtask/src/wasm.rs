//! What the browser half needs: a compiler with the wasm32 target, a browser with its driver, and
//! the test runner of the locked wasm-bindgen.
//!
//! Each is looked for first, then installed; what is built is kept under the target folder. Where
//! neither works, the error has the command to run by hand.

mod browser;
mod debian;
mod http_server;
mod runner;
mod toolchain;

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;

use crate::command::Cmd;

pub(crate) use debian::install as install_debian_packages;
pub(crate) use toolchain::Toolchain;

/// The target's name.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The packages that compile for the target.
const PORTABLE: &[&str] = &[
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

/// Chooses all portable packages. Whoever wants something of one of them chooses it by its name: with
/// fewer packages there may be fewer features, and what is shared is compiled again.
pub(crate) fn portable_packages() -> impl Iterator<Item = &'static str> {
    PORTABLE.iter().flat_map(|package| ["-p", package])
}

/// Where the runner starts tests that don't choose it themselves.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Window,
    Worker,
}

impl Place {
    /// The variable that tells the runner.
    pub(crate) fn variable(self) -> &'static str {
        match self {
            Self::Window => "WASM_BINDGEN_USE_BROWSER",
            Self::Worker => "WASM_BINDGEN_USE_DEDICATED_WORKER",
        }
    }

    /// A test that passes there alone.
    pub(crate) fn test(self) -> &'static str {
        match self {
            Self::Window => "this_is_a_window",
            Self::Worker => "this_is_a_dedicated_worker",
        }
    }
}

/// Everything that browser tests need, found or installed.
pub(crate) struct BrowserTests {
    toolchain: Toolchain,
    driver: browser::Driver,
    runner: PathBuf,
    http_server: http_server::HttpServer,
}

impl BrowserTests {
    /// Finds or installs everything.
    pub(crate) fn prepare() -> Result<Self> {
        let toolchain = Toolchain::prepare()?;
        let driver = browser::prepare()?;
        let runner = runner::prepare(runner::RUNNER)?;
        let http_server = http_server::HttpServer::start()?;
        Ok(Self {
            toolchain,
            driver,
            runner,
            http_server,
        })
    }

    /// Makes a `cargo test` of the portable packages whose tests run in the browser.
    pub(crate) fn cargo_test(&self) -> Cmd {
        let runner: OsString = self.runner.clone().into();
        self.toolchain
            .cargo("test")
            .args(portable_packages())
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
            // For a whole binary. The runner's own 20 seconds are too few on a busy machine.
            .env("WASM_BINDGEN_TEST_TIMEOUT", "600")
            .env(self.driver.variable, &self.driver.path)
            .env("MUSIC_CORE_HTTP_SERVER", self.http_server.port())
    }

    /// Tells tests that drive pages from outside where browser and driver are.
    pub(crate) fn page_vars(&self) -> Result<Vec<(&'static str, PathBuf)>> {
        Ok(vec![
            ("CHROME", browser::find_browser()?),
            (self.driver.variable, self.driver.path.clone()),
        ])
    }
}

/// What makes a page of wasm, found or installed.
pub(crate) struct PageTools {
    pub(crate) toolchain: Toolchain,
    /// The program that makes a module of wasm.
    pub(crate) bindgen: PathBuf,
}

impl PageTools {
    /// Finds or installs everything.
    pub(crate) fn prepare() -> Result<Self> {
        Ok(Self {
            toolchain: Toolchain::prepare()?,
            bindgen: runner::prepare(runner::BINDGEN)?,
        })
    }
}

/// Tells what is there, in lines for people.
pub(crate) fn report() -> Vec<(&'static str, Result<String>)> {
    vec![
        (
            "wasm32 target",
            toolchain::find_rust().map(|it| it.describe()),
        ),
        ("clang and llvm-ar", toolchain::find_c()),
        (
            "browser",
            browser::find_browser().map(|it| it.display().to_string()),
        ),
        (
            "browser driver",
            browser::find_driver().map(|it| it.path.display().to_string()),
        ),
        (
            "wasm-bindgen test runner",
            runner::find(runner::RUNNER).map(|it| it.display().to_string()),
        ),
    ]
}
