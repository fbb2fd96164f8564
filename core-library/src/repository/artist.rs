//! Artists: read and listed. One all of whose tracks are missing is kept but not listed.

pub mod image;

use std::collections::HashMap;

use bridge_traits::BoxStream;

use super::paging::{PageQuery, stream_pages};
use super::sql::id_list;
use crate::db::{Library, Tx};
use crate::error::{LibraryError, Result};
use crate::model::{Artist, ArtistId, Page, PageCursor};

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

/// Lists a page of artists by name.
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
    let keys = &["r.sort_key", "r.id"];
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

/// Reads artists in the order of the ids.
pub(crate) async fn load(tx: &mut Tx, ids: &[ArtistId]) -> Result<Vec<Artist>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = tx
        .query(
            "SELECT r.id, r.name, r.sort_name, r.musicbrainz_id, r.album_count, r.track_count,
                 r.artwork_id
             FROM artist r WHERE r.id IN (SELECT value FROM json_each(?))",
            vec![id_list(ids.iter().copied())],
        )
        .await?;
    let mut artists = HashMap::with_capacity(rows.len());
    for row in &rows {
        let artist = Artist {
            id: row.get(0)?,
            name: row.get(1)?,
            sort_name: row.get(2)?,
            musicbrainz_id: row.get(3)?,
            album_count: row.get(4)?,
            track_count: row.get(5)?,
            artwork_id: row.get(6)?,
        };
        artists.insert(artist.id, artist);
    }
    Ok(ids
        .iter()
        .filter_map(|id| artists.get(id).cloned())
        .collect())
}
