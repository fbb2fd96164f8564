//! Services are asked politely, once, and what they say is kept.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[cfg(not(target_arch = "wasm32"))]
use bridge_native::NativeDatabase as Database;
use bridge_traits::clock::Clock;
use bridge_traits::database::DatabaseAdapter;
use bridge_traits::http::HttpClient;
use bridge_traits::testing::{FakeAnswer, FakeBody, FakeHttp};
use bridge_traits::{BridgeError, ErrorKind};
#[cfg(target_arch = "wasm32")]
use bridge_wasm::WasmDbAdapter as Database;
use core_async::sync::CancellationToken;
use core_library::Library;
use core_library::model::{AlbumId, ArtistId, LyricsSource, TrackId};
use core_library::repository::enrichment::{self, Asked, EnrichmentKind};
use core_library::repository::lyrics;
use core_library::repository::track_writer::{AlbumRecord, ArtistCredit, TrackRecord, TrackWriter};
use core_metadata::online::cover_art::Size;
use core_runtime::config::ApiKey;
use core_runtime::events::{CoreEvent, EventBus, LibraryEvent};
use core_sync::{Enrichment, EnrichmentOptions, ServiceOptions, Stopped, SyncError};

const DAY: i64 = 86_400_000;
const WORDS: &str = r#"{"id":1,"trackName":"Song","artistName":"Band","albumName":"Album","duration":200.0,
    "instrumental":false,"plainLyrics":"la","syncedLyrics":"[00:01.00]la"}"#;
const RELEASE: &str = "76df3287-6cda-33eb-8e9a-044b5e15ffdd";

/// A clock that is set.
#[derive(Clone, Default)]
struct Set(Arc<Mutex<i64>>);

