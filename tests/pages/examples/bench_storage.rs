//! Runs the page of `cargo xtask bench storage` and prints its lines, to both outputs: `bench_storage <folder> <options>`,
//! the options being JSON for the page.

use std::env;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use music_core_page_tests::{Browser, Server};

/// The page is asked so often, which costs it next to nothing.
const PAUSE: Duration = Duration::from_secs(2);
/// A page that says nothing for so long hangs.
const PATIENCE: Duration = Duration::from_mins(20);

#[allow(clippy::print_stdout, reason = "the lines are the result")]
fn main() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [folder, options] = &*words else {
        bail!("which folder, and which options?");
    };
    let options = serde_json::from_str(options).context("the options are no JSON")?;
    // Isolated pages have the finer clock.
    let server = Server::of(&PathBuf::from(folder)).isolated().start()?;
    let browser = Browser::start()?;
    let tab = browser.tab()?;
    tab.open(&server.url("/"))?;
    tab.run_with("start(args[0])", &[options])?;
    let (mut printed, mut last) = (0, Instant::now());
    loop {
        sleep(PAUSE);
        let state = tab.run(&format!("return [lines.slice({printed}), end ?? null]"))?;
        for line in state[0].as_array().into_iter().flatten() {
            let line = line.as_str().unwrap_or_default();
            println!("{line}");
            eprintln!("{line}");
            (printed, last) = (printed + 1, Instant::now());
        }
        match state[1].as_str() {
            Some("ok") => return Ok(()),
            Some(other) => bail!("{other}\n{}", tab.console()?.join("\n")),
            None if last.elapsed() > PATIENCE => bail!("the page says nothing any more"),
            None => {}
        }
    }
}
