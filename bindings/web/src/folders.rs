//! Folders that a person gave, and whether they can be read now.

use std::path::Path;

use bridge_wasm::{FolderAccess, PickedFile, WasmFolders};
use core_service::bootstrap::WasmCore;
use core_service::dto::Provider;
use core_service::{LocalFolderOptions, ServiceError, TrackId};
use js_sys::JsString;
use serde::{Deserialize, Serialize};
use web_sys::{File, FileSystemDirectoryHandle};

use crate::failure::Failure;

/// What is taken in of a folder.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct FolderOptions {
    include_hidden: bool,
    exclude: Vec<String>,
}

/// A place where music comes from, as a page is told of it.
#[derive(Debug, Serialize)]
pub(crate) struct Folder {
    id: i64,
    name: String,
    /// `granted`, `prompt`, `denied`, or `missing` where the page was not given it again since it was
    /// loaded.
    access: &'static str,
    /// Whether it shows what is in the folder now, and is kept across reloads.
    live: bool,
}

pub(crate) async fn list(core: &WasmCore) -> Result<Vec<Folder>, ServiceError> {
    let mut folders = Vec::new();
    for provider in core.service.providers().await? {
        folders.push(describe(core, provider).await?);
    }
    Ok(folders)
}

pub(crate) async fn add_handle(
    core: &WasmCore,
    name: &str,
    handle: FileSystemDirectoryHandle,
    options: FolderOptions,
) -> Result<Folder, ServiceError> {
    let path = core.folders.add_handle(name, handle)?;
    core.folders.keep(name).await?;
    add(core, &path, options).await
}

pub(crate) async fn add_files(
    core: &WasmCore,
    name: &str,
    paths: Vec<JsString>,
    files: Vec<File>,
    options: FolderOptions,
) -> Result<Folder, ServiceError> {
    let picked = paths.into_iter().zip(files).map(|(path, file)| PickedFile {
        // What is no text becomes replacement characters, as everywhere in a browser.
        path: path.into(),
        file,
    });
    let path = core.folders.add_files(name, picked)?;
    add(core, &path, options).await
}

/// Gives the file of a track.
pub(crate) async fn file(core: &WasmCore, id: TrackId) -> Result<File, Failure> {
    let track = core.service.track(id).await?;
    let providers = core.service.providers().await?;
    let root = providers
        .into_iter()
        .find(|it| Some(it.id) == track.provider);
    let (Some(root), Some(path)) = (root, track.path) else {
        let why = "the track has no file any more";
        return Err(Failure::new("not-found", &format!("track {}", id.0), why));
    };
    let path = Path::new(&root.root).join(path);
    let file = core.folders.open_file(&path).await;
    Ok(file.map_err(ServiceError::from)?)
}

async fn add(core: &WasmCore, path: &Path, options: FolderOptions) -> Result<Folder, ServiceError> {
    let options = LocalFolderOptions {
        include_hidden: options.include_hidden,
        exclude: options.exclude,
        ..LocalFolderOptions::default()
    };
    let provider = core.service.add_local_folder(path, options).await?;
    describe(core, provider).await
}

async fn describe(core: &WasmCore, provider: Provider) -> Result<Folder, ServiceError> {
    let given = Path::new(&provider.root)
        .strip_prefix(WasmFolders::ROOT)
        .ok()
        .and_then(Path::to_str)
        .and_then(|name| core.folders.list().into_iter().find(|it| it.name == name));
    let (access, live) = match given {
        Some(folder) => match core.folders.access(&folder.name).await? {
            FolderAccess::Granted => ("granted", folder.is_live),
            FolderAccess::Ask => ("prompt", folder.is_live),
            FolderAccess::Denied => ("denied", folder.is_live),
        },
        None => ("missing", false),
    };
    Ok(Folder {
        id: provider.id,
        name: provider.name,
        access,
        live,
    })
}
