//! Artists: read and listed. One all of whose tracks are missing is kept but not listed.

pub mod image;

use std::collections::HashMap;

use bridge_traits::BoxStream;

use super::json_row::{self, json_columns};
use super::paging::{PageQuery, stream_pages};
use super::sql::id_list;
use crate::db::{Library, Tx};
use crate::error::{LibraryError, Result};
use crate::model::{Artist, ArtistId, ArtworkId, Page, PageCursor};

/// Which artists to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ArtistFilter {
    /// All that have a part in a track or album.
    #[default]
    Any,
    /// Those that albums are by.
    AlbumArtists,
    /// Those that have this role on a track: `artist`, `composer` …
    Role(String),
}

/// Tests that an artist has a part in a track or an album that is not missing.
pub(crate) const IS_PRESENT: &str = "(r.track_count > 0 OR r.album_count > 0)";

/// Reads an artist, also one whose tracks are all missing.
///
/// # Errors
/// [`LibraryError::NotFound`] if there is none of that id.
pub async fn get(library: &Library, id: ArtistId) -> Result<Artist> {
    let mut artists = load(&mut library.read().await?, &[id]).await?;
    artists
        .pop()
        .ok_or_else(|| LibraryError::not_found("artist", id))
}

/// Lists a page of artists by how they are sorted, then by name.
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](super::MAX_PAGE) and for a cursor of
/// another list.
pub async fn page(
    library: &Library,
    filter: &ArtistFilter,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Artist>> {
    let mut tx = library.read().await?;
    let page = query(filter).read(&mut tx, after, limit).await?;
    let ids: Vec<ArtistId> = page.ids.into_iter().map(ArtistId).collect();
    Ok(Page {
        items: load(&mut tx, &ids).await?,
        next: page.next,
    })
}

/// Streams all artists of a list, a page at a time underneath.
pub fn stream(library: &Library, filter: ArtistFilter) -> BoxStream<'static, Result<Artist>> {
    let library = library.clone();
    stream_pages(move |after| {
        let (library, filter) = (library.clone(), filter.clone());
        Box::pin(async move { page(&library, &filter, after.as_ref(), 200).await })
    })
}

fn query(filter: &ArtistFilter) -> PageQuery {
    // Those who are sorted alike are told apart by name, and by who they are: SQLite sorts no more than these.
    let keys = &["r.sort_key", "r.name", "r.identity", "r.id"];
    let mut query = PageQuery::new("artists", "artist r", "r", keys, false);
    match filter {
        ArtistFilter::Any => query.and(IS_PRESENT, vec![]),
        ArtistFilter::AlbumArtists => query.and("r.album_count > 0", vec![]),
        ArtistFilter::Role(role) => query.and(
            "EXISTS (SELECT 1 FROM track_artist l CROSS JOIN track t ON t.id = l.track_id
                 WHERE l.artist_id = r.id AND l.role = ? AND t.missing_since IS NULL)",
            vec![role.as_str().into()],
        ),
    }
    query
}

json_columns! {
    struct Columns {
        id: i64 = "r.id",
        name: String = "r.name",
        sort_name: Option<String> = "r.sort_name",
        musicbrainz_id: Option<String> = "r.musicbrainz_id",
        album_count: u64 = "r.album_count",
        track_count: u64 = "r.track_count",
        artwork_id: Option<i64> = "r.artwork_id",
    }
}

/// Reads artists in the order of the ids.
pub(crate) async fn load(tx: &mut Tx, ids: &[ArtistId]) -> Result<Vec<Artist>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let from = "FROM artist r WHERE r.id IN (SELECT value FROM json_each(?))";
    let list = vec![id_list(ids.iter().copied())];
    let rows: Vec<Columns> = json_row::read(tx, Columns::COLUMNS, from, list).await?;
    let artists: HashMap<i64, Artist> = rows.into_iter().map(|it| (it.id, artist(it))).collect();
    let artist = |id: &ArtistId| artists.get(&id.0).cloned();
    Ok(ids.iter().filter_map(artist).collect())
}

fn artist(it: Columns) -> Artist {
    Artist {
        id: ArtistId(it.id),
        name: it.name,
        sort_name: it.sort_name,
        musicbrainz_id: it.musicbrainz_id,
        album_count: it.album_count,
        track_count: it.track_count,
        artwork_id: it.artwork_id.map(ArtworkId),
    }
}
