//! What people do to folders of music, and what a library says of it then: the same as one that is made anew.

use std::fs;
use std::path::Path;

use core_service::bootstrap::bootstrap_native;
use core_service::{AlbumId, ArtworkId, CoreConfig, CoreService, LocalFolderOptions, SyncRequest};
use lofty::config::WriteOptions;
use lofty::picture::{MimeType, Picture, PictureType};
use lofty::tag::{ItemKey, Tag, TagExt, TagType};
use music_core_tests::{Song, World};

/// Opens a library of a world's music that is in a database of this name, and syncs it.
async fn synced(world: &World, name: &str) -> CoreService {
    let config = CoreConfig::builder()
        .database_path(world.database().with_file_name(name))
        .build()
        .unwrap();
    let service = bootstrap_native(config).await.unwrap();
    let music = world.music();
    let folder = service.add_local_folder(&music, LocalFolderOptions::default());
    let folder = folder.await.unwrap();
    let request = SyncRequest {
        deletions_confirmed: true,
        ..SyncRequest::default()
    };
    let job = service.start_sync(folder.id, request).await.unwrap();
    assert_eq!(
        service.wait_for_sync(job).await.unwrap().status,
        "completed"
    );
    service
}

/// Says what a listener sees: tracks, albums with the bytes of their covers, artists and genres.
async fn seen(world: &World, name: &str) -> Vec<String> {
    let service = synced(world, name).await;
    let mut seen = Vec::new();
    let cover = async |id: Option<i64>| match id {
        Some(id) => Some(service.artwork(ArtworkId(id)).await.unwrap().0),
        None => None,
    };
    for it in service.tracks(false, 100, None).await.unwrap().items {
        let cover = cover(it.artwork_id).await;
        let text = format!(
            "{:?} {:?} {:?} {:?}",
            it.path, it.title, it.album, it.genres
        );
        seen.push(format!(
            "{text} {:?} {:?} {cover:?}",
            it.start_ms, it.artists
        ));
    }
    for it in service.albums(100, None).await.unwrap().items {
        let cover = cover(it.artwork_id).await;
        let tracks = service.album_tracks(AlbumId(it.id), 100, None).await;
        let tracks = tracks.unwrap().items.into_iter();
        let order: Vec<_> = tracks.map(|it| (it.path, it.start_ms)).collect();
        let text = format!(
            "album {:?} by {:?}, {}",
            it.title, it.artists, it.track_count
        );
        let said = format!("{:?} {:?} {:?}", it.date, it.label, it.original_date);
        seen.push(format!(
            "{text} {} {said} {cover:?} {order:?}",
            it.compilation
        ));
    }
    for it in service.artists(100, None).await.unwrap().items {
        seen.push(format!(
            "artist {:?}, {:?}: {} {}",
            it.name, it.sort_name, it.album_count, it.track_count
        ));
    }
    for it in service.genres(100, None).await.unwrap().items {
        seen.push(format!("genre {:?}: {}", it.name, it.track_count));
    }
    service.shutdown().await.unwrap();
    seen.sort();
    seen
}

/// Syncs a world, and compares with a library that is made anew.
#[track_caller]
fn is_as_new(world: &World) -> impl Future<Output = Vec<String>> {
    let caller = std::panic::Location::caller();
    async move {
        let now = seen(world, "library.db").await;
        let fresh = tempfile::tempdir().unwrap();
        let name = fresh.path().join("fresh.db");
        let new = seen(world, name.to_str().unwrap()).await;
        assert_eq!(now, new, "{caller}");
        now
    }
}

/// Writes a song without an album artist, with these tags besides.
fn write(path: &Path, sound: u32, artist: &str, album: &str, more: &[(ItemKey, &str)]) {
    Song::numbered(sound).write_untagged(path);
    tag(path, sound, artist, album, more, None);
}

