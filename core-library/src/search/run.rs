//! Searches: the query run on the search tables, best first.

use bridge_traits::database::{Row, SqlValue};

use super::query::{Query, Table};
use crate::db::{Library, Tx};
use crate::error::{LibraryError, Result};
use crate::model::{Album, AlbumId, Artist, ArtistId, Page, PageCursor, Track, TrackId};
use crate::repository::paging::check_limit;
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
    let mut tx = library.read().await?;
    let page = tiered(&mut tx, &TRACKS, text, after, limit).await?;
    let ids: Vec<TrackId> = page.items.into_iter().map(TrackId).collect();
    Ok(Page {
        items: track::load(&mut tx, &ids).await?,
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
    let mut tx = library.read().await?;
    let page = tiered(&mut tx, &ALBUMS, text, after, limit).await?;
    let ids: Vec<AlbumId> = page.items.into_iter().map(AlbumId).collect();
    Ok(Page {
        items: album::load(&mut tx, &ids).await?,
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
    let mut tx = library.read().await?;
    let page = tiered(&mut tx, &ARTISTS, text, after, limit).await?;
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
    /// The search table.
    words: &'static str,
    /// The table of what is found.
    rows: &'static str,
    /// Tests that a row of it is not missing.
    is_present: &'static str,
}

const TRACKS: Search = Search {
    list: "found-tracks",
    table: Table::Tracks,
    words: "search",
    rows: "track",
    is_present: "r.missing_since IS NULL",
};
const ALBUMS: Search = Search {
    list: "found-albums",
    table: Table::Albums,
    words: "album_search",
    rows: "album",
    is_present: "r.track_count > 0",
};
const ARTISTS: Search = Search {
    list: "found-artists",
    table: Table::Artists,
    words: "artist_search",
    rows: "artist",
    is_present: artist::IS_PRESENT,
};

/// Where a page of a search begins: in which tier, and after which of its rows.
struct From {
    tier: i64,
    sort_key: SqlValue,
    id: SqlValue,
}

/// Gives a page of ids, tier by tier, reading no further than the page is long.
///
/// What a score would need of every hit is never asked: a word that half the library has costs no
/// more than others.
async fn tiered(
    tx: &mut Tx,
    search: &Search,
    text: &str,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<i64>> {
    check_limit(limit)?;
    let mut after = match after.map(|it| it.keys(search.list, 3)).transpose()? {
        Some(keys) => Some(From::keys(keys)?),
        None => None,
    };
    let query = Query::parse(text);
    let beginning = query.beginning();
    let mut rows = Vec::new();
    let tiers = std::iter::once(None).chain(query.tiers(search.table).into_iter().map(Some));
    for (tier, expression) in (0..).zip(tiers) {
        let from = match &after {
            Some(from) if from.tier > tier => continue,
            _ => after.take(),
        };
        let left = limit + 1 - rows.len();
        let found = match (&expression, beginning) {
            (Some(expression), _) => {
                search
                    .matching(tx, expression, beginning, from, left)
                    .await?
            }
            (None, Some(text)) => search.beginning(tx, text, from, left).await?,
            (None, None) => Vec::new(),
        };
        rows.extend(found.into_iter().map(|row| (tier, row)));
        if rows.len() > limit {
            break;
        }
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    let ids: Result<Vec<i64>, _> = rows.iter().map(|(_, row)| row.get(1)).collect();
    let next = match rows.last_mut() {
        Some((tier, row)) if more => {
            let keys = vec![(*tier).into(), row.take(0), row.take(1)];
            Some(PageCursor::new(search.list, keys))
        }
        _ => None,
    };
    Ok(Page { items: ids?, next })
}

impl From {
    fn keys(keys: Vec<SqlValue>) -> Result<Self> {
        let mut keys = keys.into_iter();
        match (keys.next(), keys.next(), keys.next()) {
            (Some(SqlValue::Integer(tier)), Some(sort_key), Some(id)) => {
                Ok(Self { tier, sort_key, id })
            }
            _ => Err(LibraryError::InvalidInput {
                field: "cursor",
                reason: "not a cursor of a search".into(),
            }),
        }
    }
}

impl Search {
    /// Reads rows whose sort key begins with the text, in the order of the sort keys.
    async fn beginning(
        &self,
        tx: &mut Tx,
        text: &str,
        from: Option<From>,
        limit: usize,
    ) -> Result<Vec<Row>> {
        let mut params = range(text);
        let after = match from {
            Some(from) => {
                params.extend([from.sort_key, from.id]);
                "AND (r.sort_key, r.id) > (?, ?)"
            }
            None => "",
        };
        params.push((limit as i64).into());
        let sql = format!(
            "SELECT r.sort_key, r.id FROM {} r
             WHERE r.sort_key >= ? AND r.sort_key < ? AND {} {after}
             ORDER BY r.sort_key, r.id LIMIT ?",
            self.rows, self.is_present
        );
        tx.query(&sql, params).await
    }

    /// Reads rows whose words match and whose sort key does not begin with the text.
    async fn matching(
        &self,
        tx: &mut Tx,
        expression: &str,
        beginning: Option<&str>,
        from: Option<From>,
        limit: usize,
    ) -> Result<Vec<Row>> {
        let after = from.map_or(SqlValue::Integer(i64::MIN), |it| it.id);
        let mut params = vec![expression.into(), after];
        let other = match beginning {
            Some(text) => {
                params.extend(range(text));
                "AND NOT (r.sort_key >= ? AND r.sort_key < ?)"
            }
            None => "",
        };
        params.push((limit as i64).into());
        let (words, rows, is_present) = (self.words, self.rows, self.is_present);
        let sql = format!(
            "SELECT NULL, r.id FROM {words} w CROSS JOIN {rows} r ON r.id = w.rowid
             WHERE w.{words} MATCH ? AND w.rowid > ? AND {is_present} {other}
             ORDER BY w.rowid LIMIT ?"
        );
        tx.query(&sql, params).await
    }
}

/// Gives the first and the last of the sort keys that begin with a text.
fn range(text: &str) -> Vec<SqlValue> {
    vec![text.into(), format!("{text}{}", char::MAX).into()]
}
