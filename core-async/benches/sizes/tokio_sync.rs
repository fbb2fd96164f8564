//! A module over tokio::sync and wasm-bindgen's executor.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a benchmark")]

#[path = "work.rs"]
mod work;

use wasm_bindgen::prelude::wasm_bindgen;

mod rt {
    pub(crate) use tokio::sync;

    pub(crate) mod task {
        use tokio::sync::oneshot;

        pub(crate) fn spawn<F: Future<Output: 'static> + 'static>(
            future: F,
        ) -> oneshot::Receiver<F::Output> {
            let (sender, receiver) = oneshot::channel();
            wasm_bindgen_futures::spawn_local(async move {
                // Nobody has to want the output.
                let _ = sender.send(future.await);
            });
            receiver
        }
    }
}

#[wasm_bindgen]
pub fn run() {
    wasm_bindgen_futures::spawn_local(async {
        web_sys::console::log_1(&work::work().await.into());
    });
}
