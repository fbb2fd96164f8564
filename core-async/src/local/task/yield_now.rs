//! Letting others go first.

use crate::local::coop;
use crate::local::runtime::Runtime;
use std::future::poll_fn;
use std::task::Poll;

/// Lets every task that is ready run before this one goes on.
///
/// It costs a hop in the run queue. What does nothing but yield does not starve the event loop: for tasks the executor's
/// budget sees to that, and what others poll, such as an exported `async fn`, goes on in a later turn of the event loop
/// once it had two milliseconds.
///
/// # Cancel safety
/// Nothing is lost.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        let elsewhere = (!coop::is_limited()).then(Runtime::try_current).flatten();
        match elsewhere {
            Some(runtime) => runtime.inner().wake_outside(cx.waker()),
            None => cx.waker().wake_by_ref(),
        }
        Poll::Pending
    })
    .await;
}
