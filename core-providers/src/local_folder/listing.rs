//! One folder: asking the file system, and turning its answer into items.

use std::path::{Path, PathBuf};

use bridge_traits::provider::{ItemKind, RemoteItem, Unreadable, Version};
use bridge_traits::storage::{DirEntry, FileKind, FileSystemAccess};
use bridge_traits::{BridgeError, ErrorKind, Result};

use super::ignore_rules::{self, FolderRules, MAX_PATTERN_FILE, Rules};
use super::walk::{Folder, FolderId};
use super::{Shared, version};
use crate::{digest, names};

/// How many entries are asked for at once. A listing is one change and so is held whole in any
/// case; asking once spares the file system finding its place again.
const LIST_LIMIT: usize = 1_000_000;

/// Why a folder was not listed.
pub(super) enum Trouble {
    /// It is one of the folders it lies in.
    Cycle,
    /// The file system refused, or the ignore rules could not be had.
    Failed(BridgeError),
}

/// What the file system said of a folder.
pub(super) struct Entries {
    pub(super) id: FolderId,
    /// Sorted by the bytes of their names.
    entries: Vec<DirEntry>,
    rules: FolderRules,
}

/// A folder as it is reported.
pub(super) struct Listing {
    pub(super) digest: Version,
    pub(super) children: Vec<RemoteItem>,
    pub(super) unreadable: Vec<Unreadable>,
    /// The rules that hold below.
    pub(super) rules: Option<Rules>,
    /// Whether the folder shows nothing at all, before any pattern is asked: what an unmounted
    /// volume leaves.
    pub(super) is_bare: bool,
}

/// Asks the file system for all it has of a folder.
pub(super) async fn gather(shared: &Shared, folder: &Folder) -> Result<Entries, Trouble> {
    let path = folder.path(&shared.root);
    let id = match folder.file_id {
        Some(id) => FolderId::of_file(id),
        None => {
            // No ids here, so links are told by where they lead.
            let real = shared.fs.canonicalize(&path).await;
            FolderId::of_path(&real.map_err(Trouble::Failed)?)
        }
    };
    if folder.lies_in(id) {
        return Err(Trouble::Cycle);
    }
    list(shared, path, id).await.map_err(Trouble::Failed)
}

async fn list(shared: &Shared, path: PathBuf, id: FolderId) -> Result<Entries> {
    let page = shared.fs.list_dir(&path, None, LIST_LIMIT).await?;
    let (mut entries, mut next) = (page.entries, page.next);
    while let Some(after) = next {
        let page = shared.fs.list_dir(&path, Some(after), LIST_LIMIT).await?;
        entries.extend(page.entries);
        next = page.next;
    }
    entries.sort_unstable_by(|a, b| a.name.as_encoded_bytes().cmp(b.name.as_encoded_bytes()));
    let rules = own_rules(&*shared.fs, &path, &entries).await?;
    Ok(Entries { id, entries, rules })
}

/// Reads a folder's ignore files. A file that is there and can't be read fails the folder: without
/// the rules nobody knows what belongs to the library.
async fn own_rules(
    fs: &dyn FileSystemAccess,
    path: &Path,
    entries: &[DirEntry],
) -> Result<FolderRules> {
    let mut files = Vec::new();
    for entry in entries {
        // Sorted, and all names of ignore files begin with a dot.
        match entry.name.as_encoded_bytes().first() {
            Some(b'.') => {}
            Some(first) if *first > b'.' => break,
            _ => continue,
        }
        if entry.name == ignore_rules::WHOLE_FOLDER {
            return Ok(FolderRules::Everything);
        }
        let Some(name) = ignore_rules::pattern_file(&entry.name) else {
            continue;
        };
        let file = path.join(name);
        match &entry.metadata {
            Ok(metadata) if metadata.kind != FileKind::File => continue,
            Ok(metadata) if metadata.size > MAX_PATTERN_FILE => {
                return Err(
                    BridgeError::new(ErrorKind::InvalidInput, file.display().to_string()).detail(
                        format!("an ignore file may have {MAX_PATTERN_FILE} bytes at most"),
                    ),
                );
            }
            _ => files.push((
                name,
                fs.read_range(&file, 0..MAX_PATTERN_FILE).await?.into(),
            )),
        }
    }
    ignore_rules::compile(path, &files)
}

