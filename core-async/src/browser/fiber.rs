//! Stacks that can be suspended: JavaScript Promise Integration, feature `jspi`.
//!
//! A closure of `spawn_blocking` runs on a stack of its own, entered from a turn of the event loop. When
//! it waits in `block_on` that stack is put aside until a promise resolves, and the page lives on. While
//! it lies aside its memory is elsewhere: nothing may point into it, so what is awaited lives on the heap.

#![allow(deprecated, reason = "wasm-bindgen's mark for what is experimental")]

use crate::local::Stacks;
use js_sys::{Function, Promise, Reflect};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessagePort};

type Job = Box<dyn FnOnce()>;

thread_local! {
    /// Jobs that wait for their turn of the event loop.
    static JOBS: RefCell<VecDeque<Job>> = const { RefCell::new(VecDeque::new()) };
    /// The code that runs now may be suspended.
    static IN_FIBER: Cell<bool> = const { Cell::new(false) };
    static ENTRY: Option<Entry> = Entry::find();
    /// What ends each suspension, by its number.
    static PARKED: RefCell<slab::Slab<Function>> = const { RefCell::new(slab::Slab::new()) };
}

/// The way into a stack of its own.
struct Entry {
    port: MessagePort,
    _on_turn: Closure<dyn FnMut()>,
}

impl Entry {
    /// Finds the way, where the browser has it.
    fn find() -> Option<Self> {
        let wasm = Reflect::get(&js_sys::global(), &"WebAssembly".into()).ok()?;
        let promising: Function = Reflect::get(&wasm, &"promising".into())
            .ok()?
            .dyn_into()
            .ok()?;
        let raw = Reflect::get(&wasm_bindgen::exports(), &"__core_async_fiber".into()).ok()?;
        let enter: Function = promising.call1(&wasm, &raw).ok()?.unchecked_into();
        let on_turn = Closure::<dyn FnMut()>::new(move || {
            // The promise it gives is of no interest: the job reports by itself.
            enter
                .call0(&JsValue::UNDEFINED)
                .expect("entering a stack does not fail");
        });
        let channel = MessageChannel::new().ok()?;
        channel
            .port1()
            .set_onmessage(Some(on_turn.as_ref().unchecked_ref()));
        Some(Self {
            port: channel.port2(),
            _on_turn: on_turn,
        })
    }
}

/// Runs the next job; exported so that JavaScript can enter it on a stack of its own.
#[doc(hidden)]
#[allow(unreachable_pub, reason = "an export has to be public")]
#[wasm_bindgen(jspi)]
pub fn __core_async_fiber() {
    let job = JOBS.with_borrow_mut(VecDeque::pop_front);
    if let Some(job) = job {
        IN_FIBER.set(true);
        job();
        IN_FIBER.set(false);
    }
}

/// The browser's stacks that can be put aside.
pub(super) struct Fibers;

impl Fibers {
    /// Gives them where the browser has them.
    pub(super) fn find() -> Option<&'static Self> {
        ENTRY.with(|entry| entry.is_some().then_some(&Self))
    }
}

impl Stacks for Fibers {
    fn start(&self, job: Job) {
        JOBS.with_borrow_mut(|jobs| jobs.push_back(job));
        ENTRY.with(|entry| {
            let entry = entry.as_ref().expect("found before anybody gets here");
            let sent = entry.port.post_message(&JsValue::NULL);
            sent.expect("the channel is open");
        });
    }

    fn may_park(&self) -> bool {
        IN_FIBER.get()
    }

    fn park(&self, announce: &mut dyn FnMut(usize)) {
        let mut number = 0;
        let promise = Promise::new(&mut |resolve, _| {
            number = PARKED.with_borrow_mut(|parked| parked.insert(resolve));
        });
        announce(number);
        IN_FIBER.set(false);
        let resumed = js_sys::futures::jspi_block_on_promise(&promise);
        IN_FIBER.set(true);
        resumed.expect("the promise is never rejected");
    }

    fn unpark(&self, number: usize) {
        let resolve = PARKED.with_borrow_mut(|parked| parked.try_remove(number));
        if let Some(resolve) = resolve {
            let resolved = resolve.call0(&JsValue::UNDEFINED);
            resolved.expect("resolving a promise does not fail");
        }
    }
}
