//! `music playlist smart`, `rules` and `preview`: playlists whose rules say what is in them.

use std::path::Path;

use core_service::{CoreService, PlaylistId};

use crate::pages::{PAGE, pages};
use crate::{Failure, print, text};

pub(super) async fn make(service: &CoreService, name: &str, rules: &Path) -> Result<(), Failure> {
    let id = service
        .create_smart_playlist(name, None, &read_rules(rules)?)
        .await
        .map_err(|error| Failure::Told(format!("{}: {error}", rules.display())))?;
    Ok(print::raw(&format!("playlist {id}"))?)
}

pub(super) async fn rules(
    service: &CoreService,
    id: i64,
    rules: Option<&Path>,
) -> Result<(), Failure> {
    let id = PlaylistId(id);
    let Some(rules) = rules else {
        return Ok(print::raw(&text::clean(
            &service.smart_playlist(id).await?,
        ))?);
    };
    service
        .set_smart_playlist(id, &read_rules(rules)?)
        .await
        .map_err(|error| Failure::Told(format!("{}: {error}", rules.display())))
}

/// Lists what rules give, without making a playlist.
pub(super) async fn preview(
    service: &CoreService,
    rules: &Path,
    json: bool,
) -> Result<(), Failure> {
    let definition = read_rules(rules)?;
    pages(
        async |after| {
            let page = service.preview_smart_playlist(&definition, PAGE, after);
            page.await
                .map_err(|error| Failure::Told(format!("{}: {error}", rules.display())))
        },
        |track| print::line(&track, json, print::track),
    )
    .await
    .map(drop)
}

fn read_rules(file: &Path) -> Result<String, Failure> {
    let text = match file == Path::new("-") {
        true => std::io::read_to_string(std::io::stdin()),
        false => std::fs::read_to_string(file),
    };
    text.map_err(|error| Failure::Told(format!("{}: {error}", file.display())))
}
