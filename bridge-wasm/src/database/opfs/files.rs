//! Files of the origin-private file system, <https://fs.spec.whatwg.org/>.

use bridge_traits::{BridgeError, ErrorKind, Result};
use core_async::time::{Duration, sleep};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, FileSystemReadWriteOptions, FileSystemSyncAccessHandle,
};

use crate::error::Thrown;
use crate::js;

const FOLDER: &str = "music-core-database";

/// How often a file is tried that the browser has not let go of yet after its last user's death, and how
/// long it waits between.
const TRIES: u32 = 50;
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// A file that is read and written without waiting, and by nobody else.
pub(super) struct File(FileSystemSyncAccessHandle);

impl File {
    /// Reads at a position and gives how many bytes there were.
    pub(super) fn read(&self, buffer: &mut [u8], at: u64) -> Result<usize, Thrown> {
        let read = self.0.read_with_u8_array_and_options(buffer, &at_place(at));
        Ok(read.map_err(|it| Thrown::read(&it))? as usize)
    }

    pub(super) fn read_all(&self) -> Result<Vec<u8>, Thrown> {
        let mut bytes = vec![0; self.size()? as usize];
        let count = self.read(&mut bytes, 0)?;
        bytes.truncate(count);
        Ok(bytes)
    }

    pub(super) fn write(&self, bytes: &[u8], at: u64) -> Result<(), Thrown> {
        let written = self.0.write_with_u8_array_and_options(bytes, &at_place(at));
        match written.map_err(|it| Thrown::read(&it))? as usize {
            count if count == bytes.len() => Ok(()),
            count => Err(Thrown {
                name: "QuotaExceededError".to_owned(),
                message: format!("the file took {count} of {} bytes", bytes.len()),
            }),
        }
    }

    pub(super) fn truncate(&self, size: u64) -> Result<(), Thrown> {
        let cut = self.0.truncate_with_f64(size as f64);
        cut.map_err(|it| Thrown::read(&it))
    }

    pub(super) fn size(&self) -> Result<u64, Thrown> {
        let size = self.0.get_size().map_err(|it| Thrown::read(&it))?;
        Ok(size as u64)
    }

    /// Waits until the disk has what was written.
    pub(super) fn flush(&self) -> Result<(), Thrown> {
        self.0.flush().map_err(|it| Thrown::read(&it))
    }

    pub(super) fn close(&self) {
        self.0.close();
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.close();
    }
}

fn at_place(at: u64) -> FileSystemReadWriteOptions {
    let options = FileSystemReadWriteOptions::new();
    options.set_at(at as f64);
    options
}

/// Opens a database's file and its log, or makes them.
pub(super) async fn open_both(name: &str) -> Result<[File; 2]> {
    let folder = usable_folder(name).await?;
    let [main, log] = file_names(name);
    Ok([
        open(&folder, &main, name).await?,
        open(&folder, &log, name).await?,
    ])
}

/// Tells whether this is a dedicated worker of a browser that has such files and gives them.
pub(in crate::database) async fn are_usable() -> bool {
    let subject = "origin-private file system";
    let Ok(folder) = usable_folder(subject).await else {
        return false;
    };
    let probe = format!("probe {}", js_sys::Math::random());
    let opened = open(&folder, &probe, subject).await.map(drop);
    // What may stay is empty.
    let _ = JsFuture::from(folder.remove_entry(&probe)).await;
    opened.is_ok()
}

/// Gives the folder of all databases where files can be read and written without waiting.
async fn usable_folder(subject: &str) -> Result<FileSystemDirectoryHandle> {
    let lacks = |remedy| BridgeError::new(ErrorKind::NotAvailable { remedy }, subject);
    let has = |name: &str| js::global(name).is_function();
    if !has("DedicatedWorkerGlobalScope") || !has("FileSystemSyncAccessHandle") {
        return Err(lacks(
            "use a dedicated worker, and a browser with FileSystemSyncAccessHandle",
        ));
    }
    let folder = folder(subject, true).await?;
    folder.ok_or_else(|| {
        lacks("use a browser with the origin-private file system, and no private window")
    })
}

async fn open(folder: &FileSystemDirectoryHandle, file: &str, subject: &str) -> Result<File> {
    let options = FileSystemGetFileOptions::new();
    options.set_create(true);
    let handle = folder.get_file_handle_with_options(file, &options);
    let handle = JsFuture::from(handle).await;
    let handle: FileSystemFileHandle = handle
        .map_err(|it| Thrown::read(&it).about(subject))?
        .unchecked_into();
    let opened = when_let_go(subject, async || {
        JsFuture::from(handle.create_sync_access_handle()).await
    });
    let file = File(opened.await?.unchecked_into());
    // A promise, in browsers of 2022.
    if file.0.get_size().is_ok_and(f64::is_nan) {
        let remedy = "use a newer browser";
        return Err(BridgeError::new(
            ErrorKind::NotAvailable { remedy },
            subject,
        ));
    }
    Ok(file)
}

