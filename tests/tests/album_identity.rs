//! What makes tracks one album is for the host to say, also of a library that was made with another answer.

use core_service::bootstrap::bootstrap_native;
use core_service::dto::{SyncJob, Track};
use core_service::{
    AlbumField, AlbumIdentity, CoreConfig, CoreService, LocalFolderOptions, SyncRequest, TrackId,
};
use music_core_tests::{Song, World};

async fn open(world: &World, identity: AlbumIdentity) -> CoreService {
    let config = CoreConfig::builder()
        .database_path(world.database())
        .album_identity(identity)
        .build()
        .unwrap();
    bootstrap_native(config).await.unwrap()
}

async fn sync(world: &World, service: &CoreService) -> SyncJob {
    let music = world.music();
    let folder = service.add_local_folder(&music, LocalFolderOptions::default());
    let id = folder.await.unwrap().id;
    let job = service.start_sync(id, SyncRequest::default()).await;
    let job = service.wait_for_sync(job.unwrap()).await.unwrap();
    assert_eq!(job.status, "completed", "{job:?}");
    job
}

async fn tracks(service: &CoreService) -> Vec<Track> {
    let mut tracks = service.tracks(true, 100, None).await.unwrap().items;
    tracks.sort_by(|a, b| a.path.cmp(&b.path));
    tracks
}

fn editions() -> AlbumIdentity {
    AlbumIdentity {
        also: [AlbumField::Date].into(),
        ..AlbumIdentity::default()
    }
}

#[core_async::test]
async fn a_library_is_read_again_when_albums_are_told_apart_otherwise() {
    let world = World::new();
    for (number, year) in [(0, "1994"), (1, "1994"), (2, "2014")] {
        let song = Song {
            year: year.to_owned(),
            ..Song::numbered(number)
        };
        song.write(&world.file(&format!("{number}.mp3")));
    }
    let service = open(&world, AlbumIdentity::default()).await;
    assert_eq!(sync(&world, &service).await.added, 3);
    let before = tracks(&service).await;
    assert_eq!(service.albums(9, None).await.unwrap().items.len(), 1);
    service.played(TrackId(before[2].id)).await.unwrap();
    service.shutdown().await.unwrap();

    let service = open(&world, editions()).await;
    let job = sync(&world, &service).await;
    assert_eq!((job.added, job.updated, job.deleted), (0, 3, 0), "{job:?}");
    let after = tracks(&service).await;
    let ids = |tracks: &[Track]| tracks.iter().map(|it| it.id).collect::<Vec<_>>();
    assert_eq!(ids(&before), ids(&after));
    assert_eq!(after[2].play_count, 1);
    assert_eq!(after[0].album_id, after[1].album_id);
    assert_ne!(after[0].album_id, after[2].album_id);
    // What nobody is on any more is gone.
    assert_eq!(service.albums(9, None).await.unwrap().items.len(), 2);
    // It is read once.
    let job = sync(&world, &service).await;
    assert_eq!((job.updated, job.bytes_read), (0, 0), "{job:?}");
    service.shutdown().await.unwrap();

    // And back, as by a host of an earlier version.
    let service = open(&world, AlbumIdentity::default()).await;
    sync(&world, &service).await;
    assert_eq!(service.albums(9, None).await.unwrap().items.len(), 1);
    assert_eq!(ids(&tracks(&service).await), ids(&before));
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn folders_of_discs_are_one_album_and_other_folders_if_the_host_says_so() {
    let world = World::new();
    let files = ["Summer/CD1/1.mp3", "Summer/CD2/1.mp3", "Others/1.mp3"];
    for (number, file) in (1..).zip(files) {
        let song = Song {
            artist: format!("Guest {number}"),
            album: "Summer".to_owned(),
            album_artist: String::new(),
            ..Song::numbered(number)
        };
        song.write(&world.file(file));
    }
    for (spans_folders, albums) in [(false, 2), (true, 1)] {
        let identity = AlbumIdentity {
            by_folder_without_artists: !spans_folders,
            ..AlbumIdentity::default()
        };
        let service = open(&world, identity).await;
        sync(&world, &service).await;
        let found = service.albums(9, None).await.unwrap().items;
        assert_eq!(found.len(), albums, "{found:?}");
        service.shutdown().await.unwrap();
    }
}
