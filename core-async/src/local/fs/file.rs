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

/// Bytes read ahead at first; each read that goes on where the last one ended doubles them.
const READ: u64 = 64 * 1024;
/// The most bytes read ahead.
const READ_MOST: u64 = 1024 * 1024;
/// Bytes that are gathered before they are written.
const GATHERED: usize = 1024 * 1024;
/// Writes end at a multiple of this where they can: file systems keep content in blocks.
const BLOCK: u64 = 256 * 1024;

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
/// Small writes are gathered: they are in the file system after `flush`, `sync_all` or 1 MiB, and a
/// dropped file's are written as soon as may be. An open file is its path: when that is renamed, writes
/// fail with `NotFound`, or with `append` make the file anew.
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
    /// How many to read ahead next.
    wanted: u64,
    /// Bytes to be written.
    gathered: Vec<u8>,
    /// Where they go; with `append`, to the end.
    gathered_at: u64,
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
                wanted: READ,
                gathered: Vec::new(),
                gathered_at: 0,
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

    /// Tells what is known of the file, after what was written to it.
    ///
    /// # Errors
    /// If it is gone, or what a write failed with.
    pub async fn metadata(&self) -> io::Result<Metadata> {
        self.written().await?;
        paths::metadata(&self.path).await
    }

    /// Waits until what was written is on the disk.
    ///
    /// # Errors
    /// What a write failed with, or if the file is gone.
    pub async fn sync_all(&self) -> io::Result<()> {
        self.written().await?;
        let access = self.open.borrow().access.clone();
        access.sync(&self.path).await.map_err(from_bridge)
    }

    /// Waits like [`sync_all`](Self::sync_all).
    ///
    /// # Errors
    /// As [`sync_all`](Self::sync_all).
    pub async fn sync_data(&self) -> io::Result<()> {
        self.sync_all().await
    }

    /// Cuts the file, or fills it up with zeros.
    ///
    /// # Errors
    /// If the file is not open for writing, is gone, or can't be so long.
    pub async fn set_len(&self, size: u64) -> io::Result<()> {
        self.written().await?;
        self.open.borrow().check_write()?;
        let access = self.open.borrow().access.clone();
        let changed = access.set_len(&self.path, size).await;
        changed.map_err(from_bridge)?;
        let mut open = self.open.borrow_mut();
        open.length = size;
        open.ahead = Bytes::new();
        Ok(())
    }

    /// Makes no second handle with the same position, which files have natively: here a file is its path.
    ///
    /// # Errors
    /// `Unsupported`, always; opening the path again gives a file with a position of its own.
    pub async fn try_clone(&self) -> io::Result<Self> {
        let what = "files have no clones here; open the path again";
        Err(error(io::ErrorKind::Unsupported, &self.path, what))
    }

    /// Waits until what was written is in the file system.
    async fn written(&self) -> io::Result<()> {
        std::future::poll_fn(|cx| self.open.borrow_mut().poll_flush(cx)).await
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

    /// Waits until nothing is gathered and nothing under way.
    fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while matches!(self.state, State::Writing(_)) || !self.gathered.is_empty() {
            ready!(self.poll_idle(cx));
            if self.failed.is_some() {
                self.gathered.clear();
            }
            self.start_write(self.gathered.len());
        }
        Poll::Ready(())
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_written(cx));
        Poll::Ready(self.failed.take().map_or(Ok(()), Err))
    }

    /// Starts to write the first gathered bytes; nothing else may be under way.
    fn start_write(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let later = self.gathered.split_off(count);
        let content = Bytes::from(std::mem::replace(&mut self.gathered, later));
        let at = self.gathered_at;
        self.gathered_at += count as u64;
        let (access, path) = (self.access.clone(), self.path.clone());
        let (append, length) = (self.append, self.length);
        self.state = State::Writing(Box::pin(async move {
            let end = at + content.len() as u64;
            let written = match append {
                true => access.append(&path, content).await,
                false => access.write_at(&path, at, content).await,
            };
            written.map_err(from_bridge)?;
            Ok(length.max(end))
        }));
    }

    /// How long the file will be when all is written.
    fn length(&self) -> u64 {
        match self.gathered.len() as u64 {
            0 => self.length,
            gathered => self.length.max(self.gathered_at + gathered),
        }
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
                this.wanted = READ_MOST.min(this.wanted * 2);
                continue;
            }
            ready!(this.poll_idle(cx));
            ready!(this.poll_written(cx));
            if let Some(error) = this.failed.take() {
                return Poll::Ready(Err(error));
            }
            let (access, path) = (this.access.clone(), this.path.clone());
            let range = this.position..this.position.saturating_add(this.wanted);
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
        let at = match this.append {
            true => this.length(),
            false => this.position,
        };
        let follows = at == this.gathered_at + this.gathered.len() as u64;
        if !follows || this.gathered.len() >= GATHERED {
            ready!(this.poll_written(cx));
        }
        if let State::Reading(_) = this.state {
            ready!(this.poll_idle(cx));
        }
        if let Some(error) = this.failed.take() {
            this.gathered.clear();
            return Poll::Ready(Err(error));
        }
        if buf.is_empty() {
            return Poll::Ready(Ok(0));
        }
        if this.gathered.is_empty() {
            this.gathered_at = at;
        }
        let taken = buf.len().min(GATHERED - this.gathered.len());
        if at.checked_add(taken as u64).is_none() {
            let what = "the position is too great";
            return Poll::Ready(Err(error(io::ErrorKind::InvalidInput, &this.path, what)));
        }
        this.gathered.extend_from_slice(&buf[..taken]);
        this.position = at + taken as u64;
        this.ahead = Bytes::new();
        if this.gathered.len() >= GATHERED {
            if let State::Writing(_) = this.state {
                // It goes on by itself from here; the outcome is told by the next call, as tokio does.
                let _ = this.poll_idle(cx);
            }
            if let State::Idle = this.state
                && this.failed.is_none()
            {
                let over = (this.gathered_at + this.gathered.len() as u64) % BLOCK;
                this.start_write(this.gathered.len() - over as usize);
                let _ = this.poll_idle(cx);
            }
        }
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.open.get_mut().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

