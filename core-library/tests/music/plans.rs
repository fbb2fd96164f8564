//! How SQLite answers: by index, without reading or sorting whole tables.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge_traits::clock::Clock;
use bridge_traits::database::{
    DatabaseAdapter, ExecResult, Row, SqlValue, Transaction, TransactionMode, WriterLock,
};
use bridge_traits::{Result, platform_async_trait};
use core_library::model::{AlbumId, ArtistId, GenreId};
use core_library::repository::album::{self, AlbumFilter, AlbumOrder};
use core_library::repository::artist::{self, ArtistFilter};
use core_library::repository::track::{self, Presence, TrackFilter, TrackOrder};
use core_library::repository::{artwork, folder, genre, item, playlist};
use core_library::{Library, search};

use crate::fixture::Database;

type Log = Arc<Mutex<Vec<(String, Vec<SqlValue>)>>>;

/// Notes every query that reaches the database.
struct Recording {
    inner: Database,
    log: Log,
}

struct RecordingTx {
    inner: Box<dyn Transaction>,
    log: Log,
}

#[platform_async_trait]
impl DatabaseAdapter for Recording {
    async fn execute(&self, sql: &str, params: Vec<SqlValue>) -> Result<ExecResult> {
        self.inner.execute(sql, params).await
    }

