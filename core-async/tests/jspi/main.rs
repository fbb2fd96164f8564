//! `block_on` really waits, on stacks that the browser suspends: feature `jspi`, in Chromium.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test")]

#[path = "../portable/cases.rs"]
mod cases;

use core_async::runtime::{block_on, try_block_on};
use core_async::sync::{Mutex, mpsc, oneshot};
use core_async::task::{JoinSet, spawn, spawn_blocking, yield_now};
use core_async::time::{Duration, Instant, sleep};
use js_sys::{Function, Promise, Reflect};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn fetch(url: &str) -> JsFuture {
    let global = js_sys::global();
    let fetch: Function = Reflect::get(&global, &"fetch".into())
        .expect("there is fetch")
        .unchecked_into();
    let response: Promise = fetch
        .call1(&global, &url.into())
        .expect("the call is right")
        .unchecked_into();
    JsFuture::from(response)
}

#[wasm_bindgen_test]
async fn block_on_waits_for_a_timer_while_the_page_lives_on() {
    let ticks = Rc::new(Cell::new(0));
    let count = ticks.clone();
    let ticking = spawn(async move {
        loop {
            sleep(Duration::from_millis(5)).await;
            count.set(count.get() + 1);
        }
    });
    let waited = spawn_blocking(|| {
        let started = Instant::now();
        block_on(sleep(Duration::from_millis(150)));
        started.elapsed()
    });
    let waited = waited.await.expect("it ends well");
    ticking.abort();
    assert!(waited >= Duration::from_millis(150), "{waited:?}");
    assert!(
        ticks.get() >= 5,
        "the page stood still: {} ticks",
        ticks.get()
    );
}

#[wasm_bindgen_test]
async fn block_on_waits_for_a_fetch() {
    let answered = spawn_blocking(|| block_on(fetch("data:text/plain,hello")).is_ok());
    assert!(answered.await.expect("it ends well"));
}

#[wasm_bindgen_test]
async fn a_future_that_wakes_itself_lets_tasks_and_timers_run() {
    let rung = Rc::new(Cell::new(false));
    let ring = rung.clone();
    let waited = spawn_blocking(move || {
        block_on(async {
            spawn(async move {
                sleep(Duration::from_millis(5)).await;
                ring.set(true);
            });
            while !rung.get() {
                yield_now().await;
            }
        });
    });
    waited.await.expect("it ends well");
}

#[wasm_bindgen_test]
async fn many_stacks_wait_and_go_on_in_any_order() {
    let mut set = JoinSet::new();
    for n in 0..50u64 {
        set.spawn_blocking(move || {
            // Something on the stack that must still be there afterwards.
            let kept: [u64; 64] = std::array::from_fn(|i| n * 100 + i as u64);
            for round in 0..3 {
                block_on(sleep(Duration::from_millis((n * 7 + round * 5) % 23)));
            }
            kept.iter()
                .enumerate()
                .all(|(i, value)| *value == n * 100 + i as u64)
        });
    }
    while let Some(whole) = set.join_next().await {
        assert!(whole.expect("it ends well"), "a stack was damaged");
    }
}

#[wasm_bindgen_test]
async fn stacks_and_tasks_share_locks_and_channels() {
    let total = Rc::new(Mutex::new(0));
    let (sender, mut receiver) = mpsc::channel(1);
    let writing = total.clone();
    let blocked = spawn_blocking(move || {
        for n in 0..20 {
            block_on(sender.send(n)).expect("somebody receives");
            *block_on(writing.lock()) += n;
        }
    });
    let mut sum = 0;
    while let Some(n) = receiver.recv().await {
        sum += n;
        let held = total.lock().await;
        sleep(Duration::from_millis(1)).await;
        drop(held);
    }
    blocked.await.expect("it ends well");
    assert_eq!((sum, *total.lock().await), (190, 190));
}

#[wasm_bindgen_test]
async fn a_closure_that_panics_holds_up_no_other() {
    let early = spawn_blocking(|| block_on(sleep(Duration::from_millis(10))));
    let at_once = spawn_blocking(|| panic!("as planned"));
    let waited = spawn_blocking(|| {
        block_on(sleep(Duration::from_millis(1)));
        panic!("as planned");
    });
    assert!(at_once.await.expect_err("it panicked").is_panic());
    // No stack of the closure's is left behind that others would seem to run on.
    block_on_refuses();
    assert!(waited.await.expect_err("it panicked").is_panic());
    block_on_refuses();
    early.await.expect("it ends well");
    let late = spawn_blocking(|| block_on(async { 7 }));
    assert_eq!(late.await.expect("it ends well"), 7);
}

/// As tokio does: what runs on a thread can't be stopped there either.
#[wasm_bindgen_test]
async fn a_closure_that_runs_is_not_aborted() {
    let (begin, began) = oneshot::channel();
    let (end, ended) = oneshot::channel();
    let running = spawn_blocking(move || {
        begin.send(()).expect("somebody waits");
        block_on(ended).expect("it is told to end")
    });
    let never = spawn_blocking(|| 8);
    never.abort();
    began.await.expect("it begins");
    running.abort();
    running.abort_handle().abort();
    yield_now().await;
    assert!(!running.is_finished());
    end.send(7).expect("it waits");
    assert_eq!(running.await.expect("it ends well"), 7);
    assert!(never.await.expect_err("it had not begun").is_cancelled());
}

#[wasm_bindgen_test]
async fn a_closure_that_panics_after_it_was_aborted_says_so() {
    let (begin, began) = oneshot::channel();
    let (end, ended) = oneshot::channel::<()>();
    let running = spawn_blocking(move || {
        begin.send(()).expect("somebody waits");
        block_on(ended).expect("as planned");
    });
    began.await.expect("it begins");
    running.abort();
    drop(end);
    assert!(running.await.expect_err("it panicked").is_panic());
}

#[wasm_bindgen_test]
async fn below_a_frame_of_javascript_the_error_stays_and_the_stack_goes_on() {
    let waited = spawn_blocking(|| {
        let refused = Rc::new(Cell::new(false));
        let seen = refused.clone();
        let wait = Closure::<dyn FnMut()>::new(move || {
            let waited = try_block_on(sleep(Duration::from_millis(2)));
            seen.set(waited.is_err_and(|error| !error.nested && error.timers > 0));
        });
        let call: &Function = wait.as_ref().unchecked_ref();
        call.call0(&JsValue::UNDEFINED).expect("it does not throw");
        // Without it, it waits.
        (refused.get(), try_block_on(sleep(Duration::from_millis(2))))
    });
    let (refused, waited) = waited.await.expect("it ends well");
    assert!(refused);
    waited.expect("nothing lies between");
}

/// While one stack lies aside to give way, others wait as they like.
#[wasm_bindgen_test]
async fn many_stacks_give_way_in_turns() {
    let give_way = || {
        for _ in 0..5 {
            try_block_on(async {
                yield_now().await;
                yield_now().await;
            })?;
        }
        Ok::<_, core_async::runtime::WouldBlock>(())
    };
    let closures: Vec<_> = (0..3).map(|_| spawn_blocking(give_way)).collect();
    for closure in closures {
        let waited = closure.await.expect("it ends well");
        waited.expect("it may wait");
    }
}

#[wasm_bindgen_test]
async fn outside_of_such_a_stack_the_error_stays() {
    block_on_refuses();
    let inside = spawn(async { try_block_on(async {}).is_err_and(|error| error.nested) });
    assert!(inside.await.expect("it ends well"));
}

fn block_on_refuses() {
    assert!(try_block_on(sleep(Duration::from_millis(1))).is_err());
}
