//! Files in IndexedDB, ours.

use std::path::{Path, PathBuf};

use bridge_traits::storage::FileSystemAccess;
use bridge_wasm::WasmFileSystem;
use wasm_bindgen::prelude::*;

use super::{Content, name_of, told};

#[wasm_bindgen]
pub struct Ours(WasmFileSystem);

#[wasm_bindgen]
impl Ours {
    pub async fn open(name: String) -> Result<Self, JsError> {
        Ok(Self(WasmFileSystem::open(&name).await.map_err(told)?))
    }

    pub async fn write(&self, path: String, content: &Content) -> Result<(), JsError> {
        let written = self.0.write(Path::new(&path), content.0.clone());
        written.await.map_err(told)
    }

    pub async fn read(&self, path: String) -> Result<Content, JsError> {
        let content = self.0.read(Path::new(&path)).await.map_err(told)?;
        Ok(Content(content))
    }

    pub async fn write_many(
        &self,
        folder: String,
        count: u32,
        content: &Content,
    ) -> Result<(), JsError> {
        let folder = PathBuf::from(folder);
        self.0.create_dir_all(&folder).await.map_err(told)?;
        for at in 0..count {
            let path = folder.join(name_of(at));
            let written = self.0.write(&path, content.0.clone()).await;
            written.map_err(told)?;
        }
        Ok(())
    }

    /// Gives the sum of the sizes.
    pub async fn read_many(&self, folder: String, count: u32) -> Result<f64, JsError> {
        let folder = PathBuf::from(folder);
        let mut sum = 0;
        for at in 0..count {
            let content = self.0.read(&folder.join(name_of(at))).await.map_err(told)?;
            sum += content.len();
        }
        Ok(sum as f64)
    }

    /// Lists with metadata and gives the count and the sum of the sizes.
    pub async fn list(&self, folder: String) -> Result<Vec<f64>, JsError> {
        let folder = PathBuf::from(folder);
        let (mut count, mut sum, mut after) = (0, 0, None);
        loop {
            let page = self
                .0
                .list_dir(&folder, after, 10_000)
                .await
                .map_err(told)?;
            for entry in page.entries {
                count += 1;
                sum += entry.metadata.map_err(told)?.size;
            }
            after = page.next;
            if after.is_none() {
                return Ok(vec![f64::from(count), sum as f64]);
            }
        }
    }

    pub async fn rename(&self, from: String, to: String) -> Result<(), JsError> {
        let renamed = self.0.rename(Path::new(&from), Path::new(&to));
        renamed.await.map_err(told)
    }
}
