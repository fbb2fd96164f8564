//! Searches give what a plain reading of their rules gives, page by page, of few hits and of many.

use std::cmp::Ordering;
use std::fmt::Debug;

use bridge_traits::BoxFuture;
use core_library::model::{Album, Artist, Page, PageCursor, Track};
use core_library::repository::album::{self, AlbumFilter, AlbumOrder};
use core_library::repository::artist::{self, ArtistFilter};
use core_library::repository::track::{self, TrackFilter, TrackOrder, mark_missing};
use core_library::repository::track_writer::TrackRecord;
use core_library::search;
use futures::TryStreamExt;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::fixture::{Music, credit, record};

/// Words that begin alike, so that hits come into all groups.
const WORDS: [&str; 12] = [
    "a", "an", "ant", "the", "then", "love", "lo", "lover", "ac/dc", "dc", "don't", "t",
];

/// Words of a text as an index has them: those that punctuation splits, then those as one.
fn words(text: &str) -> String {
    let chunks = text.split_whitespace();
    let joined = chunks.clone().filter(|it| it.contains(['/', '\'']));
    let joined = joined.map(|it| it.replace(['/', '\''], ""));
    let words = chunks.map(|it| it.replace(['/', '\''], " ")).chain(joined);
    words.map(|it| format!(" {it}")).collect()
}

/// The text of a column: names, but not what stands there already.
fn column<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut column = String::new();
    for words in names.into_iter().map(words).filter(|it| !it.is_empty()) {
        let words = format!("{words} ");
        if !column.contains(&words) {
            column.push_str(&words);
        }
    }
    column
}

/// Tells whether every word of a text is in one of the columns, and whether its last letters may be missing.
fn has_all(text: &str, columns: &[String], open: bool) -> bool {
    let end = if open { "" } else { " " };
    text.split(' ').all(|word| {
        let split = word.replace(['/', '\''], " ");
        let joined = word.replace(['/', '\''], "");
        columns.iter().any(|column| {
            let column = column.split_whitespace().collect::<Vec<_>>().join(" ");
            let column = format!(" {column} ");
            column.contains(&format!(" {split}{end}"))
                || column.contains(&format!(" {joined}{end}"))
        })
    })
}

/// What may be found, as far as the order depends on it.
#[derive(Debug, Clone)]
struct Hit {
    id: i64,
    sort_key: String,
    /// Columns that are better to have all words in, the best first; then all of them.
    groups: Vec<Vec<String>>,
}

/// Finds by the rules, best first.
fn expected(hits: &[Hit], text: &str) -> Vec<i64> {
    let rank = |hit: &Hit| -> Option<usize> {
        if hit.sort_key.starts_with(text) {
            return Some(0);
        }
        if has_all(text, &hit.groups[0], false) {
            return Some(1);
        }
        let open = |group: &Vec<String>| has_all(text, group, true);
        hit.groups.iter().position(open).map(|at| at + 2)
    };
    let mut found: Vec<(usize, &Hit)> = hits
        .iter()
        .filter_map(|hit| Some((rank(hit)?, hit)))
        .collect();
    found.sort_by(|(rank, hit), (other, than)| {
        let by_key = match rank {
            0 => hit.sort_key.cmp(&than.sort_key),
            _ => Ordering::Equal,
        };
        rank.cmp(other).then(by_key).then(hit.id.cmp(&than.id))
    });
    found.into_iter().map(|it| it.1.id).collect()
}

fn track_hit(it: Track) -> Hit {
    let title = column(
        [it.title.as_str()]
            .into_iter()
            .chain(it.sort_title.as_deref()),
    );
    let of = |artist: bool| {
        let credits = it.artists.iter();
        credits
            .filter(move |credit| (credit.role == "artist") == artist)
            .map(|credit| credit.name.as_str())
    };
    let display = it.artist_display.as_deref().into_iter();
    let album_artists = it.album_artists.iter().map(|it| it.name.as_str());
    let artist = column(display.chain(of(true)).chain(album_artists));
    let album = column(it.album.as_deref());
    let extra = column(of(false));
    Hit {
        id: it.id.0,
        sort_key: it.sort_title.unwrap_or(it.title),
        groups: vec![
            vec![title.clone()],
            vec![title.clone(), artist.clone()],
            vec![title, artist, album, extra],
        ],
    }
}

fn album_hit(it: Album) -> Hit {
    let title = column(
        [it.title.as_str()]
            .into_iter()
            .chain(it.sort_title.as_deref()),
    );
    let artist = column(it.artists.iter().map(|it| it.name.as_str()));
    Hit {
        id: it.id.0,
        sort_key: it.sort_title.unwrap_or(it.title),
        groups: vec![vec![title.clone()], vec![title, artist]],
    }
}

fn artist_hit(it: Artist) -> Hit {
    Hit {
        id: it.id.0,
        groups: vec![vec![column(
            [it.name.as_str()]
                .into_iter()
                .chain(it.sort_name.as_deref()),
        )]],
        sort_key: it.sort_name.unwrap_or(it.name),
    }
}

