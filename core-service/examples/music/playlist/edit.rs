//! `music playlist create`, `add`, `move` and `remove`: playlists by hand.

use std::collections::HashSet;

use core_service::{CoreService, Place, PlaylistEntryId, PlaylistId, TrackId};
use serde_json::json;

use super::Place as Where;
use crate::pages::{PAGE, pages};
use crate::{Failure, chosen, print, text};

impl From<Where> for Place {
    fn from(place: Where) -> Self {
        match place {
            Where { first: true, .. } => Self::First,
            Where {
                after: Some(entry), ..
            } => Self::After(PlaylistEntryId(entry)),
            Where { .. } => Self::Last,
        }
    }
}

pub(super) async fn create(
    service: &CoreService,
    name: &str,
    tracks: &[i64],
    json: bool,
) -> Result<(), Failure> {
    // No playlist is left behind without its tracks.
    let tracks = chosen::known(service, tracks).await?;
    let id = service.create_playlist(name, None).await?;
    let entries = match tracks.is_empty() {
        true => Vec::new(),
        false => service.add_to_playlist(id, &tracks, Place::Last).await?,
    };
    told(id, &entries, json)
}

pub(super) async fn add(
    service: &CoreService,
    id: PlaylistId,
    tracks: &[i64],
    place: Where,
    json: bool,
) -> Result<(), Failure> {
    let tracks: Vec<TrackId> = tracks.iter().copied().map(TrackId).collect();
    let entries = service.add_to_playlist(id, &tracks, place.into()).await?;
    told(id, &entries, json)
}

/// Says which entries are new.
fn told(id: PlaylistId, entries: &[PlaylistEntryId], json: bool) -> Result<(), Failure> {
    let numbers: Vec<i64> = entries.iter().map(|it| it.0).collect();
    let made = json!({ "playlist": id.0, "entries": numbers });
    let line = |_: &serde_json::Value| {
        let tracks = text::count(numbers.len() as u64, "track");
        format!("playlist {}: {tracks} added", id.0)
    };
    Ok(print::line(&made, json, line)?)
}

pub(super) async fn move_to(
    service: &CoreService,
    id: PlaylistId,
    entries: &[i64],
    place: Where,
) -> Result<(), Failure> {
    let entries = known_entries(service, id, entries).await?;
    Ok(service.move_in_playlist(id, &entries, place.into()).await?)
}

pub(super) async fn remove(
    service: &CoreService,
    id: PlaylistId,
    entries: &[i64],
) -> Result<(), Failure> {
    let entries = known_entries(service, id, entries).await?;
    let removed = service.remove_from_playlist(id, &entries).await?;
    let removed = text::count(removed, "track");
    Ok(print::raw(&format!(
        "playlist {}: {removed} removed",
        id.0
    ))?)
}

/// Looks whether a playlist has all these entries, which are numbered otherwise than tracks.
async fn known_entries(
    service: &CoreService,
    id: PlaylistId,
    entries: &[i64],
) -> Result<Vec<PlaylistEntryId>, Failure> {
    let mut unknown: HashSet<i64> = entries.iter().copied().collect();
    pages(
        async |after| service.playlist_entries(id, PAGE, after).await,
        |entry| {
            unknown.remove(&entry.id);
            Ok(())
        },
    )
    .await?;
    match entries.iter().find(|it| unknown.contains(it)) {
        Some(entry) => Err(Failure::Told(format!(
            "playlist {id} has no entry {entry}; `music playlist show {id}` numbers them"
        ))),
        None => Ok(entries.iter().copied().map(PlaylistEntryId).collect()),
    }
}
