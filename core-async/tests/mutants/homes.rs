//! Where each known defect is caught; a defect that is not named here does not compile.

use core_async::local::Mutant;

/// The test program that has to catch a defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// It is held against tokio.
    Differential,
    /// It is held against what is promised.
    Contracts,
}

pub(crate) fn home(mutant: Mutant) -> Home {
    match mutant {
        Mutant::SemaphoreLifo
        | Mutant::SemaphoreLosesHandOff
        | Mutant::SemaphoreBarges
        | Mutant::SemaphoreOverGrants
        | Mutant::SemaphoreWakesUnderBorrow
        | Mutant::NotifyOneSlot
        | Mutant::NotifyOverwritesLastWaker
        | Mutant::NotifySwallowsPermit
        | Mutant::NotifyMissesUnpolled
        | Mutant::TokenChildCancelsParent
        | Mutant::TokenBornAlive
        | Mutant::BroadcastHangsAfterClose
        | Mutant::BroadcastLagUnrounded
        | Mutant::BroadcastStaysClosed
        | Mutant::WatchClosesBeforeSeen
        | Mutant::WatchSendsToNobody
        | Mutant::WatchBorrowMarksSeen
        | Mutant::MpscForgetsPermits
        | Mutant::MpscForgetsLastWake
        | Mutant::MpscLeaksPermit
        | Mutant::MpscEndIsSilent
        | Mutant::UnboundedSendsToClosed
        | Mutant::OneshotSendsToClosed
        | Mutant::OneshotDropIsSilent
        | Mutant::BarrierUncounts
        | Mutant::RwLockReaderBarges
        | Mutant::RwLockDowngradeUnlocks
        | Mutant::MutexLostOnCancel
        | Mutant::OnceCellStuckAfterCancel => Home::Differential,
        Mutant::AbortDiscardsResult
        | Mutant::FinishedMeansAborted
        | Mutant::FinishedNeedsAbort
        | Mutant::SelfAbortUnderBorrow
        | Mutant::SleepKeepsFirstWaker
        | Mutant::TimerTruncates
        | Mutant::TimerWraps
        | Mutant::IntervalSpins
        | Mutant::TimerLeaks
        | Mutant::SystemTimePanics => Home::Contracts,
    }
}
