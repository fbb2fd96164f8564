//! Stacks that can be suspended: JavaScript Promise Integration, feature `jspi`.
//!
//! A closure of `spawn_blocking` runs on a stack of its own, entered from a turn of the event loop. When
//! it waits in `block_on` that stack is put aside until a promise resolves, and the page lives on. While
//! it lies aside its memory is elsewhere: nothing may point into it, so what is awaited lives on the heap.

#![allow(deprecated, reason = "wasm-bindgen's mark for what is experimental")]

use crate::local::Stacks;
use js_sys::{Function, Promise, Reflect};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessagePort};

/// What to do, and what if it traps.
type Job = (Box<dyn FnOnce()>, Box<dyn FnOnce()>);

thread_local! {
    /// Jobs that wait for their turn of the event loop.
    static JOBS: RefCell<VecDeque<Job>> = const { RefCell::new(VecDeque::new()) };
    /// The job that runs now, on a stack that may be suspended.
    static CURRENT: Cell<Option<u64>> = const { Cell::new(None) };
    static ENTRY: Option<Entry> = Entry::find();
    static NEXT: Cell<u64> = const { Cell::new(0) };
    /// What to do if a job that was started traps, by its number.
    static RESCUES: RefCell<HashMap<u64, Box<dyn FnOnce()>>> = RefCell::default();
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
        let on_trap = Closure::<dyn FnMut(JsValue)>::new(|trap| {
            leave_trapped();
            wasm_bindgen::throw_val(trap);
        });
        let on_turn = Closure::<dyn FnMut()>::new(move || {
            let ended: Promise = enter
                .call0(&JsValue::UNDEFINED)
                .expect("entering a stack does not fail")
                .unchecked_into();
            // A job that ends well reports by itself.
            let _ = ended.catch(&on_trap);
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
    if let Some((work, rescue)) = job {
        let number = NEXT.replace(NEXT.get() + 1);
        RESCUES.with_borrow_mut(|rescues| rescues.insert(number, rescue));
        run_on(number);
        work();
        CURRENT.set(None);
        let rescue = RESCUES.with_borrow_mut(|rescues| rescues.remove(&number));
        drop(rescue);
    }
}

/// Notes whose stack this is from now on.
fn run_on(number: u64) {
    leave_trapped();
    CURRENT.set(Some(number));
}

/// Looks after the job that was left without a note, which is one that trapped.
fn leave_trapped() {
    let Some(number) = CURRENT.take() else {
        return;
    };
    super::runtime().recover();
    let rescue = RESCUES.with_borrow_mut(|rescues| rescues.remove(&number));
    if let Some(rescue) = rescue {
        rescue();
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
    fn start(&self, work: Box<dyn FnOnce()>, rescue: Box<dyn FnOnce()>) {
        JOBS.with_borrow_mut(|jobs| jobs.push_back((work, rescue)));
        ENTRY.with(|entry| {
            let entry = entry.as_ref().expect("found before anybody gets here");
            let sent = entry.port.post_message(&JsValue::NULL);
            sent.expect("the channel is open");
        });
    }

    fn may_park(&self) -> bool {
        CURRENT.get().is_some()
    }

    fn park(&self, announce: &mut dyn FnMut(usize)) -> bool {
        let mut number = 0;
        let promise = Promise::new(&mut |resolve, _| {
            number = PARKED.with_borrow_mut(|parked| parked.insert(resolve));
        });
        announce(number);
        let job = CURRENT.take().expect("only such a stack is put aside");
        let resumed = js_sys::futures::jspi_block_on_promise(&promise);
        run_on(job);
        // The promise itself is never rejected: JavaScript lies between here and the stack's entry.
        if resumed.is_err() {
            PARKED.with_borrow_mut(|parked| parked.try_remove(number));
        }
        resumed.is_ok()
    }

    fn unpark(&self, number: usize) {
        let resolve = PARKED.with_borrow_mut(|parked| parked.try_remove(number));
        if let Some(resolve) = resolve {
            let resolved = resolve.call0(&JsValue::UNDEFINED);
            resolved.expect("resolving a promise does not fail");
        }
    }
}