impl Clock for Set {
    fn now_ms(&self) -> i64 {
        *self.0.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

/// A library of songs 1, 2 … on one album, before a service that answers from a list.
struct World {
    library: Library,
    clock: Set,
    http: FakeHttp,
    answers: Arc<Mutex<VecDeque<bridge_traits::Result<FakeAnswer>>>>,
    events: EventBus,
    enrichment: Enrichment,
}

fn answer(status: u16, body: &str) -> bridge_traits::Result<FakeAnswer> {
    Ok(FakeAnswer {
        status,
        headers: Vec::new(),
        body: FakeBody::Whole(body.to_owned().into()),
    })
}

fn refusal(status: u16, seconds: &str) -> bridge_traits::Result<FakeAnswer> {
    Ok(FakeAnswer {
        headers: vec![("Retry-After".into(), seconds.into())],
        ..answer(status, "slow down")?
    })
}

fn record(item_id: i64, title: &str) -> TrackRecord {
    let credit = ArtistCredit {
        name: "Band".into(),
        ..ArtistCredit::default()
    };
    TrackRecord {
        item_id,
        title: title.into(),
        artists: vec![credit.clone()],
        album: Some(AlbumRecord {
            title: "Album".into(),
            artists: vec![credit],
            ..AlbumRecord::default()
        }),
        duration_ms: Some(200_000),
        ..TrackRecord::default()
    }
}

impl World {
    async fn new(songs: i64) -> Self {
        let database: Arc<dyn DatabaseAdapter> = Arc::new(Database::in_memory().await.unwrap());
        let clock = Set::default();
        let library = Library::open(database, Arc::new(clock.clone()))
            .await
            .unwrap();
        let mut tx = library.write().await.unwrap();
        tx.execute(
            "INSERT INTO provider(id, key, kind, name, root, created_at)
             VALUES (1, 'test', 'test', 'test', '/', 0)",
            vec![],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let answers: Arc<Mutex<VecDeque<_>>> = Arc::default();
        let served = answers.clone();
        let http = FakeHttp::new(move |request| {
            let next = served.lock().unwrap().pop_front();
            next.unwrap_or_else(|| panic!("nothing was to be asked: {}", request.url))
        });
        let client: Arc<dyn HttpClient> = Arc::new(http.clone());
        let service = |base: &str| ServiceOptions {
            base: base.into(),
            interval: Duration::from_millis(1),
        };
        let options = EnrichmentOptions {
            lrclib: service("https://lrc.test"),
            musicbrainz: service("https://mb.test"),
            cover_art: service("https://caa.test"),
            last_fm: service("https://fm.test"),
            last_fm_key: Some(ApiKey::new("s3cret")),
        };
        let events = EventBus::new(64).unwrap();
        let world = Self {
            enrichment: Enrichment::new(library.clone(), events.clone(), &client, options),
            library,
            clock,
            http,
            answers,
            events,
        };
        for number in 1..=songs {
            world.write(number, &format!("Song {number}")).await;
        }
        world
    }

    async fn write(&self, item: i64, title: &str) {
        let mut tx = self.library.write().await.unwrap();
        let file = format!(
            "INSERT OR IGNORE INTO remote_item(id, provider_id, key, parent_key, name, kind, version)
             VALUES ({item}, 1, '{item}.mp3', '', '{item}.mp3', 'audio', '1')"
        );
        tx.execute(&file, vec![]).await.unwrap();
        let records = vec![record(item, title)];
        TrackWriter::new().apply(&mut tx, records, 0).await.unwrap();
        tx.commit().await.unwrap();
    }

    fn answers(&self, answers: impl IntoIterator<Item = bridge_traits::Result<FakeAnswer>>) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// Asks for lyrics and gives found, not found, failed and why it ended.
    async fn lyrics(&self) -> (u64, u64, u64, Option<Stopped>) {
        let stop = CancellationToken::new();
        let it = self.enrichment.lyrics(u64::MAX, &stop).await.unwrap();
        assert!(self.answers.lock().unwrap().is_empty(), "not all was asked");
        (it.found, it.not_found, it.failed, it.stopped)
    }

    async fn words(&self, track: i64) -> Vec<(bool, String)> {
        let words = lyrics::of_track(&self.library, TrackId(track))
            .await
            .unwrap();
        assert!(words.iter().all(|it| it.source == LyricsSource::Online));
        words.into_iter().map(|it| (it.synced, it.text)).collect()
    }

    fn pass(&self, days: i64) {
        *self.clock.0.lock().unwrap() += days * DAY;
    }
}

#[core_async::test]
async fn words_are_asked_for_once_kept_and_told() {
    let world = World::new(2).await;
    let mut heard = world.events.subscribe();
    world.answers([
        answer(200, WORDS),
        answer(
            404,
            r#"{"code":404,"name":"TrackNotFound","message":"Failed to find specified track"}"#,
        ),
    ]);
    assert_eq!(world.lyrics().await, (1, 1, 0, None));
    let words = [(true, "[00:01.00]la".to_owned()), (false, "la".to_owned())];
    assert_eq!(world.words(1).await, words);
    assert_eq!(world.words(2).await, []);
    let urls: Vec<_> = world.http.requests().into_iter().map(|it| it.url).collect();
    assert_eq!(
        urls[0],
        "https://lrc.test/api/get?track_name=Song%201&artist_name=Band&album_name=Album&duration=200"
    );
    match &heard.recv().await.unwrap().event {
        CoreEvent::Library(LibraryEvent::Changed {
            tracks_updated,
            albums,
            artists,
            ..
        }) => {
            assert_eq!(tracks_updated.ids(), Some(&[1][..]));
            assert_eq!(albums.ids(), Some(&[1][..]));
            assert_eq!(artists.ids(), Some(&[1][..]));
        }
        other => panic!("{other:?}"),
    }

    // What it does not have is remembered for a month, and a track with other names is another question.
    assert_eq!(world.lyrics().await, (0, 0, 0, None));
    world.pass(29);
    assert_eq!(world.lyrics().await, (0, 0, 0, None));
    world.pass(2);
    world.answers([answer(404, "")]);
    assert_eq!(world.lyrics().await, (0, 1, 0, None));
    world.write(2, "Song two").await;
    world.answers([answer(200, WORDS)]);
    assert_eq!(world.lyrics().await, (1, 0, 0, None));
}

#[core_async::test]
async fn a_service_that_asks_for_quiet_gets_it_and_nothing_is_lost() {
    for status in [429, 503] {
        let world = World::new(3).await;
        world.answers([answer(200, WORDS), refusal(status, "120")]);
        let quiet = Some(Stopped::Throttled(Duration::from_secs(120)));
        assert_eq!(world.lyrics().await, (1, 0, 0, quiet));
        // Until then not one request is sent.
        match world.lyrics().await {
            (0, 0, 0, Some(Stopped::Throttled(left))) => assert!(left <= Duration::from_secs(120)),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.http.requests().len(), 2);
        assert_eq!(world.words(1).await.len(), 2);
    }
    let world = World::new(1).await;
    world.answers([answer(503, "")]);
    let quiet = Some(Stopped::Throttled(Duration::from_secs(60)));
    assert_eq!(world.lyrics().await, (0, 0, 0, quiet));
}

#[core_async::test]
async fn answers_that_can_not_be_read_cost_their_track_a_day() {
    let world = World::new(2).await;
    world.answers([answer(200, "<html>"), answer(200, WORDS)]);
    assert_eq!(world.lyrics().await, (1, 0, 1, None));
    let failed = enrichment::asked(&world.library, EnrichmentKind::Lyrics, 1)
        .await
        .unwrap();
    assert!(matches!(failed, Some(Asked::Failed(reason)) if reason.contains("LRCLIB")));
    assert_eq!(world.lyrics().await, (0, 0, 0, None));
    world.pass(2);
    world.answers([answer(200, WORDS)]);
    assert_eq!(world.lyrics().await, (1, 0, 0, None));
}

#[core_async::test]
async fn an_outage_ends_the_job_and_is_held_against_no_track() {
    let world = World::new(5).await;
    let offline = || Err(BridgeError::new(ErrorKind::Offline, "lrc.test"));
    world.answers([offline()]);
    let (.., stopped) = world.lyrics().await;
    assert!(
        matches!(stopped, Some(Stopped::Unreachable(_))),
        "{stopped:?}"
    );
    world.answers([answer(500, ""), answer(500, ""), answer(500, "")]);
    let (found, not_found, failed, stopped) = world.lyrics().await;
    assert_eq!((found, not_found, failed), (0, 0, 0));
    assert!(
        matches!(stopped, Some(Stopped::Unreachable(_))),
        "{stopped:?}"
    );
    // One failure among answers ends nothing; that track is asked about by the next job.
    let good = || answer(200, WORDS);
    world.answers([good(), answer(500, ""), good(), good(), good()]);
    assert_eq!(world.lyrics().await, (4, 0, 0, None));
    world.answers([good()]);
    assert_eq!(world.lyrics().await, (1, 0, 0, None));
}

#[core_async::test]
async fn a_job_ends_where_the_host_wants_it_and_the_next_goes_on() {
    let world = World::new(3).await;
    world.answers([answer(200, WORDS)]);
    let stop = CancellationToken::new();
    let first = world.enrichment.lyrics(1, &stop).await.unwrap();
    assert_eq!((first.found, first.stopped), (1, Some(Stopped::Wanted)));
    stop.cancel();
    let none = world.enrichment.lyrics(9, &stop).await.unwrap();
    assert_eq!((none.found, none.stopped), (0, Some(Stopped::Wanted)));
    world.answers([answer(200, WORDS), answer(200, WORDS)]);
    assert_eq!(world.lyrics().await, (2, 0, 0, None));
}

#[core_async::test]
async fn a_track_is_recognised_and_its_album_has_a_cover() {
    let world = World::new(2).await;
    let recording = |title: &str, release: &str| {
        let body = format!(
            r#"{{"recordings":[{{"id":"rec","score":100,"title":"{title}","length":200500,
            "artist-credit":[{{"name":"Band","artist":{{"id":"art","name":"Band"}}}}],
            "releases":[{{"id":"{release}","title":"Album","release-group":{{"id":"grp"}}}}]}}]}}"#
        );
        answer(200, &body)
    };
    assert_eq!(
        world
            .enrichment
            .cover(AlbumId(1), Size::Medium)
            .await
            .unwrap(),
        None
    );
    world.answers([
        recording("Song 1", RELEASE),
        answer(200, r#"{"recordings":[]}"#),
    ]);
    let stop = CancellationToken::new();
    let summary = world.enrichment.recordings(9, &stop).await.unwrap();
    assert_eq!((summary.found, summary.not_found), (1, 1));
    let asked = enrichment::asked(&world.library, EnrichmentKind::Recording, 1)
        .await
        .unwrap();
    assert!(matches!(asked, Some(Asked::Found(Some(it))) if it.contains("\"recording\":\"rec\"")));

    let moved = FakeAnswer {
        status: 307,
        headers: vec![("Location".into(), "https://archive.test/front.jpg".into())],
        body: FakeBody::Whole("".into()),
    };
    world.answers([Ok(moved), answer(200, "jpeg")]);
    let cover = world
        .enrichment
        .cover(AlbumId(1), Size::Medium)
        .await
        .unwrap();
    assert_eq!(cover.as_deref(), Some(&b"jpeg"[..]));
    let asked = world.http.requests();
    let url = format!("https://caa.test/release/{RELEASE}/front-500");
    assert_eq!(asked[asked.len() - 2].url, url);
    // What the archive does not have is remembered, too.
    world.answers([answer(404, "")]);
    for _ in 0..2 {
        assert_eq!(
            world
                .enrichment
                .cover(AlbumId(1), Size::Large)
                .await
                .unwrap(),
            None
        );
    }
}

