//! Albums: read and listed. One whose tracks are all missing is kept but not listed.

use std::collections::HashMap;

use bridge_traits::BoxStream;

use super::json_row::{self, json_columns};
use super::paging::{Filter, PageQuery, stream_pages};
use super::sql::id_list;
use super::track::{AlbumArtists, by_position};
use crate::db::{Library, Tx};
use crate::error::{LibraryError, Result};
use crate::model::{Album, AlbumId, ArtistId, ArtworkId, GenreId, Page, PageCursor, PartialDate};

/// Which albums to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlbumFilter {
    /// Only those of this album artist.
    pub artist: Option<ArtistId>,
    /// Only those that this artist has a part in, in whatever role, on any track.
    pub appears: Option<ArtistId>,
    /// Only those with a track of this genre.
    pub genre: Option<GenreId>,
    /// Only those that are, or are not, compilations.
    pub compilation: Option<bool>,
    /// Only those of this release type: `album`, `single`, `live` …
    pub release_type: Option<String>,
}

/// The order of a list of albums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AlbumOrder {
    /// By title; those of one title by how their first artist is sorted, then by date.
    #[default]
    Title,
    /// Those added last come first.
    Newest,
}

/// The order by title. The identity tells apart what is equal in all else, whichever came first; SQLite sorts no more
/// than albums of one title by it.
const BY_TITLE: [&str; 5] = [
    "a.sort_key",
    "ifnull((SELECT r.sort_key FROM album_artist l JOIN artist r ON r.id = l.artist_id
         WHERE l.album_id = a.id AND l.position = 0), '')",
    "ifnull(a.date, '')",
    "a.identity",
    "a.id",
];

/// Tests that an album has a track which is not missing.
pub(crate) const IS_PRESENT: &str = "a.track_count > 0";

/// Reads an album, also one whose tracks are all missing.
///
/// # Errors
/// [`LibraryError::NotFound`] if there is none of that id.
pub async fn get(library: &Library, id: AlbumId) -> Result<Album> {
    let mut albums = load(&mut library.read().await?, &[id]).await?;
    albums
        .pop()
        .ok_or_else(|| LibraryError::not_found("album", id))
}

/// Lists a page of albums.
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](super::MAX_PAGE) and for a cursor of
/// another list.
pub async fn page(
    library: &Library,
    filter: &AlbumFilter,
    order: AlbumOrder,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Album>> {
    let mut tx = library.read().await?;
    let page = query(filter, order).read(&mut tx, after, limit).await?;
    let ids: Vec<AlbumId> = page.ids.into_iter().map(AlbumId).collect();
    Ok(Page {
        items: load(&mut tx, &ids).await?,
        next: page.next,
    })
}

/// Streams all albums of a list, a page at a time underneath.
pub fn stream(
    library: &Library,
    filter: AlbumFilter,
    order: AlbumOrder,
) -> BoxStream<'static, Result<Album>> {
    let library = library.clone();
    stream_pages(move |after| {
        let (library, filter) = (library.clone(), filter.clone());
        Box::pin(async move { page(&library, &filter, order, after.as_ref(), 200).await })
    })
}

