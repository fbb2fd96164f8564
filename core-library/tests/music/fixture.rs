//! A library to test with.

use std::sync::Arc;
use std::time::Duration;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use bridge_native::NativeDatabase as Database;
use bridge_traits::clock::Clock;
#[cfg(target_arch = "wasm32")]
pub(crate) use bridge_wasm::WasmDbAdapter as Database;
use core_library::Library;
use core_library::model::TrackId;
use core_library::repository::track_writer::{
    AlbumRecord, AppliedTrack, ArtistCredit, Outcome, TrackRecord, TrackWriter,
};

/// A clock that stands still.
pub(crate) struct Fixed;

impl Clock for Fixed {
    fn now_ms(&self) -> i64 {
        1_000
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

/// A library with a provider, its root and a writer.
pub(crate) struct Music {
    pub(crate) library: Library,
    pub(crate) writer: TrackWriter,
}

impl Music {
    pub(crate) async fn new() -> Self {
        Self::on(Database::in_memory().await.unwrap()).await
    }

    /// Makes it in a database that is empty.
    pub(crate) async fn on(database: Database) -> Self {
        let library = Library::open(Arc::new(database), Arc::new(Fixed))
            .await
            .unwrap();
        let music = Self {
            library,
            writer: TrackWriter::new(),
        };
        music
            .run(
                "INSERT INTO provider(id, key, kind, name, root, created_at)
                 VALUES (1, 'test', 'test', 'test', '/', 0)",
            )
            .await;
        music
            .run(
                "INSERT INTO remote_item(id, provider_id, key, name, kind, version)
                 VALUES (1000000, 1, '', '', 'folder', '')",
            )
            .await;
        music
    }

    /// Runs SQL that stands for what other parts of the system do.
    pub(crate) async fn run(&self, sql: &str) {
        let mut tx = self.library.write().await.unwrap();
        tx.execute(sql, vec![]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Makes sure that there is a file of this id.
    pub(crate) async fn file(&self, id: i64) {
        self.run(&format!(
            "INSERT OR IGNORE INTO remote_item(id, provider_id, key, parent_key, name, kind, version)
             VALUES ({id}, 1, '{id}.mp3', '', '{id}.mp3', 'audio', '1')"
        ))
        .await;
    }

    /// Writes records, whose files it makes, and gives the results.
    pub(crate) async fn apply(&mut self, records: Vec<TrackRecord>) -> Vec<AppliedTrack> {
        for record in &records {
            self.file(record.item_id).await;
        }
        let mut tx = self.library.write().await.unwrap();
        let applied = self.writer.apply(&mut tx, records, 7).await.unwrap();
        tx.commit().await.unwrap();
        self.writer.committed();
        applied
    }

    /// Writes one record and gives the track.
    pub(crate) async fn add(&mut self, record: TrackRecord) -> TrackId {
        self.apply(vec![record]).await[0].track_id
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let rows = self.library.query(sql, vec![]).await.unwrap();
        rows[0].get(0).unwrap()
    }
}

pub(crate) fn credit(name: &str) -> ArtistCredit {
    ArtistCredit {
        name: name.into(),
        ..Default::default()
    }
}

/// Makes a record by one artist, on an album of that artist unless it is blank.
pub(crate) fn record(item_id: i64, title: &str, artist: &str, album: &str) -> TrackRecord {
    TrackRecord {
        item_id,
        folder_key: "folder".into(),
        title: title.into(),
        artists: vec![credit(artist)],
        album: Some(AlbumRecord {
            title: album.into(),
            artists: vec![credit(artist)],
            ..Default::default()
        }),
        ..Default::default()
    }
}

pub(crate) fn outcomes(applied: &[AppliedTrack]) -> Vec<Outcome> {
    applied.iter().map(|it| it.outcome).collect()
}
