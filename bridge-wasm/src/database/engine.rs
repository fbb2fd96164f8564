//! What all users of one open database share: the file, the writer, the readers.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use bridge_traits::{BridgeError, ErrorKind, Result};
use core_async::sync::{Mutex, OwnedMutexGuard};
use core_async::task::{spawn, yield_now};
use core_async::time::{Duration, Instant};

use super::backend::Backend;
use super::connection::{Connection, Role, Settings};
use super::error;
use super::store::{Commit, ReaderFile, Store, WriterFile};
use super::vfs::Registration;
use crate::locks::Lock;

/// How long statements run before the page gets a turn.
const TURN: Duration = Duration::from_millis(8);

/// Readers that are kept when nobody needs them.
const IDLE_READERS: usize = 4;

/// Bytes that one piece of memory may have, less what it takes to have it.
const LARGEST_COPY: u64 = (2 << 30) - (1 << 20);

/// An open database.
pub(super) struct Engine {
    settings: Settings,
    store: Rc<RefCell<Store>>,
    backend: Box<dyn Backend>,
    registration: Registration,
    owner: RefCell<Option<Lock>>,
    writer: Arc<Mutex<Writer>>,
    readers: RefCell<Vec<Connection>>,
    /// Counts replacements of the whole file, after which no connection's cache is true.
    generation: Cell<u64>,
    unusable: RefCell<Option<(ErrorKind, &'static str)>>,
    is_syncing: Cell<bool>,
    last_turn: Cell<Instant>,
}

/// What only the present writer touches.
#[derive(Default)]
struct Writer {
    connection: Option<Connection>,
    /// A commit of which it is not known whether it is stored.
    doubtful: Option<Commit>,
}

impl Engine {
    pub(super) fn new(
        settings: Settings,
        store: Store,
        backend: Box<dyn Backend>,
        owner: Option<Lock>,
    ) -> Result<Rc<Self>> {
        let store = Rc::new(RefCell::new(store));
        let shared = store.clone();
        let registration = Registration::new(Rc::new(move |reads_only| match reads_only {
            true => Box::new(ReaderFile::new(shared.clone())),
            false => Box::new(WriterFile(shared.clone())),
        }))
        .map_err(|code| error::map_code(code, &settings.database))?;
        #[allow(
            clippy::arc_with_non_send_sync,
            reason = "a guard that outlives its borrower comes from an Arc, on both targets"
        )]
        let writer = Arc::new(Mutex::new(Writer::default()));
        Ok(Rc::new(Self {
            settings,
            store,
            backend,
            registration,
            owner: RefCell::new(owner),
            writer,
            readers: RefCell::default(),
            generation: Cell::new(0),
            unusable: RefCell::default(),
            is_syncing: Cell::new(false),
            last_turn: Cell::new(Instant::now()),
        }))
    }

    pub(super) fn subject(&self) -> String {
        self.settings.database.to_string()
    }

    /// Waits for the other writers, in the order in which they came, and gets a connection.
    pub(super) async fn writer(self: &Rc<Self>) -> Result<WriterLease> {
        self.check()?;
        self.take_turns().await;
        let guard = self.writer.clone().lock_owned().await;
        self.check()?;
        let mut lease = WriterLease {
            engine: self.clone(),
            guard,
        };
        lease.settle_doubt().await?;
        if lease.guard.connection.is_none() {
            lease.guard.connection = Some(self.connect(Role::Writer)?);
        }
        Ok(lease)
    }

    /// Gets a connection that reads.
    pub(super) async fn reader(self: &Rc<Self>) -> Result<ReaderLease> {
        self.check()?;
        self.take_turns().await;
        self.check()?;
        let idle = self.readers.borrow_mut().pop();
        let connection = idle.map_or_else(|| self.connect(Role::Reader), Ok)?;
        Ok(ReaderLease {
            engine: self.clone(),
            generation: self.generation.get(),
            connection: Some(connection),
        })
    }

    /// Lets the page live on when statements have run for some time without waiting for anything.
    pub(super) async fn take_turns(&self) {
        if self.last_turn.get().elapsed() >= TURN {
            yield_now().await;
            self.last_turn.set(Instant::now());
        }
    }

    /// Copies the committed file.
    pub(super) fn copy(&self) -> Result<Vec<u8>> {
        self.check()?;
        let size = self.store.borrow().size();
        if size > LARGEST_COPY {
            let error = BridgeError::new(ErrorKind::QuotaExceeded, self.subject());
            return Err(error.detail(format!(
                "it has {size} bytes, and memory holds copies of up to {LARGEST_COPY}"
            )));
        }
        let copied = self.store.borrow().copy();
        copied.map_err(|code| self.map_code(code))
    }

    pub(super) async fn sync(&self) -> Result<()> {
        self.check()?;
        self.backend.sync().await
    }

    /// Takes the right to sync; `false` if somebody has it.
    pub(super) fn take_sync_right(&self) -> Result<bool> {
        self.check()?;
        Ok(!self.is_syncing.replace(true))
    }

    pub(super) fn give_sync_right_back(&self) {
        self.is_syncing.set(false);
    }

    pub(super) async fn close(self: &Rc<Self>) -> Result<()> {
        self.check()?;
        let mut guard = self.writer.clone().lock_owned().await;
        self.check()?;
        *self.unusable.borrow_mut() = Some((ErrorKind::Conflict, "the database is closed"));
        guard.connection = None;
        self.readers.borrow_mut().clear();
        self.backend.close().await;
        let owner = self.owner.borrow_mut().take();
        drop(owner);
        Ok(())
    }

    fn check(&self) -> Result<()> {
        if let Some((kind, why)) = &*self.unusable.borrow() {
            return Err(BridgeError::new(kind.clone(), self.subject()).detail(*why));
        }
        Ok(())
    }

    pub(super) fn connect(&self, role: Role) -> Result<Connection> {
        Connection::open(self.registration.name(), &self.settings, role)
    }

    fn map_code(&self, code: i32) -> BridgeError {
        error::map_code(code, &self.settings.database)
    }

    /// Makes a commit durable and then visible.
    async fn complete(&self, commit: Commit, writer: &mut Writer) -> Result<()> {
        match self.backend.persist(&commit).await {
            Ok(()) => self.publish(&commit),
            Err(failure) => {
                // SQLite believes that it committed; the next writer begins from the last good state.
                writer.connection = None;
                self.store.borrow_mut().discard_pending();
                writer.doubtful = failure.is_uncertain.then_some(commit);
                Err(failure.error)
            }
        }
    }

    fn publish(&self, commit: &Commit) -> Result<()> {
        let published = self.store.borrow_mut().publish(commit);
        published.map_err(|code| {
            *self.unusable.borrow_mut() = Some((
                ErrorKind::Other,
                "its file can't be written; what was committed is safe, open it again",
            ));
            self.map_code(code)
        })
    }
}