/// Reads a search to its end.
async fn found<'a, T: Debug>(
    search: impl Fn(Option<PageCursor>) -> BoxFuture<'a, core_library::Result<Page<T>>>,
    id: impl Fn(&T) -> i64,
    limit: usize,
) -> Vec<i64> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = search(after).await.unwrap();
        assert!(page.items.len() <= limit);
        ids.extend(page.items.iter().map(&id));
        match page.next {
            Some(next) => after = Some(next),
            None => return ids,
        }
    }
}

fn some_words(most: usize) -> impl Strategy<Value = String> {
    let words = prop::collection::vec(prop::sample::select(&WORDS[..]), 1..=most);
    words.prop_map(|it| it.join(" "))
}

/// Words, the last letters of which may be missing.
fn some_text() -> impl Strategy<Value = String> {
    let word = (prop::sample::select(&WORDS[..]), 1_usize..6);
    let word = word.prop_map(|(word, end)| &word[..end.min(word.len())]);
    let word = word.prop_map(|it| it.trim_end_matches(['/', '\'']));
    prop::collection::vec(word, 1..=3).prop_map(|it| it.join(" "))
}

fn some_records() -> impl Strategy<Value = Vec<TrackRecord>> {
    let parts = (
        (some_words(3), some_words(2), some_words(2)),
        prop::option::weighted(0.1, some_words(2)),
        prop::option::weighted(0.2, some_words(1)),
        0..6_u8,
    );
    let one = parts.prop_map(|((title, artist, album), sort_title, role, kind)| {
        let mut it = record(0, &title, &artist, &album);
        it.sort_title = sort_title;
        it.roles = role
            .iter()
            .map(|name| ("composer".into(), credit(name)))
            .collect();
        let of_album = it.album.as_mut().unwrap();
        match kind {
            // Its album has the artists of its tracks.
            0 => of_album.artists.clear(),
            1 => of_album.artists.insert(0, credit("then ac")),
            2 => it.artists.push(credit("dc the")),
            3 => it.artist_display = Some(format!("{artist} an")),
            _ => (),
        }
        it
    });
    let few = prop::collection::vec(one, 1..30);
    // A large library has each of them often.
    let times = prop_oneof![Just(1_usize), Just(20)];
    (few, times).prop_map(|(few, times)| {
        let count = few.len() * times;
        let mut all: Vec<TrackRecord> = few.into_iter().cycle().take(count).collect();
        for (item, record) in (1..).zip(&mut all) {
            record.item_id = item;
        }
        all
    })
}

#[core_async::test]
async fn searches_find_in_the_order_of_their_rules() {
    let texts = prop::collection::vec((some_text(), 5_usize..80), 10);
    let cases = (some_records(), texts);
    let mut runner = TestRunner::deterministic();
    for _ in 0..8 {
        let (records, texts) = cases.new_tree(&mut runner).unwrap().current();
        check(records, texts).await;
    }
}

async fn check(records: Vec<TrackRecord>, texts: Vec<(String, usize)>) {
    let mut music = Music::new().await;
    let missing: Vec<i64> = (1..=records.len() as i64)
        .filter(|it| it % 7 == 3)
        .collect();
    music.apply(records).await;
    let mut tx = music.library.write().await.unwrap();
    mark_missing(&mut tx, &missing, 5).await.unwrap();
    tx.commit().await.unwrap();
    let library = &music.library;
    let tracks = track::stream(library, TrackFilter::default(), TrackOrder::Title);
    let tracks: Vec<Hit> = tracks.map_ok(track_hit).try_collect().await.unwrap();
    let albums = album::stream(library, AlbumFilter::default(), AlbumOrder::Title);
    let albums: Vec<Hit> = albums.map_ok(album_hit).try_collect().await.unwrap();
    let artists = artist::stream(library, ArtistFilter::Any);
    let artists: Vec<Hit> = artists.map_ok(artist_hit).try_collect().await.unwrap();
    for (text, limit) in &texts {
        let (text, limit) = (text.as_str(), *limit);
        let hits = found(
            |after| {
                Box::pin(async move { search::tracks(library, text, after.as_ref(), limit).await })
            },
            |it| it.id.0,
            limit,
        );
        assert_eq!(hits.await, expected(&tracks, text), "tracks of {text:?}");
        let hits = found(
            |after| {
                Box::pin(async move { search::albums(library, text, after.as_ref(), limit).await })
            },
            |it| it.id.0,
            limit,
        );
        assert_eq!(hits.await, expected(&albums, text), "albums of {text:?}");
        let hits = found(
            |after| {
                Box::pin(async move { search::artists(library, text, after.as_ref(), limit).await })
            },
            |it| it.id.0,
            limit,
        );
        assert_eq!(hits.await, expected(&artists, text), "artists of {text:?}");
    }
}