impl AsyncSeek for File {
    fn start_seek(mut self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        let this = self.open.get_mut();
        let (base, offset) = match position {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(offset) => (this.position, offset),
            SeekFrom::End(offset) => (this.length(), offset),
        };
        let target = base.checked_add_signed(offset).ok_or_else(|| {
            error(
                io::ErrorKind::InvalidInput,
                &this.path,
                "a position before the start",
            )
        })?;
        if target != this.position {
            this.ahead = Bytes::new();
            this.wanted = READ;
            if let State::Reading(_) = this.state {
                this.state = State::Idle;
            }
        }
        this.position = target;
        Ok(())
    }

    fn poll_complete(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        let this = self.open.get_mut();
        if let State::Writing(_) = this.state {
            ready!(this.poll_idle(cx));
        }
        Poll::Ready(Ok(this.position))
    }
}

impl Drop for Open {
    /// Lets what was written come to its end, as tokio does.
    fn drop(&mut self) {
        let under_way = std::mem::replace(&mut self.state, State::Idle);
        if crate::local::runtime::Runtime::try_current().is_none() {
            return;
        }
        self.start_write(self.gathered.len());
        let last = std::mem::replace(&mut self.state, State::Idle);
        let operations: Vec<_> = [under_way, last]
            .into_iter()
            .filter_map(|it| match it {
                State::Writing(operation) => Some(operation),
                State::Idle | State::Reading(_) => None,
            })
            .collect();
        if !operations.is_empty() {
            drop(crate::local::task::spawn(async move {
                for operation in operations {
                    // Nobody is left to be told.
                    let _ = operation.await;
                }
            }));
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
