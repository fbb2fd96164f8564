//! Tasks: order, joining, aborting, panics, sets, and the event loop's turn.

use super::support::{Notes, OnDrop, Wakes, run, run_with};
use core_async::local::VirtualHost;
use core_async::local::task::{self, JoinSet, spawn, spawn_blocking, yield_now};
use core_async::local::time::{Duration, sleep};
use std::cell::Cell;
use std::future::{Future, pending};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Context;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn tasks_run_in_the_order_of_their_wake_ups() {
    let notes = run(async {
        let notes = Notes::default();
        for name in ["a", "b", "c"] {
            let notes = notes.clone();
            spawn(async move {
                notes.add(format!("{name}1"));
                yield_now().await;
                notes.add(format!("{name}2"));
            });
        }
        yield_now().await;
        yield_now().await;
        notes.take()
    });
    assert_eq!(notes, ["a1", "b1", "c1", "a2", "b2", "c2"]);
}

#[test]
fn a_dropped_handle_lets_the_task_run_on() {
    run(async {
        let notes = Notes::default();
        let inner = notes.clone();
        drop(spawn(async move {
            sleep(Duration::from_millis(5)).await;
            inner.add("done");
        }));
        sleep(Duration::from_millis(10)).await;
        assert_eq!(notes.take(), ["done"]);
    });
}

#[test]
fn the_future_is_gone_before_the_join_is_ready() {
    run(async {
        let notes = Notes::default();
        let (first, second) = (notes.clone(), notes.clone());
        let handle = spawn(async move {
            let _guard = OnDrop(first, "future dropped");
            yield_now().await;
        });
        let joined = spawn(async move {
            handle.await.expect("it ends well");
            second.add("joined");
        });
        joined.await.expect("it ends well");
        assert_eq!(notes.take(), ["future dropped", "joined"]);
    });
}

#[test]
fn an_aborted_task_drops_its_future_before_the_join_says_cancelled() {
    run(async {
        let notes = Notes::default();
        let inner = notes.clone();
        let handle = spawn(async move {
            let _guard = OnDrop(inner, "future dropped");
            pending::<()>().await;
        });
        yield_now().await;
        handle.abort();
        assert!(!handle.is_finished(), "an abort is a request");
        let id = handle.id();
        let error = handle.await.expect_err("it was aborted");
        assert!(error.is_cancelled() && !error.is_panic());
        assert_eq!(error.id(), id);
        assert_eq!(error.to_string(), format!("task {id} was cancelled"));
        assert_eq!(notes.take(), ["future dropped"]);
    });
}

#[test]
fn an_abort_after_the_end_keeps_the_output() {
    run(abort_after_the_end());
}

pub(crate) async fn abort_after_the_end() {
    let handle = spawn(async { 5 });
    yield_now().await;
    assert!(handle.is_finished());
    handle.abort();
    assert_eq!(handle.await.expect("it had ended"), 5);
}

#[test]
fn finished_means_ended_in_any_way() {
    run(finished_means_ended());
}

pub(crate) async fn finished_means_ended() {
    let ends = spawn(async {});
    let waits = spawn(pending::<()>());
    let (ends_abort, waits_abort) = (ends.abort_handle(), waits.abort_handle());
    assert!(!ends.is_finished() && !ends_abort.is_finished());
    yield_now().await;
    assert!(ends.is_finished() && ends_abort.is_finished());
    assert!(!waits.is_finished() && !waits_abort.is_finished());
    waits_abort.abort();
    assert!(!waits.is_finished(), "the task has not ended yet");
    yield_now().await;
    assert!(waits.is_finished() && waits_abort.is_finished());
}

#[test]
fn a_task_can_abort_itself() {
    run(self_abort());
}

pub(crate) async fn self_abort() {
    let own = Rc::new(Cell::new(None::<task::AbortHandle>));
    let inner = own.clone();
    let handle = spawn(async move {
        yield_now().await;
        inner.take().expect("it was put there").abort();
        // Still running: an abort takes effect at the next await.
        yield_now().await;
        unreachable!("the task was aborted");
    });
    own.set(Some(handle.abort_handle()));
    assert!(handle.await.expect_err("it aborted itself").is_cancelled());
}

