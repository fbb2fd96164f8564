//! Tracks: read, listed, marked as missing and brought back.

mod discs;
mod handover;
mod load;
mod made;
mod order;
mod parts;
mod path;
mod presence;
mod tombstone;

use bridge_traits::BoxStream;

use super::paging::{Filter, PageQuery, stream_pages};
use crate::db::Library;
use crate::error::{LibraryError, Result};
use crate::model::{AlbumId, ArtistId, GenreId, Page, PageCursor, Track, TrackId};

pub use discs::{TrackOfFile, any_parts, of_files, parts_of_sounds, wholes_of_sounds, with_parts};
pub use handover::{HandOver, hand_over, hand_over_to};
pub(crate) use load::{AlbumArtists, by_position, load};
pub(crate) use made::made_of;
pub(crate) use order::ON_ALBUM;
pub use parts::renumber_parts;
pub(crate) use path::{FilePath, paths};
pub use presence::{
    MovableTrack, PlacedTrack, TrackLabel, Unread, in_items, labels, mark_missing,
    movable_by_audio_id, present_by_audio_id, rebind, relocated, revive, unbind,
};
pub use tombstone::{forget_missing, has_forgettable};

/// Which tracks to list. The default is all that are not missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrackFilter {
    /// Only those that this artist has a part in.
    pub artist: Option<ArtistId>,
    /// With `artist`: only those where it has this role.
    pub role: Option<String>,
    /// Only those of this album.
    pub album: Option<AlbumId>,
    /// Only those of this genre.
    pub genre: Option<GenreId>,
    /// Only those whose file is directly in this folder, a remote item.
    pub folder: Option<i64>,
    /// Only favourites.
    pub favourite: bool,
    /// Whether their file must be there.
    pub presence: Presence,
}

/// Whether a track's file must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Presence {
    /// It must.
    #[default]
    Present,
    /// It must be gone.
    Missing,
    /// Either.
    Any,
}

/// The order of a list of tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TrackOrder {
    /// By title; of one title, what was added first.
    #[default]
    Title,
    /// By disc, number and path; only for the tracks of one album.
    Album,
    /// Those added last come first.
    Newest,
}

/// Reads a track.
///
/// # Errors
/// [`LibraryError::NotFound`] if there is none of that id.
pub async fn get(library: &Library, id: TrackId) -> Result<Track> {
    let mut tracks = by_ids(library, &[id]).await?;
    tracks
        .pop()
        .ok_or_else(|| LibraryError::not_found("track", id))
}

/// Reads tracks in the order of the ids. Ids of no track are left out.
pub async fn by_ids(library: &Library, ids: &[TrackId]) -> Result<Vec<Track>> {
    load(&mut library.read().await?, ids).await
}

/// Lists a page of tracks.
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](super::MAX_PAGE), for a cursor of
/// another list, and for [`TrackOrder::Album`] without an album.
pub async fn page(
    library: &Library,
    filter: &TrackFilter,
    order: TrackOrder,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Track>> {
    let query = query(filter, order)?;
    let mut tx = library.read().await?;
    let page = query.read(&mut tx, after, limit).await?;
    let ids: Vec<TrackId> = page.ids.into_iter().map(TrackId).collect();
    Ok(Page {
        items: load(&mut tx, &ids).await?,
        next: page.next,
    })
}

/// Streams all tracks of a list, a page at a time underneath.
pub fn stream(
    library: &Library,
    filter: TrackFilter,
    order: TrackOrder,
) -> BoxStream<'static, Result<Track>> {
    let library = library.clone();
    stream_pages(move |after| {
        let (library, filter) = (library.clone(), filter.clone());
        Box::pin(async move { page(&library, &filter, order, after.as_ref(), 200).await })
    })
}

fn query(filter: &TrackFilter, order: TrackOrder) -> Result<PageQuery> {
    let new = |list, keys, descending| PageQuery::new(list, "track t", "t", keys, descending);
    let mut query = match (order, filter.album) {
        (TrackOrder::Title, _) => new("tracks", &["t.sort_key", "t.id"], false),
        (TrackOrder::Newest, _) => new("tracks-newest", &["t.id"], true),
        (TrackOrder::Album, Some(_)) => PageQuery::new(
            "tracks-album",
            "track t LEFT JOIN remote_item i ON i.id = t.item_id",
            "t",
            &ON_ALBUM,
            false,
        ),
        (TrackOrder::Album, None) => {
            return Err(LibraryError::InvalidInput {
                field: "order",
                reason: "tracks can be listed in album order only for one album".into(),
            });
        }
    };
    if let Some(album) = filter.album {
        query.and("t.album_id = ?", vec![album.into()]);
    }
    if let Some(folder) = filter.folder {
        query.and(
            "t.item_id IN (SELECT c.id FROM remote_item f JOIN remote_item c
                 ON c.provider_id = f.provider_id AND c.parent_key = f.key WHERE f.id = ?)",
            vec![folder.into()],
        );
    }
    match filter.presence {
        Presence::Present => query.and("t.missing_since IS NULL", vec![]),
        Presence::Missing => query.filter(Filter {
            ids: "SELECT id FROM track WHERE missing_since IS NOT NULL".into(),
            bound: None,
            test: "t.missing_since IS NOT NULL".into(),
            params: vec![],
        }),
        Presence::Any => (),
    }
    if let Some(artist) = filter.artist {
        let role = match filter.role {
            Some(_) => " AND l.role = ?",
            None => "",
        };
        let mut params = vec![artist.into()];
        params.extend(filter.role.as_deref().map(Into::into));
        query.filter(Filter {
            ids: format!("SELECT l.track_id FROM track_artist l WHERE l.artist_id = ?{role}"),
            bound: None,
            test: format!(
                "EXISTS (SELECT 1 FROM track_artist l
                     WHERE l.track_id = t.id AND +l.artist_id = ?{role})"
            ),
            params,
        });
    }
    if let Some(genre) = filter.genre {
        query.filter(Filter {
            ids: "SELECT l.track_id FROM track_genre l WHERE l.genre_id = ?".into(),
            bound: None,
            test: "EXISTS (SELECT 1 FROM track_genre l
                       WHERE l.track_id = t.id AND +l.genre_id = ?)"
                .into(),
            params: vec![genre.into()],
        });
    }
    if filter.favourite {
        query.filter(Filter {
            ids: "SELECT track_id FROM annotation WHERE favourite_at IS NOT NULL".into(),
            bound: None,
            test: "EXISTS (SELECT 1 FROM annotation n
                       WHERE n.track_id = t.id AND +n.favourite_at IS NOT NULL)"
                .into(),
            params: vec![],
        });
    }
    Ok(query)
}
