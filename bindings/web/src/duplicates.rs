//! Files that sound the same.

use core_service::{CoreService, GroupCursor, Keep, ServiceError, TrackId};
use serde_json::{Value, json};

use crate::failure::Failure;

/// Lists groups of tracks about which nothing was decided yet, as a page.
pub(crate) async fn list(
    service: &CoreService,
    limit: usize,
    after: Option<String>,
) -> Result<Value, ServiceError> {
    let after = after.map(|it| it.parse::<GroupCursor>()).transpose()?;
    let groups = service.duplicates(after, limit).await?;
    let next = groups.last().map(|it| it.next.to_string());
    let next = next.filter(|_| groups.len() == limit);
    Ok(json!({ "items": groups, "next": next }))
}

/// Lists the tracks for which another one stands, as a page.
pub(crate) async fn set_aside(
    service: &CoreService,
    limit: usize,
    after: Option<String>,
) -> Result<Value, Failure> {
    let after = after.map(|it| it.parse().map(TrackId)).transpose();
    let after = after.map_err(|_| Failure::invalid("cursor", "not a cursor"))?;
    let tracks = service.duplicates_set_aside(after, limit).await?;
    let next = tracks.last().map(|it| it.track.id.to_string());
    let next = next.filter(|_| tracks.len() == limit);
    Ok(json!({ "items": tracks, "next": next }))
}

/// Lets one of some tracks stand for the others, or keeps all.
pub(crate) async fn decide(
    service: &CoreService,
    tracks: Vec<i64>,
    keep: Option<i64>,
) -> Result<(), ServiceError> {
    let tracks: Vec<_> = tracks.into_iter().map(TrackId).collect();
    let keep = keep.map_or(Keep::All, |it| Keep::Only(TrackId(it)));
    service.decide_duplicates(&tracks, keep).await
}
