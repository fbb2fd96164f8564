//! Searches: the query run on the search tables, best first.

use bridge_traits::database::SqlValue;

use super::query::{Query, Table};
use crate::db::{Library, Tx};
use crate::error::{LibraryError, Result};
use crate::model::{Album, AlbumId, Artist, ArtistId, Page, PageCursor, Track, TrackId};
use crate::repository::paging::{IdPage, check_limit, read_ids};
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
    let page = tiered(tx, &TRACKS, text, after, limit).await?;
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
    let page = tiered(tx, &ALBUMS, text, after, limit).await?;
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
    let page = tiered(tx, &ARTISTS, text, after, limit).await?;
    let ids: Vec<ArtistId> = page.ids.into_iter().map(ArtistId).collect();
    Ok(Page {
        items: artist::load(tx, &ids).await?,
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

/// The last row before a page of a search.
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
) -> Result<IdPage> {
    check_limit(limit)?;
    let after = match after.map(|it| it.keys(search.list, 3)).transpose()? {
        Some(keys) => Some(From::keys(keys)?),
        None => None,
    };
    let Some((sql, params)) = search.sql(&Query::parse(text), after, limit) else {
        let (ids, next) = (Vec::new(), None);
        return Ok(IdPage { ids, next });
    };
    read_ids(tx, search.list, &sql, 3, params, limit).await
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

/// The parameters of a statement, numbered as they come.
struct Params(Vec<SqlValue>);

impl Params {
    fn add(&mut self, value: impl Into<SqlValue>) -> String {
        self.0.push(value.into());
        format!("?{}", self.0.len())
    }
}

impl Search {
    /// Writes one statement over all tiers: rows of a tier, sort key (in the first tier) and id, for [`read_ids`]. SQLite
    /// looks into a tier only when those before it did not fill the page.
    ///
    /// The first tier has rows whose sort key begins with the text, in the order of the sort keys; the
    /// others have rows whose words match and whose sort key does not begin so.
    fn sql(
        &self,
        query: &Query,
        mut after: Option<From>,
        limit: usize,
    ) -> Option<(String, Vec<SqlValue>)> {
        let mut params = Params(Vec::new());
        let limit = params.add(limit as i64 + 1);
        let beginning = query.beginning().map(|text| {
            // The first and the last of the sort keys that begin with the text.
            let (first, last) = (text, format!("{text}{}", char::MAX));
            let (first, last) = (params.add(first), params.add(last));
            format!("(r.sort_key >= {first} AND r.sort_key < {last})")
        });
        let (words, rows, is_present) = (self.words, self.rows, self.is_present);
        let mut arms = Vec::new();
        let tiers = std::iter::once(None).chain(query.tiers(self.table).into_iter().map(Some));
        for (tier, expression) in (0_i64..).zip(tiers) {
            let from = match &after {
                Some(from) if from.tier > tier => continue,
                _ => after.take(),
            };
            let arm = match (expression, &beginning) {
                (Some(expression), _) => {
                    let expression = params.add(expression);
                    let from = params.add(from.map_or(SqlValue::Integer(i64::MIN), |it| it.id));
                    let other = beginning.as_ref().map(|it| format!("AND NOT {it}"));
                    let other = other.unwrap_or_default();
                    format!(
                        "SELECT {tier} AS k0, NULL AS k1, r.id AS k2
                         FROM {words} w CROSS JOIN {rows} r ON r.id = w.rowid
                         WHERE w.{words} MATCH {expression} AND w.rowid > {from} AND {is_present} {other}
                         ORDER BY w.rowid LIMIT {limit}"
                    )
                }
                (None, Some(beginning)) => {
                    let from = from.map(|it| {
                        let (key, id) = (params.add(it.sort_key), params.add(it.id));
                        format!("AND (r.sort_key, r.id) > ({key}, {id})")
                    });
                    let from = from.unwrap_or_default();
                    format!(
                        "SELECT {tier} AS k0, r.sort_key AS k1, r.id AS k2 FROM {rows} r
                         WHERE {beginning} AND {is_present} {from}
                         ORDER BY r.sort_key, r.id LIMIT {limit}"
                    )
                }
                (None, None) => continue,
            };
            arms.push(format!("SELECT * FROM ({arm})"));
        }
        let sql = format!("{} LIMIT {limit}", arms.join(" UNION ALL "));
        (!arms.is_empty()).then_some((sql, params.0))
    }
}
