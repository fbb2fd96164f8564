//! An open file.

use super::error::{error, from_bridge};
use super::metadata::Metadata;
use super::open_options::OpenOptions;
use super::paths;
use bridge_traits::storage::FileSystemAccess;
use bytes::Bytes;
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncSeek, AsyncWrite, ReadBuf};

/// Bytes read ahead.
const READ: u64 = 64 * 1024;
/// The most bytes of one write.
const WRITE: usize = 2 * 1024 * 1024;

type Operation<T> = Pin<Box<dyn Future<Output = io::Result<T>>>>;

/// What the file is busy with.
enum State {
    Idle,
    Reading(Operation<Bytes>),
    /// Gives the length of the file afterwards.
    Writing(Operation<u64>),
}

/// An open file, read and written through the injected file system.
///
/// Writing at the end adds to the file; writing before the end reads and replaces it as a whole.
pub struct File {
    path: PathBuf,
    /// In a cell because `sync_all` and `set_len` borrow the file shared, as tokio's do.
    open: RefCell<Open>,
}

struct Open {
    access: Arc<dyn FileSystemAccess>,
    path: PathBuf,
    read: bool,
    write: bool,
    append: bool,
    position: u64,
    length: u64,
    /// Bytes read ahead, from `position` on.
    ahead: Bytes,
    state: State,
    /// What an earlier write failed with, told by the next call.
    failed: Option<io::Error>,
}

impl File {
    pub(super) fn new(
        access: Arc<dyn FileSystemAccess>,
        path: &Path,
        length: u64,
        [read, write, append]: [bool; 3],
    ) -> Self {
        Self {
            path: path.to_owned(),
            open: RefCell::new(Open {
                access,
                path: path.to_owned(),
                read,
                write,
                append,
                position: 0,
                length,
                ahead: Bytes::new(),
                state: State::Idle,
                failed: None,
            }),
        }
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    /// If there is no such file.
    pub async fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        OpenOptions::new().read(true).open(path).await
    }

    /// Makes an empty file for writing, in place of any before.
    ///
    /// # Errors
    /// If the folder is missing.
    pub async fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)
            .await
    }

    /// Makes an empty file for reading and writing.
    ///
    /// # Errors
    /// If there is one already or the folder is missing.
    pub async fn create_new(path: impl AsRef<Path>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)
            .await
    }

    /// Makes options for opening a file.
    #[must_use]
    pub fn options() -> OpenOptions {
        OpenOptions::new()
    }

    /// Tells what is known of the file.
    ///
    /// # Errors
    /// If it is gone.
    pub async fn metadata(&self) -> io::Result<Metadata> {
        paths::metadata(&self.path).await
    }

    /// Waits until what was written is in the file system.
    ///
    /// # Errors
    /// What a write failed with.
    pub async fn sync_all(&self) -> io::Result<()> {
        std::future::poll_fn(|cx| self.open.borrow_mut().poll_flush(cx)).await
    }

    /// Waits like [`sync_all`](Self::sync_all).
    ///
    /// # Errors
    /// What a write failed with.
    pub async fn sync_data(&self) -> io::Result<()> {
        self.sync_all().await
    }

    /// Cuts the file, or fills it up with zeros.
    ///
    /// # Errors
    /// If the file is not open for writing, or can't be read and replaced.
    pub async fn set_len(&self, size: u64) -> io::Result<()> {
        self.sync_all().await?;
        self.open.borrow().check_write()?;
        let too_long = || {
            error(
                io::ErrorKind::InvalidInput,
                &self.path,
                "the length is too great",
            )
        };
        let wanted = usize::try_from(size).map_err(|_| too_long())?;
        let mut content = paths::read(&self.path).await?;
        let more = wanted.saturating_sub(content.len());
        content.try_reserve_exact(more).map_err(|_| too_long())?;
        content.resize(wanted, 0);
        paths::write(&self.path, content).await?;
        let mut open = self.open.borrow_mut();
        open.length = size;
        open.ahead = Bytes::new();
        Ok(())
    }
}

impl Open {
    fn check_write(&self) -> io::Result<()> {
        self.check(self.write, "it is not open for writing")
    }

    fn check(&self, allowed: bool, what: &str) -> io::Result<()> {
        match allowed {
            true => Ok(()),
            false => Err(error(io::ErrorKind::PermissionDenied, &self.path, what)),
        }
    }

