//! A browser, and the driver that remote-controls it.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::debian;
use crate::workspace;

/// A WebDriver program, and the variable by which the test runner is told of it.
pub(super) struct Driver {
    pub(super) variable: &'static str,
    pub(super) path: PathBuf,
}

const BROWSERS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];

const BY_HAND: &str = "apt-get install --no-install-recommends chromium chromium-driver";

pub(super) fn prepare() -> Result<Driver> {
    if find_browser().is_err() || find_driver().is_err() {
        if !debian::is_debian() {
            bail!("there is no Chromium or Chrome with its driver; on Debian run: {BY_HAND}");
        }
        debian::install(&["chromium", "chromium-driver"])?;
    }
    find_browser()?;
    find_driver()
}

pub(super) fn find_browser() -> Result<PathBuf> {
    workspace::find_program(BROWSERS).with_context(|| {
        format!(
            "none of {} is there; on Debian run: {BY_HAND}",
            BROWSERS.join(", ")
        )
    })
}

pub(super) fn find_driver() -> Result<Driver> {
    const VARIABLE: &str = "CHROMEDRIVER";
    let path = match env::var_os(VARIABLE) {
        Some(path) => Some(PathBuf::from(path)),
        None => workspace::find_program(&["chromedriver"]),
    };
    let path =
        path.with_context(|| format!("chromedriver is not there; on Debian run: {BY_HAND}"))?;
    Ok(Driver {
        variable: VARIABLE,
        path,
    })
}
