//! From a number to a story, and what came of it.

use std::collections::BTreeMap;

use core_async::time::Duration;
use core_runtime::config::{CoreConfig, DuplicatePolicy, MassDeletionGuard};
use core_runtime::retry::RetryPolicy;
use core_sync::mutants::{self, Mutant};
use core_sync::{SyncMode, SyncRequest, SyncStatus};
use fastrand::Rng;

use crate::fault::Fault;
use crate::hub::Hub;
use crate::invariants;
use crate::provider::{Dialect, Site};
use crate::report::{Report, Tally};
use crate::world::{Loss, World};

/// Runs one seed.
pub fn run(seed: u64, verbose: bool) -> Report {
    let mut rng = Rng::with_seed(seed);
    let hub = Hub::new(seed, verbose);
    let mut world = begin(&mut rng, hub);
    let mut swarm = swarm(&mut rng);
    // By a lot of its own: it needs more stories than its share.
    let mut apart = Rng::with_seed(seed ^ 0x0B5E);
    if apart.u32(0..5) == 0 {
        swarm.insert(Fault::SecondObserver, apart.u32(20..=300));
    }
    let mut apart = Rng::with_seed(seed ^ 0x17E3);
    if apart.u32(0..6) == 0 {
        swarm.insert(Fault::ItemThrottled, apart.u32(20..=200));
    }
    for _ in 0..rng.u32(2..=5) {
        round(&mut world, &mut rng, &swarm);
        if !world.hub.violations().is_empty() {
            break; // what follows would only repeat it
        }
    }
    if world.hub.violations().is_empty() {
        end(&mut world);
    }
    let hub = &world.hub;
    let (trace, lines) = hub.trace();
    Report {
        seed,
        trace,
        lines,
        violations: hub.violations(),
        faults: hub.counts(),
        jobs: world.jobs.clone(),
        requests: world.requests,
        virtual_ms: u64::try_from(hub.now().as_millis()).unwrap_or(u64::MAX),
    }
}

/// Runs each seed twice, and tells what came of it and which seeds did not go the same way again.
pub fn replay(seeds: impl Iterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let report = run(seed, false);
        if run(seed, false).trace != report.trace {
            tally.unequal.push(seed);
        }
        tally.add(report);
    }
    tally
}

/// Seeds a known defect and looks for it in up to `limit` seeds from `first` on; gives the seed that
/// showed it, with how.
pub fn hunt(mutant: Mutant, first: u64, limit: u64) -> Option<(u64, String)> {
    mutants::with(mutant, || {
        (first..first + limit).find_map(|seed| {
            let violations = run(seed, false).violations;
            Some((seed, violations.into_iter().next()?))
        })
    })
}

fn begin(rng: &mut Rng, hub: std::sync::Arc<Hub>) -> World {
    let site = |name, rng: &mut Rng| {
        let dialect = *rng.choice(&Dialect::ALL).expect("there are some");
        let (page, concurrency) = (rng.usize(1..=6), rng.usize(1..=4));
        let site = Site::new(name, dialect, page, concurrency, hub.clone());
        for _ in 0..rng.u32(4..24) {
            site.edit();
        }
        site.take_effects();
        hub.tell(|| format!("{name}: {dialect:?}, {page} a page, {concurrency} reads at once"));
        site
    };
    let mut sites = vec![site("left", rng)];
    if rng.u32(0..3) == 0 {
        sites.push(site("right", rng));
    }
    let mut config = CoreConfig::builder()
        .database_path("library.db")
        .transaction_batch(rng.usize(1..=8))
        .sync_concurrency(rng.usize(1..=6))
        .progress_interval(Duration::ZERO)
        .build()
        .expect("settings in their bounds")
        .sync;
    config.mass_deletion = MassDeletionGuard {
        always_allowed: rng.u64(1..12),
        max_fraction: 0.25,
    };
    config.missing_grace = match rng.u32(0..4) {
        0 => None,
        1 => Some(Duration::ZERO),
        2 => Some(Duration::from_secs(600)),
        _ => config.missing_grace,
    };
    config.duplicates = match rng.u32(0..5) {
        0 => DuplicatePolicy::KeepNewest,
        1 => DuplicatePolicy::Ask,
        _ => DuplicatePolicy::KeepBoth,
    };
    let retry = RetryPolicy {
        max_attempts: rng.u32(2..=5),
        ..RetryPolicy::default()
    };
    World::new(hub, sites, config, retry)
}

/// Draws which faults this story has, and how often they strike. A few at a time find more than
/// all at once.
fn swarm(rng: &mut Rng) -> BTreeMap<Fault, u32> {
    let mut faults = Fault::ALL.to_vec();
    faults.retain(|it| !matches!(it, Fault::SecondObserver | Fault::ItemThrottled)); // drawn apart
    rng.shuffle(&mut faults);
    faults.truncate(rng.usize(0..=7));
    if rng.u32(0..3) == 0 {
        faults.push(Fault::ConcurrentEdit); // races are the rarest to meet by chance
    }
    faults
        .into_iter()
        .map(|fault| {
            let rate = match fault {
                Fault::DiskFull | Fault::IoError => rng.u32(1..=10),
                Fault::Busy | Fault::ThrottledAbsurdly => rng.u32(1..=20),
                Fault::ConcurrentEdit => rng.u32(20..=300),
                Fault::StreamCut => rng.u32(100..=500),
                Fault::UnreadableFolder | Fault::TokenLoop => rng.u32(20..=200),
                _ => rng.u32(5..=80),
            };
            (fault, rate)
        })
        .collect()
}

