//! Searches: the query run on the search tables, best first.

use bridge_traits::database::SqlValue;

use super::query::{Query, Table};
use crate::db::{Library, Tx};
use crate::error::Result;
use crate::model::{Album, AlbumId, Artist, ArtistId, Page, PageCursor, Track, TrackId};
use crate::repository::paging::{check_limit, cursor};
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

/// Finds at most `limit` artists, albums and tracks each. Any text is fine.
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](crate::repository::MAX_PAGE).
pub async fn all(library: &Library, text: &str, limit: usize) -> Result<Found> {
    Ok(Found {
        artists: artists(library, text, None, limit).await?.items,
        albums: albums(library, text, None, limit).await?.items,
        tracks: tracks(library, text, None, limit).await?.items,
    })
}

/// Finds a page of tracks, best first: words in the title count most, then in the artists, then in
/// the album. Any text is fine; missing tracks are left out.
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
    let mut tx = library.read().await?;
    let page = ranked(&mut tx, &TRACKS, text, after, limit).await?;
    let ids: Vec<TrackId> = page.items.into_iter().map(TrackId).collect();
    Ok(Page {
        items: track::load(&mut tx, &ids).await?,
        next: page.next,
    })
}

/// Finds a page of albums, best first; those whose tracks are all missing are left out.
///
/// # Errors
/// As for [`tracks`].
pub async fn albums(
    library: &Library,
    text: &str,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Album>> {
    let mut tx = library.read().await?;
    let page = ranked(&mut tx, &ALBUMS, text, after, limit).await?;
    let ids: Vec<AlbumId> = page.items.into_iter().map(AlbumId).collect();
    Ok(Page {
        items: album::load(&mut tx, &ids).await?,
        next: page.next,
    })
}

/// Finds a page of artists, best first; those whose tracks are all missing are left out.
///
/// # Errors
/// As for [`tracks`].
pub async fn artists(
    library: &Library,
    text: &str,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Artist>> {
    let mut tx = library.read().await?;
    let page = ranked(&mut tx, &ARTISTS, text, after, limit).await?;
    let ids: Vec<ArtistId> = page.items.into_iter().map(ArtistId).collect();
    Ok(Page {
        items: artist::load(&mut tx, &ids).await?,
        next: page.next,
    })
}

/// How a search table is asked.
struct Search {
    list: &'static str,
    table: Table,
    /// Gives `id` and `score`, lower is better, of what matches and is not missing.
    matches: &'static str,
}

const TRACKS: Search = Search {
    list: "found-tracks",
    table: Table::Tracks,
    matches: "SELECT rowid AS id, bm25(search, 10.0, 5.0, 3.0, 1.0) AS score FROM search
         WHERE search MATCH ?
             AND rowid NOT IN (SELECT id FROM track WHERE missing_since IS NOT NULL)",
};
const ALBUMS: Search = Search {
    list: "found-albums",
    table: Table::Albums,
    matches: "SELECT a.rowid AS id, bm25(album_search, 10.0, 5.0) AS score FROM album_search a
         WHERE album_search MATCH ? AND EXISTS (SELECT 1 FROM track p
             WHERE p.album_id = a.rowid AND p.missing_since IS NULL)",
};
const ARTISTS: Search = Search {
    list: "found-artists",
    table: Table::Artists,
    matches: "SELECT r.rowid AS id, bm25(artist_search) AS score FROM artist_search r
         WHERE artist_search MATCH ? AND (EXISTS (SELECT 1 FROM track_artist l
                 CROSS JOIN track t ON t.id = l.track_id
                 WHERE l.artist_id = r.rowid AND t.missing_since IS NULL)
             OR EXISTS (SELECT 1 FROM album_artist l CROSS JOIN track t ON t.album_id = l.album_id
                 WHERE l.artist_id = r.rowid AND t.missing_since IS NULL))",
};

/// Gives a page of ids, best first.
async fn ranked(
    tx: &mut Tx,
    search: &Search,
    text: &str,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<i64>> {
    check_limit(limit)?;
    let after = after.map(|it| it.keys(search.list, 2)).transpose()?;
    let Some(expression) = Query::parse(text).expression(search.table) else {
        return Ok(Page::empty());
    };
    let mut params: Vec<SqlValue> = vec![expression.into()];
    let condition = match after {
        Some(after) => {
            params.extend(after);
            "WHERE (score, id) > (?, ?)"
        }
        None => "",
    };
    params.push((limit as i64 + 1).into());
    let sql = format!(
        "SELECT score, id FROM ({}) {condition} ORDER BY score, id LIMIT ?",
        search.matches
    );
    let mut rows = tx.query(&sql, params).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let ids: Result<Vec<i64>, _> = rows.iter().map(|row| row.get(1)).collect();
    let next = match rows.last_mut() {
        Some(last) if more => Some(cursor(search.list, last, 2)),
        _ => None,
    };
    Ok(Page { items: ids?, next })
}
