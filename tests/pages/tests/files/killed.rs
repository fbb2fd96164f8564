//! A browser that is killed in the middle of changes.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Result;
use music_core_page_tests::{Options, Profile};
use serde_json::json;

use super::{page, serve};

/// How often the browser is killed; `FILES_KILLS` asks for more.
const KILLS: u32 = 8;

#[test]
fn after_a_kill_the_last_change_is_done_or_not_and_nothing_else_is_left() -> Result<()> {
    let (server, reported) = serve(&page())?;
    let kills = std::env::var("FILES_KILLS").map_or(KILLS, |it| it.parse().expect("a number"));
    let mut profile = Profile::new(Options::default())?;
    let mut interrupted = 0;
    for kill in 0..kills {
        let browser = profile.reopen()?;
        let tab = browser.tab()?;
        tab.open(&server.url("/"))?;
        let name = format!("killed {kill}");
        // One database a kill, so that the changes begin anew.
        reported.store(-1, Ordering::SeqCst);
        tab.run_with(
            "const page = await import('/files.js');
             await page.default();
             window.work = page.change_for_ever(args[0], 0, (it) => fetch(`/report?at=${it}`));
             window.work.catch((it) => console.error(it));",
            &[json!(name)],
        )?;
        // From the second round on there is something to replace; which change it is then, and how
        // far it is, is left to chance.
        let enough = i64::from(7 + kill % 8);
        while reported.load(Ordering::SeqCst) < enough {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_millis(u64::from(kill * 7 % 40)));
        profile = browser.kill()?;
        let done = reported.load(Ordering::SeqCst) + 1;

        let browser = profile.reopen()?;
        let tab = browser.tab()?;
        tab.open(&server.url("/"))?;
        let verdict = tab.run_with(
            "const page = await import('/files.js');
             await page.default();
             return await page.judge(args[0], args[1]);",
            &[json!(name), json!(done)],
        )?;
        let verdict = verdict.as_str().unwrap_or_default();
        assert!(
            verdict == "done" || verdict == "next",
            "kill {kill}, after {done} changes: {verdict}"
        );
        interrupted += u32::from(verdict == "done");
        profile = browser.quit()?;
    }
    eprintln!("{kills} kills, {interrupted} before the change that was under way took hold");
    Ok(())
}
