//! Folders that a person takes out of the library, and brings back.

use std::fs;

use core_service::events::{CoreEvent, LibraryEvent, ProviderEvent};
use core_service::{CoreService, LocalFolderOptions, Place, SyncRequest, TrackId};
use music_core_tests::{Song, World};

/// Adds a folder beside the music, with songs in it, and syncs it.
async fn add(core: &CoreService, world: &World, folder: &str) -> i64 {
    let folder = world.music().with_file_name(folder);
    let added = core
        .add_local_folder(&folder, LocalFolderOptions::default())
        .await
        .unwrap();
    sync(core, added.id).await;
    added.id
}

async fn sync(core: &CoreService, provider: i64) -> core_service::dto::SyncJob {
    let job = core
        .start_sync(provider, SyncRequest::default())
        .await
        .unwrap();
    let job = core.wait_for_sync(job).await.unwrap();
    assert_eq!(job.status, "completed", "{job:?}");
    job
}

/// Writes songs of these numbers into a folder beside the music.
fn songs(world: &World, folder: &str, numbers: std::ops::Range<u32>) {
    let folder = world.music().with_file_name(folder);
    fs::create_dir_all(&folder).unwrap();
    for number in numbers {
        Song::numbered(number).write(&folder.join(format!("{number}.mp3")));
    }
}

async fn track(core: &CoreService, title: &str) -> TrackId {
    let found = core.search(title, 5, None).await.unwrap().items;
    TrackId(found.iter().find(|it| it.title == title).unwrap().id)
}

async fn entries(core: &CoreService, list: core_service::PlaylistId) -> Vec<(i64, bool)> {
    let page = core.playlist_entries(list, 100, None).await.unwrap();
    let entry = |it: core_service::dto::PlaylistEntry| (it.track.id, it.track.missing);
    page.items.into_iter().map(entry).collect()
}

