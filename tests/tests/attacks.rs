//! What an attacker found once, and must not find again.

use std::fs;
use std::path::Path;

use core_service::dto::Track;
use core_service::{LocalFolderOptions, SyncMode, SyncRequest};
use music_core_tests::{Song, World};

fn at<'a>(tracks: &'a [Track], path: &str) -> &'a Track {
    let mut found = tracks
        .iter()
        .filter(|it| it.path.as_deref() == Some(path) && !it.missing);
    let track = found.next().unwrap_or_else(|| panic!("no track at {path}"));
    assert!(found.next().is_none(), "two tracks at {path}");
    track
}

fn present(tracks: &[Track]) -> usize {
    tracks.iter().filter(|it| !it.missing).count()
}

#[core_async::test]
async fn a_file_that_went_away_and_came_back_renamed_is_there() {
    let world = World::with_albums(2);
    world.sync().await;
    let before = world.tracks().await;
    let aside = world.music().with_file_name("aside");
    fs::rename(world.music().join("Album 0"), &aside).unwrap();
    assert_eq!(world.sync().await.held, 12, "half of a library is held");
    let confirmed = SyncRequest {
        mode: SyncMode::Auto,
        deletions_confirmed: true,
    };
    assert_eq!(world.sync_with(confirmed).await.deleted, 12);
    fs::rename(&aside, world.music().join("Renamed")).unwrap();
    let job = world.sync().await;
    // They were counted as deleted, so they count as added: `added` less `deleted` is what is there.
    assert_eq!(
        (job.added, job.moved, job.bytes_read),
        (12, 0, 0),
        "{job:?}"
    );
    let after = world.tracks().await;
    assert_eq!((present(&after), after.len()), (24, 24));
    let id = at(&before, "Album 0/03.mp3").id;
    assert_eq!(at(&after, "Renamed/03.mp3").id, id);
}

#[core_async::test]
async fn a_folder_in_the_place_of_a_file_and_back_is_followed() {
    let world = World::with_albums(1);
    Song::numbered(50).write(&world.file("x.mp3"));
    world.sync().await;
    let id = at(&world.tracks().await, "x.mp3").id;

    fs::remove_file(world.music().join("x.mp3")).unwrap();
    Song::numbered(51).write(&world.file("x.mp3/inside.mp3"));
    let job = world.sync().await;
    assert_eq!((job.added, job.deleted), (1, 1), "{job:?}");
    let tracks = world.tracks().await;
    assert_eq!(present(&tracks), 13);
    at(&tracks, "x.mp3/inside.mp3");

    fs::remove_dir_all(world.music().join("x.mp3")).unwrap();
    Song::numbered(50).write(&world.file("x.mp3"));
    world.sync().await;
    let tracks = world.tracks().await;
    assert_eq!(present(&tracks), 13);
    assert_eq!(at(&tracks, "x.mp3").id, id, "it came back as another");
}

#[core_async::test]
async fn a_song_that_was_missing_is_not_deleted_again_when_a_folder_takes_its_name() {
    let world = World::with_albums(1);
    world.sync().await;
    let song = world.file("Album 0/03.mp3");
    fs::remove_file(&song).unwrap();
    assert_eq!(world.sync().await.deleted, 1);
    fs::create_dir(&song).unwrap();
    Song::numbered(300).write(&song.join("first night.mp3"));
    let job = world.sync().await;
    assert_eq!((job.added, job.deleted), (1, 0), "{job:?}");
    let after = world.tracks().await;
    assert_eq!((present(&after), after.len()), (12, 13));
}

#[core_async::test]
async fn files_of_equal_size_and_time_that_change_places_are_read_again() {
    let world = World::new();
    let (a, b) = (world.file("a.mp3"), world.file("b.mp3"));
    for (path, number) in [(&a, 1), (&b, 2)] {
        Song::numbered(number).write(path);
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(time).unwrap();
    }
    assert_eq!(
        fs::metadata(&a).unwrap().len(),
        fs::metadata(&b).unwrap().len()
    );
    world.sync().await;
    let aside = world.file("aside");
    fs::rename(&a, &aside).unwrap();
    fs::rename(&b, &a).unwrap();
    fs::rename(&aside, &b).unwrap();
    world.sync().await;
    let tracks = world.tracks().await;
    assert_eq!(at(&tracks, "a.mp3").title, "Song 2");
    assert_eq!(at(&tracks, "b.mp3").title, "Song 1");
}

