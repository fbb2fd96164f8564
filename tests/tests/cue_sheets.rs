//! Files that hold a whole disc are its tracks.

use core_service::dto::{SyncJob, Track};
use core_service::{Keep, Place as EntryPlace, SyncRequest, TrackId};
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

/// A file of a whole disc with a sheet beside it.
struct Disc(World);

impl Disc {
    fn new() -> Self {
        let world = World::new();
        real_size::write_flac(&Song::numbered(1), &world.file("Disc/disc.flac"));
        // More music, so that this file does not look like all there is.
        Song::numbered(13).write(&world.file("Other/other.mp3"));
        Self(world)
    }

    /// Writes the sheet: titles, and the second at which each begins.
    fn sheet(&self, folder: &str, tracks: &[(&str, u32)]) {
        let mut text = "TITLE \"The Disc\"\nFILE \"disc.wav\" WAVE\n".to_owned();
        for (at, (title, second)) in tracks.iter().enumerate() {
            let (number, minute, second) = (at + 1, second / 60, second % 60);
            text += &format!("TRACK {number:02} AUDIO\n");
            if !title.is_empty() {
                text += &format!("TITLE \"{title}\"\n");
            }
            text += &format!("INDEX 01 {minute:02}:{second:02}:00\n");
        }
        fs::write(self.0.file(&format!("{folder}/disc.cue")), text).unwrap();
    }

    fn without_sheet(&self, folder: &str) {
        fs::remove_file(self.0.file(&format!("{folder}/disc.cue"))).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.0.music().join(from), self.0.music().join(to)).unwrap();
    }

    /// Makes one with another disc beside it, of which some tracks were played.
    async fn beside_another() -> Self {
        let disc = Self::new();
        real_size::write_flac(&Song::numbered(2), &disc.0.file("CD2/disc.flac"));
        disc.sheet("Disc", &THREE);
        disc.sheet("CD2", &OTHER);
        disc.0.sync().await;
        for (title, plays) in [("One", 1), ("Two", 2), ("Uno", 3), ("Dos", 4)] {
            disc.make(title, plays).await;
        }
        disc
    }

    /// Exchanges the names of the two.
    fn changes_names(&self) {
        self.rename("Disc", "swap");
        self.rename("CD2", "Disc");
        self.rename("swap", "CD2");
    }

    /// Puts the file and its sheet out of the folder, or back.
    fn is_away(&self, away: bool) {
        let (here, there) = (self.0.music().join("Disc"), self.0.music().join("../Away"));
        match away {
            true => fs::rename(here, there).unwrap(),
            false => fs::rename(there, here).unwrap(),
        }
    }

    async fn confirmed(&self) -> SyncJob {
        let request = SyncRequest {
            deletions_confirmed: true,
            ..SyncRequest::default()
        };
        self.0.sync_with(request).await
    }

    /// Gives the titles of what is there of the disc.
    async fn titles(&self) -> Vec<String> {
        let tracks = self.0.tracks().await;
        let found = there(&tracks).into_iter().map(|it| it.0.to_owned());
        found.filter(|it| it != "Song 13").collect()
    }

    /// Plays a track so many times, and rates it by how often it was played.
    async fn make(&self, title: &str, times: u32) {
        let tracks = self.0.tracks().await;
        let track = TrackId(id(&tracks, title));
        let before = tracks
            .iter()
            .find(|it| it.id == track.0)
            .unwrap()
            .play_count;
        let core = self.0.open().await;
        for _ in 0..times {
            core.played(track).await.unwrap();
        }
        let rating = u8::try_from((before + u64::from(times)) * 10).unwrap();
        core.rate(track, Some(rating)).await.unwrap();
        core.shutdown().await.unwrap();
    }

    /// Tells how often each track that is there was played; the rating has to say the same.
    async fn made(&self) -> Vec<(String, u64)> {
        let tracks = self.0.tracks().await;
        let of_disc = there(&tracks).into_iter().filter(|it| it.0 != "Song 13");
        of_disc
            .map(|(title, start, ..)| {
                let is = |it: &&Track| it.title == title && it.start_ms == start && !it.missing;
                let it = tracks.iter().find(is).unwrap();
                let rating = u64::from(it.rating.unwrap_or_default());
                assert_eq!(rating, it.play_count * 10, "{title}");
                (title.to_owned(), it.play_count)
            })
            .collect()
    }
}

