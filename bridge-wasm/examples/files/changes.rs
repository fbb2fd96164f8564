//! Changes that a kill may interrupt anywhere.

#![allow(unreachable_pub, reason = "the page calls them")]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use bridge_traits::storage::{FileKind, FileSystemAccess};
use bridge_traits::testing::MemoryFileSystem;
use bridge_traits::{ErrorKind, Result};
use bridge_wasm::WasmFileSystem;
use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{pattern, told};

const MIB: usize = 1024 * 1024;

/// The change with the number `at`. Each is all or nothing.
async fn change(files: &impl FileSystemAccess, at: u32) -> Result<()> {
    let big = Path::new("/big");
    let (here, there) = (Path::new("/folder"), Path::new("/moved"));
    match at % 8 {
        // Several transactions, over what was there.
        0 => files.write(big, pattern(12 * MIB, at).into()).await,
        1 => files.create_dir_all(&here.join("a/b")).await,
        2 => {
            let content = pattern(700_000, at);
            files.write(&here.join("a/b/song"), content.into()).await
        }
        3 => {
            files
                .append(&here.join("a/log"), pattern(9_000, at).into())
                .await
        }
        4 => files.rename(here, there).await,
        5 => files.copy(big, Path::new("/copy")).await.map(drop),
        6 => files.remove_dir_all(there).await,
        _ => files.write(big, pattern(1_000, at).into()).await,
    }
}

/// Makes changes for ever. After each it awaits `report(number)`.
#[wasm_bindgen]
pub async fn change_for_ever(name: String, from: u32, report: Function) -> Result<(), JsError> {
    let files = WasmFileSystem::open(&name).await.map_err(told)?;
    for at in from.. {
        change(&files, at).await.map_err(told)?;
        let reported = report.call1(&JsValue::UNDEFINED, &at.into());
        if let Ok(promise) = reported {
            // A report that does not arrive is one that was not made.
            let _ = JsFuture::from(js_sys::Promise::resolve(&promise)).await;
        }
    }
    Ok(())
}

/// Tells whether the tree is as after `done` changes (`done`), or after one more (`next`), or what it
/// is else; and whether anything is stored that the tree does not need.
#[wasm_bindgen]
pub async fn judge(name: String, done: u32) -> Result<String, JsError> {
    let files = WasmFileSystem::open(&name).await.map_err(told)?;
    files.collect_garbage().await.map_err(told)?;
    let (found, chunks, entries) = tree(&files).await.map_err(told)?;
    let usage = files.usage().await.map_err(told)?;
    let stored = (usage.entries, usage.chunks, usage.garbage);
    if stored != (entries, chunks, 0) {
        return Ok(format!(
            "{usage:?} for {entries} entries, {chunks} chunks:\n{found}"
        ));
    }
    let model = MemoryFileSystem::new();
    // Each round of eight replaces all that the one before it left.
    for at in (done / 8).saturating_sub(1) * 8..done {
        change(&model, at).await.map_err(told)?;
    }
    let expected = tree(&model).await.map_err(told)?.0;
    if found == expected {
        return Ok("done".to_owned());
    }
    change(&model, done).await.map_err(told)?;
    let or = tree(&model).await.map_err(told)?.0;
    match found == or {
        true => Ok("next".to_owned()),
        false => Ok(format!("found:\n{found}\nexpected:\n{expected}\nor:\n{or}")),
    }
}

/// Writes a tree down, and counts its chunks and entries.
async fn tree(files: &impl FileSystemAccess) -> Result<(String, u64, u64)> {
    let (mut text, mut chunks, mut entries) = (String::new(), 0, 0);
    let mut folders = vec![PathBuf::from("/")];
    while let Some(folder) = folders.pop() {
        let mut page = files.list_dir(&folder, None, 10_000).await?.entries;
        page.sort_by(|a, b| a.name.cmp(&b.name));
        for entry in page {
            entries += 1;
            let path = folder.join(&entry.name);
            if entry.metadata?.kind == FileKind::Directory {
                let _ = writeln!(text, "{}/", path.display());
                folders.push(path);
                continue;
            }
            let content = files.read(&path).await?;
            chunks += (content.len() as u64).div_ceil(256 * 1024);
            let (words, rest) = content.as_chunks::<8>();
            let hash = words.iter().fold(rest.len() as u64, |hash, word| {
                let mixed = hash ^ u64::from_le_bytes(*word);
                mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(5)
            });
            let hash = rest
                .iter()
                .fold(hash, |hash, it| hash << 8 ^ u64::from(*it));
            let _ = writeln!(text, "{} {} {hash:x}", path.display(), content.len());
        }
    }
    Ok((text, chunks, entries))
}

/// Whether a failure is the one that says that storage is full.
pub(super) fn is_full(error: &bridge_traits::BridgeError) -> bool {
    *error.kind() == ErrorKind::QuotaExceeded
}