fn tag(
    path: &Path,
    sound: u32,
    artist: &str,
    album: &str,
    more: &[(ItemKey, &str)],
    cover: Option<u8>,
) {
    let mut tag = Tag::new(TagType::Id3v2);
    tag.insert_text(ItemKey::TrackTitle, format!("Song {sound}"));
    tag.insert_text(ItemKey::TrackArtist, artist.to_owned());
    tag.insert_text(ItemKey::AlbumTitle, album.to_owned());
    for (key, value) in more {
        tag.insert_text(*key, (*value).to_owned());
    }
    if let Some(number) = cover {
        let picture = Picture::unchecked(png(number))
            .pic_type(PictureType::CoverFront)
            .mime_type(MimeType::Png);
        tag.push_picture(picture.build());
    }
    tag.save_to_path(path, WriteOptions::default()).unwrap();
}

fn png(number: u8) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08\x08\x02\0\0\0".to_vec();
    png.push(number);
    png
}

fn rename(world: &World, from: &str, to: &str) {
    fs::rename(world.music().join(from), world.file(to)).unwrap();
}

#[core_async::test]
async fn an_album_that_its_folder_tells_apart_follows_it() {
    let world = World::new();
    write(
        &world.file("Incoming/1.mp3"),
        1,
        "Queen",
        "Greatest Hits",
        &[],
    );
    write(
        &world.file("Incoming/2.mp3"),
        2,
        "Queen",
        "Greatest Hits",
        &[],
    );
    is_as_new(&world).await;
    // Each rip passes through the folder.
    rename(&world, "Incoming", "Queen");
    write(
        &world.file("Incoming/1.mp3"),
        3,
        "ABBA",
        "Greatest Hits",
        &[],
    );
    let seen = is_as_new(&world).await;
    assert_eq!(seen.iter().filter(|it| it.starts_with("album")).count(), 2);
    // One of two goes elsewhere, and what is added is on the album of its folder.
    rename(&world, "Queen/2.mp3", "Other/2.mp3");
    write(&world.file("Queen/3.mp3"), 4, "Queen", "Greatest Hits", &[]);
    is_as_new(&world).await;
    // Folders become those of discs.
    rename(&world, "Queen", "All/CD1");
    rename(&world, "Incoming", "All/CD2");
    let seen = is_as_new(&world).await;
    assert_eq!(seen.iter().filter(|it| it.starts_with("album")).count(), 2);
    rename(&world, "All/CD2", "All/Bonus");
    is_as_new(&world).await;
}

#[core_async::test]
async fn what_is_gone_from_an_album_says_nothing_of_it() {
    let world = World::new();
    let compilation = [(ItemKey::FlagCompilation, "1")];
    write(&world.file("a/1.mp3"), 1, "Guest", "Album", &compilation);
    write(&world.file("a/2.mp3"), 2, "Artist", "Album", &[]);
    tag(
        &world.file("a/1.mp3"),
        1,
        "Guest",
        "Album",
        &compilation,
        Some(1),
    );
    tag(&world.file("a/2.mp3"), 2, "Artist", "Album", &[], Some(2));
    let both = is_as_new(&world).await;
    fs::rename(world.file("a/1.mp3"), world.music().join("../away.mp3")).unwrap();
    let seen = is_as_new(&world).await;
    assert!(
        seen.iter()
            .any(|it| it.starts_with("album \"Album\" by [\"Artist\"], 1 false"))
    );
    fs::rename(world.music().join("../away.mp3"), world.file("a/1.mp3")).unwrap();
    assert_eq!(is_as_new(&world).await, both);
    // A correction of the one file that was wrong.
    tag(&world.file("a/1.mp3"), 1, "Artist", "Album", &[], Some(2));
    is_as_new(&world).await;
}

