//! A folder with music and a library that is synced from it.

use std::fs;
use std::path::{Path, PathBuf};

use core_service::bootstrap::bootstrap_native;
use core_service::dto::{SyncJob, Track};
use core_service::{CoreConfig, CoreService, LocalFolderOptions, SyncMode, SyncRequest};

use crate::Song;

/// A temporary folder with music in it and a library beside it.
pub struct World {
    folder: tempfile::TempDir,
}

impl World {
    /// Makes an empty folder and no library yet.
    ///
    /// # Panics
    /// If there is no room for temporary files.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("music")).expect("a folder for music");
        Self { folder }
    }

    /// Makes a folder with albums of twelve songs each.
    pub fn with_albums(albums: u32) -> Self {
        let world = Self::new();
        for number in 0..albums * 12 {
            let song = Song::numbered(number);
            song.write(&world.file(&format!("{}/{:02}.mp3", song.album, song.track)));
        }
        world
    }

    /// Tells where the music lies.
    pub fn music(&self) -> PathBuf {
        self.folder.path().join("music")
    }

    /// Tells where the database lies.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("library.db")
    }

    /// Gives the path of a file below the music folder, whose folder is made.
    pub fn file(&self, path: &str) -> PathBuf {
        let path = self.music().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
        path
    }

    /// Opens the library.
    pub async fn open(&self) -> CoreService {
        self.try_open().await.expect("the library opens")
    }

    /// Opens the library, or says why not.
    pub async fn try_open(&self) -> core_service::Result<CoreService> {
        let config = CoreConfig::builder()
            .database_path(self.database())
            .build()
            .expect("a sound configuration");
        bootstrap_native(config).await
    }

    /// Opens the library, syncs it, closes it, and gives the job.
    pub async fn sync(&self) -> SyncJob {
        self.sync_with(SyncRequest::default()).await
    }

    /// Like [`sync`](Self::sync), by listing everything.
    pub async fn sync_full(&self) -> SyncJob {
        self.sync_with(SyncRequest {
            mode: SyncMode::Full,
            ..SyncRequest::default()
        })
        .await
    }

    /// Like [`sync`](Self::sync), with a request.
    pub async fn sync_with(&self, request: SyncRequest) -> SyncJob {
        self.sync_folder(&self.music(), request).await
    }

    /// Likewise, of any folder.
    pub async fn sync_folder(&self, folder: &Path, request: SyncRequest) -> SyncJob {
        let service = self.open().await;
        let job = sync(&service, folder, request).await;
        service.shutdown().await.expect("the library closes");
        job
    }

    /// Gives all tracks, missing ones included, by path.
    pub async fn tracks(&self) -> Vec<Track> {
        let service = self.open().await;
        let tracks = tracks(&service).await;
        service.shutdown().await.expect("the library closes");
        tracks
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// Syncs a folder and gives the job.
async fn sync(service: &CoreService, folder: &Path, request: SyncRequest) -> SyncJob {
    let provider = match service
        .providers()
        .await
        .expect("providers")
        .into_iter()
        .find(|it| Path::new(&it.root) == folder)
    {
        Some(known) => known,
        None => service
            .add_local_folder(folder, LocalFolderOptions::default())
            .await
            .expect("the folder is there"),
    };
    let job = service
        .start_sync(provider.id, request)
        .await
        .expect("the sync starts");
    service.wait_for_sync(job).await.expect("the sync ends")
}

async fn tracks(service: &CoreService) -> Vec<Track> {
    let mut tracks = Vec::new();
    let mut after = None;
    loop {
        let page = service
            .tracks(true, 100, after)
            .await
            .expect("a page of tracks");
        tracks.extend(page.items);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    tracks.sort_by(|a, b| a.path.cmp(&b.path));
    tracks
}
