//! The page stays alive: timers, frames, fetches and messages flow while tasks spin.

use core_async::task::{spawn, yield_now};
use core_async::time::{Duration, Instant, sleep};
use js_sys::{Array, Function, Promise, Reflect};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

/// Calls a function of the global object.
fn call(name: &str, arguments: &[JsValue]) -> JsValue {
    let global = js_sys::global();
    let function: Function = Reflect::get(&global, &name.into())
        .expect("the global object can be read")
        .unchecked_into();
    let list: Array = arguments.iter().collect();
    function.apply(&global, &list).expect("the call is right")
}

#[wasm_bindgen_test]
async fn timers_and_fetches_flow_while_tasks_spin() {
    let stop = Rc::new(Cell::new(false));
    let yields = Rc::new(Cell::new(0u64));
    for _ in 0..3 {
        let (stop, yields) = (stop.clone(), yields.clone());
        spawn(async move {
            while !stop.get() {
                yields.set(yields.get() + 1);
                yield_now().await;
            }
        });
    }
    let rung = Rc::new(Cell::new(0));
    let ring = rung.clone();
    let on_timer = Closure::<dyn FnMut()>::new(move || ring.set(ring.get() + 1));
    let interval = call("setInterval", &[on_timer.as_ref().clone(), 5.into()]);
    let fetched = Rc::new(Cell::new(0));
    let (count, halt) = (fetched.clone(), stop.clone());
    spawn(async move {
        while !halt.get() {
            let response: Promise =
                call("fetch", &["data:text/plain,hello".into()]).unchecked_into();
            wasm_bindgen_futures::JsFuture::from(response)
                .await
                .expect("it is there");
            count.set(count.get() + 1);
        }
    });
    let started = Instant::now();
    sleep(Duration::from_millis(400)).await;
    let took = started.elapsed();
    stop.set(true);
    call("clearInterval", &[interval]);
    assert!(
        took < Duration::from_millis(600),
        "our own timer came late: {took:?}"
    );
    assert!(rung.get() >= 20, "timers starve: {} in 400 ms", rung.get());
    assert!(
        fetched.get() >= 5,
        "fetches starve: {} in 400 ms",
        fetched.get()
    );
    assert!(
        yields.get() >= 10_000,
        "yields are slow: {} in 400 ms",
        yields.get()
    );
}

#[wasm_bindgen_test]
async fn messages_flow_while_tasks_spin() {
    let stop = Rc::new(Cell::new(false));
    let halt = stop.clone();
    spawn(async move {
        while !halt.get() {
            yield_now().await;
        }
    });
    let channel = web_sys::MessageChannel::new().expect("there are message channels");
    let heard = Rc::new(Cell::new(0));
    let (count, back) = (heard.clone(), channel.port2());
    let on_message = Closure::<dyn FnMut()>::new(move || {
        count.set(count.get() + 1);
        back.post_message(&JsValue::NULL).expect("it can be sent");
    });
    channel
        .port1()
        .set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    channel
        .port2()
        .post_message(&JsValue::NULL)
        .expect("it can be sent");
    sleep(Duration::from_millis(200)).await;
    stop.set(true);
    channel.port1().close();
    assert!(
        heard.get() >= 20,
        "messages starve: {} in 200 ms",
        heard.get()
    );
}

#[wasm_bindgen_test]
async fn a_yield_costs_a_hop_in_the_queue() {
    const YIELDS: u32 = 100_000;
    let started = Instant::now();
    for _ in 0..YIELDS {
        yield_now().await;
    }
    let each = started.elapsed() / YIELDS;
    // A timer's 4 ms would take minutes; debug builds on a busy machine are slow.
    assert!(each < Duration::from_micros(50), "{each:?}");
}

#[wasm_bindgen_test]
async fn a_timer_later_than_the_browser_can_wait_does_not_ring() {
    for days in [25, 50, 36_525] {
        let far = sleep(Duration::from_secs(days * 86_400));
        let early = core_async::time::timeout(Duration::from_millis(20), far).await;
        assert!(early.is_err(), "{days} days passed in 20 ms");
    }
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