#[core_async::test]
async fn what_one_file_said_of_its_album_goes_when_the_file_says_it_no_more() {
    let said = [
        (ItemKey::AlbumArtist, "Artist"),
        (ItemKey::FlagCompilation, "1"),
        (ItemKey::RecordingDate, "1999"),
        (ItemKey::Label, "Label"),
    ];
    let bare = &said[..1];
    let says = |seen: &[String]| {
        let mut albums = seen.iter().filter(|it| it.starts_with("album"));
        albums.any(|it| it.contains("\"Album\"") && it.contains("1999"))
    };
    for way in 0..4 {
        let world = World::new();
        write(&world.file("a/1.mp3"), 1, "Artist", "Album", bare);
        write(&world.file("a/2.mp3"), 2, "Artist", "Album", &said);
        write(&world.file("a/3.mp3"), 3, "Artist", "Album", bare);
        assert!(says(&is_as_new(&world).await));
        match way {
            0 => tag(&world.file("a/2.mp3"), 2, "Artist", "Album", bare, None),
            1 => fs::remove_file(world.file("a/2.mp3")).unwrap(),
            2 => tag(&world.file("a/2.mp3"), 2, "Artist", "Other", &said, None),
            _ => {
                // The one that is gone says it, too.
                tag(&world.file("a/1.mp3"), 1, "Artist", "Album", &said, None);
                is_as_new(&world).await;
                fs::remove_file(world.file("a/1.mp3")).unwrap();
                assert!(says(&is_as_new(&world).await));
                for song in 2..=3 {
                    let path = world.file(&format!("a/{song}.mp3"));
                    tag(&path, song, "Artist", "Album", bare, None);
                }
            }
        }
        assert!(!says(&is_as_new(&world).await), "{way}");
    }
}

#[core_async::test]
async fn an_artist_is_called_and_sorted_as_files_say_now() {
    let world = World::new();
    let sorted = [(ItemKey::TrackArtistSortOrder, "Zart")];
    write(&world.file("a/1.mp3"), 1, "The Art", "Album", &sorted);
    write(&world.file("b/2.mp3"), 2, "THE ART", "Other", &[]);
    write(&world.file("b/3.mp3"), 3, "Uh", "Other", &[]);
    is_as_new(&world).await;
    fs::remove_file(world.file("b/2.mp3")).unwrap();
    is_as_new(&world).await;
    tag(&world.file("a/1.mp3"), 1, "The Art", "Album", &[], None);
    let seen = is_as_new(&world).await;
    assert!(
        seen.iter()
            .any(|it| it.starts_with("artist \"The Art\", None"))
    );
}

#[core_async::test]
async fn which_file_was_read_last_does_not_tell_how_an_artist_is_called() {
    let world = World::new();
    let sorted = |by| [(ItemKey::TrackArtistSortOrder, by)];
    write(
        &world.file("a/1.mp3"),
        1,
        "Björk",
        "Album",
        &sorted("Bjork"),
    );
    write(
        &world.file("a/2.mp3"),
        2,
        "Björk",
        "Album",
        &sorted("Bjork"),
    );
    write(
        &world.file("a/3.mp3"),
        3,
        "björk",
        "Album",
        &sorted("Gudmundsdottir"),
    );
    is_as_new(&world).await;
    // One that was read long ago is the last to be read now.
    let edited = [sorted("Bjork")[0], (ItemKey::Label, "Label")];
    tag(&world.file("a/1.mp3"), 1, "Björk", "Album", &edited, None);
    is_as_new(&world).await;
    let edited = [sorted("Gudmundsdottir")[0], (ItemKey::Label, "Label")];
    tag(&world.file("a/3.mp3"), 3, "björk", "Album", &edited, None);
    let seen = is_as_new(&world).await;
    let called = "artist \"Björk\", Some(\"Bjork\")";
    assert!(seen.iter().any(|it| it.starts_with(called)), "{seen:?}");
    write(
        &world.file("b/4.mp3"),
        4,
        "björk",
        "Other",
        &sorted("Gudmundsdottir"),
    );
    write(
        &world.file("b/5.mp3"),
        5,
        "björk",
        "Other",
        &sorted("Gudmundsdottir"),
    );
    let seen = is_as_new(&world).await;
    let called = "artist \"björk\", Some(\"Gudmundsdottir\")";
    assert!(seen.iter().any(|it| it.starts_with(called)), "{seen:?}");
    fs::remove_dir_all(world.file("b")).unwrap();
    is_as_new(&world).await;
}

