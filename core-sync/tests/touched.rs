//! What a sync says of the albums and artists that change along with tracks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use core_library::model::TrackId;
use core_library::repository::duplicate::Keep;
use core_runtime::events::{ChangedIds, CoreEvent, EventSubscriber, LibraryEvent};
use files::image;
use paths::Paths;
use world::{World, song};

#[path = "portable/files.rs"]
#[allow(dead_code, reason = "not every test needs all of it")]
mod files;
#[path = "portable/paths.rs"]
mod paths;
#[path = "portable/world.rs"]
mod world;

/// A song of an artist on an album of somebody.
fn tagged(sound: u32, artist: &str, album: &str, album_artist: &str) -> Vec<u8> {
    let mut frames = Vec::new();
    for (name, text) in [("TPE1", artist), ("TALB", album), ("TPE2", album_artist)] {
        frames.extend(name.as_bytes());
        frames.extend((text.len() as u32 + 1).to_be_bytes());
        frames.extend([0, 0, 0]);
        frames.extend(text.as_bytes());
    }
    let mut file = vec![b'I', b'D', b'3', 3, 0, 0, 0, 0, 0, frames.len() as u8];
    file.extend(frames);
    file.extend(song(sound));
    file
}

/// What was told of changes, in names.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    /// Tracks added, updated and removed.
    tracks: [u64; 3],
    albums: BTreeSet<String>,
    artists: BTreeSet<String>,
    covers: BTreeSet<String>,
}

fn told(tracks: [u64; 3], albums: &[&str], artists: &[&str]) -> Told {
    let names = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
    Told {
        tracks,
        albums: names(albums),
        artists: names(artists),
        covers: BTreeSet::new(),
    }
}

struct Listener {
    events: EventSubscriber,
    /// What rows were called, also those that are gone.
    names: BTreeMap<(&'static str, i64), String>,
}

impl Listener {
    fn new(world: &World) -> Self {
        Self {
            events: world.events.subscribe(),
            names: BTreeMap::new(),
        }
    }

