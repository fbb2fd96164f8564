//! Files that hold a whole disc are its tracks.

mod disc;
mod discs;
mod folders;
mod parts;

use core_service::TrackId;
use core_service::dto::Track;
use music_core_tests::{Song, World, real_size};
use std::fs;

/// A disc of three minutes, in three tracks.
fn sheet(file: &str, second: &str) -> String {
    format!(
        "PERFORMER \"The Band\"\nTITLE \"The Disc\"\nFILE \"{file}\" WAVE\n\
         TRACK 01 AUDIO\nTITLE \"First\"\nINDEX 01 00:00:00\n\
         TRACK 02 AUDIO\nTITLE \"{second}\"\nPERFORMER \"A Guest\"\nINDEX 00 00:59:00\nINDEX 01 01:00:00\n\
         TRACK 03 AUDIO\nTITLE \"Third\"\nINDEX 01 02:30:37\n"
    )
}

/// A track: its title, where it begins, where it ends, and how long it is.
type Place<'a> = (&'a str, Option<i64>, Option<i64>, Option<i64>);

/// Gives the tracks that are there, in the order of their places.
fn there(tracks: &[Track]) -> Vec<Place<'_>> {
    let mut found: Vec<_> = tracks
        .iter()
        .filter(|it| !it.missing)
        .map(|it| (it.title.as_str(), it.start_ms, it.end_ms, it.duration_ms))
        .collect();
    found.sort_by_key(|it| it.1);
    found
}

fn id(tracks: &[Track], title: &str) -> i64 {
    let track = tracks.iter().find(|it| it.title == title && !it.missing);
    track.unwrap_or_else(|| panic!("{title} is not there")).id
}

#[core_async::test]
async fn a_sheet_beside_a_file_makes_it_tracks_that_stay_who_they_are() {
    let world = World::new();
    real_size::write_flac(&Song::numbered(1), &world.file("Disc/disc.flac"));
    fs::write(world.file("Disc/disc.cue"), sheet("disc.wav", "Second")).unwrap();
    let job = world.sync().await;
    assert_eq!((job.added, job.failed), (3, 0));
    let before = world.tracks().await;
    assert_eq!(
        there(&before),
        [
            ("First", Some(0), Some(60_000), Some(60_000)),
            ("Second", Some(60_000), Some(150_493), Some(90_493)),
            ("Third", Some(150_493), None, Some(29_507)),
        ]
    );
    let second = before.iter().find(|it| it.title == "Second").unwrap();
    assert_eq!(
        (second.artists.as_slice(), second.track, second.track_total),
        (["A Guest".to_owned()].as_slice(), Some(2), Some(3))
    );
    assert_eq!(second.album.as_deref(), Some("Album 0"));

    // Nothing changed: nothing is read.
    let job = world.sync().await;
    assert_eq!((job.updated, job.bytes_read), (0, 0));

    // The sheet is edited: its tracks are, and no others.
    fs::write(
        world.file("Disc/disc.cue"),
        sheet("disc.wav", "Second, edited"),
    )
    .unwrap();
    let job = world.sync().await;
    assert_eq!((job.added, job.updated, job.deleted), (0, 1, 0));
    let edited = world.tracks().await;
    assert_eq!(id(&edited, "Second, edited"), id(&before, "Second"));

    // The folder is moved: the tracks are who they were.
    fs::rename(world.music().join("Disc"), world.music().join("Moved")).unwrap();
    world.sync_full().await;
    let moved = world.tracks().await;
    for title in ["First", "Second, edited", "Third"] {
        assert_eq!(id(&moved, title), id(&edited, title), "{title}");
    }

    // Without its sheet the file is one track, and with it the tracks are back.
    fs::remove_file(world.file("Moved/disc.cue")).unwrap();
    world.sync().await;
    assert_eq!(
        there(&world.tracks().await),
        [("Song 1", None, None, Some(180_000))]
    );
    fs::write(
        world.file("Moved/disc.cue"),
        sheet("disc.wav", "Second, edited"),
    )
    .unwrap();
    world.sync().await;
    let back = world.tracks().await;
    assert_eq!(there(&back).len(), 3);
    assert_eq!(id(&back, "Third"), id(&edited, "Third"));
}

#[core_async::test]
async fn an_embedded_sheet_makes_tracks_and_the_one_beside_the_file_goes_first() {
    let world = World::new();
    let embedded = format!("CUESHEET={}", sheet("CDImage.wav", "Embedded"));
    let file = world.file("a.flac");
    real_size::write_flac_with(&Song::numbered(1), &[&embedded], &file);
    assert_eq!(world.sync().await.added, 3);
    assert_eq!(there(&world.tracks().await)[1].0, "Embedded");
    fs::write(world.file("a.cue"), sheet("a.wav", "Beside")).unwrap();
    world.sync().await;
    assert_eq!(there(&world.tracks().await)[1].0, "Beside");
}

#[core_async::test]
async fn a_file_that_is_cut_into_tracks_leaves_what_it_was_to_its_copy() {
    for copy in ["e.flac", "c.flac", "Copies/d.flac"] {
        let world = World::new();
        real_size::write_flac(&Song::numbered(1), &world.file("d.flac"));
        world.sync().await;
        let whole = id(&world.tracks().await, "Song 1");
        let core = world.open().await;
        core.played(TrackId(whole)).await.unwrap();
        core.shutdown().await.unwrap();
        fs::copy(world.file("d.flac"), world.file(copy)).unwrap();
        let embedded = format!("CUESHEET={}", sheet("CDImage.wav", "Embedded"));
        real_size::write_flac_with(&Song::numbered(1), &[&embedded], &world.file("d.flac"));

        let job = world.sync().await;
        assert_eq!((job.added, job.deleted, job.failed), (3, 0, 0), "{copy}");
        let tracks = world.tracks().await;
        assert_eq!(there(&tracks).len(), 4, "{copy}");
        let kept = tracks.iter().find(|it| it.id == whole).unwrap();
        assert_eq!((kept.missing, kept.play_count), (false, 1), "{copy}");
        assert_eq!(kept.path.as_deref(), Some(copy));
    }
}

#[core_async::test]
async fn sheets_of_single_files_and_broken_ones_change_nothing() {
    let world = World::with_albums(1);
    let mut text = String::new();
    for track in 1..=12 {
        text += &format!(
            "FILE {track:02}.wav WAVE\nTRACK {track:02} AUDIO\nTITLE x\nINDEX 01 00:00:00\n"
        );
    }
    fs::write(world.file("Album 0/album.cue"), text).unwrap();
    fs::write(world.file("Album 0/broken.cue"), b"\xff\xfe\0TRACK").unwrap();
    let job = world.sync().await;
    assert_eq!((job.added, job.failed), (12, 0));
    assert!(
        world
            .tracks()
            .await
            .iter()
            .all(|it| it.title.starts_with("Song"))
    );
}
