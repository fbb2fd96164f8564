//! Handles that outlive the page.

use std::path::Path;
use std::rc::Rc;

use bridge_traits::{BridgeError, ErrorKind, Result};
use futures::future::try_join;
use indexed_db_futures::KeyRange;
use js_sys::Array;
use wasm_bindgen::JsCast;
use web_sys::FileSystemDirectoryHandle;

use super::WasmFolders;
use super::error::missing;
use crate::idb::{self, Durability, Idb, Schema, between};

const HANDLES: &str = "handles";

const SCHEMA: Schema = Schema {
    version: 1,
    stores: &[HANDLES],
};

impl WasmFolders {
    /// Makes a file system of the folders that are kept in the database `name`, which is made if it
    /// is missing. The browser may want the person to allow each once more: see
    /// [`access`](Self::access).
    ///
    /// # Errors
    /// `NotAvailable` or `PermissionDenied` where the browser gives no IndexedDB, `TooNew` if a newer
    /// version has written there.
    ///
    /// # Cancel safety
    /// It can be dropped at any time.
    pub async fn open(name: &str) -> Result<Self> {
        let idb = Idb::new(name, SCHEMA);
        let body = async |tx: &idb::Tx<'_>| {
            // All text lies between the empty one and the first list.
            let all = || between("".into(), Array::new().into());
            let names = tx.get_all_keys(HANDLES, all(), u32::MAX)?;
            let handles = tx.get_all(HANDLES, all(), u32::MAX)?;
            try_join(names, handles).await
        };
        let (names, handles) = idb.read("kept folders", &[HANDLES], body).await?;
        let folders = Self {
            kept: Some(Rc::new(idb)),
            ..Self::default()
        };
        for (name, handle) in names.into_iter().zip(handles) {
            let handle = handle.dyn_into::<FileSystemDirectoryHandle>();
            if let (Some(name), Ok(handle)) = (name.as_string(), handle) {
                folders.add_handle(&name, handle)?;
            }
        }
        Ok(folders)
    }

    /// Keeps a folder across reloads. The browser stores the handle, not the files.
    ///
    /// # Errors
    /// `NotFound` if there is no folder of that name; `Unsupported` for a list of files, which ends
    /// with the page, and where this was not made by [`open`](Self::open); `QuotaExceeded`.
    ///
    /// # Cancel safety
    /// It may be kept or not.
    pub async fn keep(&self, name: &str) -> Result<()> {
        let path = Path::new(Self::ROOT).join(name);
        let refuse = |why: &str| {
            BridgeError::new(ErrorKind::Unsupported, path.to_string_lossy()).detail(why.to_owned())
        };
        let Some(handle) = self.handle(name) else {
            return Err(if self.list().iter().any(|it| it.name == name) {
                refuse("a list of files ends with the page; only a handle can be kept")
            } else {
                missing(&path)
            });
        };
        let Some(idb) = &self.kept else {
            return Err(refuse("there is no database to keep it in"));
        };
        let key = name.to_owned();
        let body = async move |tx: &idb::Tx<'_>| {
            tx.put(HANDLES, key.as_str().into(), handle.clone().into())
        };
        let subject = path.to_string_lossy();
        idb.write(&subject, &[HANDLES], Durability::Strict, body)
            .await
    }

    /// Takes a folder away, also from what is kept; one that is not there is fine. Its files are not
    /// touched.
    ///
    /// # Errors
    /// What the browser says; the folder is gone for this page all the same.
    ///
    /// # Cancel safety
    /// It may still be kept or not.
    pub async fn forget(&self, name: &str) -> Result<()> {
        self.remove(name);
        let Some(idb) = &self.kept else {
            return Ok(());
        };
        let key = name.to_owned();
        let body =
            async move |tx: &idb::Tx<'_>| tx.delete(HANDLES, KeyRange::Only(key.as_str().into()));
        idb.write(name, &[HANDLES], Durability::Strict, body).await
    }

    /// Deletes the database `name` with all that is kept in it.
    ///
    /// # Errors
    /// What the browser says.
    ///
    /// # Cancel safety
    /// The browser may go on.
    pub async fn destroy(name: &str) -> Result<()> {
        idb::delete(name).await
    }
}
