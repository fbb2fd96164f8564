//! One async API, with tokio's names and semantics, natively and in the browser.
//!
//! Code above this crate is written once: it names `core_async` and never a runtime, a browser type
//! or a target. Natively everything here is tokio's own, re-exported, so that it costs nothing.
//!
//! | module | what is in it |
//! |---|---|
//! | [`task`] | `spawn`, `JoinHandle`, `JoinSet`, `yield_now`, `spawn_blocking` |
//! | [`runtime`] | `block_on` |
//! | [`sync`] | `Mutex`, `RwLock`, `Semaphore`, `Notify`, `Barrier`, `CancellationToken`, channels |
//! | [`time`] | `sleep`, `timeout`, `interval`, `Instant` |
//! | [`fs`] | files |
//! | [`io`] | `AsyncRead`, `AsyncWrite`, `AsyncSeek` |

pub mod fs;
pub mod io;
#[cfg(any(feature = "local", target_arch = "wasm32"))]
#[doc(hidden)]
pub mod local;
pub mod runtime;
pub mod signal;
pub mod sync;
pub mod task;
pub mod time;

pub use core_async_macros::{main, test};
pub use tokio::{join, pin, select, try_join};