    /// Waits until the file is idle; the outcome of a write is kept.
    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.state {
            State::Idle => {}
            State::Reading(operation) => {
                // A read that was given up: its bytes are read again where they are wanted.
                drop(ready!(operation.as_mut().poll(cx)));
            }
            State::Writing(operation) => match ready!(operation.as_mut().poll(cx)) {
                Ok(length) => self.length = length,
                Err(error) => self.failed = Some(error),
            },
        }
        self.state = State::Idle;
        Poll::Ready(())
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let State::Writing(_) = self.state {
            ready!(self.poll_idle(cx));
        }
        Poll::Ready(self.failed.take().map_or(Ok(()), Err))
    }
}

impl AsyncRead for File {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.open.get_mut();
        this.check(this.read, "it is not open for reading")?;
        loop {
            if !this.ahead.is_empty() || buf.remaining() == 0 {
                let taken = this.ahead.len().min(buf.remaining());
                buf.put_slice(&this.ahead.split_to(taken));
                this.position += taken as u64;
                return Poll::Ready(Ok(()));
            }
            if let State::Reading(operation) = &mut this.state {
                let read = ready!(operation.as_mut().poll(cx));
                this.state = State::Idle;
                this.ahead = read?;
                if this.ahead.is_empty() {
                    return Poll::Ready(Ok(()));
                }
                continue;
            }
            ready!(this.poll_idle(cx));
            let (access, path) = (this.access.clone(), this.path.clone());
            let range = this.position..this.position.saturating_add(READ);
            this.state = State::Reading(Box::pin(async move {
                access.read_range(&path, range).await.map_err(from_bridge)
            }));
        }
    }
}

impl AsyncWrite for File {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.open.get_mut();
        this.check_write()?;
        ready!(this.poll_idle(cx));
        if let Some(error) = this.failed.take() {
            return Poll::Ready(Err(error));
        }
        if buf.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let content = Bytes::copy_from_slice(&buf[..buf.len().min(WRITE)]);
        let written = content.len();
        let at = match this.append {
            true => this.length,
            false => this.position,
        };
        this.position = at + written as u64;
        this.ahead = Bytes::new();
        let (access, path) = (this.access.clone(), this.path.clone());
        let (append, length) = (this.append, this.length);
        this.state = State::Writing(Box::pin(async move {
            put(&*access, &path, at, append, length, content).await
        }));
        // Starts it; the outcome is told by the next call, as tokio does.
        if this.poll_idle(cx).is_ready()
            && let Some(error) = this.failed.take()
        {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.open.get_mut().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

/// Writes at a position and gives the length afterwards.
async fn put(
    access: &dyn FileSystemAccess,
    path: &Path,
    at: u64,
    append: bool,
    length: u64,
    content: Bytes,
) -> io::Result<u64> {
    let end = at + content.len() as u64;
    if append || at == length {
        access.append(path, content).await.map_err(from_bridge)?;
        return Ok(end);
    }
    let old = access.read(path).await.map_err(from_bridge)?;
    let too_long = || {
        error(
            io::ErrorKind::InvalidInput,
            path,
            "the position is too great",
        )
    };
    let (from, to) = (
        usize::try_from(at).map_err(|_| too_long())?,
        usize::try_from(end).map_err(|_| too_long())?,
    );
    let mut whole = Vec::new();
    whole
        .try_reserve_exact(to.max(old.len()))
        .map_err(|_| too_long())?;
    whole.extend_from_slice(&old);
    whole.resize(to.max(old.len()), 0);
    whole[from..to].copy_from_slice(&content);
    let length = whole.len() as u64;
    access
        .write(path, whole.into())
        .await
        .map_err(from_bridge)?;
    Ok(length)
}

impl AsyncSeek for File {
    fn start_seek(mut self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        let this = self.open.get_mut();
        if let State::Writing(_) = this.state {
            return Err(io::Error::other(
                "other file operation is pending, call poll_complete before start_seek",
            ));
        }
        let (base, offset) = match position {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(offset) => (this.position, offset),
            SeekFrom::End(offset) => (this.length, offset),
        };
        let target = base.checked_add_signed(offset).ok_or_else(|| {
            error(
                io::ErrorKind::InvalidInput,
                &this.path,
                "a position before the start",
            )
        })?;
        this.ahead = Bytes::new();
        this.position = target;
        this.state = State::Idle;
        Ok(())
    }

    fn poll_complete(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        let this = self.open.get_mut();
        ready!(this.poll_idle(cx));
        Poll::Ready(Ok(this.position))
    }
}

impl Drop for Open {
    /// Lets a write that was started come to its end, as tokio does.
    fn drop(&mut self) {
        if let State::Writing(operation) = std::mem::replace(&mut self.state, State::Idle)
            && crate::local::runtime::Runtime::try_current().is_some()
        {
            drop(crate::local::task::spawn(operation));
        }
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