#[core_async::test]
async fn a_genre_is_spelt_as_its_files_say_now() {
    let world = World::new();
    for file in 0..3 {
        let path = world.file(&format!("a/{file}.mp3"));
        write(
            &path,
            file,
            "Artist",
            "Album",
            &[(ItemKey::Genre, "hip hop")],
        );
    }
    is_as_new(&world).await;
    for file in 0..3 {
        let path = world.file(&format!("a/{file}.mp3"));
        tag(
            &path,
            file,
            "Artist",
            "Album",
            &[(ItemKey::Genre, "Hip-Hop")],
            None,
        );
    }
    let seen = is_as_new(&world).await;
    assert!(
        seen.contains(&"genre \"Hip-Hop\": 3".to_owned()),
        "{seen:#?}"
    );
}

#[core_async::test]
async fn songs_are_renamed_and_what_lies_beside_them_changes_at_once() {
    let world = World::new();
    let songs = |from: &str, to: &str| {
        for song in 1..=2 {
            let name = |folder: &str| format!("a/{}", folder.replace('#', &song.to_string()));
            fs::rename(world.file(&name(from)), world.file(&name(to))).unwrap();
        }
    };
    for song in 1..=2 {
        write(
            &world.file(&format!("a/{song}.mp3")),
            song,
            "Artist",
            "Album",
            &[],
        );
    }
    is_as_new(&world).await;
    // A cover comes, changes, goes.
    fs::write(world.file("a/cover.png"), png(1)).unwrap();
    songs("#.mp3", "0#.mp3");
    let seen = is_as_new(&world).await;
    assert!(seen.iter().any(|it| it.contains("PNG")), "{seen:#?}");
    fs::write(world.file("a/cover.png"), png(2)).unwrap();
    songs("0#.mp3", "#.mp3");
    is_as_new(&world).await;
    fs::remove_file(world.file("a/cover.png")).unwrap();
    songs("#.mp3", "Song #.mp3");
    is_as_new(&world).await;
    // Spelt otherwise, with a cover.
    fs::write(world.file("a/cover.png"), png(3)).unwrap();
    songs("Song #.mp3", "song #.mp3");
    is_as_new(&world).await;
}

#[core_async::test]
async fn an_image_above_the_folders_of_discs_is_the_cover_of_their_songs() {
    let world = World::new();
    let disc = |number: u32| {
        let name = world.file(&format!("a/CD{number}/{number}.mp3"));
        let number_tag = number.to_string();
        let artist = (ItemKey::AlbumArtist, "Artist");
        let more = [artist, (ItemKey::DiscNumber, number_tag.as_str())];
        write(&name, number, "Artist", "Album", &more);
    };
    disc(1);
    disc(2);
    is_as_new(&world).await;
    let covers = async |expected: usize, what: &str| {
        let seen = is_as_new(&world).await;
        let covers = seen
            .iter()
            .filter(|it| it.starts_with("Some(") && it.contains("PNG"));
        assert_eq!(covers.count(), expected, "{what}: {seen:#?}");
    };
    fs::write(world.file("a/cover.png"), png(1)).unwrap();
    covers(2, "it comes").await;
    fs::write(world.file("a/cover.png"), png(2)).unwrap();
    covers(2, "it changes").await;
    fs::write(world.file("a/CD2/cover.png"), png(3)).unwrap();
    covers(2, "a disc has its own").await;
    fs::write(world.file("a/cd1.png"), png(4)).unwrap();
    covers(2, "a disc is called by its number").await;
    fs::remove_file(world.file("a/cover.png")).unwrap();
    fs::remove_file(world.file("a/cd1.png")).unwrap();
    covers(1, "it goes").await;
    fs::write(world.file("a/cover.png"), png(1)).unwrap();
    fs::remove_file(world.file("a/CD2/cover.png")).unwrap();
    covers(2, "a disc has its own no more").await;
    rename(&world, "a/CD2", "a/Bonus");
    covers(1, "it is no disc any more").await;
    rename(&world, "a/Bonus", "b/CD2");
    covers(1, "it is one of another folder").await;
    rename(&world, "b/CD2", "a/CD 2");
    covers(2, "it is back").await;
    rename(&world, "a", "c");
    covers(2, "all moved").await;
}

