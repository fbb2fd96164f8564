//! The few functions of the global object that windows and workers share.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Performance;

/// Gives a property of the global object, `undefined` where there is none.
pub(crate) fn global(name: &str) -> JsValue {
    property(&js_sys::global(), name)
}

/// Gives a property of an object, `undefined` where there is none.
pub(crate) fn property(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Tells the time in ns since 1970, as fine as the browser tells it.
pub(crate) fn now_ns() -> i64 {
    let millis = match global("performance").dyn_into::<Performance>() {
        Ok(performance) => performance.time_origin() + performance.now(),
        Err(_) => js_sys::Date::now(),
    };
    (millis * 1_000.0) as i64 * 1_000
}
