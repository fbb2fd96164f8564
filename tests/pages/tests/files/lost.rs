//! What the browser keeps is damaged behind its back.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use music_core_page_tests::{Browser, Profile};

use super::{open, page, serve};

/// Finds the files below the browser's folder for IndexedDB whose path has this in it.
fn kept(profile: &Profile, what: &str) -> Result<Vec<PathBuf>> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            match path.is_dir() {
                true => walk(&path, found)?,
                false => found.push(path),
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    let folder = profile.folder().join("Default/IndexedDB");
    walk(&folder, &mut found).with_context(|| format!("{}", folder.display()))?;
    found.retain(|it| it.to_string_lossy().contains(what));
    ensure!(!found.is_empty(), "the browser keeps no {what}");
    Ok(found)
}

#[test]
fn content_that_the_browser_lost_is_corrupt_by_name_and_the_rest_is_there() -> Result<()> {
    let (server, _) = serve(&page())?;
    let browser = Browser::start()?;
    let tab = browser.tab()?;
    open(&tab, &server, "lost")?;
    tab.run("await files.write('/song', 3_000_000, 1); await files.write('/small', 10, 1)")?;
    let profile = browser.quit()?;
    // Large values lie beside the database, a file each.
    for file in kept(&profile, ".indexeddb.blob")? {
        fs::remove_file(file)?;
    }
    let browser = profile.reopen()?;
    let tab = browser.tab()?;
    open(&tab, &server, "lost")?;
    let failed =
        tab.run("return await files.read('/song').then(() => 'read', (it) => it.message)")?;
    let failed = failed.as_str().unwrap_or_default();
    assert!(failed.starts_with("Corrupt /song"), "{failed}");
    assert_eq!(tab.run("return await files.is('/small', 10, 1)")?, true);
    // It can be written anew.
    tab.run("await files.write('/song', 3_000_000, 2)")?;
    assert_eq!(
        tab.run("return await files.is('/song', 3_000_000, 2)")?,
        true
    );
    Ok(())
}

/// A damaged database is thrown away by the browser itself: what is to be had is its word for it, and a file
/// system that works.
#[test]
fn a_file_system_whose_database_is_destroyed_says_so_and_can_be_used_anew() -> Result<()> {
    let (server, _) = serve(&page())?;
    let browser = Browser::start()?;
    let tab = browser.tab()?;
    open(&tab, &server, "destroyed")?;
    tab.run("await files.write('/song', 3_000, 1)")?;
    assert!(tab.run("return page.data_loss() ?? null")?.is_null());
    let profile = browser.quit()?;
    for file in kept(&profile, ".indexeddb.leveldb")? {
        fs::write(file, b"no database any more")?;
    }
    let browser = profile.reopen()?;
    let tab = browser.tab()?;
    // The first attempt may be told that the store can't be opened.
    let opened = open(&tab, &server, "destroyed").or_else(|first| {
        eprintln!("{first}");
        open(&tab, &server, "destroyed")
    });
    opened?;
    let told = tab.run("return page.data_loss() ?? null")?;
    let told = told.as_str().context("the loss is told")?;
    assert!(told.starts_with("destroyed: "), "{told}");
    assert!(tab.run("return page.data_loss() ?? null")?.is_null());
    let old = tab.run("return await files.read('/song').then(() => 'read', (it) => it.message)")?;
    let old = old.as_str().unwrap_or_default();
    assert!(old.starts_with("NotFound /song"), "{old}");
    tab.run("await files.write('/song', 3_000, 2)")?;
    assert_eq!(tab.run("return await files.is('/song', 3_000, 2)")?, true);
    Ok(())
}
