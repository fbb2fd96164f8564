//! Whether the page may read a folder, and asking for it.

use std::path::Path;

use bridge_traits::{BridgeError, ErrorKind, Result};
use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::error::{Wanted, missing, thrown};
use super::{Tree, WasmFolders};

/// Whether the page may read a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderAccess {
    /// It may.
    Granted,
    /// The person has to be asked, by [`WasmFolders::ask`].
    Ask,
    /// The person said no.
    Denied,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = Object)]
    type Guarded;

    #[wasm_bindgen(method, catch, js_name = queryPermission)]
    fn query_permission(this: &Guarded, how: &Object) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = requestPermission)]
    fn request_permission(this: &Guarded, how: &Object) -> Result<Promise, JsValue>;
}

impl WasmFolders {
    /// Tells whether the page may read a folder. After a reload a kept handle is often at
    /// [`FolderAccess::Ask`]. A list of files is always granted.
    ///
    /// # Errors
    /// `NotFound` if there is no folder of that name.
    ///
    /// # Cancel safety
    /// It can be dropped at any time.
    pub async fn access(&self, name: &str) -> Result<FolderAccess> {
        self.permission(name, Guarded::query_permission).await
    }

    /// Asks the person to let the page read a folder, where the browser does not let it already.
    ///
    /// Browsers allow the question in a window only and only in answer to a click or a key. A worker
    /// gets `PermissionDenied`: there the window has to ask, by [`handle`](Self::handle).
    ///
    /// # Errors
    /// `NotFound` if there is no folder of that name, `PermissionDenied` if the browser does not let
    /// the page ask now.
    ///
    /// # Cancel safety
    /// The person may still be asked.
    pub async fn ask(&self, name: &str) -> Result<FolderAccess> {
        self.permission(name, Guarded::request_permission).await
    }

    async fn permission(
        &self,
        name: &str,
        question: fn(&Guarded, &Object) -> Result<Promise, JsValue>,
    ) -> Result<FolderAccess> {
        let path = Path::new(Self::ROOT).join(name);
        let tree = self.trees.borrow().get(name).cloned();
        let handle = match tree {
            Some(Tree::Handle(tree)) => tree.root().clone(),
            Some(Tree::Files(_)) => return Ok(FolderAccess::Granted),
            None => return Err(missing(&path)),
        };
        let how = Object::new();
        let fail = |error: JsValue| thrown(&error, Wanted::Folder, &path);
        Reflect::set(&how, &"mode".into(), &"read".into()).map_err(fail)?;
        let guarded: &Guarded = handle.unchecked_ref();
        let asked = JsFuture::from(question(guarded, &how).map_err(fail)?);
        match asked.await.map_err(fail)?.as_string().as_deref() {
            Some("granted") => Ok(FolderAccess::Granted),
            Some("prompt") => Ok(FolderAccess::Ask),
            Some("denied") => Ok(FolderAccess::Denied),
            other => Err(BridgeError::new(ErrorKind::Other, path.to_string_lossy())
                .detail(format!("the browser answered {other:?}"))),
        }
    }
}
