//! Finds where a database lies, and opens it there.

use std::rc::Rc;
use std::sync::Arc;

use bridge_traits::{BridgeError, ErrorKind, Result};
use core_async::time::{Duration, timeout};

use super::backend::Nowhere;
use super::connection::Settings;
use super::engine::Engine;
use super::indexed_db::{self, IndexedDb};
use super::memory::MemoryBlocks;
use super::opfs::{self, Opfs, OpfsBackend, OpfsBlocks};
use super::store::Store;
use super::{DatabaseStorage, WasmDatabaseOptions};
use crate::locks::{self, Lock, Locked};

/// A database that was opened.
pub(super) struct Opened {
    pub(super) engine: Rc<Engine>,
    pub(super) storage: DatabaseStorage,
    /// Whether there was nothing before.
    pub(super) is_new: bool,
    /// Whether not even an empty one was there.
    pub(super) was_missing: bool,
}

/// Opens the database of this name, or makes it, when nobody else has it open.
pub(super) async fn open(name: &str, options: &WasmDatabaseOptions) -> Result<Opened> {
    let owner = own(name, options.owner_timeout).await?;
    let has_file = opfs::exists(name).await?;
    let takes_file = match options.storage {
        DatabaseStorage::IndexedDb if has_file && !indexed_db::exists(name).await? => {
            let place = "it lies in the origin-private file system";
            return Err(elsewhere(name, place));
        }
        DatabaseStorage::OriginPrivateFiles if !has_file && indexed_db::exists(name).await? => {
            return Err(elsewhere(name, "it lies in IndexedDB"));
        }
        DatabaseStorage::IndexedDb => false,
        DatabaseStorage::OriginPrivateFiles => true,
        DatabaseStorage::Automatic => {
            has_file || (!indexed_db::exists(name).await? && opfs::are_usable().await)
        }
    };
    match takes_file {
        true => in_files(name, options, owner, has_file).await,
        false => in_indexed_db(name, options, owner).await,
    }
}

async fn in_indexed_db(
    name: &str,
    options: &WasmDatabaseOptions,
    owner: Option<Lock>,
) -> Result<Opened> {
    let backend = IndexedDb::new(name, options.durability);
    let image = backend.load(name, options.max_bytes_in_memory).await?;
    let blocks = MemoryBlocks::new(image.blocks);
    let store = Store::new(Box::new(blocks), image.version, image.size);
    let limit = Some(options.max_bytes_in_memory);
    let settings = settings(name, options, limit);
    Ok(Opened {
        engine: Engine::new(settings, store, Box::new(backend), owner)?,
        storage: DatabaseStorage::IndexedDb,
        is_new: image.size == 0,
        was_missing: image.size == 0,
    })
}

async fn in_files(
    name: &str,
    options: &WasmDatabaseOptions,
    owner: Option<Lock>,
    has_file: bool,
) -> Result<Opened> {
    let opened = Opfs::open(name).await?;
    let blocks = OpfsBlocks(opened.files.clone());
    let store = Store::new(Box::new(blocks), opened.version, opened.size);
    let backend = Box::new(OpfsBackend(opened.files));
    Ok(Opened {
        engine: Engine::new(settings(name, options, None), store, backend, owner)?,
        storage: DatabaseStorage::OriginPrivateFiles,
        is_new: opened.size == 0,
        was_missing: !has_file,
    })
}

/// Becomes the one tab or worker that has the database open.
pub(super) async fn own(name: &str, patience: Duration) -> Result<Option<Lock>> {
    let lock = format!("music-core-database/{name}");
    let taken = match locks::try_lock(&lock).await {
        Locked::Taken => timeout(patience, locks::lock(&lock))
            .await
            .unwrap_or(Locked::Taken),
        other => other,
    };
    match taken {
        Locked::Held(it) => Ok(Some(it)),
        Locked::Unavailable => Err(BridgeError::new(
            ErrorKind::NotAvailable {
                remedy: "load the page over https or from this machine",
            },
            name,
        )
        .detail("there are no Web Locks, which keep two tabs from writing at once")),
        Locked::Taken => {
            let holder = locks::holder(&lock).await;
            let holder = holder.unwrap_or_else(|| "unknown".to_owned());
            Err(BridgeError::new(ErrorKind::Conflict, name).detail(format!(
                "another tab or worker has it open (client {holder})"
            )))
        }
    }
}

fn elsewhere(name: &str, what: &str) -> BridgeError {
    BridgeError::new(ErrorKind::AlreadyExists, name)
        .detail(format!("{what}; open it there, export it, or delete it"))
}

fn settings(name: &str, options: &WasmDatabaseOptions, max_bytes: Option<u64>) -> Settings {
    Settings {
        database: Arc::from(name),
        cache_kib: options.cache_kib,
        statement_cache: options.statement_cache,
        max_bytes,
    }
}

pub(super) fn in_memory(options: &WasmDatabaseOptions, store: Store) -> Result<Rc<Engine>> {
    let settings = settings(":memory:", options, None);
    Engine::new(settings, store, Box::new(Nowhere), None)
}
