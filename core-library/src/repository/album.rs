//! Albums: read and listed. One whose tracks are all missing is kept but not listed.

use std::collections::HashMap;

use bridge_traits::BoxStream;
use bridge_traits::database::Row;

use super::paging::{Filter, PageQuery, stream_pages};
use super::sql::id_list;
use super::track::album_artists;
use crate::db::{Library, Tx};
use crate::error::{LibraryError, Result};
use crate::model::{Album, AlbumId, ArtistId, GenreId, Page, PageCursor};

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
    /// By title.
    #[default]
    Title,
    /// Those added last come first.
    Newest,
}

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
    let new = |list, keys, descending| PageQuery::new(list, "album a", "a", keys, descending);
    let mut query = match order {
        AlbumOrder::Title => new("albums", &["a.sort_key", "a.id"], false),
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

/// Reads albums in the order of the ids.
pub(crate) async fn load(tx: &mut Tx, ids: &[AlbumId]) -> Result<Vec<Album>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = tx
        .query(
            "SELECT a.id, a.title, a.sort_title, a.artist_display, a.date, a.original_date,
                 a.compilation, a.release_types, a.label, a.catalog_number, a.barcode,
                 a.musicbrainz_id, a.release_group_id, a.artwork_id, a.added_at,
                 a.track_count, a.duration_ms,
                 (SELECT json_group_array(json_array(l.artist_id, l.name) ORDER BY l.position)
                  FROM album_artist l WHERE l.album_id = a.id)
             FROM album a WHERE a.id IN (SELECT value FROM json_each(?))",
            vec![id_list(ids.iter().copied())],
        )
        .await?;
    let mut albums = HashMap::with_capacity(rows.len());
    for row in &rows {
        let album = album(row)?;
        albums.insert(album.id, album);
    }
    Ok(ids
        .iter()
        .filter_map(|id| albums.get(id).cloned())
        .collect())
}

fn album(row: &Row) -> Result<Album> {
    let release_types: Option<String> = row.get(7)?;
    let release_types = release_types.and_then(|it| serde_json::from_str(&it).ok());
    Ok(Album {
        id: row.get(0)?,
        title: row.get(1)?,
        sort_title: row.get(2)?,
        artists: album_artists(row, 17)?,
        artist_display: row.get(3)?,
        date: row.get(4)?,
        original_date: row.get(5)?,
        compilation: row.get(6)?,
        release_types: release_types.unwrap_or_default(),
        label: row.get(8)?,
        catalog_number: row.get(9)?,
        barcode: row.get(10)?,
        musicbrainz_id: row.get(11)?,
        release_group_id: row.get(12)?,
        artwork: row.get(13)?,
        added_at: row.get(14)?,
        track_count: row.get(15)?,
        duration_ms: row.get(16)?,
    })
}
