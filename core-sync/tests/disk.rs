//! A disk that fails once, at every statement and commit in turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[cfg(not(target_arch = "wasm32"))]
use bridge_native::NativeDatabase as Database;
use bridge_traits::database::{
    DatabaseAdapter, ExecResult, Row, SqlValue, Transaction, TransactionMode, WriterLock,
};
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
#[cfg(target_arch = "wasm32")]
use bridge_wasm::WasmDbAdapter as Database;
use core_library::repository::track::Presence;
use core_sync::{SyncMode, SyncRequest, SyncStatus};
use paths::Paths;
use world::{World, song};

#[path = "portable/paths.rs"]
mod paths;
#[path = "portable/world.rs"]
mod world;

/// When the disk fails, shared by all that uses it.
#[derive(Default)]
struct Disk {
    /// Calls that are still to go well; the one after them fails.
    left: AtomicU64,
    armed: AtomicBool,
}

impl Disk {
    fn fail_after(&self, calls: u64) {
        self.left.store(calls, Ordering::SeqCst);
        self.armed.store(true, Ordering::SeqCst);
    }

    /// Ends the wait for a failure; tells whether it came.
    fn has_failed(&self) -> bool {
        !self.armed.swap(false, Ordering::SeqCst)
    }

    fn call(&self) -> Result<()> {
        if !self.armed.load(Ordering::SeqCst) {
            return Ok(());
        }
        if self.left.load(Ordering::SeqCst) > 0 {
            self.left.fetch_sub(1, Ordering::SeqCst);
            return Ok(());
        }
        self.armed.store(false, Ordering::SeqCst);
        Err(BridgeError::new(ErrorKind::Other, "library.db").detail("input/output error"))
    }
}

/// A database on such a disk.
struct Failing {
    inner: Database,
    disk: Arc<Disk>,
}

#[platform_async_trait]
impl DatabaseAdapter for Failing {
    async fn execute(&self, sql: &str, params: Vec<SqlValue>) -> Result<ExecResult> {
        self.disk.call()?;
        self.inner.execute(sql, params).await
    }