/// The right to write, and the connection for it.
pub(super) struct WriterLease {
    engine: Rc<Engine>,
    guard: OwnedMutexGuard<Writer>,
}

impl WriterLease {
    pub(super) fn connection(&self) -> &Connection {
        let connection = self.guard.connection.as_ref();
        connection.expect("a lease is given out with a connection")
    }

    pub(super) fn subject(&self) -> String {
        self.engine.subject()
    }

    pub(super) async fn take_turns(&self) {
        self.engine.take_turns().await;
    }

    /// Undoes what an open transaction did.
    pub(super) fn roll_back(&mut self) -> Result<()> {
        let rolled_back = self.connection().roll_back();
        if rolled_back.is_err() {
            self.guard.connection = None;
        }
        self.engine.store.borrow_mut().discard_pending();
        rolled_back
    }

    /// Makes durable what SQLite has committed.
    ///
    /// # Cancel safety
    /// The write goes on when the call is dropped, and the next writer waits for it.
    pub(super) async fn flush(self) -> Result<()> {
        let Some(commit) = self.engine.store.borrow_mut().take_pending() else {
            return Ok(());
        };
        self.finish(commit).await
    }

    /// Replaces the whole file.
    pub(super) async fn replace(mut self, bytes: &[u8]) -> Result<()> {
        let engine = self.engine.clone();
        let commit = engine.store.borrow().replace_all(bytes);
        self.guard.connection = None;
        self.finish(commit).await?;
        engine.generation.set(engine.generation.get() + 1);
        engine.readers.borrow_mut().clear();
        Ok(())
    }

    async fn finish(self, commit: Commit) -> Result<()> {
        let subject = self.subject();
        let Self { engine, mut guard } = self;
        let job = spawn(async move { engine.complete(commit, &mut guard).await });
        job.await.unwrap_or_else(|error| {
            Err(BridgeError::new(ErrorKind::Other, subject)
                .detail(format!("the commit broke off: {error}")))
        })
    }

    /// Finds out what became of a commit that broke off.
    async fn settle_doubt(&mut self) -> Result<()> {
        let Some(doubtful) = &self.guard.doubtful else {
            return Ok(());
        };
        let stored = self.engine.backend.stored_version().await?;
        if stored == doubtful.version {
            self.engine.publish(doubtful)?;
        } else if stored != self.engine.store.borrow().version() {
            let why = "another tab or worker wrote to it";
            *self.engine.unusable.borrow_mut() = Some((ErrorKind::Conflict, why));
            self.engine.check()?;
        }
        self.guard.doubtful = None;
        Ok(())
    }
}

/// A connection that reads, for one user at a time.
pub(super) struct ReaderLease {
    engine: Rc<Engine>,
    generation: u64,
    connection: Option<Connection>,
}

impl ReaderLease {
    pub(super) fn connection(&self) -> &Connection {
        let connection = self.connection.as_ref();
        connection.expect("it is there until the lease ends")
    }

    pub(super) fn subject(&self) -> String {
        self.engine.subject()
    }

    pub(super) async fn take_turns(&self) {
        self.engine.take_turns().await;
    }
}

impl Drop for ReaderLease {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        let is_sound = connection.roll_back().is_ok();
        let mut idle = self.engine.readers.borrow_mut();
        let is_current =
            self.generation == self.engine.generation.get() && self.engine.check().is_ok();
        if is_sound && is_current && idle.len() < IDLE_READERS {
            idle.push(connection);
        }
    }
}
