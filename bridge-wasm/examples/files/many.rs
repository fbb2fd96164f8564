//! Many small things, by several tabs at once.

use std::path::PathBuf;

use bridge_traits::storage::FileSystemAccess;
use wasm_bindgen::prelude::*;

use super::{Files, told};

#[wasm_bindgen]
impl Files {
    /// Does `count` times three changes in folders that other tabs change as well: makes a file, moves
    /// it, and writes a line into a log that all share.
    pub async fn work_beside_others(&self, tab: String, count: u32) -> Result<(), JsError> {
        let (inbox, done) = (PathBuf::from("/inbox"), PathBuf::from("/done"));
        for folder in [&inbox, &done] {
            self.0.create_dir_all(folder).await.map_err(told)?;
        }
        for at in 0..count {
            let name = format!("{tab}-{at}");
            let made = inbox.join(&name);
            let content = name.clone().into_bytes();
            self.0.write(&made, content.into()).await.map_err(told)?;
            let moved = done.join(&name);
            self.0.rename(&made, &moved).await.map_err(told)?;
            let line = format!("{name}\n").into_bytes();
            let log = PathBuf::from("/log");
            self.0.append(&log, line.into()).await.map_err(told)?;
        }
        Ok(())
    }

    /// Makes a folder of `count` empty files.
    pub async fn fill_folder(&self, folder: String, count: u32) -> Result<(), JsError> {
        let folder = PathBuf::from(folder);
        self.0.create_dir_all(&folder).await.map_err(told)?;
        for at in 0..count {
            let path = folder.join(format!("song {at:05}.mp3"));
            self.0
                .write(&path, Default::default())
                .await
                .map_err(told)?;
        }
        Ok(())
    }

    /// Lists a folder by pages of `limit`; tells how many entries and how many pages.
    pub async fn list(&self, folder: String, limit: u32) -> Result<Vec<u32>, JsError> {
        let folder = PathBuf::from(folder);
        let (mut after, mut entries, mut pages) = (None, 0, 0);
        loop {
            let page = self.0.list_dir(&folder, after, limit as usize).await;
            let page = page.map_err(told)?;
            entries += page.entries.len() as u32;
            pages += 1;
            after = page.next;
            if after.is_none() {
                return Ok(vec![entries, pages]);
            }
        }
    }

    /// Renames a file or folder.
    pub async fn rename(&self, from: String, to: String) -> Result<(), JsError> {
        let (from, to) = (PathBuf::from(from), PathBuf::from(to));
        self.0.rename(&from, &to).await.map_err(told)
    }

    /// Removes a folder with all below it.
    pub async fn remove_folder(&self, folder: String) -> Result<(), JsError> {
        let folder = PathBuf::from(folder);
        self.0.remove_dir_all(&folder).await.map_err(told)
    }
}
