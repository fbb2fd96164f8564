//! Times searches and pages of a made library, for `cargo xtask bench library`:
//! `cargo run --release -p core-library --example bench_library -- 100000 FOLDER`.
//!
//! The library is made in FOLDER, or found there. It prints one JSON line a figure, in ms.

mod made;
mod peer;
mod timing;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bridge_native::NativeDatabase;
use bridge_traits::clock::Clock;
use bridge_traits::database::SqlValue;
use core_library::model::{AlbumId, ArtistId, GenreId, PageCursor};
use core_library::repository::album::{AlbumFilter, AlbumOrder};
use core_library::repository::artist::ArtistFilter;
use core_library::repository::track::{TrackFilter, TrackOrder};
use core_library::repository::{album, artist, genre, stats, track};
use core_library::{Library, search};

use made::Made;
use timing::{Began, Figure};

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// Rows a page: what a screen and its surroundings show.
const PAGE: usize = 50;
/// How often each list is asked for.
const ROUNDS: usize = 200;

struct Epoch;

impl Clock for Epoch {
    fn now_ms(&self) -> i64 {
        1
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

#[core_async::main]
async fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let tracks: usize = args.next().ok_or("how many tracks?")?.parse()?;
    let folder: PathBuf = args.next().ok_or("in which folder?")?.into();
    std::fs::create_dir_all(&folder)?;
    let database = NativeDatabase::open(&folder.join("library.db")).await?;
    let library = Library::open(Arc::new(database), Arc::new(Epoch)).await?;
    let made = Made::new();
    if stats::read(&library).await?.tracks == 0 {
        let began = Instant::now();
        made::fill(&library, &made, tracks).await?;
        let each = began.elapsed().as_secs_f64() * 1e6 / tracks as f64;
        timing::print_value("write", tracks, each, "us_per_track")?;
        peer::fill(&library).await?;
        library.database().checkpoint().await?;
    }
    let mut figures = searches(&library, &made, tracks).await?;
    figures.extend(pages(&library, &made, tracks).await?);
    figures.iter().try_for_each(|it| it.print(tracks))
}

/// Times searches, each kind of text beside plain FTS5.
async fn searches(library: &Library, made: &Made, tracks: usize) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (name, texts) in made.queries(tracks, ROUNDS) {
        let mut figure = Figure::new(&format!("search_{name}"));
        for text in &texts {
            let began = Began::now();
            search::tracks(library, text, None, PAGE).await?;
            figure.ours(began, text);
        }
        // Not in turn: what the peer reads of a large library, SQLite puts away while ours waits for it.
        for text in &texts {
            let began = Began::now();
            peer::search(library, text, PAGE).await?;
            figure.peer(began);
        }
        figures.push(figure);
    }
    let mut figure = Figure::new("search_groups_while_typing");
    for (name, texts) in made.queries(tracks, ROUNDS) {
        for text in texts.iter().filter(|_| name == "while_typing") {
            let began = Began::now();
            search::all(library, text, 10).await?;
            figure.ours(began, text);
        }
    }
    figures.push(figure);
    Ok(figures)
}

