//! Folders of music that a person gives to a page: chosen in its input, and dropped on it.

#![allow(missing_docs, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use music_core_page_tests::{Browser, Page, Server, Tab};
use serde_json::{Value, json};

/// The sample library that comes with the repository.
fn music() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core-service/examples/sample-library")
}

/// What the page is to say of a folder.
fn expected(folder: &Path) -> Result<String> {
    let mut lines = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let bytes = fs::read(&path)?;
            let sum = bytes
                .iter()
                .fold(0, |sum, it| (sum * 31 + u64::from(*it)) % 4_294_967_291);
            let name = path.strip_prefix(folder)?.display();
            lines.push(format!("{name} {} {sum} {sum}", bytes.len()));
        }
    }
    ensure!(lines.len() > 5, "there is no music in {}", folder.display());
    lines.sort();
    Ok(lines.join("\n"))
}

fn opened(browser: &Browser, server: &Server) -> Result<Tab> {
    let tab = browser.tab()?;
    tab.open(&server.url("/"))?;
    tab.run("while (!window.ready) await new Promise((it) => setTimeout(it, 20))")?;
    Ok(tab)
}

/// Waits for what the page says of the folder that it was given.
fn said(tab: &Tab) -> Result<String> {
    let came: Value = tab.run(
        "while (!window.came) await new Promise((it) => setTimeout(it, 20)); return await window.came",
    )?;
    let text = came["ok"].as_str().with_context(|| came.to_string())?;
    Ok(text.to_owned())
}

#[test]
fn a_folder_of_music_that_is_chosen_is_read_as_it_lies_on_the_disk() -> Result<()> {
    let server = Server::of(&Page::example("bridge-wasm", "folders").build()?).start()?;
    let browser = Browser::start()?;
    let tab = opened(&browser, &server)?;
    tab.choose_files("#folder", &[&music()])?;
    assert_eq!(said(&tab)?, expected(&music())?);
    Ok(())
}

#[test]
fn a_folder_of_music_that_is_dropped_is_read_as_it_lies_on_the_disk() -> Result<()> {
    let server = Server::of(&Page::example("bridge-wasm", "folders").build()?).start()?;
    let browser = Browser::start()?;
    let tab = opened(&browser, &server)?;
    let folder = music().canonicalize()?;
    let place = tab.run(
        "const { left, top } = document.querySelector('#target').getBoundingClientRect();
         return [left + 50, top + 50]",
    )?;
    for step in ["dragEnter", "dragOver", "drop"] {
        let data = json!({"items": [], "files": [folder], "dragOperationsMask": 1});
        let event = json!({"type": step, "x": place[0], "y": place[1], "data": data});
        tab.devtools("Input.dispatchDragEvent", &event)?;
    }
    assert_eq!(said(&tab)?, expected(&music())?);
    Ok(())
}
