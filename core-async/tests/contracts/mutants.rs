//! Proves that the contracts catch the known defects of tasks and timers.

use super::homes::{Home, home};
use super::support::{run, run_with};
use super::{task, time};
use core_async::local::{ALL_MUTANTS, Mutant, with_mutant};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn contract(mutant: Mutant) -> Option<fn()> {
    Some(match mutant {
        Mutant::AbortDiscardsResult => || run(task::abort_after_the_end()),
        Mutant::FinishedMeansAborted => || run(task::finished_means_ended()),
        Mutant::FinishedNeedsAbort => || run(task::finished_means_ended()),
        Mutant::SelfAbortUnderBorrow => || run(task::self_abort()),
        Mutant::SleepKeepsFirstWaker => || run_with(|host, _| time::last_waker(host)),
        Mutant::TimerTruncates => || run(time::never_early()),
        Mutant::TimerWraps => || run_with(time::a_century),
        Mutant::IntervalSpins => || run(time::cancelled_tick()),
        Mutant::TimerLeaks => || run_with(time::a_hundred_thousand),
        Mutant::SystemTimePanics => || run(time::wall_clock()),
        _ => return None,
    })
}

#[test]
fn defects_of_tasks_and_timers_are_caught() {
    for mutant in ALL_MUTANTS.iter().copied() {
        if home(mutant) != Home::Contracts {
            continue;
        }
        let contract =
            contract(mutant).unwrap_or_else(|| panic!("no test is named for {mutant:?}"));
        contract();
        let seeded = with_mutant(mutant, || catch_unwind(AssertUnwindSafe(contract)));
        assert!(
            seeded.is_err(),
            "nothing tells {mutant:?} from the real thing"
        );
    }
}
