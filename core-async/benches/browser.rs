//! Ours and the peers in one page. Run by `cargo xtask bench async`.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a benchmark")]
#![allow(
    clippy::duplicate_mod,
    reason = "the same source over several libraries is the point"
)]

#[path = "browser/bare.rs"]
mod bare;
#[path = "browser/broadcast_peer.rs"]
mod broadcast_peer;
#[path = "browser/figures.rs"]
mod figures;
#[path = "browser/ours.rs"]
mod ours;
#[path = "browser/tokio_on_ours.rs"]
mod tokio_on_ours;
#[path = "browser/tokio_sync.rs"]
mod tokio_sync;
#[path = "browser/tokio_with_wasm.rs"]
mod tokio_with_wasm;

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn bench() {
    figures::measure().await;
}
