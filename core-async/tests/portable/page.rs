//! The page stays alive while tasks spin, and is left in peace while they wait.

use core_async::task::{spawn, yield_now};
use core_async::time::{Duration, Instant, Sleep, sleep, sleep_until};
use js_sys::Promise;
use std::cell::Cell;
use std::future::{Future, pending};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake, Waker};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

#[wasm_bindgen(module = "/tests/portable/page.js")]
extern "C" {
    fn has(name: &str) -> bool;
    fn timers(count: u32) -> Promise;
    fn frames(count: u32) -> Promise;
    fn fetches(count: u32) -> Promise;
    fn requests(count: u32) -> Promise;
    fn answers(count: u32) -> Promise;
    fn messages(count: u32) -> Promise;
    fn watch();
    fn unwatch() -> Vec<u32>;
}

/// Tasks that do nothing but give way, until this is dropped or they lose patience.
struct Spinners {
    turns: Rc<Cell<u64>>,
    stop: Rc<Cell<bool>>,
}

impl Spinners {
    /// Nothing takes that long unless it starves, and a driver gives up a page that is busy for half a minute.
    const PATIENCE: Duration = Duration::from_secs(20);

    fn start() -> Self {
        let (turns, stop) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
        let started = Instant::now();
        for _ in 0..3 {
            let (turns, stop) = (turns.clone(), stop.clone());
            spawn(async move {
                while !stop.get() {
                    turns.set(turns.get() + 1);
                    if turns.get() % 1_024 == 0 && started.elapsed() > Self::PATIENCE {
                        stop.set(true);
                    }
                    yield_now().await;
                }
            });
        }
        Self { turns, stop }
    }
}

impl Drop for Spinners {
    fn drop(&mut self) {
        self.stop.set(true);
    }
}

/// Lets something happen so many times on an idle page, and then beside tasks that spin.
async fn flows<F: Future<Output = ()>>(what: &str, start: impl Fn(u32) -> F) {
    const COUNT: u32 = 25;
    let started = Instant::now();
    start(COUNT).await;
    let idle = started.elapsed();
    let spinners = Spinners::start();
    let started = Instant::now();
    start(COUNT).await;
    let (busy, turns) = (started.elapsed(), spinners.turns.get());
    console_log!("{COUNT} {what}: {idle:?} idle, {busy:?} beside {turns} turns of tasks that spin");
    assert!(
        !spinners.stop.get(),
        "{what} starve: {COUNT} of them had not come when tasks had spun {turns} times"
    );
    assert!(
        turns >= COUNT.into(),
        "no task was spinning: {turns} turns while {COUNT} {what} came"
    );
}

/// The same for what JavaScript does.
async fn flows_in_javascript(what: &str, start: fn(u32) -> Promise) {
    flows(what, |count| async move {
        JsFuture::from(start(count)).await.expect("it goes well");
    })
    .await;
}

#[wasm_bindgen_test]
async fn timers_flow_while_tasks_spin() {
    flows_in_javascript("timers", timers).await;
}

