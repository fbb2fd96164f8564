//! Microtasks by a resolved promise, macrotasks by a message channel, one timer by `setTimeout`.
//!
//! Measured in Chromium: a promise's `then` costs a tenth of `queueMicrotask`; a message channel lets
//! timers, frames, fetches and databases through, which `scheduler.yield` does not; `setTimeout(0)` costs
//! 4 ms once nested and is only the fallback.

use super::runtime;
use crate::local::Host;
use crate::local::runtime::Runtime;
use js_sys::{Function, Promise, Reflect};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessagePort, Performance};

/// The longest time that `setTimeout` takes; a longer one would ring at once.
const LONGEST: f64 = 2_147_483_647.0;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, millis: f64) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
}

pub(super) struct BrowserHost {
    performance: Performance,
    resolved: Promise,
    on_microtask: Closure<dyn FnMut(JsValue)>,
    /// The end to send to; `None` where there are no message channels.
    port: Option<MessagePort>,
    on_macrotask: Closure<dyn FnMut()>,
    on_timer: Closure<dyn FnMut()>,
    /// The timer that is armed.
    timer: Cell<Option<JsValue>>,
}

impl BrowserHost {
    pub(super) fn new() -> Rc<Self> {
        let performance = Reflect::get(&js_sys::global(), &"performance".into())
            .expect("the global object can be read")
            .unchecked_into();
        let on_macrotask = Closure::new(surviving(Runtime::on_macrotask));
        let port = MessageChannel::new().ok().map(|channel| {
            let callback = on_macrotask.as_ref().unchecked_ref();
            channel.port1().set_onmessage(Some(callback));
            channel.port2()
        });
        Rc::new(Self {
            performance,
            resolved: Promise::resolve(&JsValue::UNDEFINED),
            on_microtask: {
                let mut run = surviving(Runtime::on_microtask);
                Closure::new(move |_| run())
            },
            port,
            on_macrotask,
            on_timer: Closure::new(surviving(Runtime::on_timer)),
            timer: Cell::new(None),
        })
    }
}

impl Host for BrowserHost {
    fn now(&self) -> Duration {
        duration(self.performance.now())
    }

    fn system_time(&self) -> Duration {
        duration(js_sys::Date::now())
    }

    fn post_microtask(&self) {
        // The promise that `then` gives is of no interest.
        let _ = self.resolved.then(&self.on_microtask);
    }

    fn post_macrotask(&self) {
        let sent = self
            .port
            .as_ref()
            .is_some_and(|port| port.post_message(&JsValue::NULL).is_ok());
        if !sent {
            set_timeout(self.on_macrotask.as_ref().unchecked_ref(), 0.0);
        }
    }

    fn arm_timer(&self, deadline: Duration) {
        if let Some(old) = self.timer.take() {
            clear_timeout(&old);
        }
        let wait = deadline.saturating_sub(self.now()).as_secs_f64() * 1000.0;
        // Rounded up, so that it does not ring before the deadline; a longer wait is armed in pieces.
        let millis = wait.ceil().min(LONGEST);
        let id = set_timeout(self.on_timer.as_ref().unchecked_ref(), millis);
        self.timer.set(Some(id));
    }

    #[cfg(feature = "jspi")]
    fn stacks(&self) -> Option<&dyn crate::local::Stacks> {
        super::fiber::Fibers::find().map(|fibers| fibers as _)
    }
}

/// Makes a callback after whose panic the event loop goes on with the other tasks.
///
/// A panic traps, and nothing of ours on the stack learns of it; JavaScript does, as of any exception. So the
/// work is called through JavaScript, and the exception is passed on after it.
fn surviving(callback: fn(&Runtime)) -> impl FnMut() {
    let work = Closure::<dyn FnMut()>::new(move || {
        let runtime = runtime();
        runtime.recover_if_left();
        callback(&runtime);
    });
    move || {
        let work: &Function = work.as_ref().unchecked_ref();
        if let Err(trap) = work.call0(&JsValue::UNDEFINED) {
            runtime().recover();
            wasm_bindgen::throw_val(trap);
        }
    }
}

/// In whole nanoseconds, because an exact conversion of floating-point seconds costs as much as a poll.
fn duration(millis: f64) -> Duration {
    // Negative times and those past five centuries are cut off.
    Duration::from_nanos((millis * 1e6 + 0.5) as u64)
}
