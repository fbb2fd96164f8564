//! The demo page: its files, the package beside them, and the list of all that works offline.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::Hasher;
use std::path::Path;

use anyhow::Result;
use serde_json::json;

use super::{Folders, copy_all, renew, sources};

/// Where the page finds the package.
const PACKAGE: &str = "music-core";

pub(super) fn lay_out(folders: &Folders) -> Result<()> {
    renew(&folders.demo)?;
    copy_all(&sources().join("demo"), &folders.demo)?;
    copy_all(&folders.package, &folders.demo.join(PACKAGE))?;
    let mut files = Vec::new();
    list(&folders.demo, "", &mut files)?;
    files.retain(|it| is_loaded(it));
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in &files {
        hasher.write(file.as_bytes());
        hasher.write(&fs::read(folders.demo.join(file))?);
    }
    // The service worker keeps one version whole and takes the next when this file changes.
    let version = format!("{:016x}", hasher.finish());
    let list = json!({ "version": version, "files": files });
    fs::write(
        folders.demo.join("offline-files.js"),
        format!("self.OFFLINE = {list:#};\n"),
    )?;
    Ok(())
}

/// Tells whether the page loads a file, and not only its developer.
fn is_loaded(file: &str) -> bool {
    let is_of_page = [
        ".html",
        ".js",
        ".css",
        ".svg",
        ".wasm",
        ".webmanifest",
        ".png",
    ]
    .iter()
    .any(|it| file.ends_with(it));
    is_of_page && file != "service-worker.js"
}

fn list(folder: &Path, above: &str, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{above}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push(name);
        }
    }
    Ok(())
}
