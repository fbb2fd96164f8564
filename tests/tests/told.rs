//! What a host is told of what a person does, and of its own life.

use std::sync::Arc;

use bridge_native::{NativeClock, NativeDatabase, NativeFileSystem};
use bridge_traits::lifecycle::LifecycleState;
use bridge_traits::testing::FakeLifecycle;
use core_service::events::{CoreEvent, LibraryEvent, LifecycleEvent};
use core_service::{CoreConfig, CoreServiceBuilder, TrackId};
use music_core_tests::World;

#[core_async::test]
async fn a_play_a_rating_and_a_favourite_name_the_album_and_artists_of_their_track() {
    let world = World::with_albums(1);
    world.sync().await;
    let core = world.open().await;
    let found = core.search("song 5", 1, None).await.unwrap().items;
    let track = found.into_iter().next().expect("it is there");
    let artists = core.artists(9, None).await.unwrap().items;
    let artists: Vec<i64> = artists.into_iter().map(|it| it.id).collect();
    let id = TrackId(track.id);
    let mut events = core.subscribe();
    core.played(id).await.unwrap();
    core.rate(id, Some(80)).await.unwrap();
    core.set_favourite(id, true).await.unwrap();
    for _ in 0..3 {
        let event = events.recv().await.unwrap();
        let CoreEvent::Library(LibraryEvent::Changed {
            tracks_updated,
            albums,
            artists: told,
            ..
        }) = &event.event
        else {
            panic!("{event:?}");
        };
        assert_eq!(tracks_updated.ids(), Some(&[track.id][..]));
        assert_eq!(
            albums.ids(),
            track.album_id.as_ref().map(std::slice::from_ref)
        );
        assert_eq!(told.ids(), Some(&*artists));
    }
}

#[core_async::test]
async fn how_the_app_is_seen_is_told_when_it_changes() {
    let world = World::new();
    let database = NativeDatabase::open(&world.database()).await.unwrap();
    let app = FakeLifecycle::new();
    let config = CoreConfig::builder()
        .database_path(world.database())
        .build()
        .unwrap();
    let core = CoreServiceBuilder::new()
        .config(config)
        .database(Arc::new(database))
        .filesystem(Arc::new(NativeFileSystem::new()))
        .clock(Arc::new(NativeClock::new()))
        .lifecycle(Arc::new(app.clone()))
        .build()
        .await
        .unwrap();
    let mut events = core.subscribe();
    app.set(LifecycleState::Background);
    app.set(LifecycleState::Background);
    app.set(LifecycleState::Foreground);
    app.set(LifecycleState::Terminating);
    for expected in [
        LifecycleEvent::Background,
        LifecycleEvent::Foreground,
        LifecycleEvent::Terminating,
    ] {
        let event = events.recv().await.unwrap();
        assert_eq!(event.event, CoreEvent::Lifecycle(expected));
    }
    core.shutdown().await.unwrap();
    let event = events.recv().await.unwrap();
    assert_eq!(event.event, CoreEvent::Lifecycle(LifecycleEvent::Stopping));
    // A change after the end is nobody's.
    app.set(LifecycleState::Foreground);
    assert!(events.recv().await.is_err());
}