#[core_async::test]
async fn a_file_that_visits_another_folder_of_the_library_comes_home() {
    let world = World::new();
    let other = world.music().with_file_name("other");
    fs::create_dir(&other).unwrap();
    for number in 0..6 {
        Song::numbered(number).write(&world.file(&format!("{number}.mp3")));
        Song::numbered(100 + number).write(&other.join(format!("{number}.mp3")));
    }
    let service = world.open().await;
    let mut providers = Vec::new();
    for folder in [world.music(), other.clone()] {
        let options = LocalFolderOptions::default();
        let provider = service.add_local_folder(&folder, options).await.unwrap();
        providers.push(provider.id);
    }
    let sync = async |provider: usize| {
        let job = service.start_sync(providers[provider], SyncRequest::default());
        service.wait_for_sync(job.await.unwrap()).await.unwrap()
    };
    sync(0).await;
    sync(1).await;
    let (home, away) = (world.music().join("0.mp3"), other.join("visitor.mp3"));
    let moves: [(&Path, &Path); 2] = [(&home, &away), (&away, &home)];
    for (from, to) in moves {
        fs::rename(from, to).unwrap();
        for provider in [0, 1, 0, 1] {
            assert_eq!(sync(provider).await.status, "completed");
        }
        let tracks = service.tracks(false, 100, None).await.unwrap().items;
        assert_eq!(tracks.len(), 12, "after {to:?}");
        let titles = tracks.iter().filter(|it| it.title == "Song 0").count();
        assert_eq!(titles, 1, "after {to:?}");
    }
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn a_listing_that_was_interrupted_hides_no_later_deletion() {
    // Cancelled at every page that there is; then files go, and must be missing.
    let world = World::with_albums(300);
    world.sync().await;
    for round in 0..6_u32 {
        let service = world.open().await;
        let provider = service.providers().await.unwrap()[0].id;
        let full = SyncRequest {
            mode: SyncMode::Full,
            deletions_confirmed: false,
        };
        let mut events = service.subscribe();
        let job = service.start_sync(provider, full).await.unwrap();
        for _ in 0..round {
            // Each event lets the job come a little further.
            let _ = events.recv().await;
        }
        let _ = service.cancel_sync(job);
        service.wait_for_sync(job).await.unwrap();
        service.shutdown().await.unwrap();

        fs::remove_file(world.music().join(format!("Album {round}/01.mp3"))).unwrap();
        let old = world.music().join(format!("Album {round}/02.mp3"));
        fs::rename(&old, old.with_file_name("renamed.mp3")).unwrap();
        let job = world.sync().await;
        assert_eq!(job.status, "completed");
        let tracks = world.tracks().await;
        assert_eq!(present(&tracks), 3_600 - round as usize - 1);
        assert_eq!(tracks.len(), 3_600, "a renamed file became another track");
        at(&tracks, &format!("Album {round}/renamed.mp3"));
    }
}

#[core_async::test]
async fn what_was_set_aside_is_tried_by_a_full_sync() {
    let world = World::with_albums(1);
    fs::write(world.file("Album 0/13.mp3"), b"no audio").unwrap();
    assert_eq!(world.sync().await.failed, 1);
    assert_eq!(world.sync().await.failed, 0);
    assert_eq!(world.sync_full().await.failed, 1);
}

/// Gives each song's track, by title, and where it lies.
fn by_title(tracks: &[Track]) -> std::collections::BTreeMap<String, (i64, Option<String>)> {
    tracks
        .iter()
        .map(|it| (it.title.clone(), (it.id, it.path.clone())))
        .collect()
}

#[core_async::test]
async fn songs_that_change_names_keep_their_plays() {
    let world = World::with_albums(1);
    world.sync().await;
    let before = by_title(&world.tracks().await);
    // 01 to 02, 02 to 03, 03 to 01, and two more change places.
    let file = |number: u32| world.file(&format!("Album 0/{number:02}.mp3"));
    let aside = world.file("Album 0/aside");
    for cycle in [&[1, 2, 3][..], &[7, 8]] {
        fs::rename(file(cycle[cycle.len() - 1]), &aside).unwrap();
        for pair in cycle.windows(2).rev() {
            fs::rename(file(pair[0]), file(pair[1])).unwrap();
        }
        fs::rename(&aside, file(cycle[0])).unwrap();
    }
    let job = world.sync().await;
    assert_eq!((job.moved, job.added, job.deleted), (5, 0, 0), "{job:?}");
    let after = by_title(&world.tracks().await);
    let place = |number: u32| Some(format!("Album 0/{number:02}.mp3"));
    for (number, at) in [(1, 2), (2, 3), (3, 1), (7, 8), (8, 7), (5, 5)] {
        let title = format!("Song {}", number - 1);
        assert_eq!(after[&title], (before[&title].0, place(at)), "{title}");
    }
}

#[core_async::test]
async fn an_album_that_moves_up_by_one_keeps_its_playlists() {
    let world = World::with_albums(2);
    world.sync().await;
    let before = by_title(&world.tracks().await);
    let file = |number: u32| world.file(&format!("Album 0/{number:02}.mp3"));
    // A new first song pushes the others on, and the last but one over the last.
    for number in (1..12).rev() {
        fs::rename(file(number), file(number + 1)).unwrap();
    }
    Song::numbered(500).write(&file(1));
    let job = world.sync().await;
    assert_eq!((job.moved, job.added, job.deleted), (11, 1, 1), "{job:?}");
    let after = world.tracks().await;
    assert_eq!((present(&after), after.len()), (24, 25));
    let lost = after.iter().find(|it| it.missing).unwrap();
    assert_eq!(
        (lost.title.as_str(), lost.id),
        ("Song 11", before["Song 11"].0)
    );
    for number in 1..12 {
        let track = at(&after, &format!("Album 0/{:02}.mp3", number + 1));
        let title = format!("Song {}", number - 1);
        assert_eq!((&track.title, track.id), (&title, before[&title].0));
    }

    // The lost one comes back under another name, with what a person made of it.
    Song::numbered(11).write(&world.file("found again.mp3"));
    assert_eq!(world.sync().await.added, 1);
    let after = world.tracks().await;
    assert_eq!(at(&after, "found again.mp3").id, before["Song 11"].0);
}

#[core_async::test]
async fn a_song_that_is_recorded_anew_under_its_name_keeps_its_plays() {
    let world = World::with_albums(1);
    world.sync().await;
    let id = at(&world.tracks().await, "Album 0/04.mp3").id;
    let anew = Song {
        sound: 70,
        ..Song::numbered(3)
    };
    anew.write(&world.file("Album 0/04.mp3"));
    let job = world.sync().await;
    assert_eq!((job.updated, job.added, job.deleted), (1, 0, 0), "{job:?}");
    let after = world.tracks().await;
    assert_eq!((at(&after, "Album 0/04.mp3").id, after.len()), (id, 12));
}

#[core_async::test]
async fn files_whose_deletion_was_held_are_unchanged_when_they_return() {
    let world = World::with_albums(4);
    world.sync().await;
    let aside = world.music().with_file_name("aside");
    fs::create_dir(&aside).unwrap();
    for album in 0..3 {
        let name = format!("Album {album}");
        fs::rename(world.music().join(&name), aside.join(&name)).unwrap();
    }
    assert_eq!(world.sync().await.held, 36);
    for album in 0..3 {
        let name = format!("Album {album}");
        fs::rename(aside.join(&name), world.music().join(&name)).unwrap();
    }
    let job = world.sync().await;
    assert_eq!((job.added, job.deleted, job.held), (0, 0, 0), "{job:?}");
    assert_eq!((job.unchanged, job.bytes_read), (48, 0), "{job:?}");
}

#[core_async::test]
async fn what_went_to_another_folder_while_its_deletion_was_held_counts_as_added_there() {
    let world = World::with_albums(4);
    let other = world.music().with_file_name("other");
    fs::create_dir(&other).unwrap();
    Song::numbered(900).write(&other.join("there before.mp3"));
    let service = world.open().await;
    let mut providers = Vec::new();
    for folder in [world.music(), other.clone()] {
        let options = LocalFolderOptions::default();
        let provider = service.add_local_folder(&folder, options).await.unwrap();
        providers.push(provider.id);
    }
    let sync = async |provider: usize| {
        let job = service.start_sync(providers[provider], SyncRequest::default());
        service.wait_for_sync(job.await.unwrap()).await.unwrap()
    };
    sync(0).await;
    sync(1).await;
    for album in 0..3 {
        let name = format!("Album {album}");
        fs::rename(world.music().join(&name), other.join(&name)).unwrap();
    }
    assert_eq!(sync(0).await.held, 36);
    let job = sync(1).await;
    assert_eq!((job.added, job.moved, job.deleted), (36, 0, 0), "{job:?}");
    let tracks = service.tracks(true, 100, None).await.unwrap().items;
    assert_eq!((present(&tracks), tracks.len()), (49, 49));
    service.shutdown().await.unwrap();
}
