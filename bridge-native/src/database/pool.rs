//! Who may use which connection.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};

use bridge_traits::{BridgeError, ErrorKind, Result};
use core_async::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tempfile::TempDir;

use super::connection::{Connection, FIRST_READ};
use super::error::subject_of;
use super::options::{NativeDatabaseOptions, Role};

/// The writer and the readers of one database file.
#[derive(Debug)]
pub(super) struct Pool {
    path: Arc<Path>,
    options: NativeDatabaseOptions,
    /// `None` before its first use, after it broke, and when the database is closed.
    writer: Arc<Mutex<Option<Connection>>>,
    /// Connections that nobody uses; never more than `options.read_connections`.
    idle_readers: StdMutex<Vec<Connection>>,
    /// Bounds the queries outside transactions. Read transactions don't count, so that a caller
    /// who holds several can't keep itself waiting.
    query_permits: Arc<Semaphore>,
    closed: AtomicBool,
    /// Grows with each change of the schema made here.
    schema: AtomicU64,
    /// Last, so that the connections are gone before the folder is.
    _folder: Option<TempDir>,
}

impl Pool {
    pub(super) async fn open(
        path: PathBuf,
        options: NativeDatabaseOptions,
        folder: Option<TempDir>,
    ) -> Result<Arc<Self>> {
        let subject = subject_of(&path);
        options.check(&subject)?;
        if path.to_str().is_none_or(|path| path.contains('\0')) {
            return Err(BridgeError::new(ErrorKind::InvalidInput, subject)
                .detail("SQLite takes a path only as UTF-8 without NUL"));
        }
        require_folder(&path)?;
        let pool = Arc::new(Self {
            path: path.into(),
            writer: Arc::default(),
            idle_readers: StdMutex::default(),
            query_permits: Arc::new(Semaphore::new(options.read_connections)),
            options,
            closed: AtomicBool::new(false),
            schema: AtomicU64::new(0),
            _folder: folder,
        });
        // Proves that the file is a database before anybody relies on it.
        let mut writer = pool.writer().await?;
        writer.query(FIRST_READ, vec![]).await?;
        drop(writer);
        Ok(pool)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn subject(&self) -> String {
        subject_of(&self.path)
    }

    /// Waits for the writer.
    pub(super) async fn writer(self: &Arc<Self>) -> Result<Lease> {
        let mut slot = self.writer.clone().lock_owned().await;
        self.refuse_closed()?;
        let connection = match slot.take() {
            Some(it) => it,
            None => self.connect(Role::Writer).await?,
        };
        // From here on dropping the lease puts the connection back, whatever happens.
        let lease = Lease {
            connection: Some(connection),
            pool: self.clone(),
            home: Home::Writer(slot),
        };
        lease.ready().await
    }

    /// Waits for a reader, for one query.
    pub(super) async fn reader(self: &Arc<Self>) -> Result<Lease> {
        let permit = self.query_permits.clone().acquire_owned().await;
        let permit = permit.map_err(|_| self.closed_error())?;
        self.take_reader(Some(permit)).await?.ready().await
    }

    /// Gives a reader to a transaction, which begins with [`Connection::begin_read`].
    pub(super) async fn transaction_reader(self: &Arc<Self>) -> Result<Lease> {
        let lease = self.take_reader(None).await?;
        match lease.schema == self.schema.load(Ordering::Acquire) {
            true => Ok(lease),
            false => lease.ready().await,
        }
    }

    async fn take_reader(self: &Arc<Self>, permit: Option<OwnedSemaphorePermit>) -> Result<Lease> {
        self.refuse_closed()?;
        let idle = self.idle().pop();
        let connection = match idle {
            Some(it) => it,
            None => self.connect(Role::Reader).await?,
        };
        Ok(Lease {
            connection: Some(connection),
            pool: self.clone(),
            home: Home::Readers(permit),
        })
    }

    pub(super) async fn close(&self) -> Result<()> {
        self.refuse_closed()?;
        let mut slot = self.writer.lock().await;
        if self.closed.swap(true, Ordering::AcqRel) {
            return Err(self.closed_error());
        }
        self.query_permits.close();
        let idle = std::mem::take(&mut *self.idle());
        for reader in idle {
            reader.close().await?;
        }
        // The last to close, so that it checkpoints and removes the log.
        match slot.take() {
            Some(writer) => writer.close().await,
            None => Ok(()),
        }
    }

    async fn connect(&self, role: Role) -> Result<Connection> {
        let schema = self.schema.load(Ordering::Acquire);
        Connection::open(self.path.clone(), &self.options, role, schema).await
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle_readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse_closed(&self) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Err(self.closed_error());
        }
        Ok(())
    }

    fn closed_error(&self) -> BridgeError {
        BridgeError::new(ErrorKind::Conflict, self.subject()).detail("the database is closed")
    }
}

fn require_folder(path: &Path) -> Result<()> {
    let Some(folder) = path.parent() else {
        return Err(BridgeError::new(ErrorKind::InvalidInput, subject_of(path))
            .detail("not the path of a file"));
    };
    let found = std::fs::metadata(folder).map_err(|error| {
        BridgeError::from_io(error, subject_of(folder)).detail("the database's folder")
    })?;
    if !found.is_dir() {
        return Err(BridgeError::new(
            ErrorKind::NotADirectory,
            subject_of(folder),
        ));
    }
    Ok(())
}

/// The use of a connection; dropping it gives the connection back.
#[derive(Debug)]
pub(super) struct Lease {
    /// `None` only while it is dropped.
    connection: Option<Connection>,
    pool: Arc<Pool>,
    home: Home,
}

#[derive(Debug)]
enum Home {
    Writer(OwnedMutexGuard<Option<Connection>>),
    Readers(#[expect(dead_code, reason = "held to be released")] Option<OwnedSemaphorePermit>),
}

impl Lease {
    /// Makes the connection fit for its next user.
    async fn ready(mut self) -> Result<Self> {
        self.settle().await?;
        let schema = self.pool.schema.load(Ordering::Acquire);
        if self.schema != schema {
            self.forget_statements().await?;
            self.schema = schema;
        }
        Ok(self)
    }

    /// Notes that the schema changed: what is prepared here and elsewhere is stale.
    pub(super) async fn schema_changed(&mut self) -> Result<()> {
        self.schema = self.pool.schema.fetch_add(1, Ordering::AcqRel) + 1;
        self.forget_statements().await
    }

    /// Notes, without waiting, that what is prepared on this connection may be stale.
    pub(super) fn distrust_statements(&mut self) {
        self.schema = u64::MAX;
    }

    pub(super) fn subject(&self) -> String {
        self.pool.subject()
    }
}

impl Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
            .as_ref()
            .expect("only drop takes the connection")
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection
            .as_mut()
            .expect("only drop takes the connection")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        if connection.is_broken() {
            return;
        }
        match &mut self.home {
            Home::Writer(slot) => **slot = Some(connection),
            Home::Readers(_) => {
                let mut idle = self.pool.idle();
                let closed = self.pool.closed.load(Ordering::Acquire);
                if !closed && idle.len() < self.pool.options.read_connections {
                    idle.push(connection);
                }
            }
        }
    }
}
