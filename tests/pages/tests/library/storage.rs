//! Storage that the browser does not give.

use std::fs;

use anyhow::Result;
use music_core_page_tests::{Options, Profile};
use serde_json::json;

use crate::trouble::serve;
use crate::visit::Visit;

#[test]
fn a_browser_that_keeps_no_data_is_said_to_keep_none() -> Result<()> {
    let server = serve()?.start()?;
    let profile = Profile::new(Options::default())?;
    let preferences = json!({"profile": {"default_content_setting_values": {"cookies": 2}}});
    fs::create_dir(profile.folder().join("Default"))?;
    fs::write(
        profile.folder().join("Default/Preferences"),
        preferences.to_string(),
    )?;
    let browser = profile.reopen()?;
    let visit = Visit::new(browser.tab()?);
    visit.tab.open(&server.url("/"))?;
    visit.until("!['opening', 'ready'].includes(document.body.dataset.state)")?;
    let state = visit.tab.run("return document.body.dataset.state")?;
    assert!(
        state == "permission-denied" || state == "not-available",
        "{state}"
    );
    let message = visit.tab.text("#message p")?;
    assert!(
        message.contains("keep data") || message.contains("no storage"),
        "{message}"
    );
    Ok(())
}
