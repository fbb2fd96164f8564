//! The module's exports.

use core_async::task::spawn;
use core_service::bootstrap::{WasmCore, bootstrap_wasm, delete_wasm, import_wasm};
use core_service::events::EventError;
use core_service::{
    AlbumId, ArtworkId, CoreConfig, DuplicatePolicy, PlaylistId, ServiceError, TrackId,
};
use js_sys::{Array, Function, JsString, Uint8Array};
use serde::{Deserialize, Serialize};
use serde_json::json;
use wasm_bindgen::prelude::*;
use web_sys::{File, FileSystemDirectoryHandle};

use crate::answer::answer;
use crate::failure::Failure;
use crate::request::Request;
use crate::{covers, folders, playlists, sync};

/// How a library is opened.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Options {
    /// What the names of its databases begin with.
    name: String,
    /// What becomes of files that sound the same.
    duplicates: Option<Duplicates>,
    /// The key by which Last.fm knows the app.
    last_fm_key: Option<String>,
}

/// [`DuplicatePolicy`] by its names here.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Duplicates {
    KeepBoth,
    KeepNewest,
    Ask,
}

impl From<Duplicates> for DuplicatePolicy {
    fn from(policy: Duplicates) -> Self {
        match policy {
            Duplicates::KeepBoth => Self::KeepBoth,
            Duplicates::KeepNewest => Self::KeepNewest,
            Duplicates::Ask => Self::Ask,
        }
    }
}

/// An open library. All its methods take and give JSON where nothing else is said, and fail with a
/// [`Failure`] as JSON.
#[wasm_bindgen]
pub struct Core {
    core: WasmCore,
}

/// Opens the library that the options name, or makes it.
///
/// # Errors
/// `in-use` if another tab or worker has it open; what else
/// [`bootstrap_wasm`](core_service::bootstrap::bootstrap_wasm) says.
#[wasm_bindgen]
pub async fn open(options: String) -> Result<Core, JsValue> {
    std::panic::set_hook(Box::new(|info| {
        // The trap that follows ends this module, and the worker says why.
        web_sys::console::error_1(&format!("music-core: {info}").into());
    }));
    match bootstrap_wasm(config(&options)?).await {
        Ok(core) => Ok(Core { core }),
        Err(error) if error.code() == "corrupt" => {
            let mut failure = Failure::from(error);
            let remedy = "import a copy that was exported, or delete the library and sync anew";
            failure.remedy = Some(remedy);
            Err(failed(failure))
        }
        Err(error) => Err(in_use(error)),
    }
}

/// Deletes everything that is stored for the library that the options name.
///
/// # Errors
/// `in-use` if a tab or worker has it open, and nothing is deleted; what else
/// [`delete_wasm`](core_service::bootstrap::delete_wasm) says.
#[wasm_bindgen(js_name = deleteLibrary)]
pub async fn delete_library(options: String) -> Result<(), JsValue> {
    delete_wasm(&config(&options)?).await.map_err(in_use)
}

/// Puts an exported library in the place of the one that the options name.
///
/// # Errors
/// `in-use` if a tab or worker has it open; what else
/// [`import_wasm`](core_service::bootstrap::import_wasm) says. Nothing is replaced then.
#[wasm_bindgen(js_name = importLibrary)]
pub async fn import_library(options: String, bytes: Vec<u8>) -> Result<(), JsValue> {
    import_wasm(&config(&options)?, bytes).await.map_err(in_use)
}

fn config(options: &str) -> Result<CoreConfig, JsValue> {
    let options: Options = parse(options)?;
    let mut config = CoreConfig::builder()
        .data_dir(&options.name)
        .database_path(format!("{}/library", options.name))
        .duplicates(options.duplicates.map(Into::into).unwrap_or_default());
    if let Some(key) = options.last_fm_key {
        config = config.last_fm_key(key);
    }
    config.build().map_err(failed)
}

fn in_use(error: ServiceError) -> JsValue {
    let is_taken = error.code() == "conflict";
    let mut failure = Failure::from(error);
    if is_taken {
        failure.code = "in-use".to_owned();
        failure.remedy = Some("close it where it is open: in another tab, or in this one");
    }
    failed(failure)
}

#[wasm_bindgen]
impl Core {
    /// Tells why the browser threw away what was stored before, in its own words, if it did.
    #[wasm_bindgen(js_name = dataLoss)]
    pub fn data_loss(&self) -> Option<String> {
        self.core.data_loss.as_ref().map(|it| it.message.clone())
    }

