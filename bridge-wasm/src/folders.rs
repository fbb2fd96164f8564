//! Folders that a person gave to the page.

mod access;
mod error;
mod file_tree;
mod handle_tree;
mod kept;
mod pick;
mod slices;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use bridge_traits::storage::{DirEntry, DirPage, FileKind, FileSystemAccess, Metadata};
use bridge_traits::{BridgeError, ByteStream, ErrorKind, Result, platform_async_trait};
use bytes::Bytes;
use web_sys::{File, FileSystemDirectoryHandle};

pub use self::access::FolderAccess;
use self::error::{missing, not_a_file, read_only};
use self::file_tree::FileTree;
use self::handle_tree::HandleTree;
pub use self::pick::{DroppedItem, PickedFile};
use crate::idb::Idb;

/// Folders that a person gave to the page, as a file system that can only be read.
///
/// Each has a name and lies at `/folders/<name>`; that path is what a provider is given. There are
/// two kinds:
/// - A *handle* comes from `showDirectoryPicker` or from dropping a folder, in browsers that have
///   it (Chromium's). It always shows what is in the folder now. It can be
///   [kept](Self::keep) across reloads, after which the browser may want the person to allow it
///   once more: see [`access`](Self::access).
/// - A *list of files* comes from `<input webkitdirectory>` or from dropping a folder elsewhere. It
///   is what was in the folder when it was picked, lives as long as the page, and has no folder
///   without files. Picked again under the same name it takes the old one's place, and a sync sees
///   what changed.
///
/// Sizes and times are read without opening a file, and content by slices: no file is ever held in
/// memory as a whole unless somebody asks for it as a whole. A file that changes while it is read
/// fails with `Conflict`, one that vanishes with `NotFound`. There are no links and no file ids, and
/// times are in ms.
///
/// Clones share the folders. Errors besides those of the trait: `PermissionDenied` where the person
/// has to allow the folder again, `Unsupported` for everything that writes.
#[derive(Clone, Default)]
pub struct WasmFolders {
    trees: Rc<RefCell<BTreeMap<String, Tree>>>,
    /// Where handles are kept, if anywhere.
    kept: Option<Rc<Idb>>,
}

/// A folder that a person gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFolder {
    /// Its name here.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Whether it is a handle, which shows the present state and can be kept.
    pub is_live: bool,
}

#[derive(Debug, Clone)]
enum Tree {
    Handle(Rc<HandleTree>),
    Files(Rc<FileTree>),
}

/// What a path names.
enum Node {
    Folder,
    File(File),
}

impl WasmFolders {
    /// Where all the folders lie.
    pub const ROOT: &'static str = "/folders";

    /// What an error says where the page may read a folder no more until the person is [asked](Self::ask)
    /// again. One about a file that the system keeps from the browser says something else.
    pub const NOT_ALLOWED: &'static str = "the page may not read this folder; the person has to allow it \
         again, after a click on something that asks for it";

    /// Makes a file system without folders, which keeps none.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the folder behind a handle under `name`, in the place of one of that name, and gives its
    /// path.
    ///
    /// # Errors
    /// `InvalidInput` for a name that can't be a part of a path.
    pub fn add_handle(&self, name: &str, handle: FileSystemDirectoryHandle) -> Result<PathBuf> {
        self.add(name, Tree::Handle(Rc::new(HandleTree::new(handle))))
    }

    /// Adds a folder made of `files`, each with its path below the folder, under `name`, in the
    /// place of one of that name, and gives its path.
    ///
    /// # Errors
    /// `InvalidInput` for a name that can't be a part of a path, and for a file's path that can't be
    /// or that leads out of the folder.
    pub fn add_files(
        &self,
        name: &str,
        files: impl IntoIterator<Item = PickedFile>,
    ) -> Result<PathBuf> {
        self.add(name, Tree::Files(Rc::new(FileTree::new(files)?)))
    }

    /// Takes a folder away from this page; one that is not there is fine. Its files are not touched,
    /// and if it is kept it comes back: see [`forget`](Self::forget).
    pub fn remove(&self, name: &str) {
        self.trees.borrow_mut().remove(name);
    }

