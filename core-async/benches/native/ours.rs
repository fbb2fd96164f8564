//! The programs over core-async. Run by `cargo xtask bench async`.

#![cfg_attr(target_arch = "wasm32", allow(unused))]
#![allow(missing_docs, reason = "a benchmark")]

#[cfg(not(target_arch = "wasm32"))]
#[path = "programs.rs"]
mod programs;

#[cfg(not(target_arch = "wasm32"))]
use core_async as rt;

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    programs::run(|program| core_async::__private::block_on_test(false, program));
}

#[cfg(target_arch = "wasm32")]
fn main() {}