const OTHER: [(&str, u32); 2] = [("Uno", 0), ("Dos", 12)];
const THREE: [(&str, u32); 3] = [("One", 0), ("Two", 10), ("Three", 20)];

#[core_async::test]
async fn parts_that_a_file_no_longer_has_do_not_come_back_with_it() {
    let disc = Disc::new();
    disc.sheet("Disc", &THREE);
    disc.0.sync().await;
    disc.without_sheet("Disc");
    disc.0.sync().await;
    assert_eq!(disc.titles().await, ["Song 1"]);

    disc.rename("Disc/disc.flac", "Disc/new.flac");
    assert_eq!(disc.0.sync().await.added, 0);
    assert_eq!(disc.titles().await, ["Song 1"], "renamed");
    disc.is_away(true);
    disc.confirmed().await;
    assert_eq!(disc.titles().await, [""; 0], "away");
    disc.is_away(false);
    disc.0.sync().await;
    assert_eq!(disc.titles().await, ["Song 1"], "back");
    disc.0.sync_full().await;
    assert_eq!(disc.titles().await, ["Song 1"], "after a full sync");
}

#[core_async::test]
async fn a_whole_file_does_not_come_back_beside_its_parts() {
    let disc = Disc::new();
    disc.0.sync().await;
    disc.sheet(
        "Disc",
        &[("One", 0), ("Two", 10), ("Three", 20), ("Four", 30)],
    );
    disc.0.sync().await;
    disc.sheet("Disc", &THREE);
    disc.0.sync().await;
    let parts = ["One", "Two", "Three"];
    assert_eq!(disc.titles().await, parts);

    disc.rename("Disc", "Moved");
    disc.0.sync().await;
    assert_eq!(disc.titles().await, parts, "moved");
    disc.rename("Moved", "Disc");
    disc.0.sync_full().await;
    assert_eq!(disc.titles().await, parts, "moved back");
    disc.is_away(true);
    disc.confirmed().await;
    assert_eq!(disc.titles().await, [""; 0], "away");
    disc.is_away(false);
    disc.0.sync().await;
    assert_eq!(disc.titles().await, parts, "back");
    // With the sheet gone the file is one track, the one that it was.
    disc.without_sheet("Disc");
    disc.0.sync().await;
    assert_eq!(disc.titles().await, ["Song 1"]);
}

#[core_async::test]
async fn a_whole_file_that_was_set_aside_does_not_come_back_beside_its_parts() {
    let disc = Disc::new();
    fs::create_dir(disc.0.music().join("Copy")).unwrap();
    fs::copy(disc.0.file("Disc/disc.flac"), disc.0.file("Copy/copy.flac")).unwrap();
    disc.0.sync().await;
    assert_eq!(disc.titles().await, ["Song 1", "Song 1"]);
    let core = disc.0.open().await;
    let alike = core.duplicates(None, 10).await.unwrap();
    let copy = |it: &&Track| it.path.as_deref() == Some("Copy/copy.flac");
    let copy = TrackId(alike[0].tracks.iter().find(copy).unwrap().id);
    let both: Vec<TrackId> = alike[0].tracks.iter().map(|it| TrackId(it.id)).collect();
    core.decide_duplicates(&both, Keep::Only(copy))
        .await
        .unwrap();
    core.shutdown().await.unwrap();
    assert_eq!(disc.titles().await, ["Song 1"]);

    disc.sheet("Disc", &THREE);
    disc.0.sync().await;
    fs::remove_file(disc.0.file("Copy/copy.flac")).unwrap();
    disc.confirmed().await;
    assert_eq!(disc.titles().await, ["One", "Two", "Three"]);
    // It is known still.
    disc.without_sheet("Disc");
    disc.0.sync().await;
    assert_eq!(disc.titles().await, ["Song 1"]);
}

