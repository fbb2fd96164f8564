//! A file system in memory.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Cursor;
use std::ops::{Bound, Range};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use futures::{StreamExt, stream};

use crate::storage::{
    BlockingFile, DirEntry, DirPage, FileId, FileKind, FileSystemAccess, Metadata,
};
use crate::{BridgeError, ByteStream, ErrorKind, Result, platform_async_trait};

/// The longest name that usual file systems take, in bytes.
const NAME_BYTES: usize = 255;
/// How large the pieces of a stream are.
const PIECE_BYTES: usize = 64 * 1024;

/// A file system that is gone with its last clone. Its times are a counter, 1 ms a change.
///
/// There are no links and no permissions in it. Paths are absolute, `/` is there from the start.
#[derive(Debug, Clone)]
pub struct MemoryFileSystem {
    inner: Arc<Mutex<Tree>>,
}

#[derive(Debug)]
struct Tree {
    nodes: BTreeMap<PathBuf, Node>,
    last_id: u64,
    now_ns: i64,
}

#[derive(Debug, Clone)]
struct Node {
    /// `None` for a folder.
    content: Option<Bytes>,
    id: u64,
    modified_ns: i64,
    changed_ns: i64,
}

impl MemoryFileSystem {
    /// Makes a file system with an empty root folder.
    pub fn new() -> Self {
        let mut tree = Tree {
            nodes: BTreeMap::new(),
            last_id: 0,
            now_ns: 1_767_225_600_000_000_000,
        };
        tree.put(PathBuf::from("/"), None);
        Self {
            inner: Arc::new(Mutex::new(tree)),
        }
    }

