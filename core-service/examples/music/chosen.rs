//! Tracks that a person names by their ids.

use core_service::{CoreService, ServiceError, TrackId};

use crate::{Failure, print};

/// Looks whether there are tracks of these ids.
pub(crate) async fn known(service: &CoreService, ids: &[i64]) -> Result<Vec<TrackId>, Failure> {
    for id in ids {
        service.track(TrackId(*id)).await?;
    }
    Ok(ids.iter().copied().map(TrackId).collect())
}

/// Does something with each of some tracks, and shows how they are then. If there is one that does not exist,
/// nothing is done.
pub(crate) async fn each(
    service: &CoreService,
    ids: &[i64],
    json: bool,
    act: impl AsyncFn(TrackId) -> Result<(), ServiceError>,
) -> Result<(), Failure> {
    let ids = known(service, ids).await?;
    for id in &ids {
        act(*id).await?;
    }
    for id in &ids {
        print::line(&service.track(*id).await?, json, print::track)?;
    }
    Ok(())
}
