//! The bridges of a browser.

mod copy;

use std::cell::{OnceCell, RefCell};
use std::sync::{Arc, Weak};

use bridge_traits::{BridgeError, ErrorKind};
use bridge_wasm::{
    DataLoss, WasmBridge, WasmDbAdapter, WasmFolders, WasmLifecycleObserver, WasmMountedFileSystem,
    take_data_loss,
};
use core_runtime::config::CoreConfig;

use crate::builder::CoreServiceBuilder;
use crate::error::{Result, ServiceError};
use crate::service::{CoreService, Inner};

pub use copy::import_wasm;

/// What the databases' names begin with where the configuration names no data folder.
const NAME: &str = "music-core";

/// A core in a browser, and what its host needs beside the service.
#[derive(Clone)]
pub struct WasmCore {
    /// The service.
    pub service: CoreService,
    /// The folders that a person gave; one added here can be given to
    /// [`add_local_folder`](CoreService::add_local_folder) by its path.
    pub folders: WasmFolders,
    /// The page's life, of which a worker is told by the page alone.
    pub lifecycle: Arc<WasmLifecycleObserver>,
    /// What the browser threw away before, since it found it damaged: handles of folders, passwords and the
    /// page's own files, or the library; a person should be told. Chromium alone says it, once, to the first page
    /// that comes afterwards.
    pub data_loss: Option<DataLoss>,
    /// Whether there was no library here before. After a [`data_loss`](Self::data_loss), it is the library that is
    /// gone.
    pub is_new: bool,
    database: Arc<WasmDbAdapter>,
}

/// The core of this thread.
enum State {
    None,
    Starting,
    Started(Weak<Inner>),
}

/// The file system that `core_async::fs` was given, under its name: there is one a thread for good.
struct Injected {
    name: String,
    files: Arc<WasmMountedFileSystem>,
}

thread_local! {
    static STATE: RefCell<State> = const { RefCell::new(State::None) };
    static INJECTED: OnceCell<Injected> = const { OnceCell::new() };
}

/// Builds the core in this window or worker: SQLite in the browser's storage under the configured
/// name ([where it lies](bridge_wasm::DatabaseStorage::Automatic), or in a file of a worker's), files in IndexedDB,
/// fetch. Each is opened once. The file system also becomes that of
/// `core_async::fs`. The names of the other databases begin with the configured data folder, or with
/// `music-core`.
///
/// It works on databases that are there already as on none. After
/// [`shutdown`](CoreService::shutdown), and when the last clone of the service is dropped, it may be
/// called again, with the same data folder.
///
/// # Errors
/// [`ServiceError::AlreadyStarted`] while this thread has a core or is starting one, and nothing is
/// touched; `NotAvailable` naming what the browser or the page lacks and what to do about it;
/// `AlreadyExists` if the host gave `core_async::fs` a file system of its own, or with another data
/// folder than before; `Conflict` if another tab has the library open; what the library says of its
/// database: damaged, newer, or the storage is full. A call that failed may be repeated.
///
/// # Cancel safety
/// What was opened is closed again, and it may be called again.
pub async fn bootstrap_wasm(config: CoreConfig) -> Result<WasmCore> {
    let start = Start::begin()?;
    WasmBridge::check_platform()?;
    let name = name(&config);
    let files = files(&name).await?;
    let database = config.database_path.to_string_lossy().into_owned();
    let bridge = WasmBridge::open(files, &name, &database).await?;
    let service = CoreServiceBuilder::new()
        .config(config)
        .database(bridge.database.clone())
        .filesystem(bridge.files.clone())
        .clock(bridge.clock)
        .http(bridge.http)
        .network(bridge.network)
        .lifecycle(bridge.lifecycle.clone())
        .settings(bridge.settings)
        .secure_store(bridge.secrets)
        .build()
        .await?;
    start.succeed(&service);
    Ok(WasmCore {
        service,
        folders: bridge.files.folders().clone(),
        lifecycle: bridge.lifecycle,
        data_loss: take_data_loss(),
        is_new: bridge.database.is_new(),
        database: bridge.database,
    })
}

/// Deletes all that [`bootstrap_wasm`] stores under this configuration: the library, the page's own files,
/// the handles of folders, settings and passwords. What is not there is fine. The files of folders that a
/// person gave, and of servers, are not touched.
///
/// # Errors
/// `AlreadyStarted` while this thread has a core or is starting one; `Conflict` if another tab has the
/// library open; nothing is deleted in either case. What else the browser says: some of it may be deleted
/// then, and it may be called again.
///
/// # Cancel safety
/// It may have deleted some of it, and may be called again.
pub async fn delete_wasm(config: &CoreConfig) -> Result<()> {
    // Nothing starts meanwhile.
    let _start = Start::begin()?;
    let database = config.database_path.to_string_lossy();
    Ok(WasmBridge::delete(&name(config), &database).await?)
}

/// Tells what the databases' names begin with.
fn name(config: &CoreConfig) -> String {
    let data = config.data_dir.as_ref();
    data.map_or(NAME.into(), |it| it.to_string_lossy().into_owned())
}

/// Opens the file system and gives it to `core_async::fs`, or takes the one that was given before.
async fn files(name: &str) -> Result<Arc<WasmMountedFileSystem>> {
    let taken = |why: String| {
        ServiceError::from(BridgeError::new(ErrorKind::AlreadyExists, "core_async::fs").detail(why))
    };
    let injected = INJECTED.with(|place| {
        let injected = place.get()?;
        Some((injected.name.clone(), injected.files.clone()))
    });
    match injected {
        Some((own, files)) if own == name => return Ok(files),
        Some((own, _)) => {
            return Err(taken(format!(
                "this thread's files are those of '{own}'; use a new worker for '{name}'"
            )));
        }
        None => {}
    }
    let files = Arc::new(WasmMountedFileSystem::open(name).await?);
    core_async::fs::inject(files.clone()).map_err(|error| taken(error.to_string()))?;
    let injected = Injected {
        name: name.to_owned(),
        files: files.clone(),
    };
    INJECTED.with(|place| {
        // Only one start runs at a time, and it found the place empty.
        let _ = place.set(injected);
    });
    Ok(files)
}

/// A start that is under way; dropped without success it leaves no trace.
struct Start;

impl Start {
    fn begin() -> Result<Self> {
        STATE.with_borrow_mut(|state| {
            let is_free = match state {
                State::None => true,
                State::Starting => false,
                State::Started(core) => core.strong_count() == 0,
            };
            if !is_free {
                return Err(ServiceError::AlreadyStarted);
            }
            *state = State::Starting;
            Ok(Self)
        })
    }

    fn succeed(self, service: &CoreService) {
        STATE.set(State::Started(Arc::downgrade(&service.inner)));
    }
}

impl Drop for Start {
    fn drop(&mut self) {
        STATE.with_borrow_mut(|state| {
            if matches!(state, State::Starting) {
                *state = State::None;
            }
        });
    }
}
