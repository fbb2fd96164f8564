//! Whole files and folders by their paths.

use super::error::{error, from_bridge};
use super::injected::access;
use super::metadata::Metadata;
use bridge_traits::ErrorKind;
use bytes::Bytes;
use std::io;
use std::path::{Path, PathBuf};

/// Reads a whole file.
///
/// # Errors
/// If there is no such file or it can't be read.
pub async fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    let content = access()?.read(path.as_ref()).await.map_err(from_bridge)?;
    Ok(content.into())
}

/// Reads a whole file of UTF-8 text.
///
/// # Errors
/// If there is no such file, it can't be read, or it is not UTF-8.
pub async fn read_to_string(path: impl AsRef<Path>) -> io::Result<String> {
    let path = path.as_ref();
    String::from_utf8(read(path).await?)
        .map_err(|_| error(io::ErrorKind::InvalidData, path, "the file is not UTF-8"))
}

/// Replaces a file's content at once, or makes the file.
///
/// # Errors
/// If the folder is missing or the storage is full.
///
/// # Cancel safety
/// The file has the old or the new content.
pub async fn write(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> io::Result<()> {
    let contents = Bytes::copy_from_slice(contents.as_ref());
    let written = access()?.write(path.as_ref(), contents).await;
    written.map_err(from_bridge)
}

/// Tells what a path names; links are followed.
///
/// # Errors
/// If there is nothing.
pub async fn metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    let found = access()?.metadata(path.as_ref()).await;
    found.map(Metadata).map_err(from_bridge)
}

/// Tells whether a path names anything.
///
/// # Errors
/// If it can't be found out.
pub async fn try_exists(path: impl AsRef<Path>) -> io::Result<bool> {
    match metadata(path).await {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes a folder in one that exists.
///
/// # Errors
/// If it exists already or its parent does not.
pub async fn create_dir(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    if try_exists(path).await? {
        return Err(error(
            io::ErrorKind::AlreadyExists,
            path,
            "it exists already",
        ));
    }
    if let Some(parent) = path.parent()
        && !metadata(parent).await?.is_dir()
    {
        return Err(error(
            io::ErrorKind::NotADirectory,
            parent,
            "it is not a folder",
        ));
    }
    create_dir_all(path).await
}

/// Makes a folder and its missing parents.
///
/// # Errors
/// If something else is in the way.
pub async fn create_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    let made = access()?.create_dir_all(path.as_ref()).await;
    made.map_err(from_bridge)
}

/// Removes an empty folder.
///
/// # Errors
/// If there is none or it is not empty.
pub async fn remove_dir(path: impl AsRef<Path>) -> io::Result<()> {
    let removed = access()?.remove_dir(path.as_ref()).await;
    removed.map_err(from_bridge)
}

/// Removes a folder and all below it.
///
/// # Errors
/// If there is none.
pub async fn remove_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    let removed = access()?.remove_dir_all(path.as_ref()).await;
    removed.map_err(from_bridge)
}

/// Removes a file.
///
/// # Errors
/// If there is none.
pub async fn remove_file(path: impl AsRef<Path>) -> io::Result<()> {
    let removed = access()?.remove_file(path.as_ref()).await;
    removed.map_err(from_bridge)
}

/// Renames a file or folder; a file replaces a file.
///
/// # Errors
/// If there is nothing to rename or the target is in the way.
pub async fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    let renamed = access()?.rename(from.as_ref(), to.as_ref()).await;
    renamed.map_err(from_bridge)
}

/// Copies a file's content and tells how many bytes. Unlike on a disk, copying a file onto itself keeps it.
///
/// # Errors
/// If there is no such file, it is a folder (`InvalidInput`, as the standard library has it), or the
/// storage is full.
pub async fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<u64> {
    let from = from.as_ref();
    match access()?.copy(from, to.as_ref()).await {
        Ok(count) => Ok(count),
        Err(refused) if *refused.kind() == ErrorKind::IsADirectory => {
            match metadata(from).await?.is_dir() {
                true => Err(io::Error::new(io::ErrorKind::InvalidInput, refused)),
                false => Err(from_bridge(refused)),
            }
        }
        Err(refused) => Err(from_bridge(refused)),
    }
}

/// Resolves links and `..`.
///
/// # Errors
/// If there is nothing.
pub async fn canonicalize(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    let resolved = access()?.canonicalize(path.as_ref()).await;
    resolved.map_err(from_bridge)
}