#[core_async::test]
async fn what_is_said_of_an_artist_is_kept_for_a_month_and_longer_without_network() {
    let world = World::new(1).await;
    let ask = async |language| world.enrichment.artist(ArtistId(1), language).await;
    let info = |text: &str| {
        let body = format!(r#"{{"artist":{{"name":"Band","bio":{{"summary":"{text}"}}}}}}"#);
        answer(200, &body)
    };
    let said = async |language: Option<&'static str>| {
        let info = ask(language).await.unwrap().unwrap();
        info.biography.unwrap()
    };
    world.answers([info("loud")]);
    assert_eq!(said(None).await, "loud");
    assert_eq!(said(None).await, "loud");
    let asked = world.http.requests();
    assert_eq!(
        asked[0].url,
        "https://fm.test/2.0/?method=artist.getinfo&autocorrect=1&format=json&artist=Band&api_key=s3cret"
    );
    world.answers([info("laut")]);
    assert_eq!(said(Some("de")).await, "laut");
    world.pass(31);
    world.answers([Err(BridgeError::new(ErrorKind::Offline, "fm.test"))]);
    assert_eq!(said(Some("de")).await, "laut");
    world.answers([info("lauter")]);
    assert_eq!(said(Some("de")).await, "lauter");

    // Another name is another artist.
    let mut tx = world.library.write().await.unwrap();
    let rename = "UPDATE artist SET name = 'Other' WHERE id = 1";
    tx.execute(rename, vec![]).await.unwrap();
    tx.commit().await.unwrap();
    world.answers([answer(200, r#"{"error":6,"message":"not found"}"#)]);
    for _ in 0..2 {
        assert_eq!(ask(None).await.unwrap(), None);
    }
}

#[core_async::test]
async fn trouble_with_an_artist_is_told_without_the_key() {
    for (status, body, kind) in [
        (
            200,
            r#"{"error":10,"message":"Invalid API key"}"#,
            ErrorKind::PermissionDenied,
        ),
        (403, "", ErrorKind::PermissionDenied),
        (500, "", ErrorKind::HttpStatus(500)),
        (200, "<html>", ErrorKind::Corrupt),
    ] {
        let world = World::new(1).await;
        world.answers([answer(status, body)]);
        let error = world
            .enrichment
            .artist(ArtistId(1), None)
            .await
            .unwrap_err();
        let SyncError::Provider(error) = error else {
            panic!("{error:?}");
        };
        assert_eq!(*error.kind(), kind, "{body}");
        assert!(
            !format!("{error:?} {error}").contains("s3cret"),
            "{error:?}"
        );
        assert!(error.to_string().contains("Last.fm: Band"), "{error}");
    }
    // Asked too much, it is left alone for a minute.
    let world = World::new(1).await;
    world.answers([answer(200, r#"{"error":29,"message":"slow"}"#)]);
    for _ in 0..2 {
        let error = world
            .enrichment
            .artist(ArtistId(1), None)
            .await
            .unwrap_err();
        assert!(
            matches!(&error, SyncError::Provider(it) if matches!(it.kind(), ErrorKind::Throttled { .. })),
            "{error:?}"
        );
    }
    assert_eq!(world.http.requests().len(), 1);
    let missing = world.enrichment.artist(ArtistId(99), None).await;
    assert!(matches!(missing, Err(SyncError::Library(_))), "{missing:?}");
}
