//! Playlist files of other players: what they say, which tracks they mean, and files for them.

use bridge_traits::storage::path_key;
use core_library::LibraryError;
use core_library::model::{PlaylistId, TrackId};
use core_library::playlist_file::{
    self, FileEntry, MAX_BYTES, MAX_ENTRIES, PlaylistFile, PlaylistFormat,
};
use core_library::repository::playlist::{self, ExportPaths, Origin, Place};
use core_library::repository::track;
use proptest::prelude::*;

use crate::fixture::{Music, record};

const FORMATS: [PlaylistFormat; 3] = [
    PlaylistFormat::M3u,
    PlaylistFormat::Pls,
    PlaylistFormat::Xspf,
];

fn entry(location: &str, label: Option<(&str, &str)>, duration_ms: Option<i64>) -> FileEntry {
    FileEntry {
        location: location.into(),
        artist: label.map(|it| it.0.into()),
        title: label.map(|it| it.1.into()),
        album: None,
        duration_ms,
    }
}

#[core_async::test]
async fn m3u_files_of_many_players_are_read() {
    let text = "\u{feff}#EXTM3U\r\n#PLAYLIST: Mine \r\n# just talk\r\n\
        #EXTINF:215,Björk - Jóga\r\n../Björk/Jóga.mp3\r\n\r\n\
        #EXTINF:-1 tvg-id=\"a, b\" x=1,No artist\r\n#EXTALB:An album\r\n  a.mp3  \r\
        #EXTINF:12.5\rb.mp3\nC:\\Music\\c.mp3";
    let file = playlist_file::read(PlaylistFormat::M3u, text.as_bytes()).unwrap();
    assert_eq!(file.title.as_deref(), Some("Mine"));
    let mut second = entry("a.mp3", None, None);
    second.title = Some("No artist".into());
    second.album = Some("An album".into());
    let expected = [
        entry("../Björk/Jóga.mp3", Some(("Björk", "Jóga")), Some(215_000)),
        second,
        entry("b.mp3", None, Some(12_500)),
        entry("C:\\Music\\c.mp3", None, None),
    ];
    assert_eq!(file.entries, expected);
}

#[core_async::test]
async fn pls_files_are_read_in_the_order_of_their_numbers() {
    let text = "[playlist]\nX-GNOME-Title=Mine\nfile2 = b.mp3\nTitle2=B - Two\nLength2=-1\n\
        FILE1=a=b.mp3\nTitle3=nowhere\nLength1=60\nFilex=no\nNumberOfEntries=9\n";
    let file = playlist_file::read(PlaylistFormat::Pls, text.as_bytes()).unwrap();
    assert_eq!(file.title.as_deref(), Some("Mine"));
    let expected = [
        entry("a=b.mp3", None, Some(60_000)),
        entry("b.mp3", Some(("B", "Two")), None),
    ];
    assert_eq!(file.entries, expected);
}

#[core_async::test]
async fn xspf_files_are_read_and_what_is_no_xml_is_refused() {
    let text = r#"<?xml version="1.0"?><x:playlist xmlns:x="http://xspf.org/ns/0/">
        <x:title>A &amp; B</x:title><x:trackList>
        <x:track><x:location>a%20b.mp3</x:location><x:location>other</x:location>
          <x:creator><![CDATA[AC/DC]]></x:creator><x:title>T&#233;</x:title>
          <x:duration>1500</x:duration><x:meta>x</x:meta></x:track>
        <x:track/><x:track></x:track></x:trackList></x:playlist>"#;
    let file = playlist_file::read(PlaylistFormat::Xspf, text.as_bytes()).unwrap();
    assert_eq!(file.title.as_deref(), Some("A & B"));
    let expected = [entry("a%20b.mp3", Some(("AC/DC", "Té")), Some(1500))];
    assert_eq!(file.entries, expected);
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><playlist>&a;</playlist>";
    let deep = "<a>".repeat(100);
    for bad in [
        bomb,
        "<playlist>&nope;</playlist>",
        "<playlist>",
        "<a></b>",
        &deep,
    ] {
        let error = playlist_file::read(PlaylistFormat::Xspf, bad.as_bytes()).unwrap_err();
        let LibraryError::InvalidInput { field, .. } = error else {
            panic!("{error}");
        };
        assert_eq!(field, "playlist file");
    }
}

