//! Getting folders from a person.

use std::path::Path;

use bridge_traits::{BridgeError, ErrorKind, Result};
use futures::future::{LocalBoxFuture, try_join_all};
use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemDirectoryHandle,
    FileSystemDirectoryReader, FileSystemEntry, FileSystemFileEntry, FileSystemHandle,
    FileSystemHandleKind,
};

use super::WasmFolders;
use super::error::{Wanted, thrown};
use crate::js;

const NO_PICKER: &str = "use <input type=\"file\" webkitdirectory> or let the person drop a folder";

/// A file out of a list, with its path below the folder that was picked, parts divided by `/`.
#[derive(Debug, Clone)]
pub struct PickedFile {
    /// The path.
    pub path: String,
    /// The file.
    pub file: File,
}

/// What a person dropped on the page.
#[derive(Debug, Clone)]
pub enum DroppedItem {
    /// A folder, by its handle.
    Handle(FileSystemDirectoryHandle),
    /// A folder as the list of its files.
    Files {
        /// The folder's name.
        name: String,
        /// Its files.
        files: Vec<PickedFile>,
    },
    /// A file that was dropped by itself.
    File(File),
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = Object)]
    type Picker;

    #[wasm_bindgen(method, catch, js_name = showDirectoryPicker)]
    fn show_directory_picker(this: &Picker, options: &Object) -> Result<Promise, JsValue>;

    #[wasm_bindgen(extends = Object)]
    type Droppable;

    #[wasm_bindgen(method, getter)]
    fn kind(this: &Droppable) -> String;

    #[wasm_bindgen(method, catch, js_name = getAsFileSystemHandle)]
    fn get_as_file_system_handle(this: &Droppable) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, js_name = webkitGetAsEntry)]
    fn webkit_get_as_entry(this: &Droppable) -> Option<FileSystemEntry>;
}

impl WasmFolders {
    /// Lets the person choose a folder, in a window, in answer to a click or a key.
    ///
    /// # Errors
    /// `NotAvailable` with the way that works everywhere, in browsers without such a dialogue and in
    /// workers; `Cancelled` if the person chose none; `PermissionDenied` if the browser does not let
    /// the page ask now.
    ///
    /// # Cancel safety
    /// The dialogue stays open, and what is chosen is lost.
    pub async fn choose() -> Result<FileSystemDirectoryHandle> {
        if !js::global("showDirectoryPicker").is_function() {
            let kind = ErrorKind::NotAvailable { remedy: NO_PICKER };
            return Err(BridgeError::new(kind, "showDirectoryPicker"));
        }
        let options = Object::new();
        let fail = |error: JsValue| thrown(&error, Wanted::Folder, Path::new("chosen folder"));
        // The browser then opens the dialogue where it was left.
        Reflect::set(&options, &"id".into(), &"music-core".into()).map_err(fail)?;
        Reflect::set(&options, &"mode".into(), &"read".into()).map_err(fail)?;
        let picker: Picker = js_sys::global().unchecked_into();
        let chosen = picker.show_directory_picker(&options).map_err(fail)?;
        let handle = JsFuture::from(chosen).await.map_err(fail)?;
        Ok(handle.unchecked_into())
    }

    /// Takes what an `<input type="file" webkitdirectory>` holds: the folder's name and its files.
    /// The name is empty where single files were chosen.
    pub fn from_input(list: &FileList) -> (String, Vec<PickedFile>) {
        let mut folder = String::new();
        let files = (0..list.length())
            .filter_map(|at| list.get(at))
            .map(|file| {
                let path = js::property(&file, "webkitRelativePath").as_string();
                let path = path.unwrap_or_default();
                match path.split_once('/') {
                    Some((name, path)) => {
                        name.clone_into(&mut folder);
                        let path = path.to_owned();
                        PickedFile { path, file }
                    }
                    None => PickedFile {
                        path: file.name(),
                        file,
                    },
                }
            });
        let files = files.collect();
        (folder, files)
    }

