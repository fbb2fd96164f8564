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
//! # To begin
//! The crate is on no registry. Depend on it by path, or with `git` and the address of its repository:
//!
//! ```toml
//! [dependencies]
//! core-async = { path = "../music-core/core-async" }
//! ```
//!
//! Then write what you would write with tokio:
//!
//! ```
//! use core_async::sync::mpsc;
//! use core_async::task::spawn;
//! use core_async::time::{Duration, sleep, timeout};
//!
//! #[core_async::main]
//! async fn main() {
//!     let (sender, mut receiver) = mpsc::channel(1);
//!     let counting = spawn(async move {
//!         for number in 1..=3 {
//!             sleep(Duration::from_millis(1)).await;
//!             sender.send(number).await.expect("somebody listens");
//!         }
//!     });
//!     let mut sum = 0;
//!     while let Some(number) = receiver.recv().await {
//!         sum += number;
//!     }
//!     counting.await.expect("it did not panic");
//!     assert_eq!(sum, 6);
//!
//!     let never = std::future::pending::<()>();
//!     assert!(timeout(Duration::from_millis(1), never).await.is_err());
//! }
//! ```
//!
//! In a page the same functions are called from JavaScript. What is exported is a library of the crate type `cdylib`
//! that depends on `wasm-bindgen`, and for an `async fn` on `wasm-bindgen-futures`, too:
//!
//! ```toml
//! [lib]
//! crate-type = ["cdylib"]
//!
//! [target.'cfg(target_arch = "wasm32")'.dependencies]
//! wasm-bindgen = "0.2"
//! wasm-bindgen-futures = "0.4"
//! ```
//!
//! ```
//! use core_async::time::{Duration, Instant, sleep};
//!
//! /// Waits, and tells for how long it was.
//! #[cfg_attr(target_arch = "wasm32", wasm_bindgen::prelude::wasm_bindgen)]
//! pub async fn wait(ms: u32) -> u32 {
//!     let begun = Instant::now();
//!     sleep(Duration::from_millis(ms.into())).await;
//!     u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX)
//! }
//! # core_async::runtime::block_on(async { assert!(wait(2).await >= 2) });
//! ```
//!
//! The program `wasm-bindgen` makes a module of it. It has to be of the very version that your `Cargo.lock` has of
//! `wasm-bindgen`:
//!
//! ```sh
//! cargo install wasm-bindgen-cli --version <that version>
//! cargo build --release --target wasm32-unknown-unknown
//! wasm-bindgen --target web --out-dir page target/wasm32-unknown-unknown/release/<name>.wasm
//! ```
//!
//! ```js
//! import init, { wait } from './<name>.js';
//! await init();
//! console.log(await wait(200));
//! ```
//!
//! There is no runtime to be started: the page's event loop runs the tasks. `examples/block_on` is such a page.
//!
//! # What differs in a browser
//! - Tasks, channels and guards are neither `Send` nor `Sync`, and locks, `Notify` and `OnceCell` are not `Sync`, so that
//!   none of them can be a `static`: there is one thread, and `spawn` asks for neither. Use `thread_local!`.
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
//! - [`fs`] has no files, and each call fails with `Unsupported`, until the host passes it a file system by `fs::inject`,
//!   such as that of `bridge-wasm`.
//! - [`fs::File::try_clone`] fails with `Unsupported`: a file is its path, and has one position.
//! - [`signal::ctrl_c`] fails with `Unsupported` at once: a page is not interrupted.
//! - [`task::spawn`] works in any code that JavaScript calls; natively it panics outside of a runtime.
//! - A future that JavaScript waits for, an exported `async fn`, is no task of this crate. There
//!   [`runtime::try_block_on`] waits as in synchronous code; natively it fails in each future of a runtime. And nothing
//!   makes it give way that finds there what it waits for again and again, as a task does after 128 times: to be sure,
//!   `spawn` the work and wait for its handle.
//! - Streams of [`io`], as of `io::duplex`, don't count as such times.
//! - [`sync::watch::Sender::send`] while a `borrow` is held panics; natively it waits for ever.
//!
//! What names a type of the standard library or of tokio's runtime is not there, and does not compile: `from_std` and
//! `into_std` of [`time::Instant`] and [`fs::File`], permissions and times of files, the options and numbers
//! of one system (`mode`, `ino`), `spawn_on` and `spawn_local` of [`task::JoinSet`]. Neither are a guard mapped from an
//! owned one, a downgrade that may fail, `OnceCell::const_new_with`, `ReadDir::poll_next_entry`, and the size of
//! a file's buffer; `JoinSet::extend`, and `+=` and `-=` of [`time::SystemTime`].
//!
//! `cargo doc --target wasm32-unknown-unknown` has the pages of what is in a browser; without, they are tokio's.

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

    /// Runs `main` as a task.
    #[cfg(target_arch = "wasm32")]
    pub fn spawn_main<F: Future<Output: Ending> + 'static>(future: F) {
        drop(crate::task::spawn(async { future.await.tell() }));
    }

    /// What `main` ends with.
    #[cfg(target_arch = "wasm32")]
    pub trait Ending: Sized {
        /// Throws an error to the page's own handler.
        fn tell(self) {}
    }

    #[cfg(target_arch = "wasm32")]
    impl Ending for () {}

    #[cfg(target_arch = "wasm32")]
    impl Ending for std::process::ExitCode {}

    #[cfg(target_arch = "wasm32")]
    impl<T: Ending, E: std::fmt::Debug> Ending for Result<T, E> {
        fn tell(self) {
            match self {
                Ok(ending) => ending.tell(),
                Err(error) => wasm_bindgen::throw_str(&format!("Error: {error:?}")),
            }
        }
    }
}
