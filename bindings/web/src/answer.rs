//! Answers, which come from the service as they are.

use core_service::dto::Page;
use core_service::{
    AlbumFilter, AlbumId, AlbumOrder, ArtistFilter, ArtistId, CoreService, EnrichmentStopped,
    EnrichmentSummary, GenreId, PageCursor, Place, PlaylistEntryId, PlaylistId, Presence,
    ServiceError, SyncJobId, TrackFilter, TrackId, TrackOrder,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::duplicates;
use crate::failure::Failure;
use crate::request::Request;

/// How long a list is where nobody says.
const LIMIT: usize = 100;
/// How much of each kind a search finds where nobody says.
const FOUND: usize = 20;

/// Asks the service and gives its answer as JSON.
///
/// # Errors
/// What the service says; `invalid-input` for a cursor that is none, and for a role without an artist.
pub async fn answer(service: &CoreService, request: Request) -> Result<Value, Failure> {
    Ok(match request {
        Request::Albums {
            artist,
            appears,
            genre,
            compilation,
            release_type,
            newest,
            limit,
            after,
        } => {
            let filter = AlbumFilter {
                artist: artist.map(ArtistId),
                appears: appears.map(ArtistId),
                genre: genre.map(GenreId),
                compilation,
                release_type,
            };
            let order = match newest {
                true => AlbumOrder::Newest,
                false => AlbumOrder::Title,
            };
            let (limit, after) = (limit.unwrap_or(LIMIT), cursor(after)?);
            page(service.albums_where(&filter, order, limit, after).await)?
        }
        Request::Album { id } => value(service.album(AlbumId(id)).await?),
        Request::Tracks {
            album,
            artist,
            role,
            genre,
            favourite,
            newest,
            missing,
            limit,
            after,
        } => {
            if role.is_some() && artist.is_none() {
                return Err(Failure::invalid("role", "a role is that of an artist"));
            }
            let filter = TrackFilter {
                artist: artist.map(ArtistId),
                role,
                album: album.map(AlbumId),
                genre: genre.map(GenreId),
                favourite,
                presence: match missing {
                    true => Presence::Any,
                    false => Presence::Present,
                },
                ..TrackFilter::default()
            };
            let order = match (newest, album) {
                (true, _) => TrackOrder::Newest,
                (false, Some(_)) => TrackOrder::Album,
                (false, None) => TrackOrder::Title,
            };
            let (limit, after) = (limit.unwrap_or(LIMIT), cursor(after)?);
            page(service.tracks_where(&filter, order, limit, after).await)?
        }
        Request::Track { id } => value(service.track(TrackId(id)).await?),
        Request::Artists {
            album_artists,
            role,
            limit,
            after,
        } => {
            let filter = match (role, album_artists) {
                (Some(_), true) => {
                    let why = "artists are listed by role or as album artists, not both";
                    return Err(Failure::invalid("role", why));
                }
                (Some(role), false) => ArtistFilter::Role(role),
                (None, true) => ArtistFilter::AlbumArtists,
                (None, false) => ArtistFilter::Any,
            };
            let (limit, after) = (limit.unwrap_or(LIMIT), cursor(after)?);
            page(service.artists_where(&filter, limit, after).await)?
        }
        Request::Artist { id } => value(service.artist(ArtistId(id)).await?),
        Request::ArtistArtwork { artist } => {
            let found = service.artist_artwork(ArtistId(artist)).await?;
            value(found.map(|it| it.0))
        }
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
        Request::Stats {} => value(service.stats().await?),
        Request::Played { track } => value(service.played(TrackId(track)).await?),
        Request::History { limit, after } => page(
            service
                .history(limit.unwrap_or(LIMIT), cursor(after)?)
                .await,
        )?,
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
        Request::CreateSmartPlaylist {
            name,
            comment,
            rules,
        } => {
            let comment = comment.as_deref();
            let created = service
                .create_smart_playlist(&name, comment, &rules)
                .await?;
            value(created.0)
        }
        Request::SetSmartPlaylist { playlist, rules } => value(
            service
                .set_smart_playlist(PlaylistId(playlist), &rules)
                .await?,
        ),
        Request::SmartPlaylist { playlist } => {
            value(service.smart_playlist(PlaylistId(playlist)).await?)
        }
        Request::PreviewSmartPlaylist {
            rules,
            limit,
            after,
        } => {
            let (limit, after) = (limit.unwrap_or(LIMIT), cursor(after)?);
            page(service.preview_smart_playlist(&rules, limit, after).await)?
        }
        Request::FetchLyrics { limit } => enriched(&service.fetch_lyrics(limit).await?),
        Request::RecogniseTracks { limit } => enriched(&service.recognise_tracks(limit).await?),
        Request::Recognised { track } => {
            let known = service.recognised(TrackId(track)).await?;
            let known = known.and_then(|it| serde_json::from_str::<Value>(&it).ok());
            value(known)
        }
        Request::ArtistInfo { artist, language } => {
            let info = service.artist_info(ArtistId(artist), language.as_deref());
            value(info.await?)
        }
        Request::Quarantined {
            folder,
            after,
            limit,
        } => {
            let limit = limit.unwrap_or(LIMIT);
            value(service.quarantined(folder, after.as_deref(), limit).await?)
        }
        Request::RetryQuarantined { folder, file } => {
            value(service.retry_quarantined(folder, file.as_deref()).await?)
        }
        Request::Duplicates { limit, after } => {
            duplicates::list(service, limit.unwrap_or(LIMIT), after).await?
        }
        Request::DuplicatesSetAside { limit, after } => {
            duplicates::set_aside(service, limit.unwrap_or(LIMIT), after).await?
        }
        Request::DecideDuplicates { tracks, keep } => {
            value(duplicates::decide(service, tracks, keep).await?)
        }
        Request::SyncHistory { before, limit } => {
            let before = before.map(SyncJobId);
            value(service.sync_history(before, limit.unwrap_or(LIMIT)).await?)
        }
        Request::SyncWarnings { job, after, limit } => {
            let limit = limit.unwrap_or(LIMIT);
            value(service.sync_warnings(SyncJobId(job), after, limit).await?)
        }
        Request::CancelSync { job } => value(service.cancel_sync(SyncJobId(job))?),
        Request::Health {} => value(service.health().await),
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

/// Tells what came of asking a service, and why that ended: `wanted`, `throttled` or `unreachable`.
fn enriched(summary: &EnrichmentSummary) -> Value {
    let (stopped, retry_after_ms, reason) = match &summary.stopped {
        None => (None, None, None),
        Some(EnrichmentStopped::Wanted) => (Some("wanted"), None, None),
        Some(EnrichmentStopped::Throttled(wait)) => {
            (Some("throttled"), Some(wait.as_millis() as u64), None)
        }
        Some(EnrichmentStopped::Unreachable(why)) => (Some("unreachable"), None, Some(why)),
    };
    json!({
        "found": summary.found,
        "not_found": summary.not_found,
        "failed": summary.failed,
        "stopped": stopped,
        "retry_after_ms": retry_after_ms,
        "reason": reason,
    })
}

fn value(answer: impl Serialize) -> Value {
    // All that the service gives out serialises: its keys are text and its numbers finite or null.
    serde_json::to_value(answer).unwrap_or_default()
}
