//! `music folders`: where the music is.

use core_service::CoreService;

use crate::{Failure, print, text};

#[derive(clap::Args)]
pub(crate) struct Folders {
    /// Take this folder or server out of the library. No file is touched, and what was played, rated, made a
    /// favourite or put into a playlist comes back when it is synced again
    #[arg(long, value_name = "ID")]
    remove: Option<i64>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(service: &CoreService, options: Folders) -> Result<(), Failure> {
    match options.remove {
        Some(id) => remove(service, id, options.json).await,
        None => list(service, options.json).await,
    }
}

async fn list(service: &CoreService, json: bool) -> Result<(), Failure> {
    for it in service.providers().await? {
        print::line(&it, json, |it| {
            format!("{:>4}  {} ({})", it.id, it.root, it.kind)
        })?;
    }
    Ok(())
}

async fn remove(service: &CoreService, id: i64, json: bool) -> Result<(), Failure> {
    let known = service.providers().await?;
    let Some(folder) = known.iter().find(|it| it.id == id) else {
        return Err(Failure::Told(format!(
            "folder {id} does not exist; `music folders` lists them"
        )));
    };
    let removed = service.remove_provider(id).await?;
    Ok(print::line(&removed, json, |it| {
        let root = &folder.root;
        let tracks = text::count(it.tracks_removed, "track");
        let kept = match it.tracks_kept {
            0 => String::new(),
            kept => format!(", {kept} kept as missing until it is synced again"),
        };
        format!("{root}: {tracks} removed{kept}")
    })?)
}