    /// Tells whether there was no library before.
    #[wasm_bindgen(js_name = isNew)]
    pub fn is_new(&self) -> bool {
        self.core.is_new
    }

    /// Answers a [`Request`].
    pub async fn ask(&self, request: String) -> Result<String, JsValue> {
        let request: Request = parse(&request)?;
        Ok(told(
            &answer(&self.core.service, request).await.map_err(failed)?,
        ))
    }

    /// Calls `listener` with each event, as JSON, or `{"missed":n}`, until the library is closed.
    pub fn listen(&self, listener: Function) {
        let mut events = self.core.service.subscribe();
        spawn(async move {
            loop {
                let text = match events.recv().await {
                    Ok(event) => told(&*event),
                    Err(EventError::Lagged(lagged)) => told(&json!({ "missed": lagged.missed })),
                    Err(EventError::Closed) => break,
                };
                // The listener posts a message; if that throws, the page is gone.
                let _ = listener.call1(&JsValue::NULL, &text.into());
            }
        });
    }

    /// Syncs as `{"folder":7,"full":false,"confirmDeletions":false}` asks, calls `told` with each of
    /// the sync's events, and gives how it ended.
    pub async fn sync(&self, request: String, told_of: Function) -> Result<String, JsValue> {
        let request = parse(&request)?;
        let outcome = sync::run(&self.core.service, request, &told_of).await;
        Ok(told(&outcome.map_err(failed)?))
    }

    /// Lists the folders.
    pub async fn folders(&self) -> Result<String, JsValue> {
        let listed = folders::list(&self.core).await.map_err(failed)?;
        Ok(told(&listed))
    }

    /// Adds the folder behind a handle, and keeps it across reloads.
    #[wasm_bindgen(js_name = addHandle)]
    pub async fn add_handle(
        &self,
        name: String,
        handle: FileSystemDirectoryHandle,
        options: String,
    ) -> Result<String, JsValue> {
        let options = parse(&options)?;
        let added = folders::add_handle(&self.core, &name, handle, options).await;
        Ok(told(&added.map_err(failed)?))
    }

    /// Adds a folder made of files, whose paths are in the same order.
    #[wasm_bindgen(js_name = addFiles)]
    pub async fn add_files(
        &self,
        name: String,
        paths: Vec<JsString>,
        files: Vec<File>,
        options: String,
    ) -> Result<String, JsValue> {
        let options = parse(&options)?;
        let added = folders::add_files(&self.core, &name, paths, files, options).await;
        Ok(told(&added.map_err(failed)?))
    }

    /// Adds a folder on a WebDAV server, as
    /// `{"url":"https://…","user":"anna","password":"…","remember":true}` names it.
    #[wasm_bindgen(js_name = addServer)]
    pub async fn add_server(&self, server: String) -> Result<String, JsValue> {
        let server = parse(&server)?;
        let added = folders::add_server(&self.core, server).await;
        Ok(told(&added.map_err(failed)?))
    }

    /// Takes a folder or server away, with the covers that nothing has any more.
    #[wasm_bindgen(js_name = removeFolder)]
    pub async fn remove_folder(&self, id: f64) -> Result<String, JsValue> {
        let id = whole(id, "folder").map_err(failed)?;
        let removed = folders::remove(&self.core, id).await.map_err(failed)?;
        covers::settle(&self.core.service).await.map_err(failed)?;
        Ok(told(&removed))
    }

    /// Gives the handle of the folder of this name, if it has one.
    pub fn handle(&self, name: &str) -> Option<FileSystemDirectoryHandle> {
        self.core.folders.handle(name)
    }

    /// Gives the file of a track, of which nothing is read.
    pub async fn file(&self, track: f64) -> Result<File, JsValue> {
        let track = TrackId(whole(track, "track").map_err(failed)?);
        folders::file(&self.core, track).await.map_err(failed)
    }

    /// Reads an image from where it lies: its bytes and its type.
    pub async fn artwork(&self, id: f64) -> Result<Array, JsValue> {
        let id = ArtworkId(whole(id, "artwork").map_err(failed)?);
        let (bytes, mime) = self.core.service.artwork(id).await.map_err(failed)?;
        Ok(Array::of2(&Uint8Array::from(&*bytes), &mime.into()))
    }

    /// Gives a cover that was kept, or nothing.
    pub async fn cover(&self, id: f64) -> Result<Option<Uint8Array>, JsValue> {
        let id = ArtworkId(whole(id, "artwork").map_err(failed)?);
        let kept = covers::kept(&self.core.service, id).await.map_err(failed)?;
        Ok(kept.map(|it| Uint8Array::from(&*it)))
    }

