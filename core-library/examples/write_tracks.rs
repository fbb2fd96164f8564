//! Times the writing of tracks: `cargo run --release -p core-library --example write_tracks -- 100000`,
//! which may be followed by `new` to time only that.
//!
//! It makes albums of 12 to 16 tracks, 3 albums an artist, two credits a track and one or two
//! genres, writes them in batches of 1000 to a database in a temporary folder, writes them again
//! unchanged, and once more retagged. It prints one JSON line a figure, in µs a track: by the clock,
//! and on Linux what SQLite's threads and the others had of the processors.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bridge_native::NativeDatabase;
use bridge_traits::clock::Clock;
use core_library::repository::track::{self, TrackFilter, TrackOrder};
use core_library::repository::track_writer::{
    AlbumRecord, ArtistCredit, ArtworkRecord, TrackRecord, TrackWriter,
};
use core_library::{Library, search};

struct Epoch;

impl Clock for Epoch {
    fn now_ms(&self) -> i64 {
        1
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

const BATCH: usize = 1000;

#[core_async::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tracks: usize = match std::env::args().nth(1) {
        Some(number) => number.parse()?,
        None => 100_000,
    };
    let folder = tempfile::tempdir()?;
    let database = NativeDatabase::open(&folder.path().join("library.db")).await?;
    let library = Library::open(Arc::new(database), Arc::new(Epoch)).await?;
    observe(&library, tracks).await?;

    let phases = [("new", ""), ("unchanged", ""), ("retagged", " (Live)")];
    let only = std::env::args().nth(2);
    for (name, suffix) in phases {
        if only.as_deref().is_some_and(|it| it != name) {
            continue;
        }
        let mut writer = TrackWriter::new();
        let before = processor_time();
        let (mut applied, mut slowest) = (Duration::ZERO, Duration::ZERO);
        for first in (0..tracks).step_by(BATCH) {
            let last = tracks.min(first + BATCH);
            let records: Vec<_> = (first..last).map(|at| record(at, suffix)).collect();
            let began = Instant::now();
            let mut tx = library.write().await?;
            writer.apply(&mut tx, records, 2).await?;
            tx.commit().await?;
            writer.committed();
            applied += began.elapsed();
            slowest = slowest.max(began.elapsed());
        }
        print(name, applied, tracks)?;
        if let (Some(before), Some(after)) = (before, processor_time()) {
            print(&format!("{name}_sqlite_cpu"), after[0] - before[0], tracks)?;
            print(&format!("{name}_other_cpu"), after[1] - before[1], tracks)?;
        }
        print(&format!("{name}_slowest_batch"), slowest, BATCH)?;
    }
    read(&library).await?;
    let began = Instant::now();
    let mut tx = library.write().await?;
    TrackWriter::new().sweep_orphans(&mut tx).await?;
    tx.commit().await?;
    print("sweep", began.elapsed(), tracks)?;
    Ok(())
}

/// Tells how long SQLite's threads and the others ran.
fn processor_time() -> Option<[Duration; 2]> {
    let mut times = [Duration::ZERO; 2];
    for thread in std::fs::read_dir("/proc/self/task").ok()? {
        let folder = thread.ok()?.path();
        let name = std::fs::read_to_string(folder.join("comm")).ok()?;
        let spent = std::fs::read_to_string(folder.join("schedstat")).ok()?;
        let spent = Duration::from_nanos(spent.split(' ').next()?.parse().ok()?);
        times[usize::from(!name.starts_with("sqlx-sqlite"))] += spent;
    }
    Some(times)
}

fn print(name: &str, time: Duration, tracks: usize) -> std::io::Result<()> {
    let each = time.as_secs_f64() * 1e6 / tracks as f64;
    writeln!(
        std::io::stdout(),
        r#"{{"bench":"write_tracks_{name}","us_per_track":{each:.2},"tracks":{tracks}}}"#
    )
}

