//! `bench async`: core-async against its peers.
//!
//! In a browser ours and the peers run in the same page and take turns; natively instructions are
//! counted. What is measured lies in `core-async/benches`.

mod browser;
mod native;
mod sizes;

use anyhow::Result;
use clap::Args;

use super::row::print_results;
pub(super) use native::find_valgrind;

const PACKAGE: &str = "core-async-benches";

#[derive(Args)]
pub(crate) struct Options {
    /// Measures in the browser alone
    #[arg(long, conflicts_with = "native")]
    browser: bool,
    /// Counts natively alone
    #[arg(long)]
    native: bool,
    /// Measures only figures of the browser whose name has this in it
    #[arg(long, conflicts_with = "native")]
    only: Option<String>,
    /// Writes one JSON line per figure and peer
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let mut rows = Vec::new();
    let only = options.only.as_deref();
    if !options.browser && only.is_none() {
        rows.extend(native::measure()?);
    }
    if !options.native {
        rows.extend(browser::measure(only)?);
    }
    print_results(&rows, options.json);
    Ok(())
}
