//! Syncs a made-up drive of the size that the command line says: a first sync, then rounds of ten
//! changes, each followed by an incremental sync and by one that finds nothing. Prints one JSON object.
//!
//! Everything but the drive is real: the coordinator, the parser, SQLite on a disk.

mod drive;
mod figures;
mod track;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bridge_native::{NativeClock, NativeDatabase};
use core_library::Library;
use core_library::repository::provider::{self, NewProvider};
use core_runtime::config::CoreConfig;
use core_runtime::events::{CoreEvent, EventBus, EventSubscriber, SyncEvent};
use core_sync::{SyncCoordinator, SyncJob, SyncRequest, SyncStatus};

use drive::{Drive, Round};
use figures::Figures;

// As the program `music` has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[core_async::main]
async fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let mut number = |what: &str| -> Result<u64> {
        let text = args.next().with_context(|| format!("{what} is missing"))?;
        text.parse().with_context(|| format!("{what}: {text}"))
    };
    let (tracks, rounds) = (number("the number of tracks")?, number("of rounds")?);
    let folder = args
        .next()
        .context("the folder for the library is missing")?;
    let folder = tempfile::Builder::new().tempdir_in(folder)?;

    let bench = Bench::new(folder.path(), tracks).await?;
    let mut figures = bench.first_sync().await?;
    for round in 0..rounds {
        let changes = bench.drive.change(round);
        figures.changes.push(bench.follow(&changes).await?);
        figures
            .no_change
            .push(bench.follow(&Round::default()).await?);
    }
    figures.print()
}

struct Bench {
    drive: Arc<Drive>,
    library: Library,
    coordinator: SyncCoordinator,
    provider: i64,
    events: EventBus,
}

impl Bench {
    async fn new(folder: &std::path::Path, tracks: u64) -> Result<Self> {
        let database = folder.join("library.db");
        let config = CoreConfig::builder().database_path(&database).build()?;
        let database = Arc::new(NativeDatabase::open(&database).await?);
        let library = Library::open(database, Arc::new(NativeClock::new())).await?;
        let new = NewProvider {
            key: "made-up:drive".into(),
            kind: "made-up".into(),
            name: "Drive".into(),
            root: "/".into(),
            config: "{}".into(),
        };
        let mut tx = library.write().await?;
        let provider = provider::upsert(&mut tx, new).await?;
        tx.commit().await?;
        let events = EventBus::new(1 << 10)?;
        let coordinator =
            SyncCoordinator::new(library.clone(), events.clone(), config.sync, config.retry);
        let drive = Drive::new(tracks);
        coordinator.register_provider(provider, drive.clone());
        Ok(Self {
            drive,
            library,
            coordinator,
            provider,
            events,
        })
    }

    async fn sync(&self) -> Result<(SyncJob, Duration)> {
        let start = Instant::now();
        let request = SyncRequest::default();
        let id = self.coordinator.start_sync(self.provider, request).await?;
        let job = self.coordinator.wait(id).await?;
        let time = start.elapsed();
        ensure!(
            job.status() == SyncStatus::Completed && job.stats().failed == 0,
            "the sync ended so: {job:?}"
        );
        Ok((job, time))
    }

    async fn first_sync(&self) -> Result<Figures> {
        let start = Instant::now();
        let listed = core_async::task::spawn(until_listed(self.events.subscribe(), start));
        let (job, total) = self.sync().await?;
        let listing = listed.await??;
        ensure!(
            job.stats().added == self.drive.tracks(),
            "not all were added: {job:?}"
        );
        // The root has a row too.
        let rows = self.drive.items() + 1;
        let stored = self
            .library
            .query("SELECT count(*) FROM remote_item", vec![])
            .await?;
        let stored: i64 = stored.first().context("a count")?.get(0)?;
        ensure!(stored as u64 == rows, "{stored} of {rows} rows are stored");
        Ok(Figures {
            tracks: self.drive.tracks(),
            rows,
            listing,
            total,
            changes: Vec::new(),
            no_change: Vec::new(),
        })
    }

    /// Syncs after a round of changes, and checks that it found all of them and read nothing else.
    async fn follow(&self, round: &Round) -> Result<Duration> {
        let read = self.drive.files_read();
        let (job, time) = self.sync().await?;
        let stats = job.stats();
        let found = Round {
            updated: stats.updated,
            added: stats.added,
            moved: stats.moved,
            deleted: stats.deleted,
        };
        ensure!(found == *round, "{round:?} was found as {found:?}");
        let read = self.drive.files_read() - read;
        ensure!(
            read == round.added + round.updated,
            "{read} files were read after {round:?}"
        );
        Ok(time)
    }
}

/// Waits until a sync has all observations committed, and says when that was.
async fn until_listed(mut events: EventSubscriber, start: Instant) -> Result<Duration> {
    loop {
        match events.recv().await {
            Ok(event) => {
                if let CoreEvent::Sync(SyncEvent::Progress(progress)) = &event.event
                    && progress.phase == "processing"
                {
                    return Ok(start.elapsed());
                }
            }
            Err(core_runtime::events::EventError::Lagged(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
