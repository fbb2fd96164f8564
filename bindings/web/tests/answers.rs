//! What a page asks is answered, on the target where it is quickest to test.

#![allow(missing_docs, reason = "a test")]
#![cfg(not(target_arch = "wasm32"))]

use core_service::{CoreService, PlaylistId};
use music_core_tests::World;
use music_core_web::answer::answer;
use music_core_web::failure::Failure;
use music_core_web::playlists;
use music_core_web::request::Request;
use serde_json::{Value, json};

/// Asks as `{"method": …, …}` says, which is easier to read here than what the worker sends.
async fn ask(service: &CoreService, mut request: Value) -> Result<Value, Failure> {
    let method = request["method"].take();
    let mut args = request;
    args.as_object_mut().expect("an object").remove("method");
    let request = json!({ method.as_str().expect("a method"): args });
    let request: Request = serde_json::from_value(request).expect("a request");
    answer(service, request).await
}

async fn code(service: &CoreService, request: Value) -> String {
    let failure = ask(service, request.clone()).await;
    failure.expect_err(&format!("{request} is answered")).code
}

#[core_async::test]
async fn lists_come_in_pages_that_go_on_where_the_last_ended() {
    let world = World::with_albums(2);
    world.sync().await;
    let service = world.open().await;
    let mut titles = Vec::new();
    let mut after = Value::Null;
    loop {
        let request = json!({"method": "tracks", "limit": 7, "after": after});
        let page = ask(&service, request).await.unwrap();
        let items = page["items"].as_array().unwrap();
        titles.extend(items.iter().map(|it| it["title"].clone()));
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(titles.len(), 24);
    let albums = ask(&service, json!({"method": "albums"})).await.unwrap();
    let first = albums["items"][0]["id"].clone();
    let of_album = ask(&service, json!({"method": "tracks", "album": first})).await;
    assert_eq!(of_album.unwrap()["items"].as_array().unwrap().len(), 12);
    let artist = ask(&service, json!({"method": "artists"})).await.unwrap();
    let artist = artist["items"][0]["id"].clone();
    for method in ["albums", "tracks"] {
        let of_artist = ask(&service, json!({"method": method, "artist": artist})).await;
        assert!(!of_artist.unwrap()["items"].as_array().unwrap().is_empty());
    }
    let genres = ask(&service, json!({"method": "genres"})).await.unwrap();
    assert_eq!(genres["items"].as_array().unwrap().len(), 3);
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn a_search_finds_tracks_albums_and_artists() {
    let world = World::with_albums(2);
    world.sync().await;
    let service = world.open().await;
    let found = ask(&service, json!({"method": "search", "text": "album 1"}))
        .await
        .unwrap();
    assert_eq!(found["albums"][0]["title"], "Album 1");
    // Numbers in titles are found too.
    let tracks = found["tracks"].as_array().unwrap();
    let of_album = tracks.iter().filter(|it| it["album"] == "Album 1");
    assert_eq!(of_album.count(), 12, "{tracks:?}");
    let found = ask(
        &service,
        json!({"method": "search", "text": "artist", "limit": 1}),
    )
    .await;
    assert_eq!(found.unwrap()["artists"].as_array().unwrap().len(), 1);
    for (method, count) in [
        ("searchTracks", 5),
        ("searchAlbums", 2),
        ("searchArtists", 1),
    ] {
        let request = json!({"method": method, "text": "artist 0", "limit": 5});
        let page = ask(&service, request).await.unwrap();
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{method}");
    }
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn playlists_are_made_filled_renamed_and_removed() {
    let world = World::with_albums(1);
    world.sync().await;
    let service = world.open().await;
    let made = ask(
        &service,
        json!({"method": "createPlaylist", "name": "mine"}),
    )
    .await
    .unwrap();
    let tracks = ask(&service, json!({"method": "tracks", "limit": 2}))
        .await
        .unwrap();
    let ids: Vec<_> = tracks["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].clone())
        .collect();
    let added = json!({"method": "addToPlaylist", "playlist": made, "tracks": ids});
    let entries = ask(&service, added).await.unwrap();
    let between = json!({
        "method": "addToPlaylist", "playlist": made, "tracks": [ids[0]], "after": entries[0],
    });
    ask(&service, between).await.unwrap();
    let listed = json!({"method": "playlistEntries", "playlist": made});
    let listed = ask(&service, listed).await.unwrap();
    let order: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["track"]["id"].clone())
        .collect();
    assert_eq!(order, [ids[0].clone(), ids[0].clone(), ids[1].clone()]);
    let removed =
        json!({"method": "removeFromPlaylist", "playlist": made, "entries": [entries[1]]});
    assert_eq!(ask(&service, removed).await.unwrap(), 1);
    let renamed = json!({"method": "renamePlaylist", "playlist": made, "name": "ours"});
    assert!(ask(&service, renamed).await.unwrap().is_null());
    let playlists = ask(&service, json!({"method": "playlists"})).await.unwrap();
    assert_eq!(playlists["items"][0]["name"], "ours");
    ask(
        &service,
        json!({"method": "deletePlaylist", "playlist": made}),
    )
    .await
    .unwrap();
    let gone = json!({"method": "playlistEntries", "playlist": made});
    assert_eq!(code(&service, gone).await, "not-found");
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn lists_are_narrowed_and_ordered() {
    let world = World::with_albums(4);
    world.sync().await;
    let service = world.open().await;
    let ids = async |request: Value| -> Vec<i64> {
        let page = ask(&service, request).await.unwrap();
        let items = page["items"].as_array().unwrap();
        items.iter().map(|it| it["id"].as_i64().unwrap()).collect()
    };
    let artists = ids(json!({"method": "artists", "albumArtists": true})).await;
    assert_eq!(artists.len(), 2);
    let composers = ids(json!({"method": "artists", "role": "composer"})).await;
    assert_eq!(composers.len(), 0);
    let genres = ids(json!({"method": "genres"})).await;
    let rock = json!({"method": "tracks", "genre": genres[0], "artist": artists[0]});
    let rock = ids(rock).await;
    assert_eq!(rock.len(), 12, "a third of three albums");
    let favourite = json!({"method": "setFavourite", "track": rock[5], "favourite": true});
    ask(&service, favourite).await.unwrap();
    assert_eq!(
        ids(json!({"method": "tracks", "favourite": true})).await,
        [rock[5]]
    );
    let newest = ids(json!({"method": "tracks", "newest": true, "limit": 1})).await;
    assert_eq!(newest.len(), 1);
    for (filter, count) in [
        (json!({"artist": artists[1]}), 1),
        (json!({"appears": artists[0], "newest": true}), 3),
        (json!({"genre": genres[0]}), 4),
        (json!({"compilation": true}), 0),
        (json!({"releaseType": "live"}), 0),
    ] {
        let mut request = filter.clone();
        request["method"] = "albums".into();
        assert_eq!(ids(request).await.len(), count, "{filter}");
    }
    let image = json!({"method": "artistArtwork", "artist": artists[0]});
    assert!(ask(&service, image).await.unwrap().is_null());
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn smart_playlists_are_made_read_and_given_other_rules() {
    let world = World::with_albums(1);
    world.sync().await;
    let service = world.open().await;
    let rules = |genre: &str| {
        json!({"version": 1, "match": {"field": "genre", "is": genre}, "limit": 3}).to_string()
    };
    let preview = json!({"method": "previewSmartPlaylist", "rules": rules("Rock"), "limit": 2});
    let preview = ask(&service, preview).await.unwrap();
    assert_eq!(preview["items"].as_array().unwrap().len(), 2);
    let make = json!({"method": "createSmartPlaylist", "name": "s", "rules": rules("Rock")});
    let made = ask(&service, make).await.unwrap();
    let change = json!({"method": "setSmartPlaylist", "playlist": made, "rules": rules("Jazz")});
    ask(&service, change).await.unwrap();
    let read = json!({"method": "smartPlaylist", "playlist": made});
    let read = ask(&service, read).await.unwrap();
    assert!(read.as_str().unwrap().contains("Jazz"), "{read}");
    let entries = json!({"method": "playlistEntries", "playlist": made});
    let entries = ask(&service, entries).await.unwrap();
    assert_eq!(entries["items"].as_array().unwrap().len(), 3);
    assert_eq!(entries["items"][0]["track"]["genres"], json!(["Jazz"]));
    let wrong =
        json!({"method": "previewSmartPlaylist", "rules": "{\"version\": 1, \"match\": 7}"});
    assert_eq!(code(&service, wrong).await, "invalid-input");
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn playlist_files_come_in_and_go_out() {
    let world = World::with_albums(1);
    world.sync().await;
    let service = world.open().await;
    let folder = service.providers().await.unwrap()[0].id;
    let text = b"#EXTM3U\nAlbum 0/02.mp3\nAlbum 0/01.mp3\nAlbum 9/01.mp3\n";
    let imported = playlists::import(&service, "mine", "x.m3u8", text, Some(folder))
        .await
        .unwrap();
    assert_eq!(imported["added"], 2);
    assert_eq!(imported["unknown"][0]["number"], 3);
    let id = PlaylistId(imported["playlist"].as_i64().unwrap());
    let (bytes, rest) = playlists::export(&service, id, "m3u8", Some(folder))
        .await
        .unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let paths: Vec<_> = text.lines().filter(|it| !it.starts_with('#')).collect();
    assert_eq!(paths, ["Album 0/02.mp3", "Album 0/01.mp3"]);
    assert_eq!(rest, json!({"written": 2, "left_out": []}));
    let failure = playlists::export(&service, id, "doc", None).await;
    assert_eq!(failure.unwrap_err().code, "invalid-input");
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn what_services_said_and_what_was_played_is_listed() {
    let world = World::with_albums(1);
    std::fs::write(world.file("bad.mp3"), b"no audio").unwrap();
    world.sync().await;
    let service = world.open().await;
    let tracks = json!({"method": "tracks", "limit": 1});
    let id = ask(&service, tracks).await.unwrap()["items"][0]["id"].clone();
    let recognised = json!({"method": "recognised", "track": id});
    assert!(ask(&service, recognised).await.unwrap().is_null());
    // No track is asked about, so no service is.
    for method in ["fetchLyrics", "recogniseTracks"] {
        let none = json!({"method": method, "limit": 0});
        let none = ask(&service, none).await.unwrap();
        assert_eq!((&none["found"], &none["failed"]), (&json!(0), &json!(0)));
    }
    let nameless = json!({"method": "artistInfo", "artist": 1});
    let failure = ask(&service, nameless).await.unwrap_err();
    assert_eq!(failure.subject.as_deref(), Some("a Last.fm API key"));
    // The setting is called otherwise in each host.
    let remedy = failure.remedy.unwrap();
    assert!(remedy.contains("API key") && !remedy.contains("last_fm_key"));
    let played = json!({"method": "played", "track": id});
    ask(&service, played).await.unwrap();
    let history = ask(&service, json!({"method": "history"})).await.unwrap();
    assert_eq!(history["items"][0]["track"]["id"], id);
    assert!(history["items"][0]["at_ms"].as_i64().unwrap() > 1_600_000_000_000);
    let folder = service.providers().await.unwrap()[0].id;
    let listed = json!({"method": "quarantined", "folder": folder});
    let listed = ask(&service, listed).await.unwrap();
    assert_eq!(listed[0]["name"], "bad.mp3");
    let retry = json!({"method": "retryQuarantined", "folder": folder, "file": listed[0]["key"]});
    assert_eq!(ask(&service, retry).await.unwrap(), 1);
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn files_that_sound_the_same_are_listed_and_one_stands_for_the_others_until_it_is_undone() {
    let world = World::with_albums(2);
    for (at, copy) in ["copy.mp3", "other copy.mp3"].iter().enumerate() {
        let name = format!("Album {at}/01.mp3");
        std::fs::copy(world.file(&name), world.file(copy)).unwrap();
    }
    world.sync().await;
    let service = world.open().await;
    let mut groups = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = json!({"method": "duplicates", "limit": 1, "after": after});
        let page = ask(&service, page).await.unwrap();
        groups.extend(page["items"].as_array().unwrap().clone());
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(groups.len(), 2, "{groups:?}");
    let ids = |group: &Value| -> Vec<i64> {
        let tracks = group["tracks"].as_array().unwrap();
        tracks.iter().map(|it| it["id"].as_i64().unwrap()).collect()
    };
    let (first, second) = (ids(&groups[0]), ids(&groups[1]));
    assert_eq!((first.len(), second.len()), (2, 2));

    let aside = json!({"method": "duplicatesSetAside"});
    let none = ask(&service, aside.clone()).await.unwrap();
    assert_eq!(none, json!({"items": [], "next": null}));
    let keep = json!({"method": "decideDuplicates", "tracks": first, "keep": first[0]});
    assert!(ask(&service, keep).await.unwrap().is_null());
    let left = ask(&service, aside.clone()).await.unwrap();
    assert_eq!(left["items"][0]["track"]["id"], first[1]);
    assert_eq!(left["items"][0]["kept"], first[0]);
    assert_eq!(left["items"][0]["by_person"], true);
    assert_eq!(left["items"][0]["track"]["set_aside"], true);
    let stats = json!({"method": "stats"});
    assert_eq!(ask(&service, stats.clone()).await.unwrap()["tracks"], 25);
    let all = json!({"method": "decideDuplicates", "tracks": first});
    ask(&service, all).await.unwrap();
    assert_eq!(ask(&service, aside).await.unwrap(), none);
    assert_eq!(ask(&service, stats).await.unwrap()["tracks"], 26);

    let strangers = json!({"method": "decideDuplicates", "tracks": [first[0], second[0]]});
    assert_eq!(code(&service, strangers).await, "invalid-input");
    for list in ["duplicates", "duplicatesSetAside"] {
        let elsewhere = json!({"method": list, "after": "x"});
        assert_eq!(code(&service, elsewhere).await, "invalid-input");
        let none = json!({"method": list, "limit": 0});
        assert_eq!(code(&service, none).await, "invalid-input");
    }
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn what_a_person_does_with_tracks_is_kept() {
    let world = World::with_albums(1);
    let job = world.sync().await;
    let service = world.open().await;
    let tracks = ask(&service, json!({"method": "tracks", "limit": 1}))
        .await
        .unwrap();
    let id = tracks["items"][0]["id"].clone();
    for request in [
        json!({"method": "played", "track": id}),
        json!({"method": "rate", "track": id, "rating": 80}),
        json!({"method": "rate", "track": id, "rating": null}),
        json!({"method": "setFavourite", "track": id, "favourite": true}),
    ] {
        ask(&service, request).await.unwrap();
    }
    let track = ask(&service, json!({"method": "track", "id": id}))
        .await
        .unwrap();
    assert_eq!(track["play_count"], 1);
    assert_eq!(
        ask(&service, json!({"method": "lyrics", "track": id}))
            .await
            .unwrap(),
        json!([])
    );
    assert_eq!(
        ask(&service, json!({"method": "stats"})).await.unwrap()["tracks"],
        12
    );
    let history = ask(&service, json!({"method": "syncHistory"}))
        .await
        .unwrap();
    assert_eq!(history[0]["job"], job.job);
    let warnings = json!({"method": "syncWarnings", "job": job.job});
    assert_eq!(ask(&service, warnings).await.unwrap(), json!([]));
    assert_eq!(
        ask(&service, json!({"method": "health"})).await.unwrap()["healthy"],
        true
    );
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn what_can_not_be_answered_says_why_and_what_it_is_about() {
    let world = World::with_albums(1);
    let service = world.open().await;
    for (request, expected, subject) in [
        (
            json!({"method": "track", "id": 99}),
            "not-found",
            "track 99",
        ),
        (
            json!({"method": "album", "id": 99}),
            "not-found",
            "album 99",
        ),
        (
            json!({"method": "artist", "id": 99}),
            "not-found",
            "artist 99",
        ),
        (
            json!({"method": "albums", "limit": 0}),
            "invalid-input",
            "limit",
        ),
        (
            json!({"method": "albums", "after": "x"}),
            "invalid-input",
            "cursor",
        ),
        (
            json!({"method": "tracks", "role": "composer"}),
            "invalid-input",
            "role",
        ),
        (
            json!({"method": "artists", "role": "composer", "albumArtists": true}),
            "invalid-input",
            "role",
        ),
        (
            json!({"method": "artistArtwork", "artist": 99}),
            "not-found",
            "artist 99",
        ),
        (
            json!({"method": "cancelSync", "job": 99}),
            "not-found",
            "job 99",
        ),
    ] {
        let failure = ask(&service, request.clone()).await.unwrap_err();
        assert_eq!(failure.code, expected, "{request}: {failure:?}");
        assert_eq!(failure.subject.as_deref(), Some(subject), "{failure:?}");
        assert!(
            failure.message.contains(subject.split(' ').next().unwrap()),
            "{failure:?}"
        );
    }
    service.shutdown().await.unwrap();
}

#[test]
fn a_request_with_a_word_too_many_or_too_few_is_refused() {
    for text in [
        r#"{"albums":{"limmit":5}}"#,
        r#"{"track":{}}"#,
        r#"{"fly":{}}"#,
        r#"{"track":{"id":"7"}}"#,
        r#"{"stats":{"id":7}}"#,
        r#"{"stats":{},"health":{}}"#,
    ] {
        assert!(serde_json::from_str::<Request>(text).is_err(), "{text}");
    }
}
