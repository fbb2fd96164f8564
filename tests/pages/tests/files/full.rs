//! Storage that is full.

use anyhow::{Result, ensure};
use music_core_page_tests::Browser;
use serde_json::json;

use super::{number, open, page, serve, usage};

const MIB: u64 = 1024 * 1024;

#[test]
fn full_storage_is_a_typed_error_that_costs_nothing_and_passes() -> Result<()> {
    let (server, _) = serve(&page())?;
    let browser = Browser::start()?;
    let tab = browser.tab()?;
    open(&tab, &server, "full")?;
    tab.run("await files.write('/precious', 3_000_000, 1)")?;
    let before = usage(&tab)?;

    let origin = server.url("/").trim_end_matches('/').to_owned();
    let quota = json!({"origin": origin, "quotaSize": 20 * MIB});
    tab.devtools("Storage.overrideQuotaForOrigin", &quota)?;
    // The browser looks at its quota again only after half a minute.
    for round in 0.. {
        ensure!(round < 60, "the quota does not bite");
        let folder = json!(format!("/fill{round}"));
        let written = number(&tab.run_with(
            "return await files.fill(args[0], 30)",
            std::slice::from_ref(&folder),
        )?);
        // Room can be made while there is none.
        tab.run_with(
            "await files.remove_folder(args[0]).catch((it) => {
               if (!it.message.startsWith('NotFound')) throw it;
             })",
            &[folder],
        )?;
        assert_eq!(usage(&tab)?, before);
        if written < 30 {
            break;
        }
        tab.run("await new Promise((done) => setTimeout(done, 1000))")?;
    }

    for size in [40 * MIB, 60 * MIB] {
        let failed = tab.run_with(
            "return await files.write('/precious', args[0], 2).then(() => 'written', (it) => it.message)",
            &[json!(size)],
        )?;
        let failed = failed.as_str().unwrap_or_default();
        assert!(
            failed.starts_with("QuotaExceeded /precious"),
            "{size}: {failed}"
        );
        let old = tab.run("return await files.is('/precious', 3_000_000, 1)")?;
        assert_eq!(old, true, "the old content stays");
        assert_eq!(
            usage(&tab)?,
            before,
            "what was written in vain is collected"
        );
    }

    tab.devtools("Storage.overrideQuotaForOrigin", &json!({"origin": origin}))?;
    for round in 0.. {
        ensure!(round < 60, "the quota does not go away");
        let came = tab.run_with(
            "return await files.write('/precious', args[0], 2).then(() => 'written', (it) => it.message)",
            &[json!(40 * MIB)],
        )?;
        if came == "written" {
            break;
        }
        tab.run("await new Promise((done) => setTimeout(done, 1000))")?;
    }
    let new = tab.run_with(
        "return await files.is('/precious', args[0], 2)",
        &[json!(40 * MIB)],
    )?;
    assert_eq!(new, true);
    Ok(())
}