    /// Sets when a file's content changed, in ns since 1970, as a program that restores files does.
    ///
    /// # Errors
    /// `NotFound` if there is no such file or folder.
    pub fn set_modified_ns(&self, path: &Path, modified_ns: i64) -> Result<()> {
        let mut tree = self.lock();
        let (path, _) = tree.find(path)?;
        let now = tree.tick();
        if let Some(node) = tree.nodes.get_mut(&path) {
            node.modified_ns = modified_ns;
            node.changed_ns = now;
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Tree> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryFileSystem {
    fn default() -> Self {
        Self::new()
    }
}

fn error(kind: ErrorKind, path: &Path) -> BridgeError {
    BridgeError::new(kind, path.to_string_lossy())
}

impl Tree {
    fn tick(&mut self) -> i64 {
        self.now_ns += 1_000_000;
        self.now_ns
    }

    fn put(&mut self, path: PathBuf, content: Option<Bytes>) {
        let now = self.tick();
        let id = match self.nodes.get(&path) {
            Some(old) => old.id,
            None => {
                self.last_id += 1;
                self.last_id
            }
        };
        let node = Node {
            content,
            id,
            modified_ns: now,
            changed_ns: now,
        };
        self.nodes.insert(path, node);
    }

    /// Resolves a path as far as its parent, which must be a folder.
    fn resolve(&self, path: &Path) -> Result<PathBuf> {
        let mut resolved = PathBuf::from("/");
        for part in path.components() {
            match part {
                Component::RootDir | Component::Prefix(_) | Component::CurDir => {}
                Component::ParentDir => {
                    self.folder(&resolved, path)?;
                    resolved.pop();
                }
                Component::Normal(name) => {
                    let bytes = name.as_encoded_bytes();
                    if bytes.len() > NAME_BYTES || bytes.contains(&0) {
                        return Err(error(ErrorKind::InvalidInput, path));
                    }
                    self.folder(&resolved, path)?;
                    resolved.push(name);
                }
            }
        }
        if !path.has_root() {
            return Err(error(ErrorKind::InvalidInput, path).detail("the path is not absolute"));
        }
        Ok(resolved)
    }

    fn folder(&self, path: &Path, asked: &Path) -> Result<()> {
        match self.nodes.get(path) {
            Some(node) if node.content.is_none() => Ok(()),
            Some(_) => Err(error(ErrorKind::NotADirectory, asked)),
            None => Err(error(ErrorKind::NotFound, asked)),
        }
    }

    fn find(&self, path: &Path) -> Result<(PathBuf, &Node)> {
        let resolved = self.resolve(path)?;
        match self.nodes.get(&resolved) {
            Some(node) => Ok((resolved, node)),
            None => Err(error(ErrorKind::NotFound, path)),
        }
    }

    fn file(&self, path: &Path) -> Result<Bytes> {
        let (_, node) = self.find(path)?;
        node.content
            .clone()
            .ok_or_else(|| error(ErrorKind::IsADirectory, path))
    }

    /// Resolves a path at which a file may be put.
    fn place(&self, path: &Path) -> Result<PathBuf> {
        let resolved = self.resolve(path)?;
        match self.nodes.get(&resolved) {
            Some(node) if node.content.is_none() => Err(error(ErrorKind::IsADirectory, path)),
            _ => Ok(resolved),
        }
    }

    fn below(&self, folder: &Path) -> Vec<PathBuf> {
        let after = (Bound::Excluded(folder.to_owned()), Bound::Unbounded);
        self.nodes
            .range(after)
            .map(|(path, _)| path)
            .take_while(|path| path.starts_with(folder))
            .cloned()
            .collect()
    }

    fn metadata(node: &Node) -> Metadata {
        Metadata {
            kind: match node.content {
                Some(_) => FileKind::File,
                None => FileKind::Directory,
            },
            size: node.content.as_ref().map_or(0, |it| it.len() as u64),
            modified_ns: Some(node.modified_ns),
            changed_ns: Some(node.changed_ns),
            file_id: Some(FileId {
                device: 1,
                file: node.id,
            }),
        }
    }

    fn rename(&mut self, from: &Path, to: &Path) -> Result<()> {
        // In the order in which a disk looks: both folders, the source, what lies in what.
        let (source, target) = (self.resolve(from)?, self.resolve(to)?);
        let is_folder = self.find(from)?.1.content.is_none();
        if source == target {
            return Ok(());
        }
        if target.starts_with(&source) {
            return Err(error(ErrorKind::InvalidInput, to).detail("the target is in the source"));
        }
        if source.starts_with(&target) {
            return Err(error(ErrorKind::DirectoryNotEmpty, to));
        }
        match self.nodes.get(&target).map(|it| it.content.is_none()) {
            Some(true) if !is_folder => return Err(error(ErrorKind::IsADirectory, to)),
            Some(false) if is_folder => return Err(error(ErrorKind::NotADirectory, to)),
            Some(true) if !self.below(&target).is_empty() => {
                return Err(error(ErrorKind::DirectoryNotEmpty, to));
            }
            _ => {}
        }
        let now = self.tick();
        let mut moved = self.below(&source);
        moved.push(source.clone());
        for path in moved {
            let rest = path.strip_prefix(&source).unwrap_or(Path::new(""));
            let new = if rest.as_os_str().is_empty() {
                target.clone()
            } else {
                target.join(rest)
            };
            if let Some(mut node) = self.nodes.remove(&path) {
                if path == source {
                    node.changed_ns = now;
                }
                self.nodes.insert(new, node);
            }
        }
        Ok(())
    }

    fn create_dir_all(&mut self, path: &Path) -> Result<()> {
        let mut so_far = PathBuf::new();
        for part in path.components() {
            so_far.push(part);
            match self.find(&so_far) {
                Ok((_, node)) if node.content.is_none() => {}
                Ok(_) if so_far == path => return Err(error(ErrorKind::AlreadyExists, path)),
                Ok(_) => return Err(error(ErrorKind::NotADirectory, path)),
                Err(missing) if *missing.kind() == ErrorKind::NotFound => {
                    let resolved = self.resolve(&so_far)?;
                    self.put(resolved, None);
                }
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    fn list(&self, path: &Path, after: Option<OsString>, limit: usize) -> Result<DirPage> {
        let (folder, node) = self.find(path)?;
        if node.content.is_some() {
            return Err(error(ErrorKind::NotADirectory, path));
        }
        if limit == 0 {
            return Err(error(ErrorKind::InvalidInput, path).detail("a page of 0 entries"));
        }
        let mut children: Vec<_> = self
            .below(&folder)
            .into_iter()
            .filter(|it| it.parent() == Some(&*folder))
            .filter_map(|it| Some((it.file_name()?.to_owned(), it)))
            .filter(|(name, _)| after.as_ref().is_none_or(|after| name > after))
            .collect();
        children.sort();
        let more = children.len() > limit;
        children.truncate(limit);
        let entries: Vec<_> = children
            .into_iter()
            .map(|(name, path)| DirEntry {
                name,
                metadata: Ok(Self::metadata(&self.nodes[&path])),
            })
            .collect();
        let next = entries
            .last()
            .filter(|_| more)
            .map(|entry| entry.name.clone());
        Ok(DirPage { entries, next })
    }
}

/// Cuts `range` out of `content`, as far as there is any.
pub(in crate::testing) fn slice(content: &Bytes, range: Range<u64>) -> Bytes {
    let clamp = |at: u64| content.len().min(usize::try_from(at).unwrap_or(usize::MAX));
    let (start, end) = (clamp(range.start), clamp(range.end));
    content.slice(start..end.max(start))
}

#[platform_async_trait]
impl FileSystemAccess for MemoryFileSystem {
    async fn read(&self, path: &Path) -> Result<Bytes> {
        self.lock().file(path)
    }

    async fn read_range(&self, path: &Path, range: Range<u64>) -> Result<Bytes> {
        Ok(slice(&self.lock().file(path)?, range))
    }

    async fn read_stream(&self, path: &Path, offset: u64) -> Result<ByteStream> {
        let content = slice(&self.lock().file(path)?, offset..u64::MAX);
        let pieces = (0..content.len()).step_by(PIECE_BYTES).map(move |start| {
            let end = content.len().min(start + PIECE_BYTES);
            Ok(content.slice(start..end))
        });
        Ok(Box::pin(stream::iter(pieces)))
    }

    fn open_blocking(&self, path: &Path) -> Option<Result<Box<dyn BlockingFile>>> {
        let content = self.lock().file(path);
        Some(content.map(|it| Box::new(Cursor::new(it)) as Box<dyn BlockingFile>))
    }

    async fn write(&self, path: &Path, content: Bytes) -> Result<()> {
        let mut tree = self.lock();
        let place = tree.place(path)?;
        // A new file takes the name, as on a real disk.
        tree.nodes.remove(&place);
        tree.put(place, Some(content));
        Ok(())
    }

    async fn write_stream(&self, path: &Path, mut content: ByteStream) -> Result<()> {
        self.lock().place(path)?;
        let mut whole = BytesMut::new();
        while let Some(piece) = content.next().await {
            whole.extend_from_slice(&piece?);
        }
        self.write(path, whole.freeze()).await
    }

    async fn append(&self, path: &Path, content: Bytes) -> Result<()> {
        let mut tree = self.lock();
        let place = tree.place(path)?;
        let old = tree.nodes.get(&place).and_then(|it| it.content.as_deref());
        let new = [old.unwrap_or_default(), &content].concat();
        tree.put(place, Some(new.into()));
        Ok(())
    }

    async fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.lock().rename(from, to)
    }

    async fn copy(&self, from: &Path, to: &Path) -> Result<u64> {
        let mut tree = self.lock();
        let content = tree.file(from)?;
        let place = tree.place(to)?;
        let size = content.len() as u64;
        tree.put(place, Some(content));
        Ok(size)
    }

    async fn remove_file(&self, path: &Path) -> Result<()> {
        let mut tree = self.lock();
        tree.file(path)?;
        let resolved = tree.resolve(path)?;
        tree.nodes.remove(&resolved);
        Ok(())
    }

    async fn remove_dir(&self, path: &Path) -> Result<()> {
        let mut tree = self.lock();
        let (resolved, node) = tree.find(path)?;
        if node.content.is_some() {
            return Err(error(ErrorKind::NotADirectory, path));
        }
        if !tree.below(&resolved).is_empty() {
            return Err(error(ErrorKind::DirectoryNotEmpty, path));
        }
        tree.nodes.remove(&resolved);
        Ok(())
    }

    async fn remove_dir_all(&self, path: &Path) -> Result<()> {
        let mut tree = self.lock();
        let (resolved, node) = tree.find(path)?;
        if node.content.is_some() {
            return Err(error(ErrorKind::NotADirectory, path));
        }
        for below in tree.below(&resolved) {
            tree.nodes.remove(&below);
        }
        tree.nodes.remove(&resolved);
        Ok(())
    }

    async fn create_dir_all(&self, path: &Path) -> Result<()> {
        self.lock().create_dir_all(path)
    }

    async fn list_dir(
        &self,
        path: &Path,
        after: Option<OsString>,
        limit: usize,
    ) -> Result<DirPage> {
        self.lock().list(path, after, limit)
    }

    async fn metadata(&self, path: &Path) -> Result<Metadata> {
        let tree = self.lock();
        let (_, node) = tree.find(path)?;
        Ok(Tree::metadata(node))
    }

    async fn canonicalize(&self, path: &Path) -> Result<PathBuf> {
        Ok(self.lock().find(path)?.0)
    }
}
