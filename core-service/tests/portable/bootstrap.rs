//! Starting the core in a browser, again and again and twice at once.

use std::path::Path;

use bridge_traits::ErrorKind;
use bridge_traits::database::DatabaseAdapter;
use bridge_wasm::WasmDbAdapter;
use core_service::bootstrap::{WasmCore, bootstrap_wasm, import_wasm};
use core_service::dto::SyncJob;
use core_service::{CoreConfig, LocalFolderOptions, ServiceError, SyncRequest};

macro_rules! samples {
    ($($path:literal)*) => {
        [$(($path, include_bytes!(concat!("../../examples/sample-library/", $path)) as &[u8])),*]
    };
}

/// What every core of this thread has to use: its files are one for good. No other run of the tests
/// has used it.
fn data() -> String {
    thread_local! {
        static DATA: String = {
            let started = core_async::time::SystemTime::now();
            let started = started.duration_since(core_async::time::SystemTime::UNIX_EPOCH);
            format!("bootstrap {:?}", started.unwrap())
        };
    }
    DATA.with(Clone::clone)
}

fn config(library: &str) -> CoreConfig {
    let database = format!("{} {library}", data());
    let config = CoreConfig::builder()
        .data_dir(data())
        .database_path(database);
    config.build().unwrap()
}

async fn close(core: WasmCore) {
    core.service.shutdown().await.unwrap();
}

async fn sync(core: &WasmCore, folder: &str) -> SyncJob {
    let options = LocalFolderOptions::default();
    let folder = core
        .service
        .add_local_folder(Path::new(folder), options)
        .await
        .unwrap();
    let job = core
        .service
        .start_sync(folder.id, SyncRequest::default())
        .await
        .unwrap();
    core.service.wait_for_sync(job).await.unwrap()
}

#[core_async::test]
async fn a_library_is_synced_and_is_there_when_the_core_starts_again() {
    let core = bootstrap_wasm(config("synced")).await.unwrap();
    for (path, bytes) in samples![
        "Sine Ensemble/First Tones/01 Rising.mp3"
        "Various Artists/Short Waves/02 Edge.opus"
        "音叉/静かな波/01 朝.flac"
        "音叉/静かな波/cover.png"
    ] {
        // The files of `core_async::fs` are those that the service reads.
        let path = Path::new("/music").join(path);
        core_async::fs::create_dir_all(path.parent().unwrap())
            .await
            .unwrap();
        core_async::fs::write(&path, bytes).await.unwrap();
    }
    let job = sync(&core, "/music").await;
    assert_eq!((job.added, job.failed), (3, 0), "{job:?}");
    close(core).await;

    let core = bootstrap_wasm(config("synced")).await.unwrap();
    assert!(core.service.health().await.healthy);
    let found = core.service.search("静かな", 10, None).await.unwrap().items;
    assert_eq!(found.len(), 1);
    assert_eq!(
        core.service
            .tracks(false, 10, None)
            .await
            .unwrap()
            .items
            .len(),
        3
    );
    let job = sync(&core, "/music").await;
    assert_eq!((job.added, job.unchanged), (0, 3), "{job:?}");
    close(core).await;
}

#[core_async::test]
async fn a_second_start_is_refused_and_disturbs_nobody() {
    let (first, second) = futures::join!(
        bootstrap_wasm(config("twice")),
        bootstrap_wasm(config("twice"))
    );
    let core = first.unwrap();
    assert!(matches!(second.err(), Some(ServiceError::AlreadyStarted)));
    for library in ["twice", "another"] {
        let third = bootstrap_wasm(config(library)).await.err();
        assert!(matches!(third, Some(ServiceError::AlreadyStarted)));
    }
    assert!(core.service.health().await.healthy);
    core.service.shutdown().await.unwrap();
    let again = core.service.shutdown().await.unwrap_err();
    assert_eq!(again.kind(), Some(&ErrorKind::Conflict), "{again}");
    // Whoever holds it may still use it.
    let fourth = bootstrap_wasm(config("twice")).await.err();
    assert!(matches!(fourth, Some(ServiceError::AlreadyStarted)));
    drop(core);
    close(bootstrap_wasm(config("twice")).await.unwrap()).await;
}

