//! Smart playlists give the tracks that meet their rules.

use core_library::model::{PageCursor, TrackId};
use core_library::repository::playlist::{self, Place};
use core_library::repository::track_writer::{LyricsRecord, TrackRecord};
use core_library::repository::{annotation, track};
use core_library::smart_playlist::{self, Field, SmartPlaylist};
use core_library::{LibraryError, model};

use crate::fixture::{Music, credit, record};

const DAY: i64 = 86_400_000;

/// Six tracks; the clock stands at 1,000 ms.
async fn music() -> (Music, Vec<TrackId>) {
    let mut music = Music::new().await;
    let mut jóga = record(1, "Jóga", "Björk", "Homogenic");
    jóga.date = Some("1997-09-22".into());
    jóga.genres = vec!["Électronique".into(), "Trip Hop".into()];
    jóga.bpm = Some(80.5);
    jóga.duration_ms = Some(305_000);
    jóga.extra = Some(r#"{"moods":["calm","Dark"]}"#.into());
    let mut live = record(2, "Hunter (Live)", "Björk", "Vespertine Live");
    live.date = Some("2001".into());
    live.genres = vec!["Trip Hop".into()];
    live.album.as_mut().unwrap().release_types = vec!["album".into(), "live".into()];
    live.compilation = true;
    let mut help = record(3, "Help!", "The Beatles", "Help!");
    help.artists[0].sort_name = Some("Beatles, The".into());
    help.date = Some("1965-08".into());
    help.genres = vec!["Rock".into()];
    help.roles = vec![("composer".into(), credit("Lennon"))];
    help.lyrics = vec![LyricsRecord {
        source: model::LyricsSource::Embedded,
        synced: false,
        language: None,
        text: "Help".into(),
    }];
    let percent = record(4, "100%_pure", "Nobody", "x");
    let bare = TrackRecord {
        item_id: 5,
        title: "bare".into(),
        ..TrackRecord::default()
    };
    let gone = record(6, "Gone", "Björk", "Homogenic");
    let ids: Vec<_> = music
        .apply(vec![jóga, live, help, percent, bare, gone])
        .await
        .iter()
        .map(|it| it.track_id)
        .collect();
    let mut tx = music.library.write().await.unwrap();
    track::mark_missing(&mut tx, &[6], 5).await.unwrap();
    annotation::rate(&mut tx, ids[0], Some(80)).await.unwrap();
    annotation::rate(&mut tx, ids[2], Some(20)).await.unwrap();
    annotation::set_favourite(&mut tx, ids[2], Some(5))
        .await
        .unwrap();
    annotation::played(&mut tx, ids[0], -3 * DAY).await.unwrap();
    annotation::played(&mut tx, ids[1], 0).await.unwrap();
    annotation::played(&mut tx, ids[1], 1).await.unwrap();
    tx.commit().await.unwrap();
    (music, ids)
}

async fn found(music: &Music, definition: &str) -> Vec<i64> {
    let definition = SmartPlaylist::parse(definition).unwrap();
    assert_eq!(
        SmartPlaylist::parse(&definition.to_json()).unwrap(),
        definition
    );
    let page = smart_playlist::preview(&music.library, &definition, None, 50).await;
    page.unwrap().items.iter().map(|it| it.id.0).collect()
}

#[core_async::test]
async fn each_operator_gives_what_it_says() {
    let (mut music, _) = music().await;
    let check = async |rule: &str, expected: &[i64]| {
        let definition = format!(r#"{{"version":1,"match":{rule},"sort":[{{"by":"added"}}]}}"#);
        let mut ids = found(&music, &definition).await;
        ids.sort_unstable();
        assert_eq!(ids, expected, "{rule}");
    };
    // Text.
    check(r#"{"field":"artist","is":"bjork"}"#, &[1, 2]).await;
    check(r#"{"field":"artist","is":"the beatles"}"#, &[3]).await;
    check(r#"{"field":"artist","is_not":"BJÖRK"}"#, &[3, 4, 5]).await;
    check(r#"{"field":"artist","begins_with":"beatles"}"#, &[3]).await;
    check(r#"{"field":"album_artist","contains":"eatl"}"#, &[3]).await;
    check(r#"{"field":"title","contains":"(live)"}"#, &[2]).await;
    check(r#"{"field":"title","contains_not":"e"}"#, &[1]).await;
    check(r#"{"field":"title","ends_with":"óga"}"#, &[1]).await;
    check(r#"{"field":"title","contains":"%_"}"#, &[4]).await;
    check(r#"{"field":"title","contains":"0_"}"#, &[]).await;
    check(r#"{"field":"title","is":"' OR 1 --"}"#, &[]).await;
    check(r#"{"field":"genre","is":"electronique"}"#, &[1]).await;
    check(r#"{"field":"genre","known":false}"#, &[4, 5]).await;
    check(r#"{"field":"album","known":true}"#, &[1, 2, 3, 4]).await;
    check(r#"{"field":"mood","is":"dark"}"#, &[1]).await;
    check(r#"{"field":"composer","is":"Lennon"}"#, &[3]).await;
    check(r#"{"field":"release_type","is":"live"}"#, &[2]).await;
    check(r#"{"field":"file_name","is":"3.mp3"}"#, &[3]).await;
    // Numbers.
    check(r#"{"field":"year","is":1965}"#, &[3]).await;
    check(r#"{"field":"year","is_not":1965}"#, &[1, 2, 4, 5]).await;
    check(r#"{"field":"year","between":[1990,2001]}"#, &[1, 2]).await;
    check(r#"{"field":"year","less_than":1997}"#, &[3]).await;
    check(r#"{"field":"year","at_most":1997}"#, &[1, 3]).await;
    check(r#"{"field":"year","more_than":1997}"#, &[2]).await;
    check(r#"{"field":"year","known":false}"#, &[4, 5]).await;
    check(r#"{"field":"bpm","at_least":80.5}"#, &[1]).await;
    check(r#"{"field":"duration","more_than":300}"#, &[1]).await;
    check(r#"{"field":"play_count","is":0}"#, &[3, 4, 5]).await;
    check(r#"{"field":"rating","at_least":60}"#, &[1]).await;
    // Times.
    check(r#"{"field":"last_played","in_last_days":2}"#, &[2]).await;
    check(
        r#"{"field":"last_played","not_in_last_days":2}"#,
        &[1, 3, 4, 5],
    )
    .await;
    check(r#"{"field":"last_played","before":"1970"}"#, &[1]).await;
    check(r#"{"field":"last_played","since":"1970-01-01"}"#, &[2]).await;
    check(r#"{"field":"last_played","known":false}"#, &[3, 4, 5]).await;
    // Flags and playlists.
    check(r#"{"field":"favourite","is":true}"#, &[3]).await;
    check(r#"{"field":"favourite","is":false}"#, &[1, 2, 4, 5]).await;
    check(r#"{"field":"compilation","is":true}"#, &[2]).await;
    check(r#"{"field":"has_lyrics","is":true}"#, &[3]).await;
    // Rules of rules.
    check(r#"{"all":[]}"#, &[1, 2, 3, 4, 5]).await;
    check(r#"{"any":[]}"#, &[]).await;
    check(
        r#"{"all":[{"field":"artist","is":"Björk"},{"not":{"field":"title","contains":"live"}}]}"#,
        &[1],
    )
    .await;
    check(
        r#"{"not":{"field":"year","less_than":1990}}"#,
        &[1, 2, 4, 5],
    )
    .await;
    check(
        r#"{"any":[{"field":"year","is":1965},{"all":[{"field":"rating","known":true},{"field":"year","is":1997}]}]}"#,
        &[1, 3],
    )
    .await;

    let mut tx = music.library.write().await.unwrap();
    let list = playlist::create(&mut tx, "Mine", None).await.unwrap();
    playlist::add(&mut tx, list, &[TrackId(4), TrackId(4)], Place::Last)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let within =
        |is: &str| format!(r#"{{"version":1,"match":{{"field":"playlist","{is}":{list}}}}}"#);
    assert_eq!(found(&music, &within("is")).await, [4]);
    assert_eq!(found(&music, &within("is_not")).await, [5, 3, 2, 1]);
    // A track that comes back is in the list at once.
    music
        .apply(vec![record(6, "Gone", "Björk", "Homogenic")])
        .await;
    let definition = r#"{"version":1,"match":{"field":"title","is":"gone"}}"#;
    assert_eq!(found(&music, definition).await, [6]);
}

#[core_async::test]
async fn every_field_and_order_is_sql_that_runs() {
    let (music, _) = music().await;
    for field in Field::ALL {
        for operator in field.kind().operators() {
            let value = match (field.kind(), *operator) {
                (_, "known") | (smart_playlist::Kind::Flag, _) => "true",
                (smart_playlist::Kind::Text, _) => "\"x\"",
                (_, "between") => "[1,2]",
                (_, "before" | "since") => "\"2024-02-29\"",
                _ => "7",
            };
            let rule = format!(r#"{{"field":"{}","{operator}":{value}}}"#, field.name());
            found(&music, &format!(r#"{{"version":1,"match":{rule}}}"#)).await;
        }
    }
    for by in [
        "title",
        "album",
        "artist",
        "disc",
        "track",
        "year",
        "duration",
        "bpm",
        "added",
        "last_played",
        "play_count",
        "rating",
        "random",
    ] {
        for descending in [false, true] {
            let sort = format!(r#"[{{"by":"{by}","descending":{descending}}}]"#);
            let all = found(&music, &format!(r#"{{"version":1,"sort":{sort}}}"#)).await;
            assert_eq!(all.len(), 5, "{by}");
        }
    }
}

#[core_async::test]
async fn orders_limits_and_pages_agree() {
    let (music, _) = music().await;
    let check = async |rest: &str, expected: &[i64]| {
        let definition = format!(r#"{{"version":1,{rest}}}"#);
        assert_eq!(found(&music, &definition).await, expected, "{rest}");
        let definition = SmartPlaylist::parse(&definition).unwrap();
        let (mut ids, mut after) = (Vec::new(), None::<PageCursor>);
        loop {
            let page = smart_playlist::preview(&music.library, &definition, after.as_ref(), 2);
            let page = page.await.unwrap();
            ids.extend(page.items.iter().map(|it| it.id.0));
            after = page.next.map(|it| it.to_string().parse().unwrap());
            if after.is_none() {
                break;
            }
        }
        assert_eq!(ids, expected, "{rest}, in pages");
    };
    check(r#""sort":[{"by":"title"}]"#, &[4, 5, 3, 2, 1]).await;
    check(
        r#""sort":[{"by":"title","descending":true}]"#,
        &[1, 2, 3, 5, 4],
    )
    .await;
    // What is not known comes last, whichever way.
    check(r#""sort":[{"by":"year"}]"#, &[3, 1, 2, 4, 5]).await;
    check(
        r#""sort":[{"by":"year","descending":true}]"#,
        &[2, 1, 3, 4, 5],
    )
    .await;
    check(
        r#""sort":[{"by":"rating","descending":true}],"limit":3"#,
        &[1, 3, 4],
    )
    .await;
    check(
        r#""sort":[{"by":"artist"},{"by":"year","descending":true}],"limit":4"#,
        &[3, 2, 1, 4],
    )
    .await;
    check(r#""limit":1"#, &[4]).await;
    let random = |seed: u32| format!(r#"{{"version":1,"sort":[{{"by":"random","seed":{seed}}}]}}"#);
    let orders = [
        found(&music, &random(1)).await,
        found(&music, &random(2)).await,
    ];
    assert_ne!(orders[0], orders[1]);
    assert_eq!(orders[0], found(&music, &random(1)).await);
}

#[core_async::test]
async fn wrong_rules_are_refused_by_name() {
    #[track_caller]
    fn check(definition: &str, wrong: &str, because: &str) {
        match SmartPlaylist::parse(definition) {
            Err(LibraryError::InvalidRule { rule, reason }) => {
                assert_eq!(rule, wrong, "{definition}");
                assert!(reason.contains(because), "{definition}: {reason}");
            }
            other => panic!("{definition}: {other:?}"),
        }
    }
    let of = |rule: &str| format!(r#"{{"version":1,"match":{rule}}}"#);
    check("", "definition", "EOF");
    check("[]", "definition", "object");
    check("{}", "version", "must be 1");
    check(r#"{"version":2}"#, "version", "newer");
    check(r#"{"version":1,"where":{}}"#, "definition", "\"where\"");
    check(r#"{"version":1,"limit":0}"#, "limit", "from 1");
    check(
        r#"{"version":1,"sort":[{"by":"taste"}]}"#,
        "sort[0]",
        "last_played",
    );
    check(
        r#"{"version":1,"sort":[{"by":"year","seed":1}]}"#,
        "sort[0]",
        "random",
    );
    check(&of("{}"), "match", "field");
    check(&of(r#"{"all":7}"#), "match.all", "list");
    check(
        &of(r#"{"all":[{"all":[]},{"any":[{"field":"titel","is":"x"}]}]}"#),
        "match.all[1].any[0]",
        "titel",
    );
    check(
        &of(r#"{"not":{"field":"year","contains":"x"}}"#),
        "match.not",
        "between",
    );
    check(
        &of(r#"{"field":"year","is":"1999"}"#),
        "match",
        "year is: must be a number",
    );
    check(
        &of(r#"{"field":"year","between":[2000,1990]}"#),
        "match",
        "above",
    );
    check(
        &of(r#"{"field":"year","is":1999,"at_least":1}"#),
        "match",
        "one of",
    );
    check(&of(r#"{"field":"title","is":" "}"#), "match", "blank");
    check(
        &of(r#"{"field":"added","before":"yesterday"}"#),
        "match",
        "2024-05",
    );
    check(
        &of(r#"{"field":"added","in_last_days":0}"#),
        "match",
        "from 1",
    );
    check(
        &of(r#"{"field":"favourite","is":1}"#),
        "match",
        "true or false",
    );
    let deep = format!(
        "{}{{\"all\":[]}}{}",
        r#"{"not":"#.repeat(40),
        "}".repeat(40)
    );
    check(
        &of(&deep),
        &format!("match{}", ".not".repeat(17)),
        "within each other",
    );
}

#[core_async::test]
async fn a_smart_playlist_is_listed_read_exported_and_not_edited_by_hand() {
    let (music, ids) = music().await;
    let by_björk = r#"{"version":1,"match":{"field":"artist","is":"björk"}}"#;
    let mut tx = music.library.write().await.unwrap();
    let definition = SmartPlaylist::parse(by_björk).unwrap();
    let smart = smart_playlist::create(&mut tx, "Björk", None, &definition)
        .await
        .unwrap();
    let plain = playlist::create(&mut tx, "Mine", None).await.unwrap();
    for refused in [
        playlist::add(&mut tx, smart, &ids[..1], Place::Last)
            .await
            .unwrap_err(),
        playlist::remove_entries(&mut tx, smart, &[])
            .await
            .unwrap_err(),
        playlist::move_entries(&mut tx, smart, &[], Place::First)
            .await
            .unwrap_err(),
        smart_playlist::set_definition(&mut tx, plain, &definition)
            .await
            .unwrap_err(),
    ] {
        assert!(
            matches!(
                refused,
                LibraryError::InvalidInput {
                    field: "playlist",
                    ..
                }
            ),
            "{refused}"
        );
    }
    tx.commit().await.unwrap();

    let lists = playlist::page(&music.library, None, 9).await.unwrap().items;
    let lists: Vec<_> = lists.iter().map(|it| (it.smart, it.entry_count)).collect();
    assert_eq!(lists, [(true, None), (false, Some(0))]);
    let entries = playlist::entries(&music.library, smart, None, 9)
        .await
        .unwrap()
        .items;
    let titles: Vec<_> = entries.iter().map(|it| it.track.title.as_str()).collect();
    assert_eq!(titles, ["Hunter (Live)", "Jóga"]);
    let file = playlist::export(
        &music.library,
        smart,
        core_library::playlist_file::PlaylistFormat::Xspf,
        &playlist::ExportPaths::Absolute,
    );
    assert_eq!(file.await.unwrap().file.entries.len(), 2);
    assert_eq!(
        smart_playlist::definition(&music.library, smart)
            .await
            .unwrap(),
        definition
    );
    let error = smart_playlist::definition(&music.library, plain)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "invalid-input");

    let other = r#"{"version":1,"match":{"field":"year","known":true},"limit":1}"#;
    let mut tx = music.library.write().await.unwrap();
    let other = SmartPlaylist::parse(other).unwrap();
    smart_playlist::set_definition(&mut tx, smart, &other)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let entries = playlist::entries(&music.library, smart, None, 9)
        .await
        .unwrap()
        .items;
    assert_eq!(entries.len(), 1);
}

#[core_async::test]
async fn plays_are_listed_the_latest_first() {
    let (music, ids) = music().await;
    let page = annotation::history(&music.library, None, 2).await.unwrap();
    let plays: Vec<_> = page
        .items
        .iter()
        .map(|it| (it.track.id, it.at_ms))
        .collect();
    assert_eq!(plays, [(ids[1], 1), (ids[1], 0)]);
    let rest = annotation::history(&music.library, page.next.as_ref(), 2)
        .await
        .unwrap();
    assert_eq!(rest.items[0].at_ms, -3 * DAY);
    assert_eq!((rest.items.len(), rest.next), (1, None));
}