#[core_async::test]
async fn a_song_that_comes_back_alone_brings_nothing_of_what_lay_beside_it() {
    for folder in ["a", "a/CD1"] {
        let world = World::new();
        let song = format!("{folder}/1.mp3");
        write(&world.file(&song), 1, "Artist", "Album", &[]);
        write(&world.file("b/2.mp3"), 2, "Artist", "Other", &[]);
        fs::write(world.file("a/cover.png"), png(1)).unwrap();
        is_as_new(&world).await;
        let away = world.music().with_file_name("away");
        fs::rename(world.music().join("a"), &away).unwrap();
        is_as_new(&world).await;
        let song_away = away.join(song.trim_start_matches("a/"));
        fs::rename(song_away, world.file(&song)).unwrap();
        let seen = is_as_new(&world).await;
        assert!(!seen.iter().any(|it| it.contains("PNG")), "{seen:#?}");
    }
}

#[core_async::test]
async fn songs_without_numbers_are_in_the_order_of_their_files() {
    let world = World::new();
    let artist = [(ItemKey::AlbumArtist, "Artist")];
    let song = |name: &str, sound: u32| write(&world.file(name), sound, "Artist", "Album", &artist);
    for sound in [3, 1, 2] {
        song(&format!("a/0{sound}.mp3"), sound);
        is_as_new(&world).await;
    }
    rename(&world, "a/01.mp3", "a/09.mp3");
    is_as_new(&world).await;
    // What is away for a while comes back to its place.
    let away = world.music().with_file_name("away.mp3");
    fs::rename(world.file("a/02.mp3"), &away).unwrap();
    is_as_new(&world).await;
    fs::rename(&away, world.file("a/02.mp3")).unwrap();
    is_as_new(&world).await;
    // Two discs that only their folders number.
    song("b/CD2/01.mp3", 4);
    is_as_new(&world).await;
    song("b/CD1/01.mp3", 5);
    is_as_new(&world).await;
    rename(&world, "b/CD1", "b/CD3");
    is_as_new(&world).await;
}

#[core_async::test]
async fn the_cover_of_an_album_is_that_of_the_first_song_that_is_there() {
    let world = World::new();
    let artist = [(ItemKey::AlbumArtist, "Artist")];
    let disc = |name: &str, number: u32, cover: Option<u8>| {
        let path = world.file(&format!("a/{name}/01.mp3"));
        write(&path, number, "Artist", "Album", &artist);
        if let Some(cover) = cover {
            fs::write(path.with_file_name("cover.png"), png(cover)).unwrap();
        }
    };
    let covers = async |what: &str| {
        let seen = is_as_new(&world).await;
        let mut albums = seen.iter().filter(|it| it.starts_with("album"));
        let album = albums.next().unwrap();
        let tail = format!("{what}: {album}");
        assert_eq!(albums.next(), None, "{tail}");
        let number = (1..4).find(|it| album.contains(&format!("\\x{it:02x}\")")));
        number.unwrap_or_default()
    };
    disc("CD2", 2, Some(2));
    assert_eq!(covers("one disc").await, 2);
    disc("CD1", 1, Some(1));
    assert_eq!(covers("the first one comes later").await, 1);
    rename(&world, "a/CD1", "a/Z");
    assert_eq!(covers("it is the last one").await, 2);
    rename(&world, "a/Z", "a/CD1");
    assert_eq!(covers("it is the first one").await, 1);
    disc("CD3", 3, None);
    fs::remove_dir_all(world.music().join("a/CD2")).unwrap();
    assert_eq!(covers("another one goes").await, 1);
    let first = world.music().join("a/CD1");
    let away = world.music().with_file_name("away");
    fs::rename(&first, &away).unwrap();
    assert_eq!(covers("the last one with a cover goes").await, 0);
    fs::rename(&away, &first).unwrap();
    assert_eq!(covers("it is back").await, 1);
}
