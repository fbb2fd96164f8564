//! What a page asks is answered, on the target where it is quickest to test.

#![allow(missing_docs, reason = "a test")]
#![cfg(not(target_arch = "wasm32"))]

use core_service::CoreService;
use music_core_tests::World;
use music_core_web::answer::answer;
use music_core_web::failure::Failure;
use music_core_web::request::Request;
use serde_json::{Value, json};

async fn ask(service: &CoreService, request: Value) -> Result<Value, Failure> {
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
            json!({"method": "tracks", "album": 1, "artist": 1}),
            "invalid-input",
            "artist",
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
        r#"{"method":"albums","limmit":5}"#,
        r#"{"method":"track"}"#,
        r#"{"method":"fly"}"#,
        r#"{"method":"track","id":"7"}"#,
    ] {
        assert!(serde_json::from_str::<Request>(text).is_err(), "{text}");
    }
}
