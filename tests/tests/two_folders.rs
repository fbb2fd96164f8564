//! Songs that go from one folder that is synced to another, which is synced by itself.

use std::fs;

use core_service::dto::Track;
use core_service::{SyncRequest, TrackId};
use music_core_tests::{Song, World};

/// What tags say of a song that is there, and how often it was played.
fn told(tracks: &[Track], title: &str) -> (Vec<String>, Vec<String>, Option<String>, u64) {
    let track = tracks.iter().find(|it| it.title == title && !it.missing);
    let track = track.unwrap_or_else(|| panic!("{title} is not there"));
    let credits = track.credits.iter().map(|it| it.name.clone()).collect();
    (
        credits,
        track.genres.clone(),
        track.date.clone(),
        track.play_count,
    )
}

#[core_async::test]
async fn a_song_that_goes_to_another_folder_with_other_tags_has_those_and_its_plays() {
    for reversed in [false, true] {
        let world = World::with_albums(1);
        let here = world.music();
        let there = here.with_file_name("there");
        fs::create_dir_all(&there).unwrap();
        Song::numbered(20).write(&there.join("20.mp3"));
        let mut folders = [here, there.clone()];
        if reversed {
            folders.reverse();
        }
        let request = SyncRequest {
            deletions_confirmed: true,
            ..SyncRequest::default()
        };
        for folder in &folders {
            world.sync_folder(folder, request).await;
        }
        let core = world.open().await;
        let before = core.tracks(true, 100, None).await.unwrap().items;
        let played = before.iter().find(|it| it.title == "Song 3").unwrap().id;
        core.played(TrackId(played)).await.unwrap();
        core.shutdown().await.unwrap();

        let song = Song {
            artist: "Somebody".to_owned(),
            genre: "Ambient".to_owned(),
            year: "2020".to_owned(),
            ..Song::numbered(3)
        };
        fs::rename(world.file("Album 0/04.mp3"), there.join("4.mp3")).unwrap();
        song.retag(&there.join("4.mp3"));
        for folder in &folders {
            world.sync_folder(folder, request).await;
        }
        let core = world.open().await;
        let tracks = core.tracks(true, 100, None).await.unwrap().items;
        let now = told(&tracks, "Song 3");
        let own = |text: &str| vec![text.to_owned()];
        let expected = (own("Somebody"), own("Ambient"), Some("2020".to_owned()), 1);
        assert_eq!(now, expected, "reversed: {reversed}");
        let found = core.search("somebody", 10, None).await.unwrap().items;
        let found: Vec<i64> = found.iter().map(|it| it.id).collect();
        assert_eq!(found, [played], "reversed: {reversed}");
        core.shutdown().await.unwrap();

        // Nothing is left to be read.
        for folder in &folders {
            let job = world.sync_folder(folder, request).await;
            assert_eq!((job.updated, job.bytes_read), (0, 0), "{job:?}");
        }
        assert_eq!(told(&world.tracks().await, "Song 3"), expected);
    }
}
