//! Where music comes from: folders that a person gave, and whether they can be read now, and servers.

use std::path::Path;

use bridge_wasm::{FolderAccess, PickedFile, WasmFolders};
use core_service::bootstrap::WasmCore;
use core_service::dto::{Provider, RemovedProvider};
use core_service::{
    LocalFolderOptions, ServiceError, TrackId, WebDavFolder, WebDavOptions, WebDavSecret,
};
use js_sys::{Array, JsString, Uint8Array};
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

/// A folder on a WebDAV server, as a page names it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ServerWish {
    url: String,
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    password: Option<String>,
    /// Whether the password is kept, encrypted, for the next time.
    remember: bool,
    #[serde(default)]
    include_hidden: bool,
}

/// A place where music comes from, as a page is told of it.
#[derive(Debug, Serialize)]
pub(crate) struct Folder {
    id: i64,
    name: String,
    /// `local` or `webdav`.
    kind: &'static str,
    /// Where it lies on a server.
    url: Option<String>,
    /// `granted`, `prompt`, `denied`, or `missing` where the page was not given it again since it was
    /// loaded.
    access: &'static str,
    /// Whether it shows what is in the folder now, and is kept across reloads.
    live: bool,
}

/// Tells what can be done about an error, by its sentence, where a folder has to be allowed again.
pub(crate) fn remedy_of(message: &str) -> Option<&'static str> {
    let remedy = "let the person allow the folder again: call `requestAccess` in answer to a click";
    message.contains(WasmFolders::NOT_ALLOWED).then_some(remedy)
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
    let added = match core.folders.keep(name).await {
        Ok(()) => add(core, &path, options).await,
        Err(error) => Err(error.into()),
    };
    known_or_forgotten(core, name, added).await
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
    let added = add(core, &path, options).await;
    known_or_forgotten(core, name, added).await
}

/// Forgets what was given of a folder that could not be added, unless one of that name is known.
async fn known_or_forgotten(
    core: &WasmCore,
    name: &str,
    added: Result<Folder, ServiceError>,
) -> Result<Folder, ServiceError> {
    if added.is_err()
        && let Ok(known) = core.service.providers().await
        && !known.iter().any(|it| given_name(it) == Some(name))
    {
        // It matters less than why the folder could not be added.
        let _ = core.folders.forget(name).await;
    }
    added
}

pub(crate) async fn add_server(core: &WasmCore, wish: ServerWish) -> Result<Folder, Failure> {
    let secret = match (wish.password, wish.remember) {
        (None, _) => WebDavSecret::Stored,
        (Some(password), true) => WebDavSecret::Store(password),
        (Some(password), false) => WebDavSecret::Session(password),
    };
    let folder = WebDavFolder {
        url: wish.url,
        user: wish.user,
        secret,
        options: WebDavOptions {
            include_hidden: wish.include_hidden,
            ..WebDavOptions::default()
        },
        ask_again: false,
    };
    let provider = core.service.add_webdav(folder).await?;
    Ok(describe(core, provider).await?)
}

/// Takes a folder or server away, and forgets its handle.
pub(crate) async fn remove(core: &WasmCore, id: i64) -> Result<RemovedProvider, ServiceError> {
    let providers = core.service.providers().await?;
    let provider = providers.into_iter().find(|it| it.id == id);
    let removed = core.service.remove_provider(id).await?;
    if let Some(name) = provider.as_ref().and_then(given_name) {
        core.folders.forget(name).await?;
    }
    Ok(removed)
}

/// Gives the file of a track: of a folder as it lies there, of which nothing is read, and of a server
/// after all of it was fetched.
pub(crate) async fn file(core: &WasmCore, id: TrackId) -> Result<File, Failure> {
    let track = core.service.track(id).await?;
    let providers = core.service.providers().await?;
    let root = providers
        .into_iter()
        .find(|it| Some(it.id) == track.provider);
    if root.as_ref().is_some_and(is_server) && !track.missing {
        return fetched(core, id).await;
    }
    let (Some(root), Some(path)) = (root, track.path) else {
        let why = "the track has no file any more";
        return Err(Failure::new("not-found", &format!("track {}", id.0), why));
    };
    let path = Path::new(&root.root).join(path);
    let file = core.folders.open_file(&path).await;
    Ok(file.map_err(ServiceError::from)?)
}

/// Bytes that are asked of a server at once.
const AT_ONCE: u64 = 4 << 20;

async fn fetched(core: &WasmCore, id: TrackId) -> Result<File, Failure> {
    let content = core.service.track_content(id).await?;
    let parts = Array::new();
    let mut at = 0;
    while at < content.size() {
        let end = content.size().min(at + AT_ONCE);
        let part = content.read(at..end).await?;
        if part.is_empty() {
            break;
        }
        at += part.len() as u64;
        // The browser keeps the bytes, on the disk where they are many.
        parts.push(&Uint8Array::from(&*part));
    }
    File::new_with_u8_array_sequence(&parts, content.name()).map_err(|_| {
        let why = "the browser has no room for the file";
        Failure::new("quota-exceeded", content.name(), why)
    })
}

fn is_server(provider: &Provider) -> bool {
    provider.kind == "webdav"
}

/// Tells under which name a person gave a folder.
fn given_name(provider: &Provider) -> Option<&str> {
    let path = Path::new(&provider.root);
    path.strip_prefix(WasmFolders::ROOT).ok()?.to_str()
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
    if is_server(&provider) {
        // What a server gives is asked by each sync.
        return Ok(Folder {
            id: provider.id,
            name: provider.name,
            kind: "webdav",
            url: Some(provider.root),
            access: "granted",
            live: true,
        });
    }
    let given = given_name(&provider)
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
        kind: "local",
        url: None,
        access,
        live,
    })
}
