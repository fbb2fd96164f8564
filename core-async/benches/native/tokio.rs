//! The programs over tokio itself. Run by `cargo xtask bench async`.

#![cfg_attr(target_arch = "wasm32", allow(unused))]
#![allow(missing_docs, reason = "a benchmark")]

#[cfg(not(target_arch = "wasm32"))]
#[path = "programs.rs"]
mod programs;

#[cfg(not(target_arch = "wasm32"))]
use tokio as rt;

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    programs::run(|program| {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("the operating system gives an event queue")
            .block_on(program)
    });
}

#[cfg(target_arch = "wasm32")]
fn main() {}