    async fn heard(&mut self, world: &World) -> Told {
        for (table, sql) in [
            ("album", "SELECT id, title FROM album"),
            ("artist", "SELECT id, name FROM artist"),
        ] {
            for row in &world.library.query(sql, vec![]).await.unwrap() {
                let id = row.get(0).unwrap();
                self.names.insert((table, id), row.get(1).unwrap());
            }
        }
        let names = |table, ids: &ChangedIds| -> Vec<String> {
            let ids = ids.ids().expect("they are few");
            ids.iter()
                .map(|id| self.names[&(table, *id)].clone())
                .collect()
        };
        let mut told = Told::default();
        while let Ok(event) = self.events.try_recv() {
            match &event.event {
                CoreEvent::Library(LibraryEvent::Changed {
                    tracks_added,
                    tracks_updated,
                    tracks_removed,
                    albums,
                    artists,
                }) => {
                    let tracks = [tracks_added, tracks_updated, tracks_removed];
                    for (all, some) in told.tracks.iter_mut().zip(tracks) {
                        *all += some.count();
                    }
                    told.albums.extend(names("album", albums));
                    told.artists.extend(names("artist", artists));
                }
                CoreEvent::Library(LibraryEvent::ArtworkChanged { albums }) => {
                    told.covers.extend(names("album", albums));
                }
                _ => {}
            }
        }
        told
    }
}

#[core_async::test]
async fn a_sync_names_the_albums_and_artists_that_tracks_have_and_had() {
    let world = World::new().await;
    let mut listener = Listener::new(&world);
    world.drive.put("1.mp3", tagged(1, "Ann", "One", "Band"));
    world.drive.put("2.mp3", tagged(2, "Ben", "One", "Band"));
    world.drive.put("3.mp3", tagged(3, "Cid", "Two", "Various"));
    world.sync().await;
    assert_eq!(
        listener.heard(&world).await,
        told(
            [3, 0, 0],
            &["One", "Two"],
            &["Ann", "Band", "Ben", "Cid", "Various"]
        )
    );

    world.sync().await;
    assert_eq!(listener.heard(&world).await, Told::default());

    world.drive.put("2.mp3", tagged(2, "Dan", "Three", "Dan"));
    world.sync().await;
    assert_eq!(
        listener.heard(&world).await,
        told([0, 1, 0], &["One", "Three"], &["Band", "Ben", "Dan"])
    );

    world.drive.delete("3.mp3");
    world.sync().await;
    assert_eq!(
        listener.heard(&world).await,
        told([0, 0, 1], &["Two"], &["Cid", "Various"])
    );

    world.drive.put("4.mp3", tagged(3, "Cid", "Two", "Various"));
    world.sync().await;
    assert_eq!(
        listener.heard(&world).await,
        told([1, 0, 0], &["Two"], &["Cid", "Various"])
    );
}

#[core_async::test]
async fn what_is_there_again_unread_is_told_with_its_album() {
    let drive = Paths::default();
    let world = World::behind(|_| Arc::new(drive.clone())).await;
    drive.put("1.mp3", tagged(1, "Ann", "One", "Ann"));
    drive.put("2.mp3", tagged(2, "Ben", "Two", "Ben"));
    world.sync().await;
    let mut listener = Listener::new(&world);
    let gone = told([0, 0, 1], &["One"], &["Ann"]);
    drive.rename("1.mp3", "1.away");
    world.sync().await;
    assert_eq!(listener.heard(&world).await, gone);
    drive.rename("1.away", "1.mp3");
    let job = world.sync().await;
    assert_eq!((job.stats().added, job.stats().bytes_read), (1, 0));
    let back = told([1, 0, 0], &["One"], &["Ann"]);
    assert_eq!(listener.heard(&world).await, back);
}

/// Gives the ids of tracks that were told as updated, and no others may be told.
fn moved(events: &mut EventSubscriber) -> BTreeSet<i64> {
    let mut moved = BTreeSet::new();
    while let Ok(event) = events.try_recv() {
        if let CoreEvent::Library(LibraryEvent::Changed {
            tracks_added,
            tracks_updated,
            tracks_removed,
            ..
        }) = &event.event
        {
            assert!(tracks_added.is_empty() && tracks_removed.is_empty());
            let ids = tracks_updated.ids().expect("they are few");
            assert!(
                ids.iter().all(|it| moved.insert(*it)),
                "told twice: {ids:?}"
            );
        }
    }
    moved
}

#[core_async::test]
async fn a_track_whose_file_only_moved_is_told_with_its_album_and_counted_as_moved() {
    let drive = Paths::default();
    let world = World::behind(|_| Arc::new(drive.clone())).await;
    drive.put_file("1.mp3", tagged(1, "Ann", "One", "Ann"), 1, 1);
    drive.put("2.mp3", tagged(2, "Ben", "Two", "Ben"));
    world.sync().await;
    let mut listener = Listener::new(&world);
    // The one is known by its id and not read, the other by its sound.
    for (from, to, album, artist) in [
        ("1.mp3", "a/1.mp3", "One", "Ann"),
        ("2.mp3", "a/2.mp3", "Two", "Ben"),
    ] {
        drive.rename(from, to);
        let job = world.sync().await;
        let stats = job.stats();
        assert_eq!((stats.moved, stats.updated), (1, 0), "{from}");
        let expected = told([0, 1, 0], &[album], &[artist]);
        assert_eq!(listener.heard(&world).await, expected, "{from}");
    }
}

#[core_async::test]
async fn what_an_id_follows_is_told_when_it_or_a_folder_above_it_moves() {
    let world = World::new().await;
    for sound in 1..=3 {
        let path = format!("a/b/{sound}.mp3");
        world.drive.put(&path, tagged(sound, "Ann", "One", "Ann"));
    }
    world.drive.put("c/4.mp3", tagged(4, "Ben", "Two", "Ben"));
    world.sync().await;
    let tracks = world.present().await;
    let mut events = world.events.subscribe();
    let ids = |paths: &[&str]| -> BTreeSet<i64> { paths.iter().map(|it| tracks[*it].0).collect() };
    world.drive.rename("a/b/1.mp3", "c/1.mp3");
    let job = world.sync().await;
    assert_eq!((job.stats().moved, job.stats().updated), (1, 0));
    assert_eq!(moved(&mut events), ids(&["a/b/1.mp3"]));

    world.drive.rename("a", "z");
    world.drive.rename("z/b/2.mp3", "c/2.mp3");
    world.sync().await;
    assert_eq!(moved(&mut events), ids(&["a/b/2.mp3", "a/b/3.mp3"]));
    world.sync().await;
    assert_eq!(moved(&mut events), BTreeSet::new());
}

#[core_async::test]
async fn covers_that_come_and_go_are_told() {
    let world = World::new().await;
    let mut listener = Listener::new(&world);
    world.drive.put("a/1.mp3", tagged(1, "Ann", "One", "Ann"));
    world.drive.put("b/2.mp3", tagged(2, "Ben", "Two", "Ben"));
    world.drive.put("a/cover.png", image(1));
    world.sync().await;
    let covers = listener.heard(&world).await.covers;
    assert_eq!(covers.into_iter().collect::<Vec<_>>(), ["One"]);
    world.drive.put("b/cover.png", image(2));
    world.sync().await;
    let covers = listener.heard(&world).await.covers;
    assert_eq!(covers.into_iter().collect::<Vec<_>>(), ["Two"]);
    world.drive.delete("a/cover.png");
    world.sync().await;
    let covers = listener.heard(&world).await.covers;
    assert_eq!(covers.into_iter().collect::<Vec<_>>(), ["One"]);
}

#[core_async::test]
async fn decisions_and_removals_name_the_albums_and_artists_of_their_tracks() {
    let world = World::new().await;
    world.drive.put("1.mp3", tagged(1, "Ann", "One", "Ann"));
    world.drive.put("2.mp3", tagged(1, "Ben", "Two", "Ben"));
    world.drive.put("3.mp3", tagged(3, "Cid", "Three", "Cid"));
    world.sync().await;
    let mut listener = Listener::new(&world);
    let tracks: Vec<TrackId> = world.present().await.into_values().collect();
    let same = &tracks[..2];
    let decided = world
        .coordinator
        .decide_duplicates(same, Keep::Only(same[0]));
    decided.await.expect("they sound the same");
    assert_eq!(
        listener.heard(&world).await,
        told([0, 1, 1], &["One", "Two"], &["Ann", "Ben"])
    );

    let removed = world.coordinator.remove_provider(world.provider);
    removed.await.expect("it is there");
    assert_eq!(
        listener.heard(&world).await,
        told([0, 0, 3], &["One", "Three", "Two"], &["Ann", "Ben", "Cid"])
    );
}
