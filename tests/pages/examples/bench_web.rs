//! Syncs a folder of music in a page and prints how long that took: `bench_web <demo> <music> <samples>`.
//! `cargo xtask bench web` runs it.
//!
//! Each sample is a library of its own in a browser of its own. A line is `figure NAME MILLISECONDS`.

use std::env;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use music_core_page_tests::{Browser, Server, http, respond};

const PAUSE: Duration = Duration::from_millis(500);
/// A page that is not done after so long hangs.
const PATIENCE: Duration = Duration::from_mins(20);

const SCRIPT: &str = "
    const { MusicLibrary } = await import('/music-core/index.js');
    // How long the page did nothing else.
    let longest = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }, 1);
    const figures = {};
    const timed = async (name, work) => {
      const start = performance.now();
      const result = await work();
      figures[name] = performance.now() - start;
      return result;
    };
    const input = document.querySelector('input');
    const work = async () => {
      // The browser lists the folder after it was chosen; of a large one for minutes.
      while (input.files.length === 0) await new Promise((done) => setTimeout(done, 20));
      await new Promise((done) => setTimeout(done, 20));
      figures.page_list_chosen_block = longest;
      longest = 0;
      const { files } = input;
      const library = await timed('page_open_new', () => MusicLibrary.open({ name: 'bench' }));
      let folder = await timed('page_add_files', () => library.addFolder(files));
      const full = await timed('page_sync_full', () => library.sync(folder));
      // As after a reload: the person chooses the folder again.
      folder = await library.addFolder(files);
      const unchanged = await timed('page_sync_unchanged', () => library.sync(folder));
      await timed('page_search', () => library.search('a'));
      await library.close();
      const again = await timed('page_open_known', () => MusicLibrary.open({ name: 'bench' }));
      await timed('page_first_albums', () => again.albums({ limit: 60 }));
      await again.close();
      clearInterval(beat);
      figures.page_longest_block = longest;
      return { figures, full, unchanged, files: files.length };
    };
    window.done = null;
    work().then((it) => { window.done = it; }, (error) => { window.done = { error: `${error.code}: ${error.message}` }; });
";

#[allow(clippy::print_stdout, reason = "the lines are the result")]
fn main() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [demo, music, samples] = &*words else {
        bail!("which demo, which music, how many samples?");
    };
    let server = Server::of(Path::new(demo))
        .isolated()
        .route("/bench", |request| {
            let mut page = http::Response::from_string(
                "<!doctype html><title>bench</title><input type=file webkitdirectory multiple>",
            );
            for (name, value) in [
                ("Content-Type", "text/html"),
                ("Cross-Origin-Opener-Policy", "same-origin"),
                ("Cross-Origin-Embedder-Policy", "require-corp"),
            ] {
                page.add_header(http::Header::from_bytes(name, value).expect("a header"));
            }
            respond(request, page);
        })
        .start()?;
    for _ in 0..samples.parse::<u32>().context("how many samples?")? {
        let browser = Browser::start()?;
        let tab = browser.tab()?;
        tab.open(&server.url("/bench"))?;
        tab.choose_files("input", &[Path::new(music)])?;
        tab.run(SCRIPT)?;
        let start = Instant::now();
        let done = loop {
            sleep(PAUSE);
            let done = tab.run("return window.done")?;
            if !done.is_null() {
                break done;
            }
            ensure!(start.elapsed() < PATIENCE, "the page is not done");
        };
        if let Some(error) = done["error"].as_str() {
            bail!("{error}\n{}", tab.console()?.join("\n"));
        }
        // Who skips work is not fast.
        let (full, unchanged) = (&done["full"], &done["unchanged"]);
        ensure!(
            full["added"].as_u64() >= Some(1) && full["failed"] == 0,
            "the first sync ended as {full}"
        );
        ensure!(
            unchanged["unchanged"] == full["added"] && unchanged["updated"] == 0,
            "the second sync ended as {unchanged}"
        );
        for (name, time) in done["figures"].as_object().context("figures")? {
            println!("figure {name} {time}");
        }
    }
    Ok(())
}