    /// Lists the folders by name.
    pub fn list(&self) -> Vec<UserFolder> {
        let trees = self.trees.borrow();
        let folders = trees.iter().map(|(name, tree)| UserFolder {
            name: name.clone(),
            path: Path::new(Self::ROOT).join(name),
            is_live: matches!(tree, Tree::Handle(_)),
        });
        folders.collect()
    }

    /// Gives the handle of a folder, which the host may keep or send to another worker.
    pub fn handle(&self, name: &str) -> Option<FileSystemDirectoryHandle> {
        match self.trees.borrow().get(name)? {
            Tree::Handle(tree) => Some(tree.root().clone()),
            Tree::Files(_) => None,
        }
    }

    /// Gives a file as the browser has it, for a page to play or show. Nothing of it is read.
    ///
    /// # Errors
    /// `NotFound`, `IsADirectory` or `PermissionDenied` naming the path.
    ///
    /// # Cancel safety
    /// It can be dropped at any time.
    pub async fn open_file(&self, path: &Path) -> Result<File> {
        self.file(path).await
    }

    fn add(&self, name: &str, tree: Tree) -> Result<PathBuf> {
        let path = Path::new(Self::ROOT).join(name);
        let is_one_part = name.trim() != "" && path.file_name() == Some(name.as_ref());
        if !is_one_part || name.contains(['\0', '/']) {
            return Err(
                BridgeError::new(ErrorKind::InvalidInput, format!("folder '{name}'"))
                    .detail("a folder's name must be a part of a path"),
            );
        }
        self.trees.borrow_mut().insert(name.to_owned(), tree);
        Ok(path)
    }

    /// Finds the folder that a path leads into, and the rest of the path; `None` for the root of
    /// all.
    fn resolve(&self, path: &Path) -> Result<Option<(Tree, Vec<String>)>> {
        let mut parts = parts(path)?.into_iter();
        if parts.next().as_deref() != Self::ROOT.strip_prefix('/') {
            return Err(missing(path));
        }
        let Some(name) = parts.next() else {
            return Ok(None);
        };
        let tree = self.trees.borrow().get(&name).cloned();
        let tree = tree.ok_or_else(|| {
            missing(path).detail(format!("no folder '{name}' was given to this page"))
        })?;
        Ok(Some((tree, parts.collect())))
    }

    async fn file(&self, path: &Path) -> Result<File> {
        let Some((tree, parts)) = self.resolve(path)? else {
            return Err(not_a_file(path));
        };
        match tree.node(&parts, path).await? {
            Node::File(file) => Ok(file),
            Node::Folder => Err(not_a_file(path)),
        }
    }

    /// Says more of a read that failed because the file is not the one any more that was opened.
    async fn explain(&self, error: BridgeError, read: &File, path: &Path) -> BridgeError {
        if *error.kind() != ErrorKind::Conflict {
            return error;
        }
        match self.file(path).await {
            Ok(now) if now.size() == read.size() && now.last_modified() == read.last_modified() => {
                BridgeError::new(ErrorKind::PermissionDenied, error.subject())
                    .detail("the file is there, and the system does not let the browser read it")
                    .source(error)
            }
            Ok(_) => error,
            Err(gone) => gone,
        }
    }
}

impl std::fmt::Debug for WasmFolders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WasmFolders")
            .field("folders", &self.list())
            .finish_non_exhaustive()
    }
}

impl Tree {
    async fn node(&self, parts: &[String], path: &Path) -> Result<Node> {
        match self {
            Self::Handle(tree) => tree.node(parts, path).await,
            Self::Files(tree) => tree.node(parts, path),
        }
    }
}

#[platform_async_trait]
impl FileSystemAccess for WasmFolders {
    async fn read(&self, path: &Path) -> Result<Bytes> {
        self.read_range(path, 0..u64::MAX).await
    }

    async fn read_range(&self, path: &Path, range: Range<u64>) -> Result<Bytes> {
        let file = self.file(path).await?;
        match slices::read(&file, range, path).await {
            Ok(bytes) => Ok(bytes),
            Err(error) => Err(self.explain(error, &file, path).await),
        }
    }

    async fn read_stream(&self, path: &Path, offset: u64) -> Result<ByteStream> {
        Ok(slices::stream(
            self.file(path).await?,
            offset,
            path.to_owned(),
        ))
    }