/// Times pages of lists, from where somebody may have scrolled to, and by themselves the counts, which read the
/// library whole.
async fn pages(library: &Library, made: &Made, tracks: usize) -> Result<Vec<Figure>> {
    let mut rng = made.rng();
    let mut figures: Vec<Figure> = [
        "page_tracks",
        "page_tracks_newest",
        "page_albums",
        "page_artists",
        "page_genres",
        "page_album_tracks",
        "page_artist_tracks",
        "page_artist_albums",
        "page_genre_tracks",
        "page_genre_albums",
        "page_favourites",
    ]
    .map(Figure::new)
    .into();
    let (albums, artists) = (
        highest(library, "album").await?,
        highest(library, "artist").await?,
    );
    for _ in 0..ROUNDS {
        let from = made.word(&mut rng);
        let after = |list: &str| -> PageCursor {
            let others = match list {
                "albums" => r#""","","","#,
                "artists" => r#""","","#,
                _ => "",
            };
            let text = format!("{list}[\"{from}\",{others}0]");
            text.parse().expect("a list and its keys are a cursor")
        };
        let newest: PageCursor = format!("tracks-newest[{}]", rng.usize(1..=tracks)).parse()?;
        let album = AlbumId(1 + rng.i64(0..albums));
        let artist = ArtistId(1 + (rng.f64().powi(3) * artists as f64) as i64);
        let genre = GenreId(1 + (rng.f64().powi(3) * 100.0) as i64);
        let mut at = figures.iter_mut();
        let mut next = || at.next().expect("there is a figure for each list");

        for (filter, order, after) in [
            (
                TrackFilter::default(),
                TrackOrder::Title,
                Some(after("tracks")),
            ),
            (TrackFilter::default(), TrackOrder::Newest, Some(newest)),
        ] {
            let figure = next();
            let began = Began::now();
            track::page(library, &filter, order, after.as_ref(), PAGE).await?;
            figure.ours(began, &from);
            if order == TrackOrder::Title {
                let offset = rng.usize(..tracks);
                let began = Began::now();
                peer::page(library, offset, PAGE).await?;
                figure.peer(began);
            }
        }
        let (figure, cursor, began) = (next(), after("albums"), Began::now());
        let filter = AlbumFilter::default();
        album::page(library, &filter, AlbumOrder::Title, Some(&cursor), PAGE).await?;
        figure.ours(began, &from);
        let (figure, cursor, began) = (next(), after("artists"), Began::now());
        artist::page(library, &ArtistFilter::Any, Some(&cursor), PAGE).await?;
        figure.ours(began, &from);
        let (figure, began) = (next(), Began::now());
        genre::page(library, None, PAGE).await?;
        figure.ours(began, "");
        for (filter, order, what) in [
            (
                TrackFilter {
                    album: Some(album),
                    ..Default::default()
                },
                TrackOrder::Album,
                format!("album {album}"),
            ),
            (
                TrackFilter {
                    artist: Some(artist),
                    ..Default::default()
                },
                TrackOrder::Title,
                format!("artist {artist}"),
            ),
        ] {
            let (figure, began) = (next(), Began::now());
            track::page(library, &filter, order, None, PAGE).await?;
            figure.ours(began, &what);
        }
        let filter = AlbumFilter {
            artist: Some(artist),
            ..Default::default()
        };
        let (figure, began) = (next(), Began::now());
        album::page(library, &filter, AlbumOrder::Title, None, PAGE).await?;
        figure.ours(began, &format!("artist {artist}"));
        let filter = TrackFilter {
            genre: Some(genre),
            ..Default::default()
        };
        let (figure, began) = (next(), Began::now());
        track::page(library, &filter, TrackOrder::Title, None, PAGE).await?;
        figure.ours(began, &format!("genre {genre}"));
        let filter = AlbumFilter {
            genre: Some(genre),
            ..Default::default()
        };
        let (figure, began) = (next(), Began::now());
        album::page(library, &filter, AlbumOrder::Title, None, PAGE).await?;
        figure.ours(began, &format!("genre {genre}"));
        let filter = TrackFilter {
            favourite: true,
            ..Default::default()
        };
        let (figure, began) = (next(), Began::now());
        track::page(library, &filter, TrackOrder::Title, None, PAGE).await?;
        figure.ours(began, "");
    }
    let mut figure = Figure::new("stats");
    for _ in 0..ROUNDS {
        let began = Began::now();
        stats::read(library).await?;
        figure.ours(began, "");
    }
    figures.push(figure);
    Ok(figures)
}

async fn highest(library: &Library, table: &str) -> Result<i64> {
    let rows = library
        .query(
            &format!("SELECT max(id) FROM {table}"),
            Vec::<SqlValue>::new(),
        )
        .await?;
    Ok(rows[0].get(0)?)
}