    async fn query(&self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>> {
        self.log.lock().unwrap().push((sql.into(), params.clone()));
        self.inner.query(sql, params).await
    }

    async fn execute_batch(&self, sql: &str) -> Result<()> {
        self.inner.execute_batch(sql).await
    }

    async fn begin(&self, mode: TransactionMode) -> Result<Box<dyn Transaction>> {
        let inner = self.inner.begin(mode).await?;
        let log = self.log.clone();
        Ok(Box::new(RecordingTx { inner, log }))
    }

    async fn lock_writer(&self) -> Result<Box<dyn WriterLock>> {
        self.inner.lock_writer().await
    }

    async fn checkpoint(&self) -> Result<()> {
        self.inner.checkpoint().await
    }

    async fn close(&self) -> Result<()> {
        self.inner.close().await
    }
}

#[platform_async_trait]
impl Transaction for RecordingTx {
    async fn execute(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<ExecResult> {
        self.inner.execute(sql, params).await
    }

    async fn query(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>> {
        self.log.lock().unwrap().push((sql.into(), params.clone()));
        self.inner.query(sql, params).await
    }

    async fn execute_batch(&mut self, sql: &str) -> Result<()> {
        self.inner.execute_batch(sql).await
    }

    async fn commit(self: Box<Self>) -> Result<()> {
        self.inner.commit().await
    }

    async fn rollback(self: Box<Self>) -> Result<()> {
        self.inner.rollback().await
    }
}

struct Zero;

impl Clock for Zero {
    fn now_ms(&self) -> i64 {
        0
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

async fn recorded() -> (Library, Database, Log) {
    let inner = Database::in_memory().await.unwrap();
    let log = Log::default();
    let recording = Recording {
        inner: inner.clone(),
        log: log.clone(),
    };
    let library = Library::open(Arc::new(recording), Arc::new(Zero))
        .await
        .unwrap();
    log.lock().unwrap().clear();
    (library, inner, log)
}

/// Explains the queries noted since, and fails on a step that grows with the library: a table read
/// whole or a sort. `walks` names the tables that the list walks in its own order, by index. Fails too on a limit
/// that has SQLite prepare the query again each time.
async fn check(database: &Database, log: &Log, what: &str, walks: &[&str]) {
    let queries = std::mem::take(&mut *log.lock().unwrap());
    assert!(!queries.is_empty(), "{what}: nothing was asked");
    for (sql, params) in queries {
        assert!(!sql.contains("LIMIT ?"), "{what}: not LIMIT +?\n{sql}");
        let rows = database
            .query(&format!("EXPLAIN QUERY PLAN {sql}"), params)
            .await
            .unwrap();
        for row in rows {
            let step: String = row.get(3).unwrap();
            let whole = step.starts_with("SCAN ")
                && !["json_each", "CONSTANT ROW", "(subquery", "VIRTUAL TABLE"]
                    .iter()
                    .any(|it| step.contains(it));
            let walked = walks.iter().any(|it| step.starts_with(it));
            let sorted = step.contains("USE TEMP B-TREE FOR ORDER BY")
                && !sql.contains("json_each")
                && !sql.contains("MATCH");
            assert!((!whole || walked) && !sorted, "{what}: {step}\n{sql}");
        }
    }
}

#[core_async::test]
async fn lists_walk_an_index() {
    let (library, database, log) = recorded().await;
    let cursor = |text: &str| Some(text.parse().unwrap());
    let titles = cursor(r#"tracks["m",5]"#);
    let newest = cursor("tracks-newest[5]");
    let by_title = &[
        "SCAN t USING INDEX track_sort",
        "SCAN t USING COVERING INDEX track_sort",
    ][..];
    for (what, filter, order, after, walks) in [
        (
            "titles",
            TrackFilter::default(),
            TrackOrder::Title,
            None,
            by_title,
        ),
        (
            "titles on",
            TrackFilter::default(),
            TrackOrder::Title,
            titles,
            &[],
        ),
        (
            "newest",
            TrackFilter::default(),
            TrackOrder::Newest,
            None,
            &["SCAN t"],
        ),
        (
            "newest on",
            TrackFilter::default(),
            TrackOrder::Newest,
            newest,
            &[],
        ),
        (
            "all",
            TrackFilter {
                presence: Presence::Any,
                ..Default::default()
            },
            TrackOrder::Title,
            None,
            by_title,
        ),
        (
            "album",
            TrackFilter {
                album: Some(AlbumId(1)),
                ..Default::default()
            },
            TrackOrder::Album,
            cursor(r#"tracks-album[1,1,"a","a",0,1]"#),
            // The folders above a file.
            &["SCAN up"],
        ),
    ] {
        track::page(&library, &filter, order, after.as_ref(), 10)
            .await
            .unwrap();
        check(&database, &log, what, walks).await;
    }
    let albums = [
        "SCAN a USING INDEX album_sort",
        "SCAN a USING COVERING INDEX album_sort",
    ];
    let filter = AlbumFilter::default();
    album::page(&library, &filter, AlbumOrder::Title, None, 10)
        .await
        .unwrap();
    check(&database, &log, "albums", &albums).await;
    let after = cursor(r#"albums["m","","","",5]"#);
    album::page(&library, &filter, AlbumOrder::Title, after.as_ref(), 10)
        .await
        .unwrap();
    check(&database, &log, "albums on", &[]).await;
    let artists = [
        "SCAN r USING INDEX artist_sort",
        "SCAN r USING COVERING INDEX artist_sort",
    ];
    for filter in [
        ArtistFilter::Any,
        ArtistFilter::AlbumArtists,
        ArtistFilter::Role("artist".into()),
    ] {
        artist::page(&library, &filter, None, 10).await.unwrap();
        check(&database, &log, "artists", &artists).await;
    }
    genre::page(&library, None, 10).await.unwrap();
    let genres = [
        "SCAN g USING INDEX genre_sort",
        "SCAN g USING COVERING INDEX genre_sort",
    ];
    check(&database, &log, "genres", &genres).await;
    let mut tx = library.write().await.unwrap();
    let list = playlist::create(&mut tx, "Mine", None).await.unwrap();
    tx.commit().await.unwrap();
    log.lock().unwrap().clear();
    let after = cursor("entries[5,5]");
    playlist::entries(&library, list, after.as_ref(), 10)
        .await
        .unwrap();
    check(&database, &log, "entries", &[]).await;
    folder::children(&library, 1, None, 10).await.unwrap();
    check(&database, &log, "folders", &[]).await;
    artwork::hashes(&library, None, 10).await.unwrap();
    check(&database, &log, "images", &[]).await;
}

#[core_async::test]
async fn a_filter_that_few_rows_meet_reads_those_rows() {
    let (library, database, log) = recorded().await;
    for filter in [
        TrackFilter {
            artist: Some(ArtistId(1)),
            ..Default::default()
        },
        TrackFilter {
            genre: Some(GenreId(1)),
            ..Default::default()
        },
        TrackFilter {
            favourite: true,
            ..Default::default()
        },
        TrackFilter {
            presence: Presence::Missing,
            ..Default::default()
        },
    ] {
        let what = format!("{filter:?}");
        track::page(&library, &filter, TrackOrder::Title, None, 10)
            .await
            .unwrap();
        let queries = std::mem::take(&mut *log.lock().unwrap());
        let (sql, params) = queries.into_iter().next().expect("the page is asked for");
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let rows = database.query(&explain, params).await.unwrap();
        let steps: Vec<Step> = rows.iter().map(Step::of).collect();
        // One for few rows, one for some and one for many; the first is to be used for few.
        let ways = steps
            .iter()
            .filter(|it| it.above == 0 && it.what.starts_with("SCALAR SUBQUERY"));
        let ways = ways.map(|it| it.below(&steps));
        // What is no way to the page tells what is many.
        let ways = ways.filter(|it| it.iter().any(|step| step.starts_with("CO-ROUTINE")));
        let ways: Vec<Vec<&str>> = ways.collect();
        assert_eq!(ways.len(), 3, "{what}: {steps:#?}");
        let whole = |step: &&str| step.starts_with("SCAN t") || step.starts_with("SCAN l");
        assert!(!ways[0].iter().any(whole), "{what}: {:#?}", ways[0]);
        assert!(ways[1].iter().any(whole) && ways[2].iter().any(whole));
        let counted = steps.iter().map(|it| it.what.as_str());
        let counted: Vec<&str> = counted.take_while(|it| !it.starts_with("SCALAR")).collect();
        assert!(!counted.iter().any(whole), "{what}: {counted:#?}");
    }
}

/// A step of a plan.
#[derive(Debug)]
struct Step {
    id: i64,
    above: i64,
    what: String,
}

impl Step {
    fn of(row: &Row) -> Self {
        Self {
            id: row.get(0).unwrap(),
            above: row.get(1).unwrap(),
            what: row.get(3).unwrap(),
        }
    }

    /// Gives the steps that are parts of it.
    fn below<'a>(&self, steps: &'a [Self]) -> Vec<&'a str> {
        let mut parts = vec![self.id];
        let mut below = Vec::new();
        // Parts come after what they are parts of.
        for step in steps.iter().filter(|it| it.id != self.id) {
            if parts.contains(&step.above) {
                parts.push(step.id);
                below.push(step.what.as_str());
            }
        }
        below
    }
}

#[core_async::test]
async fn a_search_reads_what_it_matches() {
    let (library, database, log) = recorded().await;
    // A few rows of these are held in memory.
    let few = [
        "SCAN leading",
        "SCAN most",
        "SCAN few",
        "SCAN c0",
        "SCAN c1",
        "SCAN c2",
        "SCAN c3",
        "SCAN c4",
    ];
    for text in ["some words", "artist:some words"] {
        search::all(&library, text, 10).await.unwrap();
        check(&database, &log, text, &few).await;
    }
}

#[core_async::test]
async fn what_is_below_a_folder_is_found_folder_by_folder() {
    let (library, database, log) = recorded().await;
    let mut tx = library.write().await.unwrap();
    log.lock().unwrap().clear();
    item::subtree(&mut tx, 1, "a").await.unwrap();
    drop(tx);
    let queries = std::mem::take(&mut *log.lock().unwrap());
    let (sql, params) = queries.first().expect("it asks");
    let explain = format!("EXPLAIN QUERY PLAN {sql}");
    let rows = database.query(&explain, params.clone()).await.unwrap();
    let steps: Vec<String> = rows.iter().map(|row| row.get(3).unwrap()).collect();
    let below = "USING INDEX remote_item_parent (provider_id=? AND parent_key=?)";
    assert!(steps.iter().any(|it| it.contains(below)), "{steps:#?}");
}

#[core_async::test]
async fn songs_that_are_back_are_looked_for_among_those_that_are_missing() {
    let (library, database, log) = recorded().await;
    let mut tx = library.write().await.unwrap();
    log.lock().unwrap().clear();
    track::hand_over_to(&mut tx, 1).await.unwrap();
    drop(tx);
    let queries = std::mem::take(&mut *log.lock().unwrap());
    assert_eq!(queries.len(), 2, "by sound and by tags");
    for (sql, params) in queries {
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let rows = database.query(&explain, params).await.unwrap();
        let steps: Vec<String> = rows.iter().map(|row| row.get(3).unwrap()).collect();
        let missing = "SEARCH o USING INDEX track_missing";
        assert!(steps.iter().any(|it| it.starts_with(missing)), "{steps:#?}");
        assert!(!steps.iter().any(|it| it.starts_with("SCAN")), "{steps:#?}");
    }
}
