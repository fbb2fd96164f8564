//! tokio-fs-ext: files in the origin-private file system, in a worker.

use std::path::PathBuf;

use tokio_fs_ext as fs;
use wasm_bindgen::prelude::*;

use super::{Content, name_of, told};

#[wasm_bindgen]
pub struct TokioFsExt {
    root: PathBuf,
}

#[wasm_bindgen]
impl TokioFsExt {
    pub async fn open(name: String) -> Result<Self, JsError> {
        let root = PathBuf::from("/").join(name);
        fs::create_dir_all(&root).await.map_err(told)?;
        Ok(Self { root })
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    pub async fn write(&self, path: String, content: &Content) -> Result<(), JsError> {
        fs::write(self.path(&path), &content.0).await.map_err(told)
    }

    pub async fn read(&self, path: String) -> Result<Content, JsError> {
        let content = fs::read(self.path(&path)).await.map_err(told)?;
        Ok(Content(content.into()))
    }

    pub async fn write_many(
        &self,
        folder: String,
        count: u32,
        content: &Content,
    ) -> Result<(), JsError> {
        let folder = self.path(&folder);
        fs::create_dir_all(&folder).await.map_err(told)?;
        for at in 0..count {
            let written = fs::write(folder.join(name_of(at)), &content.0).await;
            written.map_err(told)?;
        }
        Ok(())
    }

    pub async fn read_many(&self, folder: String, count: u32) -> Result<f64, JsError> {
        let folder = self.path(&folder);
        let mut sum = 0;
        for at in 0..count {
            sum += fs::read(folder.join(name_of(at)))
                .await
                .map_err(told)?
                .len();
        }
        Ok(sum as f64)
    }

    pub async fn list(&self, folder: String) -> Result<Vec<f64>, JsError> {
        let folder = self.path(&folder);
        let (mut count, mut sum) = (0, 0);
        let mut entries = fs::read_dir(&folder).await.map_err(told)?;
        while let Some(entry) = entries.next_entry().await.map_err(told)? {
            count += 1;
            sum += fs::metadata(entry.path()).await.map_err(told)?.len();
        }
        Ok(vec![f64::from(count), sum as f64])
    }
}
