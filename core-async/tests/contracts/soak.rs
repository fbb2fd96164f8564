//! A long seeded run of everything together; the same seed gives the same run.

use core_async::local::VirtualHost;
use core_async::local::sync::{Mutex, Notify, Semaphore, broadcast, mpsc};
use core_async::local::task::{JoinSet, spawn, spawn_blocking, yield_now};
use core_async::local::time::{Duration, Instant, sleep, timeout};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

struct Random(Cell<u64>);

impl Random {
    fn below(&self, limit: u64) -> u64 {
        let mut x = self.0.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.0.set(x);
        x % limit
    }
}

struct World {
    random: Random,
    host: Rc<VirtualHost>,
    gate: Semaphore,
    inside: Cell<usize>,
    total: Mutex<u64>,
    bell: Notify,
    log: RefCell<Vec<u64>>,
    /// Jobs that somebody has sent.
    sent: Cell<u64>,
    stopped: Cell<usize>,
}

/// Somebody is behind the gate, until they leave or are stopped there.
struct Inside<'a>(&'a Cell<usize>);

impl<'a> Inside<'a> {
    fn enter(count: &'a Cell<usize>) -> Self {
        count.set(count.get() + 1);
        Self(count)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

const GATE: usize = 3;
const WORKERS: usize = 40;

async fn worker(world: Rc<World>, id: u64, jobs: mpsc::Sender<u64>) {
    for _ in 0..20 {
        match world.random.below(8) {
            0 => yield_now().await,
            1 => sleep(Duration::from_micros(world.random.below(5_000))).await,
            2 => {
                let _permit = world.gate.acquire().await.expect("open");
                let _inside = Inside::enter(&world.inside);
                assert!(world.inside.get() <= GATE, "the semaphore lets too many in");
                sleep(Duration::from_micros(world.random.below(500))).await;
            }
            3 => *world.total.lock().await += 1,
            4 => drop(timeout(Duration::from_micros(300), world.bell.notified()).await),
            5 => world.bell.notify_one(),
            6 => {
                let from = Instant::now();
                let wait = Duration::from_micros(world.random.below(900));
                let (event, rung) = (Rc::new(Notify::new()), Rc::new(Cell::new(false)));
                let (ringer, flag) = (event.clone(), rung.clone());
                world.host.after(wait, move || {
                    flag.set(true);
                    ringer.notify_one();
                });
                event.notified().await;
                assert!(
                    rung.get() && from.elapsed() >= wait,
                    "woken before the event"
                );
            }
            _ => drop(spawn_blocking(|| ()).await),
        }
        if jobs.send(id).await.is_err() {
            return;
        }
        world.sent.set(world.sent.get() + 1);
    }
}

/// Gives the order of the jobs, and how many workers were stopped.
fn soak(seed: u64) -> (Vec<u64>, usize) {
    let (host, runtime) = VirtualHost::start(seed);
    host.set_tick(Duration::from_micros(3));
    let world = Rc::new(World {
        random: Random(Cell::new(seed | 1)),
        host: host.clone(),
        gate: Semaphore::new(GATE),
        inside: Cell::new(0),
        total: Mutex::new(0),
        bell: Notify::new(),
        log: RefCell::default(),
        sent: Cell::new(0),
        stopped: Cell::new(0),
    });
    let journal = world.clone();
    host.run(&runtime, async move {
        let (jobs, mut inbox) = mpsc::channel(4);
        let (news, mut reader) = broadcast::channel(8);
        let mut workers = JoinSet::new();
        let mut at_work: Vec<_> = (0..WORKERS)
            .map(|id| workers.spawn(worker(world.clone(), id as u64, jobs.clone())))
            .collect();
        drop(jobs);
        let log = world.clone();
        let collector = spawn(async move {
            let mut received = 0u64;
            while let Some(id) = inbox.recv().await {
                log.log.borrow_mut().push(id);
                received += 1;
                drop(news.send(id));
            }
            received
        });
        let listener = spawn(async move {
            let (mut seen, mut missed) = (0, 0);
            loop {
                match reader.recv().await {
                    Ok(_) => seen += 1,
                    Err(broadcast::error::RecvError::Lagged(n)) => missed += n,
                    Err(broadcast::error::RecvError::Closed) => return seen + missed,
                }
                sleep(Duration::from_micros(40)).await;
            }
        });
        // Some workers are stopped in the middle of whatever they do.
        let mut stopped = 0;
        for _ in 0..30 {
            sleep(Duration::from_micros(world.random.below(1_000))).await;
            if world.random.below(4) == 0 {
                let chosen = world.random.below(at_work.len() as u64) as usize;
                let chosen = at_work.swap_remove(chosen);
                if !chosen.is_finished() {
                    chosen.abort();
                    stopped += 1;
                }
            }
        }
        world.stopped.set(stopped);
        let (mut ended, mut cancelled) = (0, 0);
        while let Some(result) = workers.join_next().await {
            match result {
                Ok(()) => ended += 1,
                Err(error) => {
                    assert!(error.is_cancelled(), "{error}");
                    cancelled += 1;
                }
            }
        }
        assert_eq!((ended, cancelled), (WORKERS - stopped, stopped));
        let received = collector.await.expect("it ends well");
        assert_eq!(
            received,
            world.sent.get(),
            "what was sent arrives, also of the stopped"
        );
        assert!(
            received >= 20 * ended as u64,
            "who was not stopped does all of it"
        );
        assert_eq!(listener.await.expect("it ends well"), received);
        assert_eq!(world.gate.available_permits(), GATE);
        assert_eq!(world.inside.get(), 0);
        assert!(world.total.try_lock().is_ok(), "nobody keeps the lock");
    });
    host.settle(&runtime);
    assert_eq!(runtime.task_count(), 0);
    assert_eq!(runtime.timer_count(), 0);
    (journal.log.take(), journal.stopped.get())
}

#[test]
fn a_hundred_seeded_runs_come_to_their_end_with_nothing_lost() {
    let stopped: usize = (1..=100).map(|seed| soak(seed).1).sum();
    assert!(
        stopped > 100,
        "only {stopped} workers were stopped in all the runs"
    );
}

#[test]
fn the_same_seed_gives_the_same_run() {
    assert_eq!(soak(7), soak(7));
    assert_ne!(soak(7), soak(8), "the seed decides the order");
}