#[test]
fn a_task_that_aborts_itself_and_ends_keeps_its_output() {
    run(async {
        let own = Rc::new(Cell::new(None::<task::AbortHandle>));
        let inner = own.clone();
        let handle = spawn(async move {
            inner.take().expect("it was put there").abort();
            3
        });
        own.set(Some(handle.abort_handle()));
        assert_eq!(handle.await.expect("it ended in the same poll"), 3);
    });
}

#[test]
fn an_output_nobody_wants_is_dropped_at_once() {
    run(async {
        let notes = Notes::default();
        let inner = notes.clone();
        let handle = spawn(async move { OnDrop(inner, "output dropped") });
        let _kept = handle.abort_handle();
        drop(handle);
        yield_now().await;
        assert_eq!(notes.take(), ["output dropped"]);
    });
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn a_panic_stays_in_its_task() {
    run(async {
        let handle = spawn(async { assert!(task::try_id().is_none(), "as planned") });
        let other = spawn(async { 1 });
        let error = handle.await.expect_err("it panicked");
        assert!(error.is_panic() && !error.is_cancelled());
        assert!(
            error
                .to_string()
                .ends_with("panicked with message \"as planned\"")
        );
        let payload = error.try_into_panic().expect("it is a panic");
        assert_eq!(payload.downcast_ref::<&str>(), Some(&"as planned"));
        assert_eq!(other.await.expect("it has nothing to do with it"), 1);
    });
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn a_panic_in_a_drop_is_reported_too() {
    run(async {
        let handle = spawn(async {
            let _bomb = Bomb;
            pending::<()>().await;
        });
        yield_now().await;
        handle.abort();
        assert!(handle.await.expect_err("it was aborted").is_panic());
    });
}

#[test]
fn a_running_task_knows_its_id() {
    run(async {
        let handle = spawn(async { (task::id(), task::try_id()) });
        let id = handle.id();
        let (inside, tried) = handle.await.expect("it ends well");
        assert_eq!((inside, tried), (id, Some(id)));
        assert_ne!(task::id(), id);
    });
    assert_eq!(task::try_id(), None);
}

#[test]
fn a_set_gives_results_in_order_of_completion() {
    run(async {
        let mut set = JoinSet::new();
        for millis in [30, 10, 20] {
            set.spawn(async move {
                sleep(Duration::from_millis(millis)).await;
                millis
            });
        }
        assert!(set.try_join_next().is_none());
        assert_eq!(set.len(), 3);
        let mut order = Vec::new();
        while let Some(result) = set.join_next().await {
            order.push(result.expect("it ends well"));
        }
        assert_eq!(order, [10, 20, 30]);
        assert!(set.is_empty() && set.join_next().await.is_none());
    });
}

#[test]
fn a_waiting_set_sees_tasks_that_are_spawned_later() {
    run(async {
        let mut set = JoinSet::new();
        set.spawn(pending::<u8>());
        {
            let next = set.join_next();
            // Dropped while it waits: nothing is lost.
            assert!(
                core_async::local::time::timeout(Duration::from_millis(1), next)
                    .await
                    .is_err()
            );
        }
        set.spawn(async { 7 });
        assert_eq!(
            set.join_next()
                .await
                .expect("there are tasks")
                .expect("it ends"),
            7
        );
        set.shutdown().await;
        assert!(set.is_empty());
    });
}

#[test]
fn a_dropped_set_aborts_its_tasks_and_a_detached_one_does_not() {
    run(async {
        let notes = Notes::default();
        for (detach, name) in [(false, "aborted"), (true, "detached")] {
            let mut set = JoinSet::new();
            let (guard, end) = (OnDrop(notes.clone(), name), notes.clone());
            set.spawn(async move {
                let _guard = guard;
                sleep(Duration::from_millis(5)).await;
                end.add("ran to its end");
            });
            yield_now().await;
            if detach {
                set.detach_all();
            }
        }
        sleep(Duration::from_millis(10)).await;
        assert_eq!(notes.take(), ["aborted", "ran to its end", "detached"]);
    });
}

#[test]
fn join_all_gives_everything() {
    run(async {
        let set: JoinSet<u8> = [1, 2, 3].into_iter().map(|n| async move { n }).collect();
        assert_eq!(set.join_all().await, [1, 2, 3]);
    });
}

#[test]
fn a_blocking_closure_gets_a_macrotask_of_its_own() {
    run_with(|host, _| async move {
        let notes = Notes::default();
        let (first, second) = (notes.clone(), notes.clone());
        let before = host.counts().macrotasks;
        let one = spawn_blocking(move || first.add("one"));
        let two = spawn_blocking(move || second.add("two"));
        notes.add("the caller goes on");
        yield_now().await;
        notes.add("so do others");
        one.await.expect("it ends well");
        two.await.expect("it ends well");
        let expected = ["the caller goes on", "so do others", "one", "two"];
        assert_eq!(notes.take(), expected);
        assert!(host.counts().macrotasks >= before + 2);
    });
}

#[test]
fn a_blocking_closure_that_was_aborted_in_time_never_runs() {
    run(async {
        let ran = Rc::new(Cell::new(false));
        let inner = ran.clone();
        let handle = spawn_blocking(move || inner.set(true));
        handle.abort();
        assert!(handle.await.expect_err("it was aborted").is_cancelled());
        assert!(!ran.get());
    });
}

#[test]
fn tasks_that_spin_leave_the_event_loop_its_turn() {
    let (host, runtime) = VirtualHost::start(1);
    host.set_tick(Duration::from_micros(100));
    let rung = Rc::new(Cell::new(0));
    for millis in 1..=20 {
        let rung = rung.clone();
        host.after(Duration::from_millis(millis), move || {
            rung.set(rung.get() + 1)
        });
    }
    runtime.enter(|| {
        spawn(async {
            loop {
                yield_now().await;
            }
        });
    });
    let mut turns = 0;
    while rung.get() < 20 {
        assert!(host.turn(&runtime), "a spinning task is always ready");
        turns += 1;
        assert!(turns < 10_000, "the event loop starves");
    }
    let counts = host.counts();
    assert!(
        counts.macrotasks >= counts.microtasks.saturating_sub(2),
        "{counts:?}"
    );
    runtime.shutdown();
}

/// Counts the turns of the event loop that come between so many polls of tasks that give way after `length` each.
fn turns_between(polls: usize, tasks: usize, length: Duration) -> u64 {
    let (host, runtime) = VirtualHost::start(1);
    let polled = Rc::new(Cell::new(0));
    for _ in 0..tasks {
        let (host, polled) = (host.clone(), polled.clone());
        runtime.enter(|| {
            spawn(async move {
                loop {
                    host.advance(length);
                    polled.set(polled.get() + 1);
                    yield_now().await;
                }
            })
        });
    }
    while polled.get() < polls {
        assert!(host.turn(&runtime), "they are always ready");
    }
    let turns = host.counts().macrotasks;
    runtime.shutdown();
    turns
}

#[test]
fn after_a_long_poll_the_event_loop_has_its_turn_at_once() {
    for tasks in [1, 64] {
        let turns = turns_between(64, tasks, Duration::from_millis(8));
        assert!(turns >= 63, "{turns} turns for {tasks} tasks");
        let turns = turns_between(64, tasks, Duration::from_millis(1));
        assert!(
            (31..=33).contains(&turns),
            "{turns} turns for {tasks} tasks"
        );
    }
    // Short ones share a turn.
    assert_eq!(turns_between(1_000, 1, Duration::from_micros(1)), 0);
}

#[test]
fn what_others_poll_gives_the_event_loop_its_turn_as_it_yields() {
    let (host, runtime) = VirtualHost::start(1);
    let wakes = Arc::new(Wakes::default());
    let waker = wakes.waker();
    let mut cx = Context::from_waker(&waker);
    let mut future = Box::pin(async {
        loop {
            yield_now().await;
        }
    });
    // As `wasm-bindgen-futures` does: whoever was woken is polled before the event loop goes on.
    let mut polls = 0;
    let (length, mut woken) = (Duration::from_micros(500), 0);
    while polls < 40 {
        host.advance(length);
        assert!(runtime.enter(|| future.as_mut().poll(&mut cx)).is_pending());
        polls += 1;
        while wakes.count() == woken {
            assert!(host.turn(&runtime), "somebody has to wake it");
        }
        woken = wakes.count();
    }
    let turns = host.counts().macrotasks;
    // Four polls are two milliseconds.
    assert!((8..=11).contains(&turns), "{turns}");
}

#[test]
fn many_short_microtasks_use_up_one_budget() {
    let (host, runtime) = VirtualHost::start(1);
    host.set_tick(Duration::from_micros(60));
    let notify = Rc::new(core_async::local::sync::Notify::new());
    let inner = notify.clone();
    runtime.enter(|| {
        spawn(async move {
            loop {
                inner.notified().await;
            }
        });
    });
    // Each wake-up from outside is a microtask of its own, shorter than the budget.
    for _ in 0..1_000 {
        notify.notify_one();
        host.turn(&runtime);
    }
    let counts = host.counts();
    assert!(
        counts.macrotasks >= 20,
        "re-arming evades the budget: {counts:?}"
    );
    runtime.shutdown();
}

#[test]
fn idle_means_no_callbacks_at_all() {
    let (host, runtime) = VirtualHost::start(1);
    runtime.enter(|| {
        spawn(pending::<()>());
        spawn(async { sleep(Duration::from_secs(1)).await });
    });
    host.settle(&runtime);
    let before = host.counts();
    assert!(!host.turn(&runtime));
    assert_eq!(host.counts(), before, "nothing polls, nothing spins");
    runtime.shutdown();
}

#[test]
fn a_shutdown_inside_a_task_ends_that_task_too() {
    let (host, runtime) = VirtualHost::start(1);
    let notes = Notes::default();
    let (inner, guard) = (notes.clone(), OnDrop(notes.clone(), "dropped"));
    let own = runtime.clone();
    let handle = runtime.enter(|| {
        spawn(async move {
            let _guard = guard;
            own.shutdown();
            inner.add("goes on to its next await");
            yield_now().await;
            inner.add("goes on after it");
        })
    });
    host.settle(&runtime);
    assert_eq!(notes.take(), ["goes on to its next await", "dropped"]);
    assert!(handle.is_finished());
    assert_eq!(runtime.task_count(), 0);
}

#[test]
fn a_shutdown_ends_tasks_that_its_drops_start() {
    struct Starts(Notes, u32);
    impl Drop for Starts {
        fn drop(&mut self) {
            self.0.add(self.1.to_string());
            if self.1 > 0 {
                let next = Starts(self.0.clone(), self.1 - 1);
                spawn(async move {
                    let _next = next;
                    pending::<()>().await;
                });
            }
        }
    }
    let (host, runtime) = VirtualHost::start(1);
    let notes = Notes::default();
    let first = Starts(notes.clone(), 3);
    runtime.enter(|| spawn(async move { drop(first) }));
    runtime.enter(|| spawn(pending::<()>()));
    runtime.shutdown();
    assert_eq!(notes.take(), ["3", "2", "1", "0"]);
    assert_eq!(runtime.task_count(), 0);
    assert!(
        !host.turn(&runtime) || !host.turn(&runtime),
        "nothing is left to run"
    );
}

/// Looking for each one from the start would take five thousand million looks.
#[test]
fn a_hundred_thousand_tasks_end_in_order() {
    const TASKS: usize = 100_000;
    let (host, runtime) = VirtualHost::start(1);
    let ended = Rc::new(Cell::new(0));
    struct InTurn(Rc<Cell<usize>>, usize);
    impl Drop for InTurn {
        fn drop(&mut self) {
            assert_eq!(self.0.replace(self.1 + 1), self.1);
        }
    }
    runtime.enter(|| {
        for number in 0..TASKS {
            let guard = InTurn(ended.clone(), number);
            spawn(async move {
                let _guard = guard;
                pending::<()>().await;
            });
        }
    });
    host.settle(&runtime);
    runtime.shutdown();
    assert_eq!((ended.get(), runtime.task_count()), (TASKS, 0));
}

#[cfg(not(target_arch = "wasm32"))]
struct Bomb;

#[cfg(not(target_arch = "wasm32"))]
impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("in drop");
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl std::task::Wake for Bomb {
    fn wake(self: std::sync::Arc<Self>) {
        // Its drop panics.
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn a_waker_that_panics_loses_no_result_of_a_set() {
    let (host, runtime) = VirtualHost::start(1);
    runtime.enter(|| {
        let mut set: JoinSet<u8> = [1, 2].into_iter().map(|n| async move { n }).collect();
        let bomb = std::sync::Arc::new(Bomb).into();
        let mut cx = std::task::Context::from_waker(&bomb);
        assert!(set.poll_join_next(&mut cx).is_pending());
        drop(bomb);
        host.settle(&runtime);
        for expected in [1, 2] {
            let joined = set.try_join_next().expect("it has ended");
            assert_eq!(joined.expect("its task did not panic"), expected);
        }
        assert!(set.is_empty());
    });
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn an_unwanted_output_that_panics_is_no_failure_of_its_task() {
    let (host, runtime) = VirtualHost::start(1);
    let handle = runtime.enter(|| spawn(async { Bomb }));
    let ended = handle.abort_handle();
    drop(handle);
    host.settle(&runtime);
    assert!(ended.is_finished());
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn a_waker_wakes_no_stranger_on_another_thread() {
    use std::task::{Poll, Waker};
    /// Polls a task once and gives its waker.
    fn first_task(
        polls: Rc<Cell<u32>>,
    ) -> (Rc<VirtualHost>, core_async::local::runtime::Runtime, Waker) {
        let (host, runtime) = VirtualHost::start(1);
        let waker = Rc::new(std::cell::RefCell::new(None));
        let keep = waker.clone();
        runtime.enter(|| {
            spawn(std::future::poll_fn(move |cx| {
                polls.set(polls.get() + 1);
                *keep.borrow_mut() = Some(cx.waker().clone());
                Poll::<()>::Pending
            }))
        });
        host.settle(&runtime);
        let waker = waker.take().expect("it was polled");
        (host, runtime, waker)
    }
    let strange = std::thread::spawn(|| {
        let (_, runtime, waker) = first_task(Rc::default());
        // A runtime that ends silences its wakers.
        std::mem::forget(runtime);
        waker
    });
    let strange = strange.join().expect("it does not panic");
    let woken = std::thread::spawn(move || {
        let polls = Rc::new(Cell::new(0));
        let (host, runtime, own) = first_task(polls.clone());
        strange.wake();
        host.settle(&runtime);
        assert_eq!(polls.get(), 1, "a stranger's waker has woken it");
        own.wake();
        host.settle(&runtime);
        polls.get()
    });
    assert_eq!(woken.join().expect("it does not panic"), 2);
}

#[test]
fn a_runtime_that_ends_drops_its_tasks() {
    let notes = Notes::default();
    let (host, runtime) = VirtualHost::start(1);
    let handle = runtime.enter(|| {
        let guard = OnDrop(notes.clone(), "dropped");
        spawn(async move {
            let _guard = guard;
            // It knows the runtime, but does not keep it.
            sleep(Duration::from_secs(1)).await;
        })
    });
    host.settle(&runtime);
    drop(runtime);
    assert_eq!(notes.take(), ["dropped"]);
    assert!(handle.is_finished());
}
