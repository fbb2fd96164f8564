//! Playlists from and for other players.

use core_service::{CoreService, ExportPaths, PlaylistFormat, PlaylistId, PlaylistOrigin};
use serde_json::{Value, json};

use crate::failure::Failure;

/// Makes a playlist of what a file names; `folder` is the one from whose root it names it.
///
/// # Errors
/// `invalid-input` for a name that tells no format; what the service says.
pub async fn import(
    service: &CoreService,
    name: &str,
    file: &str,
    bytes: &[u8],
    folder: Option<i64>,
) -> Result<Value, Failure> {
    let format = format_of(file)?;
    let origin = origin(folder);
    let imported = service
        .import_playlist(name, format, bytes, &origin)
        .await?;
    Ok(json!(imported))
}

/// Writes a playlist as a file with such an extension: its bytes, and what became of the entries.
///
/// # Errors
/// `invalid-input` for an extension that tells no format; what the service says.
pub async fn export(
    service: &CoreService,
    playlist: PlaylistId,
    extension: &str,
    folder: Option<i64>,
) -> Result<(Vec<u8>, Value), Failure> {
    let format = format_of(&format!(".{extension}"))?;
    let paths = match folder {
        Some(_) => ExportPaths::Relative(origin(folder)),
        None => ExportPaths::Absolute,
    };
    let exported = service.export_playlist(playlist, format, &paths).await?;
    let rest = json!({ "written": exported.written, "left_out": exported.left_out });
    Ok((exported.bytes, rest))
}

fn format_of(name: &str) -> Result<PlaylistFormat, Failure> {
    PlaylistFormat::of_name(name)
        .ok_or_else(|| Failure::invalid("playlist file", "it is none of m3u, m3u8, pls and xspf"))
}

fn origin(folder: Option<i64>) -> PlaylistOrigin {
    PlaylistOrigin {
        provider: folder,
        folder: String::new(),
    }
}