#[core_async::test]
async fn other_files_than_the_threads_own_are_refused() {
    close(bootstrap_wasm(config("own")).await.unwrap()).await;
    let other = CoreConfig::builder()
        .data_dir("other")
        .database_path("other")
        .build();
    let refused = bootstrap_wasm(other.unwrap()).await.err().unwrap();
    assert_eq!(refused.kind(), Some(&ErrorKind::AlreadyExists), "{refused}");
    assert!(refused.to_string().contains("new worker"), "{refused}");
    // And that start is over.
    close(bootstrap_wasm(config("own")).await.unwrap()).await;
}

#[core_async::test]
async fn a_start_that_is_given_up_leaves_the_way_free() {
    let mut start = Box::pin(bootstrap_wasm(config("given up")));
    for _ in 0..3 {
        // Each look lets it come a little further.
        assert!(futures::poll!(&mut start).is_pending());
        core_async::task::yield_now().await;
    }
    drop(start);
    close(bootstrap_wasm(config("given up")).await.unwrap()).await;
}

#[core_async::test]
async fn a_library_is_put_back_from_its_copy_and_what_is_none_replaces_nothing() {
    let core = bootstrap_wasm(config("copied")).await.unwrap();
    core.service.create_playlist("Mine", None).await.unwrap();
    let copy = core.export().await.unwrap();
    let running = import_wasm(&config("copied"), copy.clone()).await;
    assert!(matches!(running, Err(ServiceError::AlreadyStarted)));
    core.service.create_playlist("Later", None).await.unwrap();
    close(core).await;

    let half = copy[..copy.len() / 2].to_vec();
    for (wrong, expected) in [
        (b"no database".to_vec(), ["corrupt", "corrupt"]),
        (half, ["corrupt", "corrupt"]),
        (Vec::new(), ["corrupt", "invalid-input"]),
        (foreign().await, ["invalid-input", "invalid-input"]),
    ] {
        let length = wrong.len();
        let refused = import_wasm(&config("copied"), wrong).await.unwrap_err();
        assert!(
            expected.contains(&refused.code()),
            "{length} bytes: {} {refused}",
            refused.code()
        );
    }
    for (change, object) in [
        ("DROP TRIGGER loose_track", "trigger loose_track"),
        ("ALTER TABLE track ADD COLUMN mine TEXT", "table track"),
        (
            "CREATE TRIGGER spy AFTER DELETE ON track BEGIN DELETE FROM playlist; END",
            "trigger spy",
        ),
    ] {
        let wrong = changed(copy.clone(), change).await;
        let refused = import_wasm(&config("copied"), wrong).await.unwrap_err();
        let told = (refused.code(), refused.subject());
        assert_eq!(
            told,
            ("invalid-input", Some(object.to_owned())),
            "{refused}"
        );
        assert!(refused.to_string().contains(object), "{refused}");
    }
    let names = async |library: &str| {
        let core = bootstrap_wasm(config(library)).await.unwrap();
        let lists = core.service.playlists(10, None).await.unwrap().items;
        close(core).await;
        lists.into_iter().map(|it| it.name).collect::<Vec<_>>()
    };
    assert_eq!(names("copied").await, ["Later", "Mine"]);
    import_wasm(&config("copied"), copy.clone()).await.unwrap();
    assert_eq!(names("copied").await, ["Mine"]);
    import_wasm(&config("moved"), copy).await.unwrap();
    assert_eq!(names("moved").await, ["Mine"]);
}

/// A sound database that is no library.
async fn foreign() -> Vec<u8> {
    let database = WasmDbAdapter::in_memory().await.unwrap();
    let made = database.execute("CREATE TABLE notes(text TEXT)", vec![]);
    made.await.unwrap();
    database.export().await.unwrap()
}

/// A library that somebody has worked on.
async fn changed(copy: Vec<u8>, sql: &str) -> Vec<u8> {
    let database = WasmDbAdapter::in_memory().await.unwrap();
    database.import(copy).await.unwrap();
    database.execute_batch(sql).await.unwrap();
    database.export().await.unwrap()
}
