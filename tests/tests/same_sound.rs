//! Files that sound the same, as a host sees them.

use std::fs;

use core_service::TrackId;
use music_core_tests::{Song, World};

#[core_async::test]
async fn files_that_sound_the_same_are_listed_with_their_tracks_and_decided_about() {
    let world = World::new();
    for (number, copies) in [(1, 3), (2, 2), (3, 1)] {
        for copy in 0..copies {
            let path = world.file(&format!("{copy}/{number}.mp3"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            Song::numbered(number).write(&path);
        }
    }
    world.sync().await;
    let core = world.open().await;
    let groups = core.duplicates(None, 10).await.unwrap();
    let mut told: Vec<(usize, String)> = groups
        .iter()
        .map(|it| (it.tracks.len(), it.tracks[0].title.clone()))
        .collect();
    told.sort();
    assert_eq!(told, [(2, "Song 2".to_owned()), (3, "Song 1".to_owned())]);
    for group in &groups {
        assert!(
            group
                .tracks
                .iter()
                .all(|it| it.title == group.tracks[0].title)
        );
    }

    let first = core.duplicates(None, 1).await.unwrap();
    let rest = core
        .duplicates(Some(first[0].next.clone()), 10)
        .await
        .unwrap();
    assert_eq!((first.len(), rest.len()), (1, 1));
    for group in &groups {
        let tracks: Vec<TrackId> = group.tracks.iter().map(|it| TrackId(it.id)).collect();
        core.decide_duplicates(&tracks, core_service::Keep::Only(tracks[0]))
            .await
            .unwrap();
    }
    assert_eq!(core.duplicates(None, 10).await.unwrap(), []);
    assert_eq!(core.stats().await.unwrap().tracks, 3);

    // Those that are set aside are told from those whose files are gone.
    fs::remove_file(world.file("0/3.mp3")).unwrap();
    core.shutdown().await.unwrap();
    world.sync().await;
    let core = world.open().await;
    let aside = core.duplicates_set_aside(None, 10).await.unwrap();
    assert_eq!(aside.len(), 3);
    assert!(
        aside
            .iter()
            .all(|it| it.track.missing && it.track.set_aside)
    );
    let all = core.tracks(true, 10, None).await.unwrap().items;
    let gone: Vec<&str> = all
        .iter()
        .filter(|it| it.missing && !it.set_aside)
        .map(|it| it.title.as_str())
        .collect();
    assert_eq!(gone, ["Song 3"]);
    assert_eq!(all.iter().filter(|it| it.set_aside).count(), 3);
    core.shutdown().await.unwrap();
}
