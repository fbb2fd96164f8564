//! Where the runner puts tests that don't choose it. `cargo xtask test` asks for the one that has to pass.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test")]

use wasm_bindgen_test::wasm_bindgen_test;

fn has(class: &str) -> bool {
    js_sys::Object::has_own(&js_sys::global(), &class.into())
}

#[wasm_bindgen_test]
#[ignore = "it passes in windows alone"]
fn this_is_a_window() {
    assert!(has("document") && !has("WorkerGlobalScope"));
}

#[wasm_bindgen_test]
#[ignore = "it passes in dedicated workers alone"]
fn this_is_a_dedicated_worker() {
    assert!(has("DedicatedWorkerGlobalScope") && !has("document"));
}
