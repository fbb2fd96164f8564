//! A folder becomes a library, and stays true to it.

use core_service::{ErrorKind, SyncRequest};
use music_core_tests::{Song, World};
use std::fs;

#[core_async::test]
async fn a_folder_becomes_a_library_that_can_be_searched() {
    let world = World::with_albums(3);
    let job = world.sync().await;
    assert_eq!(
        (job.status, job.sync_type, job.added, job.failed),
        ("completed", "full", 36, 0)
    );

    let service = world.open().await;
    let stats = service.stats().await.unwrap();
    assert_eq!(
        (stats.tracks, stats.albums, stats.artists, stats.genres),
        (36, 3, 1, 3)
    );
    let found = service.search("song 25", 10, None).await.unwrap().items;
    assert_eq!(found.len(), 1);
    let track = &found[0];
    assert_eq!(track.title, "Song 25");
    assert_eq!(track.path.as_deref(), Some("Album 2/02.mp3"));
    assert_eq!(
        (track.track, track.album.as_deref()),
        (Some(2), Some("Album 2"))
    );
    assert_eq!(track.album_artists, ["Artist 0"]);
    assert!(
        track
            .duration_ms
            .is_some_and(|ms| (250..=270).contains(&ms)),
        "{track:?}"
    );
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn a_core_is_shut_down_once_for_all_its_handles() {
    let world = World::with_albums(1);
    let service = world.open().await;
    let other = service.clone();
    service.shutdown().await.unwrap();
    for handle in [&service, &other] {
        let again = handle.shutdown().await.unwrap_err();
        assert_eq!(again.kind(), Some(&ErrorKind::Conflict), "{again}");
    }
    let late = other.stats().await.unwrap_err();
    assert_eq!(late.kind(), Some(&ErrorKind::Conflict), "{late}");
}

#[core_async::test]
async fn a_second_sync_opens_no_file() {
    let world = World::with_albums(2);
    world.sync().await;
    let again = world.sync().await;
    assert_eq!(
        (again.sync_type, again.unchanged, again.bytes_read),
        ("incremental", 24, 0)
    );
    assert_eq!(
        (again.added, again.updated, again.moved, again.deleted),
        (0, 0, 0, 0)
    );
    let full = world.sync_full().await;
    assert_eq!(
        (full.sync_type, full.unchanged, full.bytes_read),
        ("full", 24, 0)
    );
}

#[core_async::test]
async fn a_rename_a_retag_a_deletion_and_a_new_file_touch_exactly_those() {
    let world = World::with_albums(3);
    world.sync().await;
    let before = world.tracks().await;

    fs::rename(world.music().join("Album 0"), world.music().join("Renamed")).unwrap();
    let retagged = Song {
        title: "Another title".into(),
        ..Song::numbered(12)
    };
    retagged.retag(&world.file("Album 1/01.mp3"));
    fs::remove_file(world.music().join("Album 2/03.mp3")).unwrap();
    Song::numbered(500).write(&world.file("New/new.mp3"));

    let job = world.sync().await;
    assert_eq!(
        (job.added, job.updated, job.moved, job.deleted, job.failed),
        (1, 1, 12, 1, 0),
        "{job:?}"
    );

    let after = world.tracks().await;
    let of = |path: &str| {
        after
            .iter()
            .find(|it| it.path.as_deref() == Some(path))
            .unwrap()
    };
    let was = |path: &str| {
        before
            .iter()
            .find(|it| it.path.as_deref() == Some(path))
            .unwrap()
    };
    for number in 1..=12 {
        let renamed = of(&format!("Renamed/{number:02}.mp3"));
        assert_eq!(renamed.id, was(&format!("Album 0/{number:02}.mp3")).id);
    }
    assert_eq!(of("Album 1/01.mp3").id, was("Album 1/01.mp3").id);
    assert_eq!(of("Album 1/01.mp3").title, "Another title");
    let gone = after
        .iter()
        .find(|it| it.id == was("Album 2/03.mp3").id)
        .unwrap();
    assert!(gone.missing);
    assert_eq!(after.iter().filter(|it| it.missing).count(), 1);
}

#[core_async::test]
async fn a_file_that_moved_and_was_retagged_keeps_its_id_plays_and_playlists() {
    let world = World::with_albums(2);
    world.sync().await;
    let service = world.open().await;
    let track = service
        .search("song 5", 1, None)
        .await
        .unwrap()
        .items
        .remove(0);
    let id = core_service::TrackId(track.id);
    service.played(id).await.unwrap();
    let list = service.create_playlist("Best", None).await.unwrap();
    service
        .add_to_playlist(list, &[id, id], core_service::Place::Last)
        .await
        .unwrap();
    service.shutdown().await.unwrap();

    let (old, new) = (
        world.file("Album 0/06.mp3"),
        world.file("Elsewhere/renamed.mp3"),
    );
    fs::copy(&old, &new).unwrap(); // another inode
    fs::remove_file(&old).unwrap();
    Song {
        title: "Fifth".into(),
        album: "Moved".into(),
        ..Song::numbered(5)
    }
    .retag(&new);
    let job = world.sync().await;
    assert_eq!(
        (job.moved, job.updated, job.added, job.deleted),
        (1, 1, 0, 0),
        "{job:?}"
    );

    let service = world.open().await;
    let moved = service.track(id).await.unwrap();
    assert_eq!(
        (moved.title.as_str(), moved.play_count, moved.missing),
        ("Fifth", 1, false)
    );
    assert_eq!(moved.path.as_deref(), Some("Elsewhere/renamed.mp3"));
    let entries = service
        .playlist_entries(list, 10, None)
        .await
        .unwrap()
        .items;
    assert_eq!(
        entries.iter().map(|it| it.track.id).collect::<Vec<_>>(),
        [id.0, id.0]
    );
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn a_copy_is_a_track_of_its_own() {
    let world = World::with_albums(1);
    world.sync().await;
    fs::copy(world.file("Album 0/01.mp3"), world.file("Copy/01.mp3")).unwrap();
    let job = world.sync().await;
    assert_eq!((job.added, job.moved, job.deleted), (1, 0, 0));
    assert_eq!(world.tracks().await.len(), 13);
}

#[core_async::test]
async fn a_file_that_comes_back_comes_back_as_itself() {
    let world = World::with_albums(2);
    world.sync().await;
    let before = world.tracks().await;
    let path = world.file("Album 1/04.mp3");
    let aside = world.music().with_file_name("aside.mp3");
    fs::rename(&path, &aside).unwrap();
    assert_eq!(world.sync().await.deleted, 1);
    fs::rename(&aside, &path).unwrap();
    let job = world.sync().await;
    assert_eq!((job.added, job.bytes_read), (1, 0), "{job:?}");
    assert_eq!(world.tracks().await, before);
}

#[core_async::test]
async fn a_cover_that_arrives_later_becomes_the_albums() {
    let world = World::with_albums(1);
    world.sync().await;
    assert!(
        world
            .tracks()
            .await
            .iter()
            .all(|it| it.artwork_id.is_none())
    );
    // The smallest PNG: one pixel.
    let png: &[u8] = &[
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52, 0,
        0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1F, 0x15, 0xC4, 0x89, 0, 0, 0, 0x0A, 0x49, 0x44,
        0x41, 0x54, 0x78, 0x9C, 0x63, 0, 1, 0, 0, 5, 0, 1, 0x0D, 0x0A, 0x2D, 0xB4, 0, 0, 0, 0,
        0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
    ];
    fs::write(world.file("Album 0/cover.png"), png).unwrap();
    world.sync().await;
    let service = world.open().await;
    let album = service.albums(10, None).await.unwrap().items.remove(0);
    let id = core_service::ArtworkId(album.artwork_id.expect("a cover"));
    let (bytes, mime) = service.artwork(id).await.unwrap();
    assert_eq!((&bytes[..], mime.as_str()), (png, "image/png"));
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn lyrics_beside_a_file_are_found() {
    let world = World::with_albums(1);
    fs::write(world.file("Album 0/02.lrc"), "[00:01.50]One line\n").unwrap();
    world.sync().await;
    let service = world.open().await;
    let track = service.search("song 1", 20, None).await.unwrap().items;
    let track = track.iter().find(|it| it.title == "Song 1").unwrap();
    let lyrics = service
        .lyrics(core_service::TrackId(track.id))
        .await
        .unwrap();
    assert_eq!(lyrics.len(), 1);
    assert_eq!(
        (lyrics[0].synced, lyrics[0].text.as_str()),
        (true, "[00:01.50]One line\n")
    );
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn a_file_that_is_renamed_says_what_its_new_name_says() {
    let world = World::with_albums(1);
    Song::numbered(50).write_untagged(&world.file("track01.mp3"));
    fs::write(world.file("Album 0/new.lrc"), "[00:01.00]words").unwrap();
    world.sync().await;
    let core = world.open().await;
    let song = core.search("track01", 5, None).await.unwrap().items;
    let id = song[0].id;
    core.played(core_service::TrackId(id)).await.unwrap();
    core.shutdown().await.unwrap();

    fs::rename(world.file("track01.mp3"), world.file("Yesterday.mp3")).unwrap();
    fs::rename(world.file("Album 0/01.mp3"), world.file("Album 0/new.mp3")).unwrap();
    // What lies beside them says nothing of it.
    fs::rename(world.file("Album 0/02.mp3"), world.file("two.mp3")).unwrap();
    let job = world.sync().await;
    assert_eq!((job.moved, job.added, job.deleted), (3, 0, 0), "{job:?}");
    let core = world.open().await;
    assert!(
        core.search("track01", 5, None)
            .await
            .unwrap()
            .items
            .is_empty()
    );
    let song = &core.search("Yesterday", 5, None).await.unwrap().items[0];
    assert_eq!((song.id, song.play_count), (id, 1));
    let song = &core.search("Song 0", 5, None).await.unwrap().items[0];
    let lyrics = core.lyrics(core_service::TrackId(song.id)).await.unwrap();
    assert!(
        lyrics.iter().any(|it| it.text.contains("words")),
        "{lyrics:?}"
    );
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn the_history_tells_the_story() {
    let world = World::with_albums(1);
    world.sync().await;
    fs::write(world.file("Album 0/broken.mp3"), b"").unwrap();
    world.sync_with(SyncRequest::default()).await;
    let service = world.open().await;
    let jobs = service.sync_history(None, 10).await.unwrap();
    assert_eq!(
        jobs.iter()
            .map(|it| (it.added, it.failed))
            .collect::<Vec<_>>(),
        [(0, 1), (12, 0)]
    );
    let warnings = service
        .sync_warnings(core_service::SyncJobId(jobs[0].job), None, 10)
        .await
        .unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0].subject, "Album 0/broken.mp3");
    service.shutdown().await.unwrap();
}