#[core_async::test]
async fn a_folder_that_is_added_again_has_its_parts_and_no_others() {
    for before in [&[][..], &THREE[..2], &THREE[..]] {
        // What the file is now, and what else it was.
        for now in [&[][..], &THREE[..2], &THREE[..]] {
            let disc = Disc::new();
            for (tracks, plays) in [(before, 2), (now, 3)] {
                match tracks {
                    [] if disc.0.file("Disc/disc.cue").exists() => disc.without_sheet("Disc"),
                    [] => {}
                    tracks => disc.sheet("Disc", tracks),
                }
                disc.0.sync().await;
                // One is played, and the others are not.
                let first = disc.titles().await[0].clone();
                disc.make(&first, plays).await;
            }
            let titles = disc.titles().await;
            let core = disc.0.open().await;
            let provider = core.providers().await.unwrap()[0].id;
            core.remove_provider(provider).await.unwrap();
            core.shutdown().await.unwrap();
            disc.0.sync().await;
            assert_eq!(disc.titles().await, titles, "{before:?}, {now:?}");
            assert!(disc.made().await[0].1 >= 3, "{before:?}, {now:?}");
        }
    }
}

/// Owns what is compared.
fn made(of: &[(&str, u64)]) -> Vec<(String, u64)> {
    let own = |(title, plays): &(&str, u64)| ((*title).to_owned(), *plays);
    of.iter().map(own).collect()
}

#[core_async::test]
async fn plays_and_ratings_stay_with_their_parts_when_a_sheet_gains_and_loses_some() {
    let disc = Disc::new();
    disc.sheet("Disc", &THREE);
    disc.0.sync().await;
    for (title, plays) in [("One", 1), ("Two", 2), ("Three", 3)] {
        disc.make(title, plays).await;
    }
    let before = disc.0.tracks().await;
    let core = disc.0.open().await;
    let list = core.create_playlist("Best", None).await.unwrap();
    let two = TrackId(id(&before, "Two"));
    core.add_to_playlist(list, &[two], EntryPlace::Last)
        .await
        .unwrap();
    core.shutdown().await.unwrap();

    let four = [("One", 0), ("OneB", 5), ("Two", 10), ("Three", 20)];
    disc.sheet("Disc", &four);
    let job = disc.0.sync().await;
    assert_eq!((job.added, job.deleted), (1, 0));
    let expected = made(&[("One", 1), ("OneB", 0), ("Two", 2), ("Three", 3)]);
    assert_eq!(disc.made().await, expected, "one more");
    let core = disc.0.open().await;
    let entries = core.playlist_entries(list, 10, None).await.unwrap().items;
    core.shutdown().await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].track.title, "Two");

    disc.make("OneB", 4).await;
    disc.sheet("Disc", &[("Two", 10), ("Three", 20)]);
    let job = disc.0.sync().await;
    assert_eq!((job.added, job.deleted), (0, 2));
    assert_eq!(
        disc.made().await,
        made(&[("Two", 2), ("Three", 3)]),
        "two less"
    );

    // Those that were taken out are themselves when they are back, also after the file went elsewhere.
    disc.rename("Disc", "Moved");
    disc.0.sync().await;
    assert_eq!(
        disc.made().await,
        made(&[("Two", 2), ("Three", 3)]),
        "moved"
    );
    disc.sheet("Moved", &four);
    disc.0.sync().await;
    let expected = made(&[("One", 1), ("OneB", 4), ("Two", 2), ("Three", 3)]);
    assert_eq!(disc.made().await, expected, "all again");
    let after = disc.0.tracks().await;
    for title in ["One", "Two", "Three"] {
        assert_eq!(id(&after, title), id(&before, title), "{title}");
    }

    // The sheet changes while the file is away.
    disc.rename("Moved", "Disc");
    disc.0.sync().await;
    disc.is_away(true);
    disc.confirmed().await;
    disc.is_away(false);
    disc.sheet(
        "Disc",
        &[("OneB", 5), ("Two", 10), ("More", 15), ("Three", 20)],
    );
    disc.0.sync_full().await;
    let expected = made(&[("OneB", 4), ("Two", 2), ("More", 0), ("Three", 3)]);
    assert_eq!(disc.made().await, expected, "changed while it was away");
}