/// Does what fails with `Conflict` as long as the browser has not let go of a file, and gives up after a second.
async fn when_let_go(
    subject: &str,
    attempt: impl AsyncFn() -> Result<JsValue, JsValue>,
) -> Result<JsValue> {
    let mut tries = 0;
    loop {
        let error = match attempt().await {
            Ok(it) => return Ok(it),
            Err(error) => Thrown::read(&error).about(subject),
        };
        tries += 1;
        if *error.kind() != ErrorKind::Conflict || tries == TRIES {
            return Err(error);
        }
        sleep(BETWEEN_TRIES).await;
    }
}

/// Tells whether there is a database of this name; `false` where there are no such files at all.
pub(in crate::database) async fn exists(name: &str) -> Result<bool> {
    let Some(folder) = folder(name, false).await? else {
        return Ok(false);
    };
    match JsFuture::from(folder.get_file_handle(&file_names(name)[0])).await {
        Ok(_) => Ok(true),
        Err(error) => match Thrown::read(&error) {
            thrown if thrown.name == "NotFoundError" => Ok(false),
            thrown => Err(thrown.about(name)),
        },
    }
}

/// Fails as [`delete`] would: where the browser gives no such files that `must_be_had`, and with `Conflict` if
/// something has the file open, as far as this can be known here.
pub(in crate::database) async fn check_free(name: &str, must_be_had: bool) -> Result<()> {
    match root().await {
        Err(thrown) if must_be_had => return Err(thrown.about(name)),
        _ => {}
    }
    let Ok(folder) = usable_folder(name).await else {
        return Ok(());
    };
    if exists(name).await? {
        open(&folder, &file_names(name)[0], name).await?;
    }
    Ok(())
}

/// Deletes a database that nobody has open, if it is there. Where `must_be_had`, it is an error if the browser gives
/// no such files.
pub(in crate::database) async fn delete(name: &str, must_be_had: bool) -> Result<()> {
    let root = match root().await {
        Ok(Some(root)) => root,
        Err(thrown) if must_be_had => return Err(thrown.about(name)),
        _ => return Ok(()),
    };
    let Some(folder) = folder_in(&root, name, false).await? else {
        return Ok(());
    };
    for file in file_names(name) {
        let removed = when_let_go(name, async || {
            JsFuture::from(folder.remove_entry(&file)).await
        });
        match removed.await {
            Err(error) if *error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn file_names(name: &str) -> [String; 2] {
    let name = String::from(js_sys::encode_uri_component(name));
    [format!("{name}.db"), format!("{name}.log")]
}

/// Gives the folder of all databases, `None` where it is not, or the browser has or gives no such files.
async fn folder(subject: &str, make: bool) -> Result<Option<FileSystemDirectoryHandle>> {
    match root().await {
        Ok(Some(root)) => folder_in(&root, subject, make).await,
        _ => Ok(None),
    }
}

/// Gives the folder of all files; `None` where the browser has no such files.
async fn root() -> Result<Option<FileSystemDirectoryHandle>, Thrown> {
    let storage = js::property(&js::global("navigator"), "storage");
    let get = js::property(&storage, "getDirectory");
    let Ok(get) = get.dyn_into::<js_sys::Function>() else {
        return Ok(None);
    };
    let thrown = |it: JsValue| Thrown::read(&it);
    let promise = get.call0(&storage).map_err(thrown)?;
    let root = JsFuture::from(js_sys::Promise::resolve(&promise)).await;
    Ok(Some(JsValue::unchecked_into(root.map_err(thrown)?)))
}

/// Gives the folder of all databases, `None` where it is not.
async fn folder_in(
    root: &FileSystemDirectoryHandle,
    subject: &str,
    make: bool,
) -> Result<Option<FileSystemDirectoryHandle>> {
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(make);
    let folder = JsFuture::from(root.get_directory_handle_with_options(FOLDER, &options)).await;
    match folder.map_err(|it| Thrown::read(&it)) {
        Ok(folder) => Ok(Some(folder.unchecked_into())),
        Err(thrown) if thrown.name == "NotFoundError" => Ok(None),
        Err(thrown) => Err(thrown.about(subject)),
    }
}
