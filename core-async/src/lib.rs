//! One async API, with tokio's names and semantics, natively and in the browser.
//!
//! Code above this crate is written once: it names `core_async` and never a runtime, a browser type
//! or a target. Natively everything here is tokio's own, re-exported, so that it costs nothing. In a
//! browser the same names stand for a single-threaded executor and waker-queued primitives that are
//! tested against tokio operation by operation.
//!
//! | module | what is in it |
//! |---|---|
//! | [`task`] | `spawn`, `JoinHandle`, `JoinSet`, `yield_now`, `spawn_blocking` |
//! | [`runtime`] | `block_on`, `try_block_on` |
//! | [`sync`] | `Mutex`, `RwLock`, `Semaphore`, `Notify`, `Barrier`, `CancellationToken`, channels |
//! | [`time`] | `sleep`, `timeout`, `interval`, `Instant`, `SystemTime` |
//! | [`fs`] | files |
//! | [`io`] | `AsyncRead`, `AsyncWrite`, `AsyncSeek` |
//! | [`signal`] | `ctrl_c` |
//!
//! # What differs in a browser
//! - Tasks, channels and guards are neither `Send` nor `Sync`: there is one thread, and `spawn` asks for neither.
//! - [`runtime::block_on`] waits for tasks, but not for timers, fetches or databases, which need the
//!   event loop: there it panics, and [`runtime::try_block_on`] gives a typed error. With the feature
//!   `jspi`, inside of a closure of `spawn_blocking`, it waits for anything while the page lives on.
//! - [`task::spawn_blocking`] runs its closure in a turn of the event loop of its own, not in parallel.
//! - With `panic = "abort"`, the default there, a panic in a task traps: its message goes to the panic hook
//!   (the standard one says nothing there), its handle says that it panicked, and the other tasks go on. But
//!   what the task held is never dropped: a lock stays taken, a value that was being changed stays borrowed and
//!   the next look at it panics, and `std::thread::panicking()` is true from then on.
//! - What a `block_on` started and did not wait for goes on after it; natively it ends with the runtime.
//! - A closure of [`task::spawn_blocking`] that panics after it waited never gives back its share of the
//!   program's stack; after many such panics there is no stack left, and the page has to be loaded again.
//! - [`fs::File::try_clone`] fails with `Unsupported`: a file is its path, and has one position.
//!
//! What names a type of the standard library or of tokio's runtime is not there, and does not compile: `from_std` and
//! `into_std` of [`time::Instant`] and [`fs::File`], permissions and times of files, the options and numbers
//! of one system (`mode`, `ino`), `spawn_on` and `spawn_local` of [`task::JoinSet`]. Neither are a guard mapped from an
//! owned one, a downgrade that may fail, `OnceCell::const_new_with`, `ReadDir::poll_next_entry`, and the size of
//! a file's buffer.

#[cfg(target_arch = "wasm32")]
mod browser;
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

/// What the attributes' code names.
#[doc(hidden)]
pub mod __private {
    #[cfg(not(target_arch = "wasm32"))]
    pub fn block_on_test<F: Future>(start_paused: bool, future: F) -> F::Output {
        crate::runtime::block_on_test(start_paused, future)
    }

    #[cfg(target_arch = "wasm32")]
    pub fn spawn_main<F: Future<Output: 'static> + 'static>(future: F) {
        drop(crate::task::spawn(future));
    }
}