#[core_async::test]
async fn discs_that_change_names_keep_their_plays_and_another_one_takes_none() {
    let disc = Disc::beside_another().await;
    let mut made = disc.made().await;
    made.sort();
    disc.changes_names();
    disc.0.sync().await;
    let mut now = disc.made().await;
    now.sort();
    assert_eq!(now, made);

    // Once more, and a track is found in one of them meanwhile.
    disc.changes_names();
    let more = [("Uno", 0), ("Uno y medio", 6), ("Dos", 12)];
    disc.sheet("CD2", &more);
    disc.0.sync().await;
    let mut now = disc.made().await;
    now.sort();
    let found = now.iter().position(|it| it.0 == "Uno y medio").unwrap();
    assert_eq!(now.remove(found).1, 0);
    assert_eq!(now, made);
    disc.sheet("CD2", &OTHER);
    disc.0.sync().await;
    disc.changes_names();
    disc.0.sync().await;

    // Another disc under the name of one that is nowhere for a while.
    let aside = disc.0.music().with_file_name("aside");
    fs::rename(disc.0.music().join("CD2"), &aside).unwrap();
    real_size::write_flac(&Song::numbered(3), &disc.0.file("CD2/disc.flac"));
    disc.sheet("CD2", &[("Eins", 0), ("Zwei", 10), ("Drei", 20)]);
    disc.0.sync().await;
    let is_new = |it: &(String, u64)| ["Eins", "Zwei", "Drei"].contains(&it.0.as_str());
    let now = disc.made().await;
    assert_eq!(now.iter().filter(|it| is_new(it)).count(), 3, "{now:?}");
    assert!(now.iter().all(|it| !is_new(it) || it.1 == 0), "{now:?}");
    fs::rename(aside, disc.0.music().join("back")).unwrap();
    disc.0.sync().await;
    let mut now = disc.made().await;
    now.retain(|it| !is_new(it));
    now.sort();
    assert_eq!(now, made);
}

#[core_async::test]
async fn a_disc_takes_nothing_of_the_parts_that_another_file_had_once() {
    let disc = Disc::beside_another().await;
    disc.without_sheet("CD2");
    disc.0.sync().await;
    disc.changes_names();
    disc.0.sync().await;
    let mut made = disc.made().await;
    made.retain(|it| it.0 != "Song 2");
    made.sort();
    let expected = [("One", 1), ("Three", 0), ("Two", 2)];
    assert_eq!(
        made,
        expected.map(|(title, plays)| (title.to_owned(), plays))
    );
}

#[core_async::test]
async fn files_that_were_cut_into_tracks_once_are_told_apart_like_others() {
    let disc = Disc::new();
    real_size::write_flac(&Song::numbered(2), &disc.0.file("CD2/disc.flac"));
    for folder in ["Disc", "CD2"] {
        disc.sheet(folder, &THREE);
    }
    disc.0.sync().await;
    for folder in ["Disc", "CD2"] {
        disc.without_sheet(folder);
    }
    disc.0.sync().await;
    disc.make("Song 1", 1).await;
    disc.make("Song 2", 2).await;
    let ids = |tracks: &[Track]| ["Song 1", "Song 2"].map(|it| id(tracks, it));
    let before = ids(&disc.0.tracks().await);
    // Copies, which are other files.
    let (one, two) = (disc.0.file("Disc/disc.flac"), disc.0.file("CD2/disc.flac"));
    let (first, second) = (fs::read(&one).unwrap(), fs::read(&two).unwrap());
    for (path, content) in [(one, second), (two, first)] {
        fs::remove_file(&path).unwrap();
        fs::write(path, content).unwrap();
    }
    disc.0.sync().await;
    assert_eq!(ids(&disc.0.tracks().await), before);
}

#[core_async::test]
async fn parts_without_titles_are_told_by_where_they_begin() {
    let disc = Disc::new();
    disc.sheet("Disc", &[("", 0), ("", 10)]);
    disc.0.sync().await;
    disc.make("Track 01", 1).await;
    disc.make("Track 02", 2).await;
    disc.sheet("Disc", &[("", 0), ("", 5), ("", 10)]);
    disc.0.sync().await;
    let expected = made(&[("Track 01", 1), ("Track 02", 0), ("Track 03", 2)]);
    assert_eq!(disc.made().await, expected);
}