#[core_async::test]
async fn files_beyond_the_limits_are_refused_and_name_them() {
    let error = playlist_file::read(PlaylistFormat::M3u, &vec![b'a'; MAX_BYTES + 1]).unwrap_err();
    assert!(
        error.to_string().contains(&MAX_BYTES.to_string()),
        "{error}"
    );
    let entries = || 1..=MAX_ENTRIES + 1;
    let m3u = "a\n".repeat(MAX_ENTRIES + 1);
    let pls: String = entries().map(|it| format!("File{it}=a\n")).collect();
    let tracks = "<track><title>a</title></track>".repeat(MAX_ENTRIES + 1);
    let xspf = format!("<playlist><trackList>{tracks}</trackList></playlist>");
    for (format, many) in FORMATS.into_iter().zip([m3u, pls, xspf]) {
        let error = playlist_file::read(format, many.as_bytes()).unwrap_err();
        let said = error.to_string();
        assert!(said.contains(&MAX_ENTRIES.to_string()), "{said}");
    }
}

fn files() -> impl Strategy<Value = PlaylistFile> {
    let word = || "[a-zA-Zäöé日&<\"'#%=,;!.()]{1,8}( [a-zA-Z#&]{1,5}){0,2}";
    let entry = (word(), word(), word(), prop::option::of(1..9_999_i64)).prop_map(
        |(location, artist, title, seconds)| {
            entry(
                &location,
                Some((&artist, &title)),
                seconds.map(|it| it * 1000),
            )
        },
    );
    (word(), prop::collection::vec(entry, 0..8)).prop_map(|(title, entries)| PlaylistFile {
        title: Some(title),
        entries,
        has_urls: false,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn what_is_written_is_read_again(file in files()) {
        for format in FORMATS {
            let mut again = playlist_file::read(format, &playlist_file::write(format, &file)).unwrap();
            prop_assert_eq!(again.has_urls, format == PlaylistFormat::Xspf);
            again.has_urls = false;
            for entry in &mut again.entries {
                // The sign that keeps a name from being a comment.
                if let Some(name) = entry.location.strip_prefix("./") {
                    entry.location = name.to_owned();
                }
            }
            prop_assert_eq!(&again, &file);
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for format in FORMATS {
            let _ = playlist_file::read(format, &bytes);
        }
    }
}

/// A library with these files, and the track of each.
async fn with_files(paths: &[&str]) -> (Music, Vec<TrackId>) {
    let mut music = Music::new().await;
    let mut records = Vec::new();
    for (item, path) in (1..).zip(paths) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        // As a folder on a disk tells it.
        let name = path_key::decode(name);
        let name = name.to_string_lossy();
        music
            .run(&format!(
                "INSERT INTO remote_item(id, provider_id, key, parent_key, name, kind, version)
                 VALUES ({item}, 1, '{path}', '{folder}', '{name}', 'audio', '1')"
            ))
            .await;
        let mut record = record(item, &format!("Title {item}"), "Artist - Duo", "Album");
        record.duration_ms = Some(item * 60_000);
        records.push(record);
    }
    let tracks = music.apply(records).await;
    let tracks = tracks.into_iter().map(|it| it.track_id).collect();
    (music, tracks)
}

/// Finds the tracks of a list that lies in `lists`, as numbers that begin at 1; 0 is none.
async fn resolved(music: &Music, tracks: &[TrackId], entries: Vec<FileEntry>) -> Vec<usize> {
    let file = PlaylistFile {
        title: None,
        entries,
        has_urls: false,
    };
    let origin = Origin {
        provider: Some(1),
        folder: "lists".into(),
    };
    let found = playlist::resolve(&music.library, &file, &origin)
        .await
        .unwrap();
    let number = |id: TrackId| tracks.iter().position(|it| *it == id).unwrap() + 1;
    found.into_iter().map(|it| it.map_or(0, number)).collect()
}

#[core_async::test]
async fn entries_are_found_by_the_path_that_fits_best() {
    let (music, tracks) = with_files(&[
        "Rock/One/01.mp3",
        "Rock/Two/01.mp3",
        "lists/01.mp3",
        "Bjo\u{308}rk/Jo\u{301}ga.mp3",
        "100%25 Hits.mp3",
        "rock/one/01.mp3",
    ])
    .await;
    let cases = [
        ("../Rock/One/01.mp3", 1),
        ("..\\Rock\\Two\\01.mp3", 2),
        ("01.mp3", 3),
        ("/home/me/Music/Rock/Two/01.mp3", 2),
        ("D:\\Media\\Two\\01.mp3", 2),
        ("file:///mnt/Rock/Two/01.mp3", 2),
        ("../rock/one/01.mp3", 6),
        ("../BJÖRK/Jóga.MP3", 4),
        ("../Bj%C3%B6rk/J%C3%B3ga.mp3", 4),
        ("../100% Hits.mp3", 5),
        ("/elsewhere/Three/01.mp3", 0),
        ("../Rock/One/02.mp3", 0),
        ("", 0),
        ("https://radio.test/stream", 0),
    ];
    let entries = cases.iter().map(|it| entry(it.0, None, None)).collect();
    let expected: Vec<usize> = cases.iter().map(|it| it.1).collect();
    assert_eq!(resolved(&music, &tracks, entries).await, expected);
}

#[core_async::test]
async fn the_better_of_two_readings_decides() {
    let (music, tracks) = with_files(&["a b/c.mp3", "x/c.mp3"]).await;
    music.run("UPDATE track SET duration_ms = 60000").await;
    // As it is written, only name and length fit, and both files alike; decoded, the first is meant.
    let entries = vec![entry("../a%20b/c.mp3", None, Some(60_000))];
    assert_eq!(resolved(&music, &tracks, entries).await, [1]);
}

/// Two files of which one is called as the other is written in a URL.
#[core_async::test]
async fn a_percent_sign_is_read_as_a_path_or_a_url_has_it() {
    let (music, tracks) = with_files(&["lists/A.mp3", "lists/%2541.mp3"]).await;
    let cases = [
        ("A.mp3", 1),
        ("%41.mp3", 2),
        ("/lists/%41.mp3", 2),
        ("https://dav.test/lists/%41.mp3", 1),
        ("https://dav.test/lists/%2541.mp3", 2),
    ];
    let entries = cases.iter().map(|it| entry(it.0, None, None)).collect();
    let expected: Vec<usize> = cases.iter().map(|it| it.1).collect();
    assert_eq!(resolved(&music, &tracks, entries).await, expected);

    // Of XSPF, everything is a URL.
    let xspf = b"<playlist><trackList><track><location>%41.mp3</location></track>
        <track><location>%2541.mp3</location></track></trackList></playlist>";
    let file = playlist_file::read(PlaylistFormat::Xspf, xspf).unwrap();
    let origin = Origin {
        provider: Some(1),
        folder: "lists".into(),
    };
    let found = playlist::resolve(&music.library, &file, &origin).await;
    assert_eq!(found.unwrap(), [Some(tracks[0]), Some(tracks[1])]);

    // And what is exported comes back, also where another name reads alike.
    let (music, tracks) = with_files(&["%2541.mp3", "A.mp3", "%252541.mp3"]).await;
    let list = list_of(&music, &tracks).await;
    for format in FORMATS {
        for paths in [
            ExportPaths::Absolute,
            ExportPaths::Relative(Origin::default()),
        ] {
            let exported = playlist::export(&music.library, list, format, &paths)
                .await
                .unwrap();
            let bytes = playlist_file::write(format, &exported.file);
            let mut file = playlist_file::read(format, &bytes).unwrap();
            for entry in &mut file.entries {
                (entry.artist, entry.title, entry.duration_ms) = (None, None, None);
            }
            let found = playlist::resolve(&music.library, &file, &Origin::default()).await;
            let expected: Vec<_> = tracks.iter().copied().map(Some).collect();
            assert_eq!(found.unwrap(), expected, "{format:?} {paths:?} {file:?}");
        }
    }
}

#[core_async::test]
async fn what_no_path_tells_apart_is_told_by_length_artist_and_title() {
    let (mut music, tracks) = with_files(&["a/x/01.mp3", "b/x/01.mp3", "c/odd.mp3"]).await;
    let label = |title| Some(("Artist", title));
    let cases = [
        // Both fit alike.
        (entry("/old/x/01.mp3", None, None), 0),
        (entry("/old/x/01.mp3", None, Some(118_000)), 2),
        // Nothing but the name fits, and the length says which.
        (entry("/old/y/01.mp3", None, Some(61_000)), 1),
        (entry("/old/renamed.mp3", label("Duo - Title 3"), None), 3),
        (
            entry("/old/renamed.mp3", label("Duo - Title 3"), Some(1_000)),
            0,
        ),
        (entry("/old/renamed.mp3", label("Duo - Title 9"), None), 0),
        (
            entry("/old/renamed.mp3", Some(("Other", "Title 3")), None),
            0,
        ),
    ];
    let entries = cases.iter().map(|it| it.0.clone()).collect();
    let expected: Vec<usize> = cases.iter().map(|it| it.1).collect();
    assert_eq!(resolved(&music, &tracks, entries).await, expected);

    // A track that is missing is found, but one that is there comes first.
    let mut tx = music.library.write().await.unwrap();
    track::mark_missing(&mut tx, &[1, 3], 5).await.unwrap();
    tx.commit().await.unwrap();
    let entries = vec![
        entry("/old/x/01.mp3", None, None),
        entry("/c/odd.mp3", None, None),
    ];
    assert_eq!(resolved(&music, &tracks, entries).await, [2, 3]);

    // Two of one name and artist are not told apart.
    let twin = music
        .add(record(9, "Title 3", "Artist - Duo", "Other"))
        .await;
    let tracks = [tracks, vec![twin]].concat();
    let entries = vec![entry("gone.mp3", label("Duo - Title 3"), None)];
    assert_eq!(
        resolved(&music, &tracks, entries).await,
        [4],
        "of the two one is there"
    );
}

#[core_async::test]
async fn what_changed_its_name_with_another_is_found_by_artist_and_title() {
    let (music, tracks) = with_files(&["1.mp3", "2.mp3", "3.mp3"]).await;
    let label = |title| Some(("Artist", title));
    let cases = [
        (entry("../1.mp3", label("Duo - Title 2"), None), 2),
        (entry("../2.mp3", label("Duo - Title 2"), None), 2),
        // No other one is called so: it got another title, or the list has an odd one.
        (entry("../1.mp3", label("Duo - Title 9"), None), 1),
        (entry("../1.mp3", label("Duo - Title 2"), Some(1_000)), 1),
    ];
    let entries: Vec<FileEntry> = cases.iter().map(|it| it.0.clone()).collect();
    let expected: Vec<usize> = cases.iter().map(|it| it.1).collect();
    assert_eq!(resolved(&music, &tracks, entries.clone()).await, expected);

    // What is there comes before what is not.
    let mut tx = music.library.write().await.unwrap();
    track::mark_missing(&mut tx, &[2], 5).await.unwrap();
    tx.commit().await.unwrap();
    let entries = vec![entries[0].clone()];
    assert_eq!(resolved(&music, &tracks, entries).await, [1]);
}

async fn list_of(music: &Music, tracks: &[TrackId]) -> PlaylistId {
    let mut tx = music.library.write().await.unwrap();
    let list = playlist::create(&mut tx, "Mine", None).await.unwrap();
    playlist::add(&mut tx, list, tracks, Place::Last)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    list
}

#[core_async::test]
async fn an_exported_list_is_imported_as_the_same_tracks() {
    let (music, mut tracks) = with_files(&[
        "Rock/One/01.mp3",
        "#1 & <100%25>/a?.mp3",
        "lists/b c.mp3",
        "Bjo\u{308}rk/Jo\u{301}ga.mp3",
        "lists/deep/01.mp3",
    ])
    .await;
    tracks.push(tracks[0]);
    let list = list_of(&music, &tracks).await;
    let origin = Origin {
        provider: Some(1),
        folder: "lists".into(),
    };
    for format in FORMATS {
        for paths in [ExportPaths::Absolute, ExportPaths::Relative(origin.clone())] {
            let exported = playlist::export(&music.library, list, format, &paths)
                .await
                .unwrap();
            assert_eq!(exported.left_out, []);
            let bytes = playlist_file::write(format, &exported.file);
            let mut file = playlist_file::read(format, &bytes).unwrap();
            assert_eq!(file.title.as_deref(), Some("Mine"));
            for entry in &mut file.entries {
                // The paths alone must do.
                (entry.artist, entry.title, entry.duration_ms) = (None, None, None);
            }
            let found = playlist::resolve(&music.library, &file, &origin)
                .await
                .unwrap();
            let expected: Vec<_> = tracks.iter().copied().map(Some).collect();
            assert_eq!(found, expected, "{format:?} {paths:?} {file:?}");
        }
    }
}

#[core_async::test]
async fn a_relative_list_names_the_way_and_what_has_no_path_is_left_out() {
    let (music, tracks) = with_files(&["Rock/a b.mp3", "new\nline.mp3", "bad%FF.mp3"]).await;
    let list = list_of(&music, &tracks).await;
    let paths = ExportPaths::Relative(Origin {
        provider: Some(1),
        folder: "lists".into(),
    });
    let locations = async |format| {
        let exported = playlist::export(&music.library, list, format, &paths)
            .await
            .unwrap();
        let entries = exported.file.entries.into_iter();
        let locations: Vec<String> = entries.map(|it| it.location).collect();
        (locations, exported.left_out)
    };
    assert_eq!(
        locations(PlaylistFormat::M3u).await,
        (
            vec!["../Rock/a b.mp3".to_owned()],
            vec![tracks[1], tracks[2]]
        )
    );
    assert_eq!(
        locations(PlaylistFormat::Xspf).await,
        (
            vec![
                "../Rock/a%20b.mp3".to_owned(),
                "../new%0Aline.mp3".to_owned()
            ],
            vec![tracks[2]]
        )
    );
    let nobody = PlaylistId(99);
    let error = playlist::export(&music.library, nobody, PlaylistFormat::Pls, &paths).await;
    assert!(matches!(error, Err(LibraryError::NotFound { .. })));
}