    /// Keeps a cover.
    #[wasm_bindgen(js_name = keepCover)]
    pub async fn keep_cover(&self, id: f64, bytes: Vec<u8>) -> Result<(), JsValue> {
        let id = ArtworkId(whole(id, "artwork").map_err(failed)?);
        let kept = covers::keep(&self.core.service, id, &bytes).await;
        kept.map_err(failed)
    }

    /// Lists the covers of albums that are not kept, and lets go of those that nothing has any more.
    #[wasm_bindgen(js_name = missingCovers)]
    pub async fn missing_covers(&self) -> Result<String, JsValue> {
        let missing = covers::settle(&self.core.service).await.map_err(failed)?;
        Ok(told(&missing))
    }

    /// Makes a playlist of the tracks that a playlist file names, whose name tells its format. What it
    /// names is looked for from the root of the folder with this id, if one is given.
    #[wasm_bindgen(js_name = importPlaylist)]
    pub async fn import_playlist(
        &self,
        name: String,
        file: String,
        bytes: Vec<u8>,
        folder: Option<f64>,
    ) -> Result<String, JsValue> {
        let imported = playlists::import(&self.core.service, &name, &file, &bytes, id_of(folder)?);
        Ok(told(&imported.await.map_err(failed)?))
    }

    /// Writes a playlist as a file, in the format that such an extension has: its bytes, and what became of
    /// the entries. Tracks of the folder with this id are named by their way from its root.
    #[wasm_bindgen(js_name = exportPlaylist)]
    pub async fn export_playlist(
        &self,
        playlist: f64,
        extension: String,
        folder: Option<f64>,
    ) -> Result<Array, JsValue> {
        let playlist = PlaylistId(whole(playlist, "playlist").map_err(failed)?);
        let exported =
            playlists::export(&self.core.service, playlist, &extension, id_of(folder)?).await;
        let (bytes, rest) = exported.map_err(failed)?;
        Ok(Array::of2(&Uint8Array::from(&*bytes), &told(&rest).into()))
    }

    /// Gives the front cover of an album from the Cover Art Archive, or nothing.
    #[wasm_bindgen(js_name = onlineCover)]
    pub async fn online_cover(
        &self,
        album: f64,
        size: String,
    ) -> Result<Option<Uint8Array>, JsValue> {
        let album = AlbumId(whole(album, "album").map_err(failed)?);
        let size = covers::size_of(&size).map_err(failed)?;
        let cover = self.core.service.online_cover(album, size).await;
        Ok(cover
            .map_err(failed)?
            .map(|bytes| Uint8Array::from(&*bytes)))
    }

    /// Copies the library: a SQLite database file.
    #[wasm_bindgen(js_name = exportLibrary)]
    pub async fn export_library(&self) -> Result<Uint8Array, JsValue> {
        let bytes = self.core.export().await.map_err(failed)?;
        Ok(Uint8Array::from(&*bytes))
    }

    /// Stops syncs and closes the library.
    pub async fn close(&self) -> Result<(), JsValue> {
        self.core.service.shutdown().await.map_err(failed)
    }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, JsValue> {
    serde_json::from_str(text).map_err(|error| failed(Failure::invalid("request", error)))
}

fn told(answer: &impl Serialize) -> String {
    // All that is given out serialises: its keys are text.
    serde_json::to_string(answer).unwrap_or_default()
}

fn failed(error: impl Into<Failure>) -> JsValue {
    let mut failure = error.into();
    let remedy = failure
        .remedy
        .or_else(|| folders::remedy_of(&failure.message));
    failure.remedy = remedy;
    told(&failure).into()
}

fn id_of(folder: Option<f64>) -> Result<Option<i64>, JsValue> {
    let id = folder.map(|id| whole(id, "folder")).transpose();
    id.map_err(failed)
}

/// Reads a whole number that JavaScript can tell from its neighbours.
fn whole(number: f64, field: &str) -> Result<i64, ServiceError> {
    const LARGEST: f64 = 9_007_199_254_740_991.0;
    if number.fract() == 0.0 && number.abs() <= LARGEST {
        return Ok(number as i64);
    }
    Err(ServiceError::Platform(
        bridge_traits::BridgeError::new(bridge_traits::ErrorKind::InvalidInput, field)
            .detail(format!("{number} is no id")),
    ))
}
