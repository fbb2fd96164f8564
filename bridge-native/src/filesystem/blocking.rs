//! Calls that block, and how they fail.

use std::fs::File;
use std::path::{Path, PathBuf};

use bridge_traits::{BridgeError, ErrorKind, Result};
use core_async::task::spawn_blocking;

/// Runs `work` on a thread for blocking calls.
pub(super) async fn run<T, W>(path: &Path, work: W) -> Result<T>
where
    T: Send + 'static,
    W: FnOnce(&Path) -> Result<T> + Send + 'static,
{
    let path: PathBuf = path.to_owned();
    let subject = path.clone();
    match spawn_blocking(move || work(&path)).await {
        Ok(outcome) => outcome,
        Err(error) => Err(about(ErrorKind::Cancelled, &subject).source(error)),
    }
}

/// Makes an error about a path.
pub(super) fn about(kind: ErrorKind, path: &Path) -> BridgeError {
    BridgeError::new(kind, path.to_string_lossy())
}

/// Maps an I/O error on a path.
pub(super) fn fail(path: &Path) -> impl FnOnce(std::io::Error) -> BridgeError {
    let subject = path.to_string_lossy().into_owned();
    move |error| BridgeError::from_io(error, subject)
}

/// Opens a regular file, and tells its size. Anything else is refused before it is opened: opening
/// a pipe may wait for ever.
pub(super) fn open(path: &Path) -> Result<(File, u64)> {
    let size = require_file(path)?;
    let file = File::open(path).map_err(fail(path))?;
    Ok((file, size))
}

/// Opens a regular file that is there, for writing.
pub(super) fn open_for_changes(path: &Path) -> Result<File> {
    require_file(path)?;
    File::options().write(true).open(path).map_err(fail(path))
}

fn require_file(path: &Path) -> Result<u64> {
    let found = std::fs::metadata(path).map_err(fail(path))?;
    if found.is_dir() {
        return Err(about(ErrorKind::IsADirectory, path));
    }
    if !found.is_file() {
        return Err(about(ErrorKind::InvalidInput, path).detail("not a regular file"));
    }
    Ok(found.len())
}

/// Refuses a path that leads to a folder.
pub(super) fn refuse_folder(path: &Path) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(about(ErrorKind::IsADirectory, path)),
        _ => Ok(()),
    }
}

/// Refuses a path that is a folder; a link to one is fine.
pub(super) fn refuse_folder_itself(path: &Path) -> Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => Err(about(ErrorKind::IsADirectory, path)),
        _ => Ok(()),
    }
}

/// Requires that a path is a folder, not a link to one.
pub(super) fn require_folder(path: &Path) -> Result<()> {
    let found = std::fs::symlink_metadata(path).map_err(fail(path))?;
    if found.is_dir() {
        return Ok(());
    }
    Err(about(ErrorKind::NotADirectory, path))
}

pub(super) fn rename(from: &Path, to: &Path) -> Result<()> {
    let source = std::fs::symlink_metadata(from).map_err(fail(from))?;
    // Systems differ in how they name these two.
    match std::fs::symlink_metadata(to) {
        Ok(target) if target.is_dir() && !source.is_dir() => {
            return Err(about(ErrorKind::IsADirectory, to));
        }
        Ok(target) if !target.is_dir() && source.is_dir() => {
            return Err(about(ErrorKind::NotADirectory, to));
        }
        _ => {}
    }
    std::fs::rename(from, to).map_err(fail(to))
}

pub(super) fn copy(from: &Path, to: &Path) -> Result<u64> {
    let (_, size) = open(from)?;
    refuse_folder(to)?;
    if let (Ok(source), Ok(target)) = (from.canonicalize(), to.canonicalize())
        && source == target
    {
        // Copying a file onto itself would empty it first.
        return Ok(size);
    }
    std::fs::copy(from, to).map_err(fail(to))
}
