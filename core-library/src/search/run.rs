//! Searches: the query run on the search tables, best first.

use super::few;
use super::query::{Query, Table};
use super::tiers::{self, From};
use crate::db::{Library, Tx};
use crate::error::Result;
use crate::model::{Album, AlbumId, Artist, ArtistId, Page, PageCursor, Track, TrackId};
use crate::repository::paging::{IdPage, check_limit};
use crate::repository::{album, artist, track};

/// What a text finds, in groups, each best first.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Artists whose name has all the words.
    pub artists: Vec<Artist>,
    /// Albums whose title and artists together have all the words.
    pub albums: Vec<Album>,
    /// Tracks whose title, artists, album and other names together have all the words.
    pub tracks: Vec<Track>,
}

/// Finds at most `limit` artists, albums and tracks each, in one state of the library. Any text is fine.
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](crate::repository::MAX_PAGE).
pub async fn all(library: &Library, text: &str, limit: usize) -> Result<Found> {
    let tx = &mut library.read().await?;
    Ok(Found {
        artists: artists_in(tx, text, None, limit).await?.items,
        albums: albums_in(tx, text, None, limit).await?.items,
        tracks: tracks_in(tx, text, None, limit).await?.items,
    })
}

/// Finds a page of tracks. Any text is fine; missing tracks are left out.
///
/// First come titles that begin with the text, by title, so that the very title leads; then tracks
/// whose title has all words, then those that have the last letters too; then those whose title and
/// artists have all words together, then the rest. Within a group those added first come first.
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](crate::repository::MAX_PAGE) and for a
/// cursor of another list.
pub async fn tracks(
    library: &Library,
    text: &str,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Track>> {
    tracks_in(&mut library.read().await?, text, after, limit).await
}

async fn tracks_in(
    tx: &mut Tx,
    text: &str,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Track>> {
    let page = read(tx, &TRACKS, text, after, limit).await?;
    let ids: Vec<TrackId> = page.ids.into_iter().map(TrackId).collect();
    Ok(Page {
        items: track::load(tx, &ids).await?,
        next: page.next,
    })
}

/// Finds a page of albums, in the order of [`tracks`]; those whose tracks are all missing are left out.
///
/// # Errors
/// As for [`tracks`].
pub async fn albums(
    library: &Library,
    text: &str,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Album>> {
    albums_in(&mut library.read().await?, text, after, limit).await
}

async fn albums_in(
    tx: &mut Tx,
    text: &str,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Album>> {
    let page = read(tx, &ALBUMS, text, after, limit).await?;
    let ids: Vec<AlbumId> = page.ids.into_iter().map(AlbumId).collect();
    Ok(Page {
        items: album::load(tx, &ids).await?,
        next: page.next,
    })
}

/// Finds a page of artists, in the order of [`tracks`]; those whose tracks are all missing are left out.
///
/// # Errors
/// As for [`tracks`].
pub async fn artists(
    library: &Library,
    text: &str,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Artist>> {
    artists_in(&mut library.read().await?, text, after, limit).await
}

async fn artists_in(
    tx: &mut Tx,
    text: &str,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Artist>> {
    let page = read(tx, &ARTISTS, text, after, limit).await?;
    let ids: Vec<ArtistId> = page.ids.into_iter().map(ArtistId).collect();
    Ok(Page {
        items: artist::load(tx, &ids).await?,
        next: page.next,
    })
}

/// How a search table is asked.
pub(super) struct Search {
    pub(super) list: &'static str,
    pub(super) table: Table,
    /// The search table.
    pub(super) words: &'static str,
    /// The table of what is found.
    pub(super) rows: &'static str,
    /// Tests that a row of it is not missing.
    pub(super) is_present: &'static str,
    /// Where the names are that tell hits apart.
    pub(super) names: few::Names,
}

const TRACKS: Search = Search {
    list: "found-tracks",
    table: Table::Tracks,
    words: "search",
    rows: "track",
    is_present: "r.missing_since IS NULL",
    names: few::TRACK_NAMES,
};
const ALBUMS: Search = Search {
    list: "found-albums",
    table: Table::Albums,
    words: "album_search",
    rows: "album",
    is_present: "r.track_count > 0",
    names: few::ALBUM_NAMES,
};
const ARTISTS: Search = Search {
    list: "found-artists",
    table: Table::Artists,
    words: "artist_search",
    rows: "artist",
    is_present: artist::IS_PRESENT,
    names: few::ARTIST_NAMES,
};

/// Gives a page of ids, group by group.
///
/// What a score would need of every hit is never asked: a word that half the library has costs no
/// more than others.
async fn read(
    tx: &mut Tx,
    search: &Search,
    text: &str,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<IdPage> {
    check_limit(limit)?;
    let after = after.map(|it| From::cursor(it, search.list)).transpose()?;
    tiers::read(tx, search, &Query::parse(text), after.as_ref(), limit).await
}
