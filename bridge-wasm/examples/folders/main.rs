//! A page to which a person gives a folder, for `tests/pages/tests/folders.rs`.

#![cfg(target_arch = "wasm32")]
#![allow(unreachable_pub, missing_docs, reason = "a page of a test calls them")]

use std::fmt::Write;
use std::path::PathBuf;

use bridge_traits::BridgeError;
use bridge_traits::storage::{FileKind, FileSystemAccess};
use bridge_wasm::{DroppedItem, WasmFolders};
use futures::StreamExt;
use wasm_bindgen::prelude::*;
use web_sys::{DataTransfer, FileList};

fn told(error: BridgeError) -> JsError {
    JsError::new(&format!("{:?} {error}", error.kind()))
}

/// Tells what is in the folder that an input holds: see [`described`].
#[wasm_bindgen]
pub async fn picked(files: FileList) -> Result<String, JsError> {
    let (name, files) = WasmFolders::from_input(&files);
    let folders = WasmFolders::new();
    let root = folders.add_files(&name, files).map_err(told)?;
    described(&folders, root).await.map_err(told)
}

/// Tells what is in the folder that was dropped: see [`described`].
#[wasm_bindgen]
pub fn dropped(transfer: DataTransfer) -> js_sys::Promise {
    let items = WasmFolders::dropped(&transfer);
    wasm_bindgen_futures::future_to_promise(async move {
        let text = async {
            let folders = WasmFolders::new();
            let mut text = String::new();
            for item in items.await? {
                let root = match item {
                    DroppedItem::Handle(handle) => folders.add_handle("dropped", handle)?,
                    DroppedItem::Files { name, files } => folders.add_files(&name, files)?,
                    _ => continue,
                };
                text.push_str(&described(&folders, root).await?);
            }
            Ok(text)
        };
        let text = text.await.map_err(|it| JsValue::from(told(it)))?;
        Ok(text.into())
    })
}

/// Lists all files by their paths below a folder: size, and a sum over the bytes, read as a stream and by
/// ranges.
async fn described(folders: &WasmFolders, root: PathBuf) -> bridge_traits::Result<String> {
    let mut lines = Vec::new();
    let mut waiting = vec![root.clone()];
    while let Some(folder) = waiting.pop() {
        for entry in folders.list_dir(&folder, None, 10_000).await?.entries {
            let path = folder.join(&entry.name);
            let metadata = entry.metadata?;
            if metadata.kind == FileKind::Directory {
                waiting.push(path);
                continue;
            }
            let mut streamed = 0_u64;
            let mut content = folders.read_stream(&path, 0).await?;
            while let Some(piece) = content.next().await {
                streamed = sum(streamed, &piece?);
            }
            let mut by_ranges = 0;
            for start in (0..metadata.size).step_by(1000) {
                let range = start..(start + 1000).min(metadata.size);
                by_ranges = sum(by_ranges, &folders.read_range(&path, range).await?);
            }
            let name = path.strip_prefix(&root).unwrap_or(&path);
            let size = metadata.size;
            let mut line = String::new();
            let _ = write!(line, "{} {size} {streamed} {by_ranges}", name.display());
            lines.push(line);
        }
    }
    lines.sort();
    Ok(lines.join("\n"))
}

fn sum(before: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(before, |sum, it| {
        (sum * 31 + u64::from(*it)) % 4_294_967_291
    })
}