#[core_async::test]
async fn what_a_person_made_of_a_removed_folder_is_there_when_it_is_added_again() {
    let world = World::new();
    let core = world.open().await;
    songs(&world, "one", 0..24);
    let one = add(&core, &world, "one").await;
    let (played, rated, listed, taken_back) = (
        track(&core, "Song 3").await,
        track(&core, "Song 4").await,
        track(&core, "Song 20").await,
        track(&core, "Song 5").await,
    );
    core.played(played).await.unwrap();
    core.rate(rated, Some(80)).await.unwrap();
    core.rate(taken_back, Some(80)).await.unwrap();
    core.rate(taken_back, None).await.unwrap();
    let list = core.create_playlist("Best", None).await.unwrap();
    core.add_to_playlist(list, &[listed, played, listed], Place::Last)
        .await
        .unwrap();

    let mut events = core.subscribe();
    let removed = core.remove_provider(one).await.unwrap();
    assert_eq!((removed.tracks_removed, removed.tracks_kept), (21, 3));
    let changed = events.recv().await.unwrap();
    let CoreEvent::Library(LibraryEvent::Changed { tracks_removed, .. }) = &changed.event else {
        panic!("{changed:?}");
    };
    assert_eq!(tracks_removed.count(), 24);
    let gone = events.recv().await.unwrap();
    assert_eq!(
        gone.event,
        CoreEvent::Provider(ProviderEvent::Removed { provider: one })
    );

    assert!(core.providers().await.unwrap().is_empty());
    let stats = core.stats().await.unwrap();
    assert_eq!(
        (
            stats.tracks,
            stats.missing_tracks,
            stats.albums,
            stats.artists
        ),
        (0, 3, 0, 0)
    );
    assert!(
        core.search("song", 50, None)
            .await
            .unwrap()
            .items
            .is_empty()
    );
    assert!(
        core.search_albums("album", 50, None)
            .await
            .unwrap()
            .items
            .is_empty()
    );
    let missing = [(listed.0, true), (played.0, true), (listed.0, true)];
    assert_eq!(entries(&core, list).await, missing);
    assert_eq!(core.track(played).await.unwrap().play_count, 1);
    let again = core.remove_provider(one).await.unwrap_err();
    assert_eq!(again.code(), "not-found");
    assert_eq!(core.sync_history(None, 10).await.unwrap().len(), 1);
    // It is no folder of the library any more after the next start either.
    core.shutdown().await.unwrap();
    drop(core);
    let core = world.open().await;
    assert!(core.providers().await.unwrap().is_empty());

    // Another folder does not get its id.
    songs(&world, "two", 100..101);
    let two = add(&core, &world, "two").await;
    assert_ne!(two, one);

    assert_eq!(add(&core, &world, "one").await, one);
    let job = &core.sync_history(None, 1).await.unwrap()[0];
    assert_eq!((job.sync_type, job.added, job.failed), ("full", 24, 0));
    let back = [(listed.0, false), (played.0, false), (listed.0, false)];
    assert_eq!(entries(&core, list).await, back);
    assert_eq!(track(&core, "Song 3").await, played);
    assert_eq!(core.track(played).await.unwrap().play_count, 1);
    assert_eq!(core.stats().await.unwrap().tracks, 25);
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn a_song_of_a_removed_folder_is_found_again_where_it_comes_up() {
    let world = World::new();
    let core = world.open().await;
    songs(&world, "old", 0..3);
    let old = add(&core, &world, "old").await;
    let played = track(&core, "Song 1").await;
    core.played(played).await.unwrap();
    core.remove_provider(old).await.unwrap();

    let place = world.music().with_file_name("new/music");
    fs::create_dir_all(&place).unwrap();
    fs::copy(
        world.music().with_file_name("old/1.mp3"),
        place.join("renamed.mp3"),
    )
    .unwrap();
    add(&core, &world, "new").await;
    let found = core.track(played).await.unwrap();
    assert!(!found.missing);
    assert_eq!(found.path.as_deref(), Some("music/renamed.mp3"));
    assert_eq!(found.play_count, 1);
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn other_folders_keep_what_they_share_with_a_removed_one() {
    let world = World::new();
    let core = world.open().await;
    // Half an album each, and an album of the same artist in either.
    songs(&world, "one", 0..18);
    songs(&world, "two", 18..36);
    let one = add(&core, &world, "one").await;
    let two = add(&core, &world, "two").await;
    let stats = core.stats().await.unwrap();
    assert_eq!((stats.tracks, stats.albums, stats.artists), (36, 3, 1));

    core.remove_provider(one).await.unwrap();
    let stats = core.stats().await.unwrap();
    assert_eq!(
        (
            stats.tracks,
            stats.missing_tracks,
            stats.albums,
            stats.artists
        ),
        (18, 0, 2, 1)
    );
    let shared = core.search_albums("album 1", 5, None).await.unwrap().items;
    assert_eq!((shared.len(), shared[0].track_count), (1, 6));
    let job = sync(&core, two).await;
    assert_eq!(
        (job.added, job.deleted, job.unchanged),
        (0, 0, 18),
        "{job:?}"
    );
    core.shutdown().await.unwrap();
}

/// Adds folder one, and makes something of songs 3 and 20 in it.
async fn annotated(
    core: &CoreService,
    world: &World,
) -> (i64, [TrackId; 2], core_service::PlaylistId) {
    songs(world, "one", 0..24);
    let one = add(core, world, "one").await;
    let (played, listed) = (track(core, "Song 3").await, track(core, "Song 20").await);
    core.played(played).await.unwrap();
    let list = core.create_playlist("Best", None).await.unwrap();
    core.add_to_playlist(list, &[listed, played], Place::Last)
        .await
        .unwrap();
    (one, [played, listed], list)
}

/// Looks that both songs are there as themselves, and each song once.
async fn all_is_there(
    core: &CoreService,
    [played, listed]: [TrackId; 2],
    list: core_service::PlaylistId,
) {
    assert_eq!(
        entries(core, list).await,
        [(listed.0, false), (played.0, false)]
    );
    let found = core.track(played).await.unwrap();
    assert_eq!((found.play_count, found.title.as_str()), (1, "Song 3"));
    let path = found.path.unwrap();
    assert_eq!(path, "3.mp3");
    let stats = core.stats().await.unwrap();
    assert_eq!((stats.tracks, stats.albums), (24, 2));
    assert_eq!(track(core, "Song 3").await, played);
}

#[core_async::test]
async fn music_that_moves_to_another_folder_stays_what_it_was_whichever_is_synced_first() {
    for new_first in [true, false] {
        let world = World::new();
        let core = world.open().await;
        let (one, made_of, list) = annotated(&core, &world).await;
        fs::create_dir(world.music().with_file_name("two")).unwrap();
        let two = add(&core, &world, "two").await;
        let [from, to] = ["one", "two"].map(|it| world.music().with_file_name(it));
        for number in 0..23 {
            let name = format!("{number}.mp3");
            fs::rename(from.join(&name), to.join(&name)).unwrap();
        }
        let order = if new_first { [two, one] } else { [one, two] };
        for provider in order {
            let request = SyncRequest {
                deletions_confirmed: true,
                ..SyncRequest::default()
            };
            let job = core.start_sync(provider, request).await.unwrap();
            core.wait_for_sync(job).await.unwrap();
        }
        all_is_there(&core, made_of, list).await;
        // What was read of it before is read of it now, too.
        let job = sync(&core, two).await;
        assert_eq!((job.added, job.updated, job.deleted), (0, 0, 0));
        all_is_there(&core, made_of, list).await;
        core.shutdown().await.unwrap();
    }
}

#[core_async::test]
async fn music_that_moves_to_another_folder_and_back_stays_what_it_was() {
    let world = World::new();
    let core = world.open().await;
    let (one, made_of, list) = annotated(&core, &world).await;
    fs::create_dir(world.music().with_file_name("two")).unwrap();
    let two = add(&core, &world, "two").await;
    // Neither folder is ever empty.
    for ([from, to], count) in [
        (["one", "two"], 23),
        (["two", "one"], 22),
        (["one", "two"], 22),
    ] {
        let [from, to] = [from, to].map(|it| world.music().with_file_name(it));
        for number in 0..count {
            let name = format!("{number}.mp3");
            fs::rename(from.join(&name), to.join(&name)).unwrap();
        }
        for provider in [two, one] {
            let request = SyncRequest {
                deletions_confirmed: true,
                ..SyncRequest::default()
            };
            let job = core.start_sync(provider, request).await.unwrap();
            core.wait_for_sync(job).await.unwrap();
        }
        all_is_there(&core, made_of, list).await;
    }
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn a_folder_that_was_renamed_is_added_again_and_the_old_one_taken_out() {
    let world = World::new();
    let core = world.open().await;
    let (one, made_of, list) = annotated(&core, &world).await;
    let [from, to] = ["one", "two"].map(|it| world.music().with_file_name(it));
    fs::rename(from, to).unwrap();
    add(&core, &world, "two").await;
    let mut events = core.subscribe();
    core.remove_provider(one).await.unwrap();
    all_is_there(&core, made_of, list).await;
    assert_eq!(core.stats().await.unwrap().missing_tracks, 0);
    let changed = events.recv().await.unwrap();
    let CoreEvent::Library(LibraryEvent::Changed { tracks_updated, .. }) = &changed.event else {
        panic!("{changed:?}");
    };
    assert_eq!(tracks_updated.count(), 2);
}

#[core_async::test]
async fn a_copy_that_somebody_made_something_of_stays_itself() {
    let world = World::new();
    let core = world.open().await;
    let (one, [played, _], _) = annotated(&core, &world).await;
    songs(&world, "two", 3..4);
    add(&core, &world, "two").await;
    let found = core.search("Song 3", 5, None).await.unwrap().items;
    let copy = found
        .iter()
        .find(|it| it.title == "Song 3" && it.id != played.0);
    let copy = TrackId(copy.unwrap().id);
    core.rate(copy, Some(60)).await.unwrap();
    core.remove_provider(one).await.unwrap();
    assert_eq!(core.track(copy).await.unwrap().rating, Some(60));
    assert!(core.track(played).await.unwrap().missing);
}

#[core_async::test]
async fn a_file_that_was_set_aside_is_back_when_the_one_that_was_kept_is_another_folders() {
    let world = World::new();
    let core = world.open().await;
    songs(&world, "one", 0..4);
    songs(&world, "two", 20..21);
    let [from, to] = ["one", "two"].map(|it| world.music().with_file_name(it));
    fs::copy(from.join("3.mp3"), from.join("copy.mp3")).unwrap();
    let (one, two) = (
        add(&core, &world, "one").await,
        add(&core, &world, "two").await,
    );
    let alike = core.duplicates(None, 10).await.unwrap();
    let tracks: Vec<TrackId> = alike[0].tracks.iter().map(|it| TrackId(it.id)).collect();
    let is_kept = |it: &&core_service::dto::Track| it.path.as_deref() == Some("3.mp3");
    let kept = TrackId(alike[0].tracks.iter().find(is_kept).unwrap().id);
    core.decide_duplicates(&tracks, core_service::Keep::Only(kept))
        .await
        .unwrap();
    core.played(kept).await.unwrap();
    fs::rename(from.join("3.mp3"), to.join("3.mp3")).unwrap();
    sync(&core, two).await;
    sync(&core, one).await;
    let found = core.search("Song 3", 5, None).await.unwrap().items;
    let mut found: Vec<(i64, u64)> = found.iter().map(|it| (it.id, it.play_count)).collect();
    found.sort_by_key(|it| it.1);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!((found[0].1, found[1]), (0, (kept.0, 1)));
    core.shutdown().await.unwrap();
}
