//! `block_on`: what can be waited for is, what can't is a typed error, and nothing hangs.

use super::support::Notes;
use core_async::local::VirtualHost;
use core_async::local::runtime::{Runtime, WouldBlock, block_on, try_block_on};
use core_async::local::sync::{Notify, mpsc, oneshot};
use core_async::local::task::{spawn, spawn_blocking, yield_now};
use core_async::local::time::{self, Duration, sleep};
use std::future::pending;
use std::pin::pin;
use std::rc::Rc;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn in_runtime<R>(body: impl FnOnce(Rc<VirtualHost>, Runtime) -> R) -> R {
    let (host, runtime) = VirtualHost::start(1);
    runtime.clone().enter(|| body(host, runtime))
}

fn refused(future: impl Future) -> (bool, usize, usize, usize) {
    let Err(error) = try_block_on(future) else {
        panic!("it can't be ready")
    };
    let WouldBlock {
        nested,
        runnable,
        timers,
        host_ops,
        ..
    } = error;
    (nested, runnable, timers, host_ops)
}

#[test]
fn it_waits_for_tasks_channels_and_closures() {
    in_runtime(|_, _| {
        let output = block_on(async {
            let (sender, mut receiver) = mpsc::channel(1);
            let task = spawn(async move {
                for n in 0..10 {
                    sender.send(n).await.expect("somebody receives");
                    yield_now().await;
                }
            });
            let mut sum = 0;
            while let Some(n) = receiver.recv().await {
                sum += n;
            }
            task.await.expect("it ends well");
            sum + spawn_blocking(|| 100).await.expect("it ends well")
        });
        assert_eq!(output, 145);
    });
}

#[test]
fn a_timer_in_the_future_is_a_typed_error() {
    in_runtime(|_, _| {
        assert_eq!(refused(sleep(Duration::from_millis(50))), (false, 0, 1, 0));
    });
}

#[test]
fn a_timer_that_comes_due_meanwhile_is_waited_for() {
    in_runtime(|host, _| {
        host.set_tick(Duration::from_micros(10));
        block_on(async {
            let asleep = spawn(sleep(Duration::from_millis(1)));
            while !asleep.is_finished() {
                yield_now().await;
            }
        });
    });
}

#[test]
fn an_operation_of_the_host_is_a_typed_error() {
    in_runtime(|_, runtime| {
        let (sender, receiver) = oneshot::channel::<()>();
        let under_way = runtime.host_op();
        assert_eq!(refused(receiver), (false, 0, 0, 1));
        drop((under_way, sender));
    });
}

#[test]
fn nothing_left_to_wait_for_says_so() {
    in_runtime(|_, _| {
        assert_eq!(refused(pending::<()>()), (false, 0, 0, 0));
        let error = try_block_on(pending::<()>()).expect_err("it can't be ready");
        assert!(error.to_string().contains("for ever"), "{error}");
    });
}

#[test]
fn tasks_that_spin_come_to_an_end() {
    in_runtime(|host, _| {
        host.set_tick(Duration::from_millis(1));
        spawn(async {
            loop {
                yield_now().await;
            }
        });
        let notify = Notify::new();
        let (nested, runnable, ..) = refused(notify.notified());
        assert!(!nested && runnable == 1);
    });
}

#[test]
fn a_future_that_only_wakes_itself_comes_to_an_end() {
    in_runtime(|host, _| {
        host.set_tick(Duration::from_millis(1));
        let spins = async {
            loop {
                yield_now().await;
            }
        };
        assert_eq!(refused(spins), (false, 1, 0, 0));
    });
}

#[test]
fn a_future_may_wake_itself_for_long_if_others_wake_it_too() {
    in_runtime(|host, _| {
        host.set_tick(Duration::from_millis(1));
        block_on(async {
            let notify = Rc::new(Notify::new());
            let other = notify.clone();
            spawn(async move {
                for _ in 0..100 {
                    for _ in 0..50 {
                        yield_now().await;
                    }
                    other.notify_one();
                }
            });
            for _ in 0..100 {
                let mut woken = pin!(notify.notified());
                while futures::poll!(woken.as_mut()).is_pending() {
                    yield_now().await;
                }
            }
        });
        assert!(host.armed().is_none());
    });
}

#[test]
fn a_block_on_inside_a_block_on_or_a_task_is_refused() {
    in_runtime(|host, runtime| {
        let inner = block_on(async { try_block_on(async { 1 }) });
        assert!(inner.expect_err("nested").nested);
        let handle = spawn(async { try_block_on(async { 1 }) });
        host.settle(&runtime);
        let inner = block_on(handle).expect("it ends well");
        let error = inner.expect_err("nested");
        assert!(
            error.nested && error.to_string().contains("asynchronous code"),
            "{error}"
        );
    });
}

#[test]
fn a_blocking_closure_may_block() {
    in_runtime(|_, _| {
        let output = block_on(async {
            spawn_blocking(|| block_on(async { spawn(async { 4 }).await }))
                .await
                .expect("it ends well")
                .expect("it ends well")
        });
        assert_eq!(output, 4);
    });
}

#[test]
fn a_lent_future_can_be_awaited_after_a_refusal() {
    in_runtime(|host, _| {
        let mut asleep = pin!(sleep(Duration::from_millis(5)));
        assert!(try_block_on(asleep.as_mut()).is_err());
        host.advance(Duration::from_millis(5));
        assert!(try_block_on(asleep).is_ok());
    });
}

#[test]
fn a_refused_future_is_dropped() {
    in_runtime(|_, runtime| {
        let notes = Notes::default();
        let guard = super::support::OnDrop(notes.clone(), "dropped");
        refused(async move {
            let _guard = guard;
            sleep(Duration::from_secs(1)).await;
        });
        assert_eq!(notes.take(), ["dropped"]);
        assert_eq!(runtime.timer_count(), 0);
    });
}

#[test]
fn a_stopped_clock_lets_it_wait_for_timers() {
    in_runtime(|_, _| {
        time::pause();
        block_on(sleep(Duration::from_secs(60)));
    });
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
#[should_panic(expected = "freeze the only thread")]
fn block_on_panics_with_what_is_waited_for() {
    in_runtime(|_, _| block_on(sleep(Duration::from_secs(1))));
}