#[wasm_bindgen_test]
async fn sleeps_flow_while_tasks_spin() {
    flows("sleeps", |count| async move {
        for _ in 0..count {
            sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn frames_flow_while_tasks_spin() {
    // A worker draws none.
    if has("document") {
        flows_in_javascript("frames", frames).await;
    }
}

#[wasm_bindgen_test]
async fn fetches_flow_while_tasks_spin() {
    flows_in_javascript("fetches", fetches).await;
}

#[wasm_bindgen_test]
async fn database_requests_flow_while_tasks_spin() {
    flows_in_javascript("database requests", requests).await;
}

#[wasm_bindgen_test]
async fn messages_of_a_worker_flow_while_tasks_spin() {
    // A shared worker can't start one.
    if has("Worker") {
        flows_in_javascript("answers of a worker", answers).await;
    }
}

#[wasm_bindgen_test]
async fn messages_flow_while_tasks_spin() {
    flows_in_javascript("messages", messages).await;
}

/// Lets timers come beside something that works for eight milliseconds at a time, and counts what it did meanwhile.
async fn pieces_beside_timers(
    count: u32,
    start: impl FnOnce(Pin<Box<dyn Future<Output = ()>>>),
) -> u32 {
    let (pieces, stop) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
    let (done, ended) = (pieces.clone(), stop.clone());
    start(Box::pin(async move {
        while !ended.get() && done.get() < 1_000 {
            let started = Instant::now();
            while started.elapsed() < Duration::from_millis(8) {}
            done.set(done.get() + 1);
            yield_now().await;
        }
    }));
    JsFuture::from(timers(count)).await.expect("it goes well");
    stop.set(true);
    pieces.get()
}

#[wasm_bindgen_test]
async fn timers_flow_beside_work_that_is_cut_into_pieces() {
    const COUNT: u32 = 10;
    let of_a_task = pieces_beside_timers(COUNT, |work| drop(spawn(work))).await;
    let elsewhere = pieces_beside_timers(COUNT, wasm_bindgen_futures::spawn_local).await;
    console_log!("{COUNT} timers beside {of_a_task} pieces of a task, {elsewhere} elsewhere");
    for pieces in [of_a_task, elsewhere] {
        assert!((1..=10 * COUNT).contains(&pieces), "{pieces} pieces");
    }
}

#[wasm_bindgen_test]
async fn timers_flow_while_what_is_no_task_spins() {
    let (turns, stop) = (Rc::new(Cell::new(0_u64)), Rc::new(Cell::new(false)));
    let (count, ended) = (turns.clone(), stop.clone());
    let started = Instant::now();
    wasm_bindgen_futures::spawn_local(async move {
        while !ended.get() {
            count.set(count.get() + 1);
            if count.get().is_multiple_of(1_024) && started.elapsed() > Spinners::PATIENCE {
                ended.set(true);
            }
            yield_now().await;
        }
    });
    JsFuture::from(timers(25)).await.expect("it goes well");
    assert!(!stop.replace(true), "timers starve");
    assert!(turns.get() >= 25, "nothing was spinning");
}

#[wasm_bindgen_test]
async fn a_yield_costs_a_hop_in_the_queue() {
    const YIELDS: u32 = 100_000;
    watch();
    for _ in 0..YIELDS {
        yield_now().await;
    }
    let [armed, _, posted] = counts();
    assert_eq!(armed, 0, "a yield is no timer");
    assert!(
        posted < YIELDS / 10,
        "{posted} messages for {YIELDS} yields"
    );
}

/// Ends the counting: timers armed, most of them at once, messages posted.
fn counts() -> [u32; 3] {
    unwatch().try_into().expect("there are three")
}

#[wasm_bindgen_test]
async fn an_idle_runtime_asks_nothing_of_the_browser() {
    let waiting = [
        spawn(pending::<()>()),
        spawn(sleep(Duration::from_secs(3_600))),
        spawn(sleep(Duration::from_secs(36_525 * 86_400))),
    ];
    yield_now().await;
    watch();
    JsFuture::from(timers(100)).await.expect("it goes well");
    JsFuture::from(messages(100)).await.expect("it goes well");
    let [armed, _, posted] = counts();
    // An alarm for a timer of an earlier test may ring, and the next one is armed then.
    assert!(
        armed <= 1 && posted == 0,
        "in two hundred turns of the event loop {armed} timers and {posted} messages"
    );
    // Where there is something to do the same counters count.
    watch();
    let spinners = Spinners::start();
    sleep(Duration::from_millis(5)).await;
    drop(spinners);
    let [armed, _, posted] = counts();
    assert!(
        armed >= 1 && posted >= 1,
        "{armed} timers, {posted} messages"
    );
    for handle in waiting {
        handle.abort();
    }
}

/// Notes as the how manieth it is woken.
struct Bell {
    place: AtomicUsize,
    rung: Arc<AtomicUsize>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        let place = self.rung.fetch_add(1, Ordering::Relaxed);
        self.place.store(place, Ordering::Relaxed);
    }
}

/// Starts timers in no order at all, all due between one point and half a second later. Gives `None` if
/// some were due before the last was started.
fn start_timers(count: u64, first: Instant) -> Option<Vec<(Pin<Box<Sleep>>, Arc<Bell>)>> {
    let rung = Arc::new(AtomicUsize::new(0));
    let start = |n: u64| {
        let deadline = first + Duration::from_micros(n * 7_919 % count * 500_000 / count);
        let bell = Arc::new(Bell {
            place: AtomicUsize::new(usize::MAX),
            rung: rung.clone(),
        });
        let mut asleep = Box::pin(sleep_until(deadline));
        let waker = Waker::from(bell.clone());
        let polled = asleep.as_mut().poll(&mut Context::from_waker(&waker));
        polled.is_pending().then_some((asleep, bell))
    };
    (0..count).map(start).collect()
}

#[wasm_bindgen_test]
async fn a_hundred_thousand_timers_ring_in_order_with_one_armed() {
    const COUNT: u64 = 100_000;
    // Nothing rings while they are started, since that is one turn of the event loop.
    let mut lead = Duration::from_secs(1);
    watch();
    let started = loop {
        if let Some(started) = start_timers(COUNT, Instant::now() + lead) {
            break started;
        }
        lead *= 2;
    };
    let rung = started[0].1.rung.clone();
    while rung.load(Ordering::Relaxed) < COUNT as usize {
        sleep(Duration::from_millis(50)).await;
    }
    let [armed, at_once, _] = counts();
    assert_eq!(at_once, 1, "one timer of the browser is armed at a time");
    assert!(armed < COUNT as u32 / 10, "{armed} times");
    let mut places: Vec<_> = started
        .iter()
        .map(|(asleep, bell)| (bell.place.load(Ordering::Relaxed), asleep.deadline()))
        .collect();
    places.sort_unstable_by_key(|(place, _)| *place);
    assert!(
        places.iter().map(|(place, _)| *place).eq(0..COUNT as usize),
        "each rings once"
    );
    assert!(
        places.is_sorted_by_key(|(_, deadline)| *deadline),
        "they ring in the order of their deadlines"
    );
}

#[wasm_bindgen_test]
fn block_on_waits_for_tasks_but_not_for_the_event_loop() {
    let output = core_async::runtime::block_on(async {
        spawn(async {
            yield_now().await;
            6
        })
        .await
        .expect("it ends well")
    });
    assert_eq!(output, 6);
    let asleep = sleep(Duration::from_secs(1));
    let error = core_async::runtime::try_block_on(asleep).expect_err("it needs the event loop");
    assert!(!error.nested && error.timers >= 1, "{error}");
}
