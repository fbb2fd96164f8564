//! `block_on` over a tokio runtime of its own.

use super::WouldBlock;
use std::cell::Cell;
use std::future::Future;
use tokio::runtime::{Builder, Handle};

thread_local! {
    /// The thread runs a closure of `spawn_blocking`, where blocking is allowed.
    static BLOCKING: Cell<bool> = const { Cell::new(false) };
}

/// Drives a future to completion and returns its output.
///
/// It makes a multi-threaded runtime for the call, with timers and I/O; what it spawned and did not
/// await is dropped when it returns. Closures of `spawn_blocking` that run already are waited for, so that one that never
/// ends never lets it return. A timer that was made in one call can't be waited for in another.
///
/// # Panics
/// If called from asynchronous code, where blocking would stop other tasks; or if the operating system
/// refuses the threads.
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    match try_block_on(future) {
        Ok(output) => output,
        Err(error) => panic!("{error}"),
    }
}

/// Drives a future to completion, unless the call comes from asynchronous code.
///
/// # Errors
/// If called from asynchronous code; the future is dropped then. In a browser also if the future waits
/// for the event loop.
///
/// # Panics
/// If the operating system refuses the threads.
pub fn try_block_on<F: Future>(future: F) -> Result<F::Output, WouldBlock> {
    if Handle::try_current().is_ok() && !BLOCKING.get() {
        return Err(WouldBlock::nested());
    }
    Ok(run(&mut Builder::new_multi_thread(), future))
}

/// Drives a test's future on one thread, where time can be stopped.
pub(crate) fn block_on_test<F: Future>(start_paused: bool, future: F) -> F::Output {
    run(
        Builder::new_current_thread().start_paused(start_paused),
        future,
    )
}

fn run<F: Future>(builder: &mut Builder, future: F) -> F::Output {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            BLOCKING.set(self.0);
        }
    }
    // What the future does is asynchronous again.
    let _restore = Restore(BLOCKING.replace(false));
    builder
        .enable_all()
        .build()
        .expect("the operating system gives threads and an event queue")
        .block_on(future)
}

/// Marks a closure as one that may block.
pub(crate) fn in_blocking_closure<R>(f: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            BLOCKING.set(self.0);
        }
    }
    let _restore = Restore(BLOCKING.replace(true));
    f()
}