/// Times searches and pages, in ms: the slowest of twenty.
async fn read(library: &Library) -> Result<(), Box<dyn std::error::Error>> {
    for text in [
        "golden",
        "go",
        "g",
        "golden river 7",
        "artist:moon sky",
        "über",
        "live",
    ] {
        let mut times = Vec::new();
        for _ in 0..20 {
            let began = Instant::now();
            search::tracks(library, text, None, 50).await?;
            times.push(began.elapsed());
        }
        print_read(&format!("search {text}"), times)?;
    }
    let mut after = None;
    let mut times = Vec::new();
    for _ in 0..20 {
        let began = Instant::now();
        let filter = TrackFilter::default();
        let page = track::page(library, &filter, TrackOrder::Title, after.as_ref(), 100).await?;
        times.push(began.elapsed());
        after = page.next;
    }
    print_read("page of tracks", times)
}

fn print_read(name: &str, mut times: Vec<Duration>) -> Result<(), Box<dyn std::error::Error>> {
    times.sort();
    let (median, slowest) = (times[times.len() / 2], times[times.len() - 1]);
    writeln!(
        std::io::stdout(),
        r#"{{"bench":"{name}","median_ms":{:.2},"slowest_ms":{:.2}}}"#,
        median.as_secs_f64() * 1e3,
        slowest.as_secs_f64() * 1e3
    )?;
    Ok(())
}

/// Gives every track a file.
async fn observe(library: &Library, tracks: usize) -> core_library::Result<()> {
    let mut tx = library.write().await?;
    tx.execute(
        "INSERT INTO provider(id, key, kind, name, root, created_at)
         VALUES (1, 'bench', 'bench', 'bench', '/', 0)",
        vec![],
    )
    .await?;
    tx.execute(
        "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ?)
         INSERT INTO remote_item(id, provider_id, key, name, kind, version)
         SELECT id, 1, 'album/' || id || '.mp3', id || '.mp3', 'audio', '1' FROM n",
        vec![(tracks as i64).into()],
    )
    .await?;
    tx.commit().await
}

const WORDS: [&str; 24] = [
    "Midnight", "River", "Golden", "Sky", "Broken", "Hearts", "Electric", "Summer", "Dancing",
    "Shadow", "Winter", "Silver", "Dream", "Ocean", "Fire", "Über", "Café", "Night", "Little",
    "Blue", "Train", "Home", "Stranger", "Moon",
];

fn words(mut seed: usize, count: usize) -> String {
    let mut text = Vec::new();
    for _ in 0..count {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        text.push(WORDS[(seed >> 33) % WORDS.len()]);
    }
    text.join(" ")
}

fn record(at: usize, suffix: &str) -> TrackRecord {
    let album = at / 14;
    let artist = album / 3;
    let credit = |number: usize| ArtistCredit {
        name: format!("{} {number}", words(number, 2)),
        ..Default::default()
    };
    let artists = vec![credit(artist), credit(artist * 7 % 911)];
    TrackRecord {
        item_id: at as i64 + 1,
        folder_key: format!("artist {artist}/album {album}"),
        title: format!("{}{suffix}", words(at, 3)),
        artist_display: Some(format!("{} feat. {}", artists[0].name, artists[1].name)),
        album: Some(AlbumRecord {
            title: format!("{} {album}", words(album, 2)),
            artists: vec![artists[0].clone()],
            date: Some("2004-05-01".into()),
            ..Default::default()
        }),
        artists,
        disc: Some(1),
        track: Some((at % 14) as u32 + 1),
        track_total: Some(14),
        date: Some("2004-05-01".into()),
        duration_ms: Some(180_000 + (at % 1000) as i64),
        codec: Some("mp3".into()),
        bitrate_kbps: Some(320),
        sample_rate_hz: Some(44_100),
        channels: Some(2),
        track_gain_db: Some(-7.5),
        track_peak: Some(0.98),
        audio_id: Some((at as u128).to_be_bytes().to_vec()),
        genres: vec!["Rock".into(), words(album, 1)],
        artwork: Some(ArtworkRecord {
            hash: (album as u128).to_be_bytes().to_vec(),
            mime: "image/jpeg".into(),
            bytes: 40_000,
            item_id: at as i64 + 1,
            picture: Some(0),
            ..Default::default()
        }),
        ..Default::default()
    }
}
