//! Switches that seed known defects, so that a test can prove that the tests would notice.
//!
//! Without the private feature `mutants` every question is answered `false` at compile time.

macro_rules! mutants {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        #[allow(unreachable_pub, reason = "public with the feature only")]
        /// A defect that some earlier implementation had.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(dead_code, reason = "without the feature the names are only asked for")]
        pub enum Mutant { $($(#[$doc])* $name,)* }

        /// Lists every defect that can be seeded.
        #[cfg(feature = "mutants")]
        pub const ALL: &[Mutant] = &[$(Mutant::$name,)*];
    };
}

mutants! {
    /// The semaphore serves the newest waiter first.
    SemaphoreLifo,
    /// A dropped acquire keeps what it had been given.
    SemaphoreLosesHandOff,
    /// Released permits are up for grabs while somebody waits.
    SemaphoreBarges,
    /// A request for several permits is served one permit early.
    SemaphoreOverGrants,
    /// Wakers run while the state is borrowed.
    SemaphoreWakesUnderBorrow,
    /// Only the newest waiter's waker is kept.
    NotifyOneSlot,
    /// A new waker is stored in the newest waiter instead of its own.
    NotifyOverwritesLastWaker,
    /// A dropped waiter swallows the notification it had been given.
    NotifySwallowsPermit,
    /// `notify_waiters` misses futures that exist but were never polled.
    NotifyMissesUnpolled,
    /// A cancelled child cancels its parent.
    TokenChildCancelsParent,
    /// A child made from a cancelled token is not cancelled.
    TokenBornAlive,
    /// A receiver waits for ever after close once a message has been sent.
    BroadcastHangsAfterClose,
    /// The capacity is not rounded up, so that lag is counted too high.
    BroadcastLagUnrounded,
    /// A channel without receivers stays closed for the next subscriber.
    BroadcastStaysClosed,
    /// `changed` reports the close before the unseen value.
    WatchClosesBeforeSeen,
    /// `send` stores the value although nobody receives.
    WatchSendsToNobody,
    /// `borrow` marks the value as seen.
    WatchBorrowMarksSeen,
    /// `recv` ends while a permit is outstanding.
    MpscForgetsPermits,
    /// The receiver is not woken when the last room comes back after its close.
    MpscForgetsLastWake,
    /// A dropped permit keeps its slot.
    MpscLeaksPermit,
    /// The receiver is not woken when the last sender goes.
    MpscEndIsSilent,
    /// An unbounded queue takes values after its close.
    UnboundedSendsToClosed,
    /// A closed receiver takes the value all the same.
    OneshotSendsToClosed,
    /// A dropped sender does not wake the receiver.
    OneshotDropIsSilent,
    /// A dropped wait is taken off the count of arrivals.
    BarrierUncounts,
    /// A reader passes a waiting writer.
    RwLockReaderBarges,
    /// A downgrade gives up the lock altogether.
    RwLockDowngradeUnlocks,
    /// A cancelled lock keeps the mutex locked.
    MutexLostOnCancel,
    /// A cancelled initialisation leaves the cell closed.
    OnceCellStuckAfterCancel,
    /// `abort` after completion throws the result away.
    AbortDiscardsResult,
    /// `AbortHandle::is_finished` is true for aborted tasks only.
    FinishedMeansAborted,
    /// `AbortHandle::is_finished` is true for tasks that were aborted and have ended only.
    FinishedNeedsAbort,
    /// A task's state is borrowed while it is polled, so that it can't abort itself.
    SelfAbortUnderBorrow,
    /// A sleep keeps the waker of its first poll.
    SleepKeepsFirstWaker,
    /// Deadlines are cut to whole milliseconds, so that timers fire early.
    TimerTruncates,
    /// Milliseconds wrap at 2³¹.
    TimerWraps,
    /// An interval spins after a tick was cancelled.
    IntervalSpins,
    /// A dropped future's timer stays armed.
    TimerLeaks,
    /// `SystemTime::now` panics, as the standard library's does in a browser.
    SystemTimePanics,
}

#[cfg(feature = "mutants")]
thread_local! {
    static ACTIVE: std::cell::Cell<Option<Mutant>> = const { std::cell::Cell::new(None) };
}

/// Answers whether the defect is switched on in this thread.
#[cfg(feature = "mutants")]
pub(crate) fn on(mutant: Mutant) -> bool {
    ACTIVE.get() == Some(mutant)
}

/// Answers whether the defect is switched on: never, without the feature.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn on(_mutant: Mutant) -> bool {
    false
}

/// Runs `body` with a defect seeded into this thread's primitives.
#[cfg(feature = "mutants")]
pub fn with<R>(mutant: Mutant, body: impl FnOnce() -> R) -> R {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            ACTIVE.set(None);
        }
    }
    ACTIVE.set(Some(mutant));
    let _reset = Reset;
    body()
}
