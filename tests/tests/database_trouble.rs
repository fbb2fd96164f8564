//! A database that is newer, full or in use: said plainly, and nothing lost.

use std::sync::Arc;
use std::time::Duration;

use bridge_native::{NativeClock, NativeDatabase, NativeDatabaseOptions, NativeFileSystem};
use bridge_traits::ErrorKind;
use bridge_traits::database::{DatabaseAdapter, TransactionMode};
use core_service::{
    CoreConfig, CoreService, CoreServiceBuilder, LocalFolderOptions, ServiceError, SyncRequest,
};
use music_core_tests::World;

async fn service(world: &World, database: &NativeDatabase) -> core_service::Result<CoreService> {
    let config = CoreConfig::builder()
        .database_path(world.database())
        .build()
        .unwrap();
    CoreServiceBuilder::new()
        .config(config)
        .database(Arc::new(database.clone()))
        .filesystem(Arc::new(NativeFileSystem::new()))
        .clock(Arc::new(NativeClock::new()))
        .build()
        .await
}

#[core_async::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let world = World::with_albums(1);
    world.sync().await;
    let database = NativeDatabase::open(&world.database()).await.unwrap();
    let newer = "INSERT INTO schema_migration(number, checksum, applied_at) VALUES (9999, 1, 1)";
    database.execute(newer, vec![]).await.unwrap();
    let error = service(&world, &database)
        .await
        .err()
        .expect("it is refused");
    assert!(
        error.to_string().contains("9999") && error.to_string().contains("update"),
        "{error}"
    );
    let rows = database
        .query("SELECT count(*) FROM track", vec![])
        .await
        .unwrap();
    assert_eq!(rows[0].get::<i64>(0).unwrap(), 12);
}

#[core_async::test]
async fn a_migration_that_is_not_ours_is_refused() {
    let world = World::new();
    world.open().await.shutdown().await.unwrap();
    let database = NativeDatabase::open(&world.database()).await.unwrap();
    // Found when a newer version migrates; the check of the history runs then.
    for statement in [
        "DELETE FROM schema_migration WHERE number > 1",
        "UPDATE schema_migration SET checksum = 1",
    ] {
        database.execute(statement, vec![]).await.unwrap();
    }
    let error = service(&world, &database)
        .await
        .err()
        .expect("it is refused");
    assert!(matches!(error, ServiceError::Library(_)), "{error}");
    assert!(error.to_string().contains("migration 1"), "{error}");
}

#[core_async::test]
async fn the_database_of_something_else_is_refused_and_left_alone() {
    let world = World::new();
    let database = NativeDatabase::open(&world.database()).await.unwrap();
    database
        .execute("CREATE TABLE recipe (id INTEGER)", vec![])
        .await
        .unwrap();
    let error = service(&world, &database)
        .await
        .err()
        .expect("it is refused");
    assert!(error.to_string().contains("recipe"), "{error}");
    let rows = database
        .query("SELECT count(*) FROM sqlite_master", vec![])
        .await
        .unwrap();
    assert_eq!(rows[0].get::<i64>(0).unwrap(), 1);
}

#[core_async::test]
async fn a_full_disk_pauses_the_job_and_the_next_one_goes_on() {
    let world = World::with_albums(60);
    let database = NativeDatabase::open(&world.database()).await.unwrap();
    let core = service(&world, &database).await.unwrap();
    let folder = world.music();
    let provider = core
        .add_local_folder(&folder, LocalFolderOptions::default())
        .await
        .unwrap();
    let pages = database.query("PRAGMA page_count", vec![]).await.unwrap()[0]
        .get::<i64>(0)
        .unwrap();

    // Room for ever more pages: the disk fills up in another place each time.
    let mut paused = 0;
    for room in (0..).map(|step| pages + step * 12) {
        let limit = format!("PRAGMA max_page_count = {room}");
        database.execute(&limit, vec![]).await.unwrap();
        match core.start_sync(provider.id, SyncRequest::default()).await {
            Ok(job) => {
                let job = core.wait_for_sync(job).await.unwrap();
                if job.status == "completed" {
                    break;
                }
                // A disk too full to note the end of the job leaves it running; the next start
                // finds it.
                assert!(
                    matches!(job.status, "paused" | "running" | "failed"),
                    "{job:?}"
                );
                paused += 1;
            }
            Err(error) => assert_eq!(error.kind(), Some(&ErrorKind::QuotaExceeded), "{error}"),
        }
    }
    assert!(paused > 0, "the disk was never full during a job");
    core.shutdown().await.unwrap();
    let tracks = world.tracks().await;
    assert_eq!(tracks.len(), 720);
    assert!(tracks.iter().all(|it| !it.missing));
    let again = world.sync().await;
    assert_eq!((again.unchanged, again.bytes_read), (720, 0));
}

#[core_async::test]
async fn a_database_in_use_is_said_to_be() {
    let world = World::new();
    world.open().await.shutdown().await.unwrap();
    let other = NativeDatabase::open(&world.database()).await.unwrap();
    let held = other.begin(TransactionMode::Write).await.unwrap();
    let options = NativeDatabaseOptions {
        busy_timeout: Duration::ZERO,
        ..NativeDatabaseOptions::default()
    };
    let database = NativeDatabase::open_with(&world.database(), options)
        .await
        .unwrap();
    let core = service(&world, &database).await.unwrap();
    let error = core.create_playlist("Best", None).await.unwrap_err();
    assert_eq!(error.kind(), Some(&ErrorKind::Conflict), "{error}");
    assert!(error.to_string().contains("in use"), "{error}");
    held.rollback().await.unwrap();
    core.create_playlist("Best", None).await.unwrap();
}