    async fn query(&self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>> {
        self.disk.call()?;
        self.inner.query(sql, params).await
    }

    async fn execute_batch(&self, sql: &str) -> Result<()> {
        self.disk.call()?;
        self.inner.execute_batch(sql).await
    }

    async fn begin(&self, mode: TransactionMode) -> Result<Box<dyn Transaction>> {
        self.disk.call()?;
        let inner = self.inner.begin(mode).await?;
        Ok(Box::new(FailingTransaction {
            inner: Some(inner),
            disk: self.disk.clone(),
        }))
    }

    async fn checkpoint(&self) -> Result<()> {
        self.inner.checkpoint().await
    }

    async fn lock_writer(&self) -> Result<Box<dyn WriterLock>> {
        self.inner.lock_writer().await
    }

    async fn close(&self) -> Result<()> {
        self.inner.close().await
    }
}

struct FailingTransaction {
    /// `None` after a failure: SQLite has rolled back then.
    inner: Option<Box<dyn Transaction>>,
    disk: Arc<Disk>,
}

impl FailingTransaction {
    async fn call(&mut self) -> Result<&mut dyn Transaction> {
        if let Err(error) = self.disk.call() {
            if let Some(inner) = self.inner.take() {
                inner.rollback().await?;
            }
            return Err(error);
        }
        match &mut self.inner {
            Some(inner) => Ok(&mut **inner),
            None => Err(BridgeError::new(ErrorKind::Other, "library.db")
                .detail("the transaction was rolled back after an earlier error")),
        }
    }
}

#[platform_async_trait]
impl Transaction for FailingTransaction {
    async fn execute(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<ExecResult> {
        self.call().await?.execute(sql, params).await
    }

    async fn query(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<Row>> {
        self.call().await?.query(sql, params).await
    }

    async fn execute_batch(&mut self, sql: &str) -> Result<()> {
        self.call().await?.execute_batch(sql).await
    }

    async fn commit(mut self: Box<Self>) -> Result<()> {
        self.call().await?;
        let inner = self.inner.take().expect("it was there a line above");
        inner.commit().await
    }

    async fn rollback(mut self: Box<Self>) -> Result<()> {
        match self.inner.take() {
            Some(inner) => inner.rollback().await,
            None => Ok(()),
        }
    }
}

async fn on_a_failing_disk() -> (World, Paths, Arc<Disk>) {
    let disk = Arc::new(Disk::default());
    let database = Failing {
        inner: Database::in_memory().await.expect("a database"),
        disk: disk.clone(),
    };
    let drive = Paths::default();
    let seen = drive.clone();
    let world = World::on(Arc::new(database), |_| Arc::new(seen), |_| {}).await;
    (world, drive, disk)
}

/// Syncs and gives how that ended, with the words for it.
async fn sync(world: &World, mode: SyncMode) -> (Option<SyncStatus>, String) {
    let request = SyncRequest {
        mode,
        deletions_confirmed: true,
    };
    match world.coordinator.start_sync(world.provider, request).await {
        Ok(id) => match world.coordinator.wait(id).await {
            Ok(job) => (
                Some(job.status()),
                job.error().unwrap_or_default().to_owned(),
            ),
            Err(error) => (None, error.to_string()),
        },
        Err(error) => (None, error.to_string()),
    }
}

/// A sync on a failing disk says why it did not complete, unless only its end could not be written: then
/// all was done. Gives 1 in that case.
fn check_end(status: Option<SyncStatus>, why: &str, calls: u64) -> u32 {
    if status == Some(SyncStatus::Completed) {
        return 1;
    }
    assert!(why.contains("input/output error"), "call {calls}: {why:?}");
    0
}

#[core_async::test]
async fn wherever_the_disk_fails_once_the_sync_says_so_and_the_next_one_makes_it_good() {
    let (mut failures, mut unwritten) = (0, 0);
    for calls in 0.. {
        let (world, drive, disk) = on_a_failing_disk().await;
        for number in 0..4 {
            drive.put(&format!("A/{number}.mp3"), song(number));
        }
        disk.fail_after(calls);
        let (first, why) = sync(&world, SyncMode::Auto).await;
        let failed_first = disk.has_failed();
        if failed_first {
            unwritten += check_end(first, &why, calls);
        }
        if failed_first || calls % 3 == 0 {
            sync(&world, SyncMode::Auto).await;
        }
        let before = world.present().await;
        assert_eq!(before.len(), 4, "call {calls}");

        // One is edited, one renamed, one gone, one new.
        drive.put("A/0.mp3", song(100));
        drive.rename("A/1.mp3", "B/one.mp3");
        drive.delete("A/2.mp3");
        drive.put("A/4.mp3", song(4));
        disk.fail_after(calls);
        let (second, why) = sync(&world, SyncMode::Auto).await;
        let failed_second = disk.has_failed();
        if failed_second {
            unwritten += check_end(second, &why, calls);
            // Nothing half: each track is where it was, or where it is.
            for path in world.present().await.keys() {
                let known = [
                    "A/0.mp3",
                    "A/1.mp3",
                    "A/2.mp3",
                    "A/3.mp3",
                    "A/4.mp3",
                    "B/one.mp3",
                ];
                assert!(known.contains(&path.as_str()), "call {calls}: {path}");
            }
            let (third, why) = sync(&world, SyncMode::Auto).await;
            assert_eq!(third, Some(SyncStatus::Completed), "call {calls}: {why}");
        }
        let after = world.present().await;
        let paths: Vec<&str> = after.keys().map(String::as_str).collect();
        assert_eq!(
            paths,
            ["A/0.mp3", "A/3.mp3", "A/4.mp3", "B/one.mp3"],
            "call {calls}"
        );
        assert_eq!(after["B/one.mp3"], before["A/1.mp3"], "call {calls}");
        assert_eq!(after["A/0.mp3"], before["A/0.mp3"], "call {calls}");
        let missing = world.tracks(Presence::Missing).await;
        let missing: Vec<_> = missing.iter().map(|it| it.id).collect();
        assert_eq!(missing, [before["A/2.mp3"]], "call {calls}");
        if !failed_first && !failed_second {
            break;
        }
        failures += u64::from(failed_first) + u64::from(failed_second);
    }
    // Beginning, releasing, the job's row and the commit: of two syncs.
    assert!(unwritten <= 8, "{unwritten} syncs went on after a failure");
    assert!(failures > 60, "the disk failed {failures} times only");
}
