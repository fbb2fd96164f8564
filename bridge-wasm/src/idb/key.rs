//! Keys and ranges of keys.

use indexed_db_futures::KeyRange;
use js_sys::Array;
use wasm_bindgen::JsValue;

/// A key of two parts. Numbers sort below texts, and those below lists.
pub(crate) fn pair(first: impl Into<JsValue>, second: impl Into<JsValue>) -> JsValue {
    Array::of2(&first.into(), &second.into()).into()
}

/// All keys of two parts that begin with `first`.
pub(crate) fn below(first: impl Into<JsValue>) -> KeyRange<JsValue> {
    let first = first.into();
    let lowest = Array::of1(&first).into();
    let highest = pair(first, Array::new());
    KeyRange::Bound(lowest, false, highest, false)
}

/// The keys from `from` on up to and without `to`.
pub(crate) fn between(from: JsValue, to: JsValue) -> KeyRange<JsValue> {
    KeyRange::Bound(from, false, to, true)
}
