//! Files that sound the same, as a host sees them.

use std::fs;

use core_service::dto::Track;
use core_service::{CoreService, TrackId};
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

#[core_async::test]
async fn a_song_that_another_was_copied_over_is_missing_and_keeps_its_plays() {
    let world = World::with_albums(1);
    world.sync().await;
    let core = world.open().await;
    let first = track_titled(&core, "Song 0").await;
    core.played(TrackId(first.id)).await.unwrap();
    core.shutdown().await.unwrap();

    let (one, two) = (world.file("Album 0/01.mp3"), world.file("Album 0/02.mp3"));
    fs::copy(&two, &one).unwrap();
    let job = world.sync().await;
    assert_eq!((job.added, job.deleted), (1, 1), "{job:?}");
    let core = world.open().await;
    let tracks = core.tracks(true, 100, None).await.unwrap().items;
    let lost = tracks.iter().find(|it| it.id == first.id).unwrap();
    assert!(lost.missing && lost.title == "Song 0" && lost.play_count == 1);
    let copies: Vec<u64> = tracks
        .iter()
        .filter(|it| it.title == "Song 1" && !it.missing)
        .map(|it| it.play_count)
        .collect();
    assert_eq!(copies, [0, 0]);
    core.shutdown().await.unwrap();

    // It is known again, wherever it comes back.
    Song::numbered(0).write(&world.file("elsewhere/zero.mp3"));
    world.sync().await;
    let core = world.open().await;
    let back = track_titled(&core, "Song 0").await;
    assert_eq!(
        (back.id, back.play_count, back.missing),
        (first.id, 1, false)
    );
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn a_song_that_got_the_sound_of_another_and_kept_its_tags_stays_itself() {
    let world = World::with_albums(1);
    world.sync().await;
    let core = world.open().await;
    let first = track_titled(&core, "Song 0").await;
    core.shutdown().await.unwrap();

    let one = world.file("Album 0/01.mp3");
    fs::copy(world.file("Album 0/02.mp3"), &one).unwrap();
    Song::numbered(0).retag(&one);
    world.sync().await;
    let core = world.open().await;
    let now = track_titled(&core, "Song 0").await;
    assert_eq!((now.id, now.missing), (first.id, false));
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn another_song_under_an_old_name_takes_nothing_over() {
    let world = World::with_albums(1);
    world.sync().await;
    let first = play(&world, "Song 0").await;

    // Neither its title nor its number, and a file that came with it sounds the same.
    let one = world.file("Album 0/01.mp3");
    Song::numbered(20).write(&one);
    fs::copy(&one, world.file("new/20.mp3")).unwrap();
    world.sync().await;
    let core = world.open().await;
    assert_eq!(heard(&core, "Song 0").await, [(first, 1, true)]);
    let copies = heard(&core, "Song 20").await;
    assert!(
        copies.len() == 2 && copies.iter().all(|it| it.1 == 0 && !it.2),
        "{copies:?}"
    );
    core.shutdown().await.unwrap();

    Song::numbered(0).write(&world.file("back.mp3"));
    world.sync().await;
    let core = world.open().await;
    assert_eq!(heard(&core, "Song 0").await, [(first, 1, false)]);
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn a_song_recorded_anew_stays_itself_by_its_title_or_its_place_on_the_album() {
    let world = World::with_albums(1);
    world.sync().await;
    let first = play(&world, "Song 0").await;
    let second = play(&world, "Song 1").await;

    let (mut one, mut two) = (Song::numbered(0), Song::numbered(1));
    (one.sound, one.album, one.track) = (100, "Remasters".into(), 9);
    (two.sound, two.title) = (101, "Song One (remastered)".into());
    one.write(&world.file("Album 0/01.mp3"));
    two.write(&world.file("Album 0/02.mp3"));
    world.sync().await;
    let core = world.open().await;
    assert_eq!(heard(&core, "Song 0").await, [(first, 1, false)]);
    assert_eq!(
        heard(&core, "Song One (remastered)").await,
        [(second, 1, false)]
    );
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn a_copy_takes_over_from_a_song_that_another_replaced() {
    let world = World::with_albums(1);
    let (one, two) = (world.file("Album 0/01.mp3"), world.file("Album 0/02.mp3"));
    fs::copy(&one, world.file("copies/one.mp3")).unwrap();
    fs::copy(&two, world.file("copies/two.mp3")).unwrap();
    world.sync().await;
    let first = play_all(&world, "Song 0", |path| path.starts_with("Album")).await;
    let second = play_all(&world, "Song 1", |path| path.starts_with("Album")).await;

    fs::copy(world.file("Album 0/03.mp3"), &one).unwrap();
    Song::numbered(30).write(&two);
    let job = world.sync().await;
    assert_eq!((job.added, job.deleted), (2, 2), "{job:?}");
    let core = world.open().await;
    for (title, id) in [("Song 0", first), ("Song 1", second)] {
        let mut tracks = heard(&core, title).await;
        tracks.sort_by_key(|it| it.2);
        assert_eq!(tracks[0], (id, 1, false), "{title}: {tracks:?}");
        assert!(
            tracks[1..].iter().all(|it| it.1 == 0 && it.2),
            "{title}: {tracks:?}"
        );
    }
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn songs_without_tags_are_told_by_their_sound_alone() {
    let world = World::new();
    for (number, name) in [(1, "a.mp3"), (2, "b.mp3"), (3, "c.mp3")] {
        Song::numbered(number).write_untagged(&world.file(name));
    }
    world.sync().await;
    let first = play(&world, "a").await;
    let third = play(&world, "c").await;

    fs::copy(world.file("b.mp3"), world.file("a.mp3")).unwrap();
    Song::numbered(9).write_untagged(&world.file("c.mp3"));
    world.sync().await;
    let core = world.open().await;
    let mut of_a = heard(&core, "a").await;
    of_a.sort_by_key(|it| it.2);
    assert!(
        of_a[0].1 == 0 && !of_a[0].2 && of_a[1] == (first, 1, true),
        "{of_a:?}"
    );
    // Nothing tells that this one is another.
    assert_eq!(heard(&core, "c").await, [(third, 1, false)]);
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn a_song_that_was_copied_away_and_comes_back_has_its_plays() {
    for as_it_was in [true, false] {
        let world = World::with_albums(1);
        world.sync().await;
        let first = play(&world, "Song 0").await;
        let (here, there) = (world.file("Album 0/01.mp3"), world.file("copies/one.mp3"));
        fs::copy(&here, &there).unwrap();
        world.sync().await;
        // Its file goes, or lies aside to come back as it was.
        let aside = world.music().with_file_name("aside.mp3");
        fs::rename(&here, &aside).unwrap();
        world.sync().await;
        let core = world.open().await;
        assert!(heard(&core, "Song 0").await.contains(&(first, 1, false)));
        core.shutdown().await.unwrap();
        fs::remove_file(&there).unwrap();
        world.sync().await;
        match as_it_was {
            true => fs::rename(&aside, &here).unwrap(),
            false => Song::numbered(0).write(&here),
        }
        world.sync().await;
        let core = world.open().await;
        let mut heard = heard(&core, "Song 0").await;
        heard.sort_by_key(|it| it.2);
        assert_eq!(heard[0], (first, 1, false), "{as_it_was}: {heard:?}");
        assert!(heard[1..].iter().all(|it| it.1 == 0 && it.2), "{heard:?}");
        let path = track_with(&core, first).await.path;
        assert_eq!(path.as_deref(), Some("Album 0/01.mp3"));
        core.shutdown().await.unwrap();
    }
}

#[core_async::test]
async fn of_two_new_files_of_one_sound_the_one_with_the_tags_of_a_song_is_that_song() {
    let world = World::with_albums(1);
    world.sync().await;
    let first = play(&world, "Song 0").await;
    fs::remove_file(world.file("Album 0/01.mp3")).unwrap();
    let mut other = Song::numbered(0);
    (other.album, other.track) = ("Greatest".into(), 2);
    other.write(&world.file("a.mp3"));
    Song::numbered(0).write(&world.file("z.mp3"));
    world.sync().await;
    let core = world.open().await;
    let song = track_with(&core, first).await;
    assert_eq!(song.path.as_deref(), Some("z.mp3"));
    assert_eq!((song.play_count, song.missing), (1, false));
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn a_song_recorded_anew_stays_itself_though_one_that_sounded_like_it_is_renamed() {
    let world = World::with_albums(1);
    let mut other = Song::numbered(0);
    (other.album, other.track) = ("Greatest".into(), 2);
    other.write(&world.file("great.mp3"));
    world.sync().await;
    let on_album = play_all(&world, "Song 0", |path| path.starts_with("Album")).await;
    let great = play_all(&world, "Song 0", |path| path == "great.mp3").await;
    // Another file of the same content, as a server has after a rename.
    fs::remove_file(world.file("great.mp3")).unwrap();
    other.write(&world.file("renamed.mp3"));
    let mut anew = Song::numbered(0);
    anew.sound = 100;
    anew.write(&world.file("Album 0/01.mp3"));
    world.sync().await;
    let core = world.open().await;
    for (id, path) in [(on_album, "Album 0/01.mp3"), (great, "renamed.mp3")] {
        let song = track_with(&core, id).await;
        assert_eq!(song.path.as_deref(), Some(path), "{song:?}");
        assert_eq!((song.play_count, song.missing), (1, false), "{path}");
    }
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn music_in_another_format_stays_what_it_was_if_its_tags_leave_no_doubt() {
    let world = World::with_albums(1);
    world.sync().await;
    let first = play(&world, "Song 0").await;
    let second = play(&world, "Song 1").await;
    let third = play(&world, "Song 2").await;
    for number in 0..3 {
        fs::remove_file(world.file(&format!("Album 0/{:02}.mp3", number + 1))).unwrap();
        let mut song = Song::numbered(number);
        song.sound += 100;
        if number == 1 {
            song.album = "Live".into();
        }
        song.write(&world.file(&format!("new/{number}.mp3")));
    }
    // Which of two it is, nobody knows.
    let mut again = Song::numbered(2);
    again.sound = 200;
    again.write(&world.file("new/again.mp3"));
    world.sync().await;
    let core = world.open().await;
    let song = track_with(&core, first).await;
    assert_eq!(song.path.as_deref(), Some("new/0.mp3"));
    assert_eq!((song.play_count, song.missing), (1, false));
    for lost in [second, third] {
        let song = track_with(&core, lost).await;
        assert_eq!((song.play_count, song.missing), (1, true), "{song:?}");
    }
    assert_eq!(core.stats().await.unwrap().tracks, 13);
    core.shutdown().await.unwrap();
    // What is decided stays decided, and the file says what it is.
    let job = world.sync().await;
    assert_eq!((job.added, job.updated, job.deleted), (0, 0, 0), "{job:?}");
}

#[core_async::test]
async fn a_song_without_tags_goes_on_in_its_copy_whatever_that_is_called() {
    let world = World::with_albums(1);
    Song::numbered(50).write_untagged(&world.file("one.mp3"));
    world.sync().await;
    let song = play(&world, "one").await;
    fs::copy(world.file("one.mp3"), world.file("two.live.mp3")).unwrap();
    world.sync().await;
    fs::remove_file(world.file("one.mp3")).unwrap();
    world.sync().await;
    let core = world.open().await;
    let now = track_with(&core, song).await;
    assert_eq!((now.play_count, now.missing), (1, false));
    assert_eq!(now.title, "two.live");
    core.shutdown().await.unwrap();
}

/// Plays the song of a title; gives its track.
async fn play(world: &World, title: &str) -> i64 {
    play_all(world, title, |_| true).await
}

async fn play_all(world: &World, title: &str, wanted: impl Fn(&str) -> bool) -> i64 {
    let core = world.open().await;
    let tracks = core.tracks(true, 100, None).await.unwrap().items;
    let mut with = tracks.iter().filter(|it| {
        let path = it.path.as_deref().unwrap_or_default();
        it.title == title && wanted(path)
    });
    let id = with.next().expect("there is one").id;
    core.played(TrackId(id)).await.unwrap();
    core.shutdown().await.unwrap();
    id
}

/// Lists the tracks of a title: their ids, plays, and whether they are missing.
async fn heard(core: &CoreService, title: &str) -> Vec<(i64, u64, bool)> {
    let tracks = core.tracks(true, 100, None).await.unwrap().items;
    let with = tracks.into_iter().filter(|it| it.title == title);
    with.map(|it| (it.id, it.play_count, it.missing)).collect()
}

async fn track_titled(core: &CoreService, title: &str) -> Track {
    let tracks = core.tracks(true, 100, None).await.unwrap().items;
    let mut with = tracks.into_iter().filter(|it| it.title == title);
    with.next().expect("there is one of this title")
}

async fn track_with(core: &CoreService, id: i64) -> Track {
    core.track(TrackId(id)).await.unwrap()
}
