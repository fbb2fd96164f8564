//! `music duplicates`: tracks that sound the same.

use core_service::dto::DuplicateGroup;
use core_service::{CoreService, DuplicatePolicy, Keep, TrackId};

use crate::args::Duplicates;
use crate::{Failure, print, text};

const PAGE: usize = 200;

impl From<Duplicates> for DuplicatePolicy {
    fn from(policy: Duplicates) -> Self {
        match policy {
            Duplicates::KeepBoth => Self::KeepBoth,
            Duplicates::KeepNewest => Self::KeepNewest,
            Duplicates::Ask => Self::Ask,
        }
    }
}

pub(crate) async fn list(service: &CoreService, json: bool) -> Result<(), Failure> {
    let show = |group: &DuplicateGroup| {
        print::line(group, json, |it| {
            format!(
                "{} sound the same:",
                text::count(it.tracks.len() as u64, "track")
            )
        })?;
        for track in group.tracks.iter().filter(|_| !json) {
            print::line(track, false, |it| {
                let path = it.path.as_deref().unwrap_or_default();
                format!("{}  {path}", print::track(it))
            })?;
        }
        Ok(())
    };
    each_group(service, |group| show(group).map(|()| true)).await
}

/// Keeps one track of its group.
pub(crate) async fn keep(service: &CoreService, id: i64) -> Result<(), Failure> {
    let mut found = Vec::new();
    each_group(service, |group| {
        if group.tracks.iter().any(|it| it.id == id) {
            found = group.tracks.iter().map(|it| TrackId(it.id)).collect();
        }
        Ok(found.is_empty())
    })
    .await?;
    if found.is_empty() {
        return Err(Failure::Told(format!(
            "track {id}: nothing is to be decided about it"
        )));
    }
    let keep = Keep::Only(TrackId(id));
    service.decide_duplicates(&found, keep).await?;
    let others = text::count(found.len() as u64 - 1, "track");
    Ok(print::raw(&format!("track {id} stands for {others} more"))?)
}

/// Keeps all of some tracks.
pub(crate) async fn keep_all(service: &CoreService, ids: &[i64]) -> Result<(), Failure> {
    let tracks: Vec<TrackId> = ids.iter().copied().map(TrackId).collect();
    service.decide_duplicates(&tracks, Keep::All).await?;
    Ok(print::raw(&format!(
        "{} are kept",
        text::count(tracks.len() as u64, "track")
    ))?)
}

/// Lists what left the lists.
pub(crate) async fn set_aside(service: &CoreService, json: bool) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let tracks = service.duplicates_set_aside(after, PAGE).await?;
        let Some(last) = tracks.last() else {
            return Ok(());
        };
        after = Some(TrackId(last.track.id));
        for it in &tracks {
            print::line(it, json, |it| {
                let who = if it.by_person { "you" } else { "the policy" };
                let path = it.track.path.as_deref().unwrap_or_default();
                format!(
                    "{}  {path}, for track {} as {who} decided",
                    print::track(&it.track),
                    it.kept
                )
            })?;
        }
    }
}

/// Goes through the groups about which nothing was decided, as long as `each` says so.
async fn each_group(
    service: &CoreService,
    mut each: impl FnMut(&DuplicateGroup) -> std::io::Result<bool>,
) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let groups = service.duplicates(after, PAGE).await?;
        let Some(last) = groups.last() else {
            return Ok(());
        };
        after = Some(last.next.clone());
        for group in &groups {
            if !each(group)? {
                return Ok(());
            }
        }
    }
}
