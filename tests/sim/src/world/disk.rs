//! The files of a library, and what is left of them when a process dies.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bridge_native::{NativeClock, NativeDatabase};
use bridge_traits::database::DatabaseAdapter;
use core_library::Library;
use core_library::repository::provider::{self, NewProvider};
use tempfile::TempDir;

use crate::fault::Fault;
use crate::hub::Hub;

const NAME: &str = "library.db";

/// What is lost when a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// Nothing that was written.
    Nothing,
    /// A part of what was written last.
    Tail,
    /// Anything that was written since the last checkpoint.
    Anything,
}

/// Makes a folder that is gone when it is dropped, in memory where the system has such a place.
pub(super) fn new_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let builder = || {
        let mut builder = tempfile::Builder::new();
        builder.prefix("music-core-sim-");
        builder
    };
    builder()
        .tempdir_in(memory)
        .or_else(|_| builder().tempdir())
        .expect("a temporary folder")
}

/// Puts a library that knows two providers and no music into a folder.
pub(super) fn first(folder: &TempDir) -> PathBuf {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = TEMPLATE.get_or_init(|| core_async::__private::block_on_test(false, make()));
    let path = folder.path().join(NAME);
    std::fs::write(&path, bytes).expect("a file");
    path
}

async fn make() -> Vec<u8> {
    let folder = new_folder();
    let path = folder.path().join(NAME);
    let database = Arc::new(NativeDatabase::open(&path).await.expect("a database"));
    let library = Library::open(database.clone(), Arc::new(NativeClock::new()))
        .await
        .expect("a library");
    let mut tx = library.write().await.expect("a transaction");
    for name in ["left", "right"] {
        let new = NewProvider {
            key: format!("sim:{name}"),
            kind: "sim".into(),
            name: name.into(),
            root: "/".into(),
            config: "{}".into(),
        };
        provider::upsert(&mut tx, new).await.expect("a provider");
    }
    tx.commit().await.expect("a commit");
    drop(library);
    database.close().await.expect("it closes");
    std::fs::read(&path).expect("the file")
}

/// Gives the next life what the last one left on the disk.
pub(super) fn after_death(hub: &Hub, folder: &Path, life: u32, path: &Path, loss: Loss) -> PathBuf {
    let home = folder.join(format!("life {life}"));
    std::fs::create_dir(&home).expect("a folder");
    let next = home.join(NAME);
    std::fs::copy(path, &next).expect("the database is copied");
    let log = |path: &Path| {
        let mut name = path.as_os_str().to_owned();
        name.push("-wal");
        PathBuf::from(name)
    };
    let written = std::fs::read(log(path)).unwrap_or_default();
    let fault = match loss {
        Loss::Nothing => Fault::Kill,
        Loss::Tail => Fault::TornWrite,
        Loss::Anything => Fault::PowerCut,
    };
    hub.count(fault);
    let kept = match loss {
        Loss::Nothing => written.len(),
        Loss::Tail => written.len() - hub.draw(|rng| rng.usize(0..=written.len().min(20_000))),
        Loss::Anything => hub.draw(|rng| rng.usize(0..=written.len())),
    };
    std::fs::write(log(&next), &written[..kept]).expect("the log is copied");
    next
}
