//! Letting others go first.

use std::future::poll_fn;
use std::task::Poll;

/// Lets every task that is ready run before this one goes on.
///
/// It costs a hop in the run queue. A task that does nothing but yield does not starve the event loop:
/// the executor's budget sees to that.
///
/// # Cancel safety
/// Nothing is lost.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
