//! Answers, which come from the service as they are.

use core_service::dto::Page;
use core_service::{
    AlbumId, ArtistId, CoreService, PageCursor, Place, PlaylistEntryId, PlaylistId, ServiceError,
    SyncJobId, TrackId,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::request::Request;

/// How long a list is where nobody says.
const LIMIT: usize = 100;
/// How much of each kind a search finds where nobody says.
const FOUND: usize = 20;

/// Asks the service and gives its answer as JSON.
///
/// # Errors
/// What the service says; `invalid-input` for a cursor that is none, and for tracks of an album and an
/// artist at once.
pub async fn answer(service: &CoreService, request: Request) -> Result<Value, Failure> {
    Ok(match request {
        Request::Albums {
            artist,
            limit,
            after,
        } => {
            let (limit, after) = (limit.unwrap_or(LIMIT), cursor(after)?);
            page(match artist {
                Some(id) => service.artist_albums(ArtistId(id), limit, after).await,
                None => service.albums(limit, after).await,
            })?
        }
        Request::Album { id } => value(service.album(AlbumId(id)).await?),
        Request::Tracks {
            album,
            artist,
            missing,
            limit,
            after,
        } => {
            let (limit, after) = (limit.unwrap_or(LIMIT), cursor(after)?);
            page(match (album, artist) {
                (None, None) => service.tracks(missing, limit, after).await,
                (Some(id), None) => service.album_tracks(AlbumId(id), limit, after).await,
                (None, Some(id)) => service.artist_tracks(ArtistId(id), limit, after).await,
                (Some(_), Some(_)) => {
                    let why = "tracks are listed by album or by artist, not by both";
                    return Err(Failure::invalid("artist", why));
                }
            })?
        }
        Request::Track { id } => value(service.track(TrackId(id)).await?),
        Request::Artists { limit, after } => page(
            service
                .artists(limit.unwrap_or(LIMIT), cursor(after)?)
                .await,
        )?,
        Request::Artist { id } => value(service.artist(ArtistId(id)).await?),
        Request::Genres { limit, after } => {
            page(service.genres(limit.unwrap_or(LIMIT), cursor(after)?).await)?
        }
        Request::Search { text, limit } => {
            let limit = limit.unwrap_or(FOUND);
            json!({
                "tracks": service.search(&text, limit, None).await?.items,
                "albums": service.search_albums(&text, limit, None).await?.items,
                "artists": service.search_artists(&text, limit, None).await?.items,
            })
        }
        Request::SearchTracks { text, limit, after } => {
            let limit = limit.unwrap_or(LIMIT);
            page(service.search(&text, limit, cursor(after)?).await)?
        }
        Request::SearchAlbums { text, limit, after } => {
            let limit = limit.unwrap_or(LIMIT);
            page(service.search_albums(&text, limit, cursor(after)?).await)?
        }
        Request::SearchArtists { text, limit, after } => {
            let limit = limit.unwrap_or(LIMIT);
            page(service.search_artists(&text, limit, cursor(after)?).await)?
        }
        Request::Lyrics { track } => value(service.lyrics(TrackId(track)).await?),
        Request::Stats => value(service.stats().await?),
        Request::Played { track } => value(service.played(TrackId(track)).await?),
        Request::Rate { track, rating } => value(service.rate(TrackId(track), rating).await?),
        Request::SetFavourite { track, favourite } => {
            value(service.set_favourite(TrackId(track), favourite).await?)
        }
        Request::Playlists { limit, after } => page(
            service
                .playlists(limit.unwrap_or(LIMIT), cursor(after)?)
                .await,
        )?,
        Request::PlaylistEntries {
            playlist,
            limit,
            after,
        } => {
            let (limit, after) = (limit.unwrap_or(LIMIT), cursor(after)?);
            let id = PlaylistId(playlist);
            page(service.playlist_entries(id, limit, after).await)?
        }
        Request::CreatePlaylist { name, comment } => {
            let created = service.create_playlist(&name, comment.as_deref()).await?;
            value(created.0)
        }
        Request::RenamePlaylist { playlist, name } => {
            value(service.rename_playlist(PlaylistId(playlist), &name).await?)
        }
        Request::DeletePlaylist { playlist } => {
            value(service.delete_playlist(PlaylistId(playlist)).await?)
        }
        Request::AddToPlaylist {
            playlist,
            tracks,
            after,
        } => {
            let place = after.map_or(Place::Last, |it| Place::After(PlaylistEntryId(it)));
            let tracks: Vec<_> = tracks.into_iter().map(TrackId).collect();
            let id = PlaylistId(playlist);
            let entries = service.add_to_playlist(id, &tracks, place).await?;
            value(entries.iter().map(|it| it.0).collect::<Vec<_>>())
        }
        Request::RemoveFromPlaylist { playlist, entries } => {
            let entries: Vec<_> = entries.into_iter().map(PlaylistEntryId).collect();
            let id = PlaylistId(playlist);
            value(service.remove_from_playlist(id, &entries).await?)
        }
        Request::SyncHistory { before, limit } => {
            let before = before.map(SyncJobId);
            value(service.sync_history(before, limit.unwrap_or(LIMIT)).await?)
        }
        Request::SyncWarnings { job } => value(service.sync_warnings(SyncJobId(job)).await?),
        Request::CancelSync { job } => value(service.cancel_sync(SyncJobId(job))?),
        Request::Health => value(service.health().await),
    })
}

fn cursor(after: Option<String>) -> Result<Option<PageCursor>, ServiceError> {
    let after = after.map(|it| it.parse::<PageCursor>()).transpose();
    Ok(after?)
}

fn page<T: Serialize>(page: Result<Page<T>, ServiceError>) -> Result<Value, ServiceError> {
    let Page { items, next } = page?;
    let next = next.map(|it| it.to_string());
    Ok(json!({ "items": items, "next": next }))
}

fn value(answer: impl Serialize) -> Value {
    // All that the service gives out serialises: its keys are text and its numbers finite or null.
    serde_json::to_value(answer).unwrap_or_default()
}
