//! Driving a future to completion from synchronous code.

use std::future::Future;

/// Drives `future` to completion and returns its output.
///
/// It makes a multi-threaded runtime for the call, with timers and I/O; what it spawned and did not
/// await is dropped when it returns.
///
/// # Panics
/// If called from within asynchronous code, where blocking would stop other tasks; or if the
/// operating system refuses the threads.
pub fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("the operating system gives threads and an event queue")
        .block_on(future)
}
