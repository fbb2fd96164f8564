//! Reads files that the tests write themselves, whole and damaged, and the corpus where it is there.

#[cfg(not(target_arch = "wasm32"))]
mod corpus;
mod damage;
mod digest;
mod fields;
mod formats;
mod identity;
mod ranged;
mod support;

// In a worker: a page that is busy for half a minute is given up by its driver.
#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
