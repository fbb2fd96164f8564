//! How much a task may do in one poll before the others get their turn, as in tokio.
//!
//! A task whose locks are always free and whose channels are never empty would never give way. So each poll
//! begins with a number of operations; once they are spent, what could be done at once is put off: the future
//! wakes itself and says pending. What polls futures outside of tasks is not limited.

use std::cell::Cell;
use std::future::poll_fn;
use std::task::{Context, Poll};

/// As many as tokio gives.
const OF_A_POLL: u64 = 128;
/// More than anybody lives to spend.
const UNLIMITED: u64 = u64::MAX;

thread_local! {
    static LEFT: Cell<u64> = const { Cell::new(UNLIMITED) };
}

/// Gives a poll its operations, and tells what was left before.
#[inline]
pub(crate) fn begin() -> u64 {
    LEFT.replace(OF_A_POLL)
}

/// Goes back to what was left before a poll.
#[inline]
pub(crate) fn end(before: u64) {
    LEFT.set(before);
}

/// Forgets a poll that never came back.
pub(crate) fn reset() {
    LEFT.set(UNLIMITED);
}

/// Tells whether a task or a `block_on` of ours is being polled, and not something of somebody else's.
#[inline]
pub(crate) fn is_limited() -> bool {
    LEFT.get() <= OF_A_POLL
}

/// Tells whether an operation may be done at once.
#[inline]
pub(crate) fn may_go_on() -> bool {
    LEFT.get() != 0
}

/// Counts an operation that was done at once.
#[inline]
pub(crate) fn spend() {
    LEFT.set(LEFT.get().saturating_sub(1));
}

/// Puts the rest off to the task's next turn if its operations are spent.
#[inline]
pub(crate) fn proceed(cx: &Context<'_>) -> Poll<()> {
    match may_go_on() {
        true => Poll::Ready(()),
        false => give_way(cx),
    }
}

#[cold]
#[inline(never)]
fn give_way(cx: &Context<'_>) -> Poll<()> {
    cx.waker().wake_by_ref();
    Poll::Pending
}

/// Waits for the task's next turn if its operations are spent.
#[inline]
pub(crate) async fn turn() {
    if !may_go_on() {
        poll_fn(|cx| proceed(cx)).await;
    }
}
