//! A page that works on files in IndexedDB while a test kills, fills, freezes or doubles it.

#![cfg(target_arch = "wasm32")]

mod changes;
mod many;
mod streams;

use std::path::Path;

use bridge_traits::BridgeError;
use bridge_traits::storage::FileSystemAccess;
use bridge_wasm::WasmFileSystem;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

/// An open file system.
#[wasm_bindgen]
pub struct Files(WasmFileSystem);

/// Opens the file system `name`.
#[wasm_bindgen]
pub async fn open(name: String) -> Result<Files, JsError> {
    Ok(Files(WasmFileSystem::open(&name).await.map_err(told)?))
}

#[wasm_bindgen]
impl Files {
    /// Replaces a file by `size` bytes of a pattern.
    pub async fn write(&self, path: String, size: u32, seed: u32) -> Result<(), JsError> {
        let content = pattern(size as usize, seed);
        let files = self.0.clone();
        let written = files.write(Path::new(&path), content.into()).await;
        written.map_err(told)
    }

    /// Tells whether a file is `size` bytes of the pattern.
    pub async fn is(&self, path: String, size: u32, seed: u32) -> Result<bool, JsError> {
        let content = self.0.read(Path::new(&path)).await.map_err(told)?;
        Ok(content == pattern(size as usize, seed))
    }

    /// Gives a file's bytes.
    pub async fn read(&self, path: String) -> Result<Uint8Array, JsError> {
        let content = self.0.read(Path::new(&path)).await.map_err(told)?;
        Ok(Uint8Array::from(&*content))
    }

    /// Waits until what was written is on the disk.
    pub async fn sync(&self, path: String) -> Result<(), JsError> {
        self.0.sync(Path::new(&path)).await.map_err(told)
    }

    /// Removes a file.
    pub async fn remove(&self, path: String) -> Result<(), JsError> {
        self.0.remove_file(Path::new(&path)).await.map_err(told)
    }

    /// Collects garbage and counts what is stored: entries, chunks, garbage.
    pub async fn usage(&self) -> Result<Vec<u32>, JsError> {
        self.0.collect_garbage().await.map_err(told)?;
        let usage = self.0.usage().await.map_err(told)?;
        let counts = [usage.entries, usage.chunks, usage.garbage];
        Ok(counts.map(|it| it as u32).to_vec())
    }
}

/// Tells what the browser said of a loss, and forgets it.
#[wasm_bindgen]
pub fn data_loss() -> Option<String> {
    bridge_wasm::take_data_loss().map(|it| format!("{}: {}", it.database, it.message))
}

/// How large the module's memory is, in bytes.
#[wasm_bindgen]
pub fn memory_bytes() -> f64 {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    f64::from(
        memory
            .buffer()
            .unchecked_into::<js_sys::ArrayBuffer>()
            .byte_length(),
    )
}

/// An error as JavaScript gets it: the kind, then the text.
fn told(error: BridgeError) -> JsError {
    JsError::new(&format!("{:?} {error}", error.kind()))
}

fn pattern(size: usize, seed: u32) -> Vec<u8> {
    let mut state = u64::from(seed) + 1;
    let mut content = Vec::with_capacity(size + 8);
    while content.len() < size {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        content.extend_from_slice(&(state ^ state >> 29).to_le_bytes());
    }
    content.truncate(size);
    content
}
