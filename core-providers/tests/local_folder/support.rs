//! A folder to test with.

mod disk;
#[path = "../portable/walks.rs"]
mod walks;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use core_providers::{LocalFolder, LocalFolderOptions};
use tempfile::TempDir;

pub(crate) use disk::Disk;
pub(crate) use walks::{Library, Seen, walk, walk_all};

/// A folder on disk that is removed when the test is over.
pub(crate) struct Music {
    dir: TempDir,
}

impl Music {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(dir.path().join("music")).unwrap();
        Self { dir }
    }

    pub(crate) fn with(files: &[&str]) -> Self {
        let music = Self::new();
        for file in files {
            music.write(file, "x");
        }
        music
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.dir.path().join("music")
    }

    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root().join(relative)
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, relative: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn link(&self, target: impl AsRef<Path>, relative: &str) {
        std::os::unix::fs::symlink(target, self.path(relative)).unwrap();
    }

    pub(crate) async fn open(&self) -> LocalFolder {
        self.open_with(Disk::default(), LocalFolderOptions::default())
            .await
    }

    pub(crate) async fn open_with(&self, disk: Disk, options: LocalFolderOptions) -> LocalFolder {
        LocalFolder::open(Arc::new(disk), self.root(), options)
            .await
            .expect("the root can be opened")
    }
}