/// People edit, the process lives for a while, and perhaps it dies.
fn round(world: &mut World, rng: &mut Rng, swarm: &BTreeMap<Fault, u32>) {
    for account in &mut world.sites {
        for _ in 0..rng.u32(0..7) {
            account.site.edit();
        }
        let effects = account.site.take_effects();
        account.identities.learn(&account.site, effects);
    }
    let calm = rng.u32(0..5) == 0;
    world
        .hub
        .set_rates(if calm { BTreeMap::new() } else { swarm.clone() });
    let deaths: Vec<Loss> = [
        (Fault::Kill, Loss::Nothing),
        (Fault::TornWrite, Loss::Tail),
        (Fault::PowerCut, Loss::Anything),
    ]
    .into_iter()
    .filter(|(fault, _)| swarm.contains_key(fault))
    .map(|(_, loss)| loss)
    .collect();
    let loss = rng.choice(&deaths).copied();
    let dies = loss.is_some() && rng.bool();
    world.hub.kill_in(dies.then(|| rng.u64(1..600)));
    let jobs: Vec<(usize, SyncRequest, Option<Duration>)> = (0..rng.u32(1..=2))
        .map(|_| {
            let at = rng.usize(0..world.sites.len());
            // People who edit during long listings find the gaps between listing and feed.
            let restless = swarm.contains_key(&Fault::ConcurrentEdit) && rng.bool();
            let mode = match rng.u32(0..5) {
                _ if restless => SyncMode::Full,
                0 | 1 => SyncMode::Full,
                _ => SyncMode::Auto,
            };
            let request = SyncRequest {
                mode,
                deletions_confirmed: rng.u32(0..3) != 0,
            };
            let cancels = swarm.contains_key(&Fault::Cancel) && rng.u32(0..3) == 0;
            let after = cancels.then(|| Duration::from_millis(rng.u64(0..3_000)));
            (at, request, after)
        })
        .collect();
    let gaps = world.hub.gaps();
    let killed = world.live(loss.unwrap_or(Loss::Nothing), async |world, life| {
        for (at, request, cancel) in jobs {
            world.sync(life, at, request, cancel).await;
            world.play(life).await;
            world.decide(life).await;
        }
    });
    world.hub.kill_in(None);
    // Tracks that a power cut undid are not owed to anybody.
    let undone = killed && loss.is_some_and(|loss| loss != Loss::Nothing);
    let gappy = killed && world.hub.gaps() != gaps;
    if undone {
        world.played.clear();
    }
    for account in &mut world.sites {
        let effects = account.site.take_effects();
        account.identities.learn_late(&account.site, effects);
        if undone {
            account.identities.forget();
        }
        if gappy {
            account.identities.learn_gap();
        }
    }
}

/// The faults stop: two syncs later the library is the drive, and a third has nothing to do. The
/// second one lists everything, which tries again what was set aside.
fn end(world: &mut World) {
    world.hub.set_rates(BTreeMap::new());
    world.hub.tell(|| "the faults stop".to_owned());
    world.live(Loss::Nothing, async |world, life| {
        for at in 0..world.sites.len() {
            for mode in [SyncMode::Auto, SyncMode::Full] {
                let request = SyncRequest {
                    mode,
                    deletions_confirmed: true,
                };
                let job = world.sync(life, at, request, None).await;
                if job.is_none_or(|job| job.status() != SyncStatus::Completed) {
                    world
                        .hub
                        .violated("I1", "a sync without faults was not completed");
                }
            }
            let tables = world.look(life);
            let (id, site) = (world.sites[at].id, world.sites[at].site.clone());
            let newest_only = world.newest_only();
            invariants::check_converged(&world.hub, &site, id, &tables, newest_only);
            quiet(world, life, at).await;
        }
    });
}

/// A sync after no change does nothing, and asks for one page where the provider has a feed.
async fn quiet(world: &mut World, life: &crate::world::Life, at: usize) {
    let request = SyncRequest::default();
    let Some(job) = world.sync(life, at, request, None).await else {
        world
            .hub
            .violated("I1", "a sync without faults does not start");
        return;
    };
    let stats = job.stats();
    if stats.added + stats.updated + stats.moved + stats.deleted + stats.bytes_read != 0 {
        world
            .hub
            .violated("I7", format!("nothing changed, and the job says {stats:?}"));
    }
    if world.sites[at].site.dialect.has_feed() && stats.requests != 1 {
        world.hub.violated(
            "I6",
            format!("nothing changed, and that took {} requests", stats.requests),
        );
    }
}