    /// Takes what was dropped on the page. It has to be called while the `drop` event is handled:
    /// afterwards the browser has emptied the event. The future it gives may be awaited later.
    ///
    /// # Errors
    /// `NotFound` or `PermissionDenied` naming what can't be read.
    ///
    /// # Cancel safety
    /// What was dropped is lost.
    pub fn dropped(
        transfer: &DataTransfer,
    ) -> impl Future<Output = Result<Vec<DroppedItem>>> + 'static + use<> {
        let list = transfer.items();
        let items = (0..list.length())
            .filter_map(|at| list.get(at))
            .map(JsCast::unchecked_into::<Droppable>)
            .filter(|item| item.kind() == "file");
        // Both are asked for at once, while the event lasts.
        let found: Vec<_> = items
            .map(|item| {
                let has_handles = js::property(&item, "getAsFileSystemHandle").is_function();
                let handle = has_handles.then(|| item.get_as_file_system_handle().ok());
                (handle.flatten(), item.webkit_get_as_entry())
            })
            .collect();
        async move {
            let items = found.into_iter().map(|(handle, entry)| take(handle, entry));
            let items = try_join_all(items).await?;
            Ok(items.into_iter().flatten().collect())
        }
    }
}

async fn take(
    handle: Option<Promise>,
    entry: Option<FileSystemEntry>,
) -> Result<Option<DroppedItem>> {
    if let Some(handle) = handle {
        let fail = |error: JsValue| thrown(&error, Wanted::Folder, Path::new("dropped item"));
        let handle = JsFuture::from(handle).await.map_err(fail)?;
        if let Ok(handle) = handle.dyn_into::<FileSystemHandle>()
            && handle.kind() == FileSystemHandleKind::Directory
        {
            return Ok(Some(DroppedItem::Handle(handle.unchecked_into())));
        }
    }
    let Some(entry) = entry else {
        return Ok(None);
    };
    if !entry.is_directory() {
        return Ok(Some(DroppedItem::File(file_of(&entry).await?)));
    }
    let name = entry.name();
    let mut files = Vec::new();
    collect(entry.unchecked_into(), String::new(), &mut files).await?;
    Ok(Some(DroppedItem::Files { name, files }))
}

/// Collects the files below a folder.
fn collect(
    folder: FileSystemDirectoryEntry,
    above: String,
    files: &mut Vec<PickedFile>,
) -> LocalBoxFuture<'_, Result<()>> {
    Box::pin(async move {
        let reader = folder.create_reader();
        loop {
            let batch = next_batch(&reader, &folder).await?;
            // The browser gives a few at a time, and then none.
            if batch.length() == 0 {
                return Ok(());
            }
            for entry in batch.iter() {
                let entry: FileSystemEntry = entry.unchecked_into();
                let path = format!("{above}{}", entry.name());
                if entry.is_directory() {
                    collect(entry.unchecked_into(), format!("{path}/"), files).await?;
                } else {
                    let file = file_of(&entry).await?;
                    files.push(PickedFile { path, file });
                }
            }
        }
    })
}

async fn next_batch(
    reader: &FileSystemDirectoryReader,
    folder: &FileSystemDirectoryEntry,
) -> Result<Array> {
    let path = folder.full_path();
    let fail = |error: JsValue| thrown(&error, Wanted::Folder, Path::new(&path));
    let read = Promise::new(&mut |resolve, reject| {
        let started = reader.read_entries_with_callback_and_callback(&resolve, &reject);
        if let Err(error) = started {
            let _ = reject.call1(&JsValue::UNDEFINED, &error);
        }
    });
    Ok(JsFuture::from(read).await.map_err(fail)?.unchecked_into())
}

async fn file_of(entry: &FileSystemEntry) -> Result<File> {
    let path = entry.full_path();
    let fail = |error: JsValue| thrown(&error, Wanted::File, Path::new(&path));
    let entry: &FileSystemFileEntry = entry.unchecked_ref();
    let read = Promise::new(&mut |resolve, reject| {
        entry.file_with_callback_and_callback(&resolve, &reject);
    });
    Ok(JsFuture::from(read).await.map_err(fail)?.unchecked_into())
}