fn query(filter: &AlbumFilter, order: AlbumOrder) -> PageQuery {
    let new = |list, keys: &[&'static str], descending| {
        PageQuery::new(list, "album a", "a", keys, descending)
    };
    let mut query = match order {
        AlbumOrder::Title => new("albums", &BY_TITLE, false),
        AlbumOrder::Newest => new("albums-newest", &["a.id"], true),
    };
    query.and(IS_PRESENT, vec![]);
    if let Some(compilation) = filter.compilation {
        query.and("a.compilation = ?", vec![compilation.into()]);
    }
    if let Some(release_type) = &filter.release_type {
        query.and(
            "EXISTS (SELECT 1 FROM json_each(a.release_types) j WHERE j.value = ? COLLATE NOCASE)",
            vec![release_type.as_str().into()],
        );
    }
    if let Some(artist) = filter.artist {
        query.filter(Filter {
            ids: "SELECT l.album_id FROM album_artist l WHERE l.artist_id = ?".into(),
            bound: None,
            test: "EXISTS (SELECT 1 FROM album_artist l
                       WHERE l.album_id = a.id AND +l.artist_id = ?)"
                .into(),
            params: vec![artist.into()],
        });
    }
    let links = [
        ("track_artist", "artist_id", filter.appears.map(|id| id.0)),
        ("track_genre", "genre_id", filter.genre.map(|id| id.0)),
    ];
    for (table, column, id) in links {
        if let Some(id) = id {
            query.filter(Filter {
                ids: format!(
                    "SELECT t.album_id FROM {table} l JOIN track t ON t.id = l.track_id
                     WHERE l.{column} = ? AND t.missing_since IS NULL"
                ),
                bound: Some(format!(
                    "SELECT l.track_id FROM {table} l WHERE l.{column} = ?"
                )),
                test: format!(
                    "EXISTS (SELECT 1 FROM track t CROSS JOIN {table} l ON l.track_id = t.id
                         WHERE t.album_id = a.id AND t.missing_since IS NULL AND +l.{column} = ?)"
                ),
                params: vec![id.into()],
            });
        }
    }
    query
}

json_columns! {
    struct Columns {
        id: i64 = "a.id",
        title: String = "a.title",
        sort_title: Option<String> = "a.sort_title",
        artists: AlbumArtists = "(SELECT json_group_array(json_array(l.position, l.artist_id, l.name))
            FROM album_artist l WHERE l.album_id = a.id)",
        artist_display: Option<String> = "a.artist_display",
        date: Option<String> = "a.date",
        original_date: Option<String> = "a.original_date",
        compilation: i64 = "a.compilation",
        release_types: Option<String> = "a.release_types",
        label: Option<String> = "a.label",
        catalog_number: Option<String> = "a.catalog_number",
        barcode: Option<String> = "a.barcode",
        musicbrainz_id: Option<String> = "a.musicbrainz_id",
        release_group_id: Option<String> = "a.release_group_id",
        artwork: Option<i64> = "a.artwork_id",
        added_at: i64 = "a.added_at",
        track_count: u64 = "a.track_count",
        duration_ms: u64 = "a.duration_ms",
    }
}

/// Reads albums in the order of the ids.
pub(crate) async fn load(tx: &mut Tx, ids: &[AlbumId]) -> Result<Vec<Album>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let from = "FROM album a WHERE a.id IN (SELECT value FROM json_each(?))";
    let list = vec![id_list(ids.iter().copied())];
    let rows: Vec<Columns> = json_row::read(tx, Columns::COLUMNS, from, list).await?;
    let albums: HashMap<i64, Album> = rows.into_iter().map(|it| (it.id, album(it))).collect();
    let album = |id: &AlbumId| albums.get(&id.0).cloned();
    Ok(ids.iter().filter_map(album).collect())
}

fn album(it: Columns) -> Album {
    let date = |date: Option<String>| date.and_then(|it| PartialDate::parse(&it));
    let release_types = it.release_types;
    let release_types = release_types.and_then(|it| serde_json::from_str(&it).ok());
    Album {
        id: AlbumId(it.id),
        title: it.title,
        sort_title: it.sort_title,
        artists: by_position(it.artists),
        artist_display: it.artist_display,
        date: date(it.date),
        original_date: date(it.original_date),
        compilation: it.compilation != 0,
        release_types: release_types.unwrap_or_default(),
        label: it.label,
        catalog_number: it.catalog_number,
        barcode: it.barcode,
        musicbrainz_id: it.musicbrainz_id,
        release_group_id: it.release_group_id,
        artwork: it.artwork.map(ArtworkId),
        added_at: it.added_at,
        track_count: it.track_count,
        duration_ms: it.duration_ms,
    }
}
