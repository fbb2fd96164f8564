//! `music playlist import` and `export`: playlists from and for other players.

use std::path::{Path, PathBuf};

use bridge_traits::storage::path_key;
use core_service::{
    CoreService, ExportPaths, MAX_PLAYLIST_BYTES, PlaylistFormat, PlaylistId, PlaylistOrigin,
};
use serde_json::json;

use crate::{Failure, print, text};

pub(super) async fn import(
    service: &CoreService,
    file: &Path,
    name: Option<String>,
    json: bool,
) -> Result<(), Failure> {
    let told = |error: std::io::Error| Failure::Told(format!("{}: {error}", file.display()));
    let format = format_of(file)?;
    let length = std::fs::metadata(file).map_err(told)?.len();
    if length > MAX_PLAYLIST_BYTES as u64 {
        let path = file.display();
        return Err(Failure::Told(format!(
            "{path}: {length} bytes are more than a playlist has"
        )));
    }
    let bytes = std::fs::read(file).map_err(told)?;
    let stem = || file.file_stem().unwrap_or_default().to_string_lossy();
    let name = name.unwrap_or_else(|| stem().into_owned());
    let origin = origin(service, file).await?;
    let imported = service
        .import_playlist(&name, format, &bytes, &origin)
        .await
        .map_err(|error| Failure::Told(format!("{}: {error}", file.display())))?;
    print::line(&imported, json, |it| match it.playlist {
        Some(id) => format!("playlist {id}: {}", text::count(it.added, "track")),
        None => "no playlist".to_owned(),
    })?;
    for it in &imported.unknown {
        print::note(&format!(
            "music: not in the library: {}: {}",
            it.number, it.location
        ));
    }
    match imported.playlist {
        Some(_) => Ok(()),
        None => Err(Failure::Code(1)),
    }
}

pub(super) async fn export(
    service: &CoreService,
    id: i64,
    file: &Path,
    absolute: bool,
) -> Result<(), Failure> {
    let paths = if absolute {
        ExportPaths::Absolute
    } else {
        ExportPaths::Relative(origin(service, file).await?)
    };
    let exported = service
        .export_playlist(PlaylistId(id), format_of(file)?, &paths)
        .await?;
    write_new(file, &exported.bytes)
        .map_err(|error| Failure::Told(format!("{}: {error}", file.display())))?;
    let written = text::count(exported.written, "track");
    print::raw(&text::clean(&format!("{}: {written}", file.display())))?;
    if !exported.left_out.is_empty() {
        let left_out = json!(exported.left_out);
        print::note(&format!(
            "music: no path that can be written: tracks {left_out}"
        ));
    }
    Ok(())
}

/// Writes a file that must not be there yet.
fn write_new(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    std::fs::File::create_new(file)?.write_all(bytes)
}

fn format_of(file: &Path) -> Result<PlaylistFormat, Failure> {
    let name = file.to_string_lossy();
    PlaylistFormat::of_name(&name).ok_or_else(|| {
        Failure::Told(format!(
            "{name}: not a playlist file; these are .m3u, .m3u8, .pls and .xspf"
        ))
    })
}

/// Tells where a file lies: in which folder of the library, or else of this machine.
async fn origin(service: &CoreService, file: &Path) -> Result<PlaylistOrigin, Failure> {
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let folder = folder
        .canonicalize()
        .map_err(|error| Failure::Told(format!("{}: {error}", folder.display())))?;
    let text = |folder: &Path| folder.to_string_lossy().replace('\\', "/");
    for provider in service.providers().await? {
        if let Ok(inside) = folder.strip_prefix(&provider.root) {
            let inside = path_key::decode(&path_key::encode(inside));
            return Ok(PlaylistOrigin {
                provider: Some(provider.id),
                folder: text(&inside),
            });
        }
    }
    Ok(PlaylistOrigin {
        provider: None,
        folder: text(&folder),
    })
}
