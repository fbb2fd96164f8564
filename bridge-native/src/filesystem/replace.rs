//! Replacing a file so that nobody sees half of it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use bridge_traits::{ByteStream, ErrorKind, Result};
use bytes::Bytes;
use futures::StreamExt;
use tempfile::NamedTempFile;

use super::blocking::{about, fail, refuse_folder, run};

/// How many bytes of a stream are gathered before they are written.
const GATHERED_BYTES: usize = 256 * 1024;

/// New content that is not yet in its place; dropping it removes it.
pub(super) struct Replacement {
    file: NamedTempFile,
    target: PathBuf,
}

impl Replacement {
    pub(super) fn begin(path: &Path) -> Result<Self> {
        refuse_folder(path)?;
        let target = resolve_link(path);
        let (Some(folder), Some(_)) = (target.parent(), target.file_name()) else {
            return Err(about(ErrorKind::InvalidInput, path).detail("not the path of a file"));
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".music-core-").suffix(".tmp");
        let permissions = permissions_for(&target);
        if let Some(permissions) = &permissions {
            builder.permissions(permissions.clone());
        }
        let file = builder.tempfile_in(folder).map_err(fail(path))?;
        Ok(Self { file, target })
    }

    pub(super) fn write(&mut self, content: &[u8]) -> Result<()> {
        self.file.write_all(content).map_err(fail(&self.target))
    }

    pub(super) fn finish(self) -> Result<()> {
        let Self { file, target } = self;
        if let Ok(old) = fs::metadata(&target) {
            // The umask took part when the file was made, and must not here.
            let _ = file.as_file().set_permissions(old.permissions());
        }
        file.as_file().sync_all().map_err(fail(&target))?;
        file.persist(&target)
            .map_err(|failed| fail(&target)(failed.error))?;
        sync_folder(&target)
    }
}

/// Writes a stream in place of a file.
pub(super) async fn write_stream(path: &Path, mut content: ByteStream) -> Result<()> {
    let mut replacement = run(path, Replacement::begin).await?;
    let mut gathered = Vec::new();
    loop {
        let piece: Option<Bytes> = content.next().await.transpose()?;
        let last = piece.is_none();
        gathered.extend_from_slice(&piece.unwrap_or_default());
        if last || gathered.len() >= GATHERED_BYTES {
            let ready = std::mem::take(&mut gathered);
            replacement = run(path, move |_| {
                replacement.write(&ready)?;
                Ok(replacement)
            })
            .await?;
        }
        if last {
            return run(path, move |_| replacement.finish()).await;
        }
    }
}

fn resolve_link(path: &Path) -> PathBuf {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => path.canonicalize().unwrap_or_else(|_| path.to_owned()),
        _ => path.to_owned(),
    }
}

#[cfg(unix)]
fn permissions_for(target: &Path) -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    match fs::metadata(target) {
        Ok(old) => Some(old.permissions()),
        // What any program's new file gets; the umask takes its part.
        Err(_) => Some(fs::Permissions::from_mode(0o666)),
    }
}

#[cfg(not(unix))]
fn permissions_for(_target: &Path) -> Option<fs::Permissions> {
    None
}

/// Makes the new name durable.
#[cfg(unix)]
fn sync_folder(target: &Path) -> Result<()> {
    let folder = target.parent().unwrap_or(Path::new("."));
    match fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        Ok(()) => Ok(()),
        // Some network drives can't do it; the content itself is synced.
        Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::Unsupported => Ok(()),
        // A folder that we may write to and not read.
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Ok(()),
        Err(error) => Err(fail(target)(error)),
    }
}

#[cfg(not(unix))]
fn sync_folder(_target: &Path) -> Result<()> {
    // Windows opens no folders for this; the rename is in its journal.
    Ok(())
}
