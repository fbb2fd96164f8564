//! Questions about the library.

use std::path::{Path, PathBuf};

use bridge_traits::storage::path_key;
use core_service::dto::{JobWarning, SyncJob, ThumbnailSize, Track};
use core_service::{ArtworkId, CoreService, SyncJobId, TrackId};
use serde_json::json;

use crate::args::Size;
use crate::pages::PAGE;
use crate::{Failure, print, text};

/// What is looked for.
pub(crate) enum Found {
    Tracks,
    Albums,
    Artists,
}

pub(crate) async fn search(
    service: &CoreService,
    text: &str,
    what: Found,
    limit: u16,
    json: bool,
) -> Result<(), Failure> {
    let limit = limit.into();
    match what {
        Found::Tracks => {
            let found = service.search(text, limit, None).await?.items;
            found
                .iter()
                .try_for_each(|it| print::line(it, json, print::track))?;
        }
        Found::Albums => {
            let found = service.search_albums(text, limit, None).await?.items;
            found
                .iter()
                .try_for_each(|it| print::line(it, json, print::album))?;
        }
        Found::Artists => {
            let found = service.search_artists(text, limit, None).await?.items;
            found
                .iter()
                .try_for_each(|it| print::line(it, json, print::artist))?;
        }
    }
    Ok(())
}

pub(crate) async fn show(service: &CoreService, id: i64, json: bool) -> Result<(), Failure> {
    let track = service.track(TrackId(id)).await?;
    let lyrics = service.lyrics(TrackId(id)).await?;
    if json {
        let mut value = json!(track);
        value["lyrics"] = json!(lyrics);
        return Ok(print::line(&value, true, |_| String::new())?);
    }
    print::line(&track, false, print::track)?;
    // The fields that have a value, as they are called in JSON.
    if let serde_json::Value::Object(fields) = json!(track) {
        for (name, value) in fields {
            if let Some(value) = text::value(&value) {
                print::field(&name, &value)?;
            }
        }
    }
    if let Some(file) = file(service, &track).await? {
        print::field("file", &file)?;
    }
    for words in lyrics {
        print::field(&format!("lyrics ({})", words.source), "")?;
        print::raw(&text::clean_lines(&words.text))?;
    }
    Ok(())
}

pub(crate) async fn artwork(
    service: &CoreService,
    id: i64,
    size: Size,
    output: Option<PathBuf>,
    json: bool,
) -> Result<(), Failure> {
    let size = match size {
        Size::Small => ThumbnailSize::Small,
        Size::Medium => ThumbnailSize::Medium,
        Size::Large => ThumbnailSize::Large,
    };
    let copy = service.artwork_thumbnail(ArtworkId(id), size).await?;
    let placeholder = service.artwork_placeholder(ArtworkId(id)).await?;
    if let Some(file) = &output {
        std::fs::write(file, &copy.bytes)
            .map_err(|error| Failure::Told(format!("{}: {error}", file.display())))?;
    }
    let mut value = json!(copy);
    value["bytes"] = copy.bytes.len().into();
    value["color"] = placeholder.color.as_str().into();
    value["thumb_hash"] = placeholder.thumb_hash.into();
    let line = |_: &serde_json::Value| {
        let (width, height, bytes) = (copy.width, copy.height, copy.bytes.len());
        let color = &placeholder.color;
        format!("{} {width} × {height}, {bytes} bytes, {color}", copy.mime)
    };
    Ok(print::line(&value, json, line)?)
}

/// Gives the path of a track's file, if that is on this machine.
async fn file(service: &CoreService, track: &Track) -> Result<Option<String>, Failure> {
    let (Some(id), Some(path)) = (track.provider, &track.path) else {
        return Ok(None);
    };
    let providers = service.providers().await?;
    let folder = providers
        .iter()
        .find(|it| it.id == id && it.kind == "local-folder");
    Ok(folder.map(|it| {
        let file = Path::new(&it.root).join(path_key::decode(path));
        file.display().to_string()
    }))
}

pub(crate) async fn jobs(service: &CoreService, warnings: bool, json: bool) -> Result<(), Failure> {
    let providers = service.providers().await?;
    let mut before = None;
    loop {
        let jobs = service.sync_history(before, PAGE).await?;
        let Some(last) = jobs.last() else {
            return Ok(());
        };
        before = Some(SyncJobId(last.job));
        for job in &jobs {
            if json && warnings {
                let mut value = json!(job);
                value["messages"] = json!(all_warnings(service, job).await?);
                print::line(&value, true, |_| String::new())?;
                continue;
            }
            print::line(job, json, |job| print::job(job, &providers))?;
            if warnings {
                for it in all_warnings(service, job).await? {
                    print::line(&it, json, |it| {
                        format!("        {}: {}: {}", it.kind, it.subject, it.message)
                    })?;
                }
            }
        }
    }
}

/// Gives all that a sync had to say.
pub(crate) async fn all_warnings(
    service: &CoreService,
    job: &SyncJob,
) -> Result<Vec<JobWarning>, Failure> {
    let mut all: Vec<JobWarning> = Vec::new();
    loop {
        let after = all.last().map(|it| it.id);
        let page = service
            .sync_warnings(SyncJobId(job.job), after, PAGE)
            .await?;
        let is_last = page.len() < PAGE;
        all.extend(page);
        if is_last {
            return Ok(all);
        }
    }
}

pub(crate) async fn quarantine(service: &CoreService, json: bool) -> Result<(), Failure> {
    for provider in service.providers().await? {
        let mut after = None;
        loop {
            let files = service
                .quarantined(provider.id, after.as_deref(), PAGE)
                .await?;
            let Some(last) = files.last() else {
                break;
            };
            after = Some(last.key.clone());
            for file in &files {
                print::line(file, json, print::quarantined)?;
            }
        }
    }
    Ok(())
}

pub(crate) async fn retry_quarantined(
    service: &CoreService,
    key: Option<&str>,
) -> Result<(), Failure> {
    let mut files = 0;
    for provider in service.providers().await? {
        files += service.retry_quarantined(provider.id, key).await?;
    }
    match key {
        Some(key) if files == 0 => Err(Failure::Told(format!("{key}: it is not set aside"))),
        _ => Ok(print::raw(&format!(
            "the next sync tries {} again",
            text::count(files, "file")
        ))?),
    }
}

pub(crate) async fn stats(service: &CoreService, json: bool) -> Result<(), Failure> {
    let stats = service.stats().await?;
    Ok(print::line(&stats, json, print::stats)?)
}