    async fn list_dir(
        &self,
        path: &Path,
        after: Option<OsString>,
        limit: usize,
    ) -> Result<DirPage> {
        if limit == 0 {
            return Err(
                BridgeError::new(ErrorKind::InvalidInput, path.to_string_lossy())
                    .detail("a page of 0 entries"),
            );
        }
        let after = after.as_deref().map(|it| it.to_string_lossy().into_owned());
        match self.resolve(path)? {
            Some((Tree::Handle(tree), parts)) => {
                tree.list(&parts, after.as_deref(), limit, path).await
            }
            Some((Tree::Files(tree), parts)) => tree.list(&parts, after.as_deref(), limit, path),
            None => {
                let trees = self.trees.borrow();
                let names = trees.keys().map(|name| (name.as_str(), None));
                Ok(page(names, after.as_deref(), limit))
            }
        }
    }

    async fn metadata(&self, path: &Path) -> Result<Metadata> {
        let Some((tree, parts)) = self.resolve(path)? else {
            return Ok(metadata_of(None));
        };
        match tree.node(&parts, path).await? {
            Node::Folder => Ok(metadata_of(None)),
            Node::File(file) => Ok(metadata_of(Some(&file))),
        }
    }

    async fn canonicalize(&self, path: &Path) -> Result<PathBuf> {
        self.metadata(path).await?;
        Ok(Path::new("/").join(parts(path)?.join("/")))
    }

    async fn write(&self, path: &Path, _: Bytes) -> Result<()> {
        Err(read_only(path))
    }

    async fn write_stream(&self, path: &Path, _: ByteStream) -> Result<()> {
        Err(read_only(path))
    }

    async fn append(&self, path: &Path, _: Bytes) -> Result<()> {
        Err(read_only(path))
    }

    async fn rename(&self, from: &Path, _: &Path) -> Result<()> {
        Err(read_only(from))
    }

    async fn copy(&self, _: &Path, to: &Path) -> Result<u64> {
        Err(read_only(to))
    }

    async fn remove_file(&self, path: &Path) -> Result<()> {
        Err(read_only(path))
    }

    async fn remove_dir(&self, path: &Path) -> Result<()> {
        Err(read_only(path))
    }

    async fn remove_dir_all(&self, path: &Path) -> Result<()> {
        Err(read_only(path))
    }

    async fn create_dir_all(&self, path: &Path) -> Result<()> {
        Err(read_only(path))
    }
}

/// Splits an absolute path into its names, with `.` and `..` taken out. There are no links here, so
/// that `..` is what it says.
fn parts(path: &Path) -> Result<Vec<String>> {
    let refuse = |why: &str| {
        BridgeError::new(ErrorKind::InvalidInput, path.to_string_lossy()).detail(why.to_owned())
    };
    if !path.has_root() {
        return Err(refuse("the path is not absolute"));
    }
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => match name.to_str() {
                Some(name) if name.contains('\0') => return Err(refuse("a name with a NUL")),
                Some(name) => parts.push(name.to_owned()),
                // Names here are always text.
                None => return Err(missing(path)),
            },
            Component::ParentDir => drop(parts.pop()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Ok(parts)
}

/// Makes a page of entries that are sorted by name; those without a file are folders.
fn page<'a>(
    entries: impl Iterator<Item = (&'a str, Option<&'a File>)>,
    after: Option<&str>,
    limit: usize,
) -> DirPage {
    let mut rest = entries.skip_while(|(name, _)| after.is_some_and(|after| *name <= after));
    let entries: Vec<_> = rest
        .by_ref()
        .take(limit)
        .map(|(name, file)| DirEntry {
            name: name.into(),
            metadata: Ok(metadata_of(file)),
        })
        .collect();
    let next = rest.next().and(entries.last()).map(|it| it.name.clone());
    DirPage { entries, next }
}

/// Gives what is known of a file, or of a folder.
fn metadata_of(file: Option<&File>) -> Metadata {
    Metadata {
        kind: file.map_or(FileKind::Directory, |_| FileKind::File),
        // A whole number below 2^53.
        size: file.map_or(0, |file| file.size() as u64),
        modified_ns: file.map(|file| (file.last_modified() as i64).saturating_mul(1_000_000)),
        changed_ns: None,
        file_id: None,
    }
}