/// Turns a folder's entries into what is reported of it.
pub(super) fn build(
    shared: &Shared,
    folder: &Folder,
    entries: Entries,
    scratch: &mut Vec<u8>,
) -> Listing {
    let mut listing = Listing {
        digest: Version(String::new()),
        children: Vec::new(),
        unreadable: Vec::new(),
        rules: folder.rules.clone(),
        is_bare: false,
    };
    let mut unknown = Vec::new();
    match entries.rules {
        FolderRules::Everything => {}
        own => {
            if let FolderRules::Patterns { matcher, bad_lines } = own {
                listing.rules = Some(Rules::below(folder.rules.as_ref(), matcher));
                for (name, problem) in bad_lines {
                    let key = folder.child_key(name.as_ref());
                    let reason = format!("a pattern was passed over: {problem}");
                    listing.unreadable.push(Unreadable { key, reason });
                }
            }
            add_children(shared, folder, entries.entries, &mut listing, &mut unknown);
        }
    }
    let unknown: Vec<&str> = unknown.iter().map(String::as_str).collect();
    listing.digest = digest::of_listing(&listing.children, &unknown, scratch);
    listing
}

fn add_children(
    shared: &Shared,
    folder: &Folder,
    entries: Vec<DirEntry>,
    listing: &mut Listing,
    unknown: &mut Vec<String>,
) {
    let excludes = shared.excludes.as_ref();
    // Most folders have no rules at all, and then no path needs to be made.
    let base = (excludes.is_some() || listing.rules.is_some()).then(|| folder.path(&shared.root));
    listing.children.reserve_exact(entries.len());
    listing.is_bare = true;
    for entry in entries {
        if names::is_left_out(entry.name.as_encoded_bytes(), shared.options.include_hidden) {
            continue;
        }
        listing.is_bare = false;
        let is_folder = matches!(&entry.metadata, Ok(m) if m.kind == FileKind::Directory);
        if let Some(base) = &base {
            let path = base.join(&entry.name);
            // The host's patterns first: nobody who can write to the music may overrule them.
            let verdict = excludes
                .and_then(|rules| rules.verdict(&path, is_folder))
                .or_else(|| listing.rules.as_ref()?.verdict(&path, is_folder));
            if verdict == Some(true) {
                continue;
            }
        }
        let metadata = match entry.metadata {
            Ok(metadata) => metadata,
            Err(error) => {
                let key = folder.child_key(&entry.name);
                unknown.push(key.0.rsplit('/').next().unwrap_or_default().to_owned());
                let reason = match error.kind() {
                    ErrorKind::NotFound => {
                        format!("a dangling link, or a file that just vanished: {error}")
                    }
                    _ => error.to_string(),
                };
                listing.unreadable.push(Unreadable { key, reason });
                continue;
            }
        };
        let kind = match metadata.kind {
            FileKind::Directory => ItemKind::Folder,
            FileKind::File => ItemKind::of_file_name(&entry.name.to_string_lossy()),
            FileKind::Symlink | FileKind::Other => ItemKind::Other,
        };
        if kind == ItemKind::Other {
            continue;
        }
        let key = folder.child_key(&entry.name);
        let name = match entry.name.into_string() {
            Ok(name) => name,
            Err(raw) => raw.to_string_lossy().into_owned(),
        };
        let (version, size) = match kind {
            ItemKind::Folder => (version::folder_version(), 0),
            _ => (shared.version(&metadata), metadata.size),
        };
        listing.children.push(RemoteItem {
            key,
            parent: Some(folder.key.clone()),
            name,
            kind,
            version,
            size,
            modified_ms: version::modified_ms(&metadata),
            file_id: metadata.file_id,
            content_hash: None,
        });
    }
    listing.children.shrink_to_fit();
}
