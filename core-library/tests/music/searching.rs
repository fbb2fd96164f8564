//! What people type finds what they mean.

use core_library::search;
use proptest::prelude::*;

use crate::fixture::{Music, credit, record};

async fn music() -> Music {
    let mut music = Music::new().await;
    let mut records = vec![
        record(1, "Come Together", "The Beatles", "Abbey Road"),
        record(2, "Thunderstruck", "AC/DC", "The Razors Edge"),
        record(3, "Jóga", "Björk", "Homogenic"),
        record(4, "Don't Stop", "Fleetwood Mac", "Rumours"),
        record(
            5,
            "抱きしめたい",
            "ザ・ビートルズ",
            "ビートルズがやって来る",
        ),
        record(6, "Me and Giuliani", "!!!", "Louden Up Now"),
        record(7, "Über den Wolken", "Reinhard Mey", "Live"),
        record(8, "Beatles", "Tribute", "Songs"),
        record(9, "L'Amour", "Mø", "x"),
        record(10, "I ♥ You", "y", "z"),
        record(11, "Aloha", "Kaʻau", "Hawaiʻi"),
    ];
    records[0].roles = vec![("producer".into(), credit("George Martin"))];
    music.apply(records).await;
    music
}

async fn titles(music: &Music, text: &str) -> Vec<String> {
    let page = search::tracks(&music.library, text, None, 50)
        .await
        .unwrap();
    page.items.into_iter().map(|it| it.title).collect()
}

#[core_async::test]
async fn control_characters_in_a_name_put_nothing_into_another_group() {
    let mut music = Music::new().await;
    let name = "x\u{1f}1\u{1e}y";
    let records = vec![
        record(1, "First Song", "Other", name),
        record(2, "Second Song", name, "Else"),
    ];
    music.apply(records).await;
    // Where the artist has the word, the hit is better than where the album has.
    assert_eq!(
        titles(&music, "x1y song").await,
        ["Second Song", "First Song"]
    );
}

#[core_async::test]
async fn any_text_finds_what_it_means() {
    let music = music().await;
    let check = async |text: &str, expected: &[&str]| {
        assert_eq!(titles(&music, text).await, expected, "{text}");
    };
    check("AC/DC", &["Thunderstruck"]).await;
    check("acdc", &["Thunderstruck"]).await;
    check("ac dc", &["Thunderstruck"]).await;
    check("don't", &["Don't Stop"]).await;
    check("dont sto", &["Don't Stop"]).await;
    check("\"don’t stop\"", &["Don't Stop"]).await;
    check("björk", &["Jóga"]).await;
    check("BJORK", &["Jóga"]).await;
    check("ö", &[]).await;
    check("übe", &["Über den Wolken"]).await;
    check("mø", &["L'Amour"]).await;
    check("amour", &["L'Amour"]).await;
    check("kaau hawaii", &["Aloha"]).await;
    check("ビートル", &["抱きしめたい"]).await;
    check("ートルズ", &["抱きしめたい"]).await;
    check("きしめ", &["抱きしめたい"]).await;
    check("びーとるず", &["抱きしめたい"]).await;
    check("ﾋﾞｰﾄﾙ", &["抱きしめたい"]).await;
    check("トビ", &[]).await;
    check("beatles abbey", &["Come Together"]).await;
    check("come toge", &["Come Together"]).await;
    check("george martin", &["Come Together"]).await;
    check("\"together come\"", &[]).await;
    check("artist:beatles", &["Come Together"]).await;
    check("title:beatles", &["Beatles"]).await;
    check("album:\"abbey road\"", &["Come Together"]).await;
    check("!!!", &["Me and Giuliani"]).await;
    check("♥", &["I ♥ You"]).await;
    check("thunder NOT struck", &[]).await;
}

#[core_async::test]
async fn a_title_counts_more_than_an_artist() {
    let music = music().await;
    assert_eq!(
        titles(&music, "beatles").await,
        ["Beatles", "Come Together"]
    );
}

#[core_async::test]
async fn the_very_title_leads_then_whole_words_then_beginnings() {
    let mut music = Music::new().await;
    music
        .apply(vec![
            record(1, "x", "y", "Love Songs"),
            record(2, "x", "Love Inc", "y"),
            record(3, "Lovely Day", "x", "y"),
            record(4, "In My Lovely Life", "x", "y"),
            record(5, "All You Need Is Love", "x", "y"),
            record(6, "Love Me Do", "x", "y"),
            record(7, "Løve", "x", "y"),
            record(8, "Hate", "x", "y"),
        ])
        .await;
    let all = [
        "Løve",
        "Love Me Do",
        "Lovely Day",
        "All You Need Is Love",
        "In My Lovely Life",
        "x",
        "x",
    ];
    assert_eq!(titles(&music, "love").await, all);
    assert_eq!(titles(&music, "artist:love").await, ["x"]);
    // Pages end within a group and between two.
    for size in 1..=4 {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = search::tracks(&music.library, "love", after.as_ref(), size)
                .await
                .unwrap();
            found.extend(page.items.into_iter().map(|it| it.title));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, all, "{size} a page");
    }
}

#[core_async::test]
async fn text_without_words_finds_nothing_and_never_fails() {
    let music = music().await;
    for text in [
        "", " ", "\"", "*", "-", "(", ")", "\"\"", "^", ":", "{", "🎵", "\0", "?", "!", "'",
    ] {
        assert_eq!(titles(&music, text).await, [""; 0], "{text:?}");
    }
    for text in [
        "\"x",
        "a*",
        "NEAR",
        "NEAR(",
        "AND",
        "x OR",
        "NOT",
        "artist:",
        "-x",
        "a:b",
        "{title}:x",
        "x^2",
    ] {
        titles(&music, text).await;
    }
}

#[core_async::test]
async fn artists_and_albums_are_found_in_groups_and_hidden_when_missing() {
    let mut music = music().await;
    let found = search::all(&music.library, "beatles", 10).await.unwrap();
    let names: Vec<_> = found.artists.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["The Beatles"]);
    let albums: Vec<_> = found.albums.iter().map(|it| it.title.as_str()).collect();
    assert_eq!(albums, ["Abbey Road"]);
    assert_eq!(found.tracks.len(), 2);
    let both = search::all(&music.library, "abbey beatles", 10)
        .await
        .unwrap();
    assert_eq!(
        (both.artists.len(), both.albums.len(), both.tracks.len()),
        (0, 1, 1)
    );

    let mut tx = music.library.write().await.unwrap();
    core_library::repository::track::mark_missing(&mut tx, &[1], 5)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let gone = search::all(&music.library, "abbey", 10).await.unwrap();
    assert_eq!(
        (gone.artists.len(), gone.albums.len(), gone.tracks.len()),
        (0, 0, 0)
    );
    music
        .apply(vec![record(
            1,
            "Come Together",
            "The Beatles",
            "Abbey Road",
        )])
        .await;
    let back = search::all(&music.library, "abbey", 10).await.unwrap();
    assert_eq!((back.albums.len(), back.tracks.len()), (1, 1));
}

#[core_async::test]
async fn pages_of_a_search_hold_every_hit_once() {
    let mut music = Music::new().await;
    let records = (1..=25).map(|item| {
        let title = format!("song {}", "la ".repeat(item as usize % 4));
        record(item, &title, "x", "y")
    });
    music.apply(records.collect()).await;
    let all = search::tracks(&music.library, "song", None, 50)
        .await
        .unwrap();
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = search::tracks(&music.library, "song", after.as_ref(), 4)
            .await
            .unwrap();
        ids.extend(page.items.iter().map(|it| it.id));
        after = page.next.map(|it| it.to_string().parse().unwrap());
        if after.is_none() {
            break;
        }
    }
    assert_eq!(ids, all.items.iter().map(|it| it.id).collect::<Vec<_>>());
    assert_eq!(ids.len(), 25);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn no_text_is_an_error() {
    let music = core_async::runtime::block_on(music());
    let texts = prop_oneof![
        any::<String>(),
        "[ \"'*(){}:^+a-cA-Z!\\-]{0,30}",
        "(artist:|album:|title:|NEAR\\(|AND |OR |NOT |\"|[ぁ-ん]|é){0,8}",
    ];
    proptest!(|(text in texts)| {
        core_async::runtime::block_on(search::all(&music.library, &text, 5)).unwrap();
    });
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn every_title_is_found_by_itself() {
    proptest!(ProptestConfig::with_cases(64), |(title in any::<String>())| {
        core_async::runtime::block_on(async {
            let mut music = Music::new().await;
            music.add(record(1, &title, "x", "y")).await;
            let found = titles(&music, &format!("artist:x {title}")).await;
            let plain = !title.contains(['"', '“', '”', '„', ':']) && title.chars().count() < 100;
            if plain && title.chars().any(char::is_alphanumeric) {
                assert_eq!(found, std::slice::from_ref(&title));
            }
        });
    });
}

#[core_async::test]
async fn an_index_of_many_parts_is_merged_step_by_step_and_finds_the_same() {
    let mut music = Music::new().await;
    for first in (1..=600).step_by(20) {
        let records = (first..first + 20).map(|item| {
            let title = format!("Song {} of {}", item % 7, item * 7_919 % 601);
            record(
                item,
                &title,
                &format!("Artist {}", item % 50),
                &format!("Album {}", item % 90),
            )
        });
        music.apply(records.collect()).await;
    }
    async fn parts(music: &Music, index: &str) -> i64 {
        let sql = format!("SELECT count(DISTINCT segid) FROM {index}_idx");
        let rows = music.library.query(&sql, vec![]).await.unwrap();
        rows[0].get(0).unwrap()
    }
    let before = search::all(&music.library, "song 3 artist", 50)
        .await
        .unwrap();
    assert!(parts(&music, "search").await > 3);
    let mut steps = 0;
    loop {
        let mut tx = music.library.write().await.unwrap();
        let is_more = search::merge_step(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        if !is_more {
            break;
        }
        steps += 1;
        assert!(steps < 50, "it comes to no end");
    }
    assert!(steps > 0);
    for index in ["search", "album_search", "artist_search"] {
        let sql = format!("INSERT INTO {index}({index}) VALUES ('integrity-check')");
        music.run(&sql).await;
        assert!(parts(&music, index).await <= 2, "{index}");
    }
    let after = search::all(&music.library, "song 3 artist", 50)
        .await
        .unwrap();
    assert_eq!(after, before);
}
