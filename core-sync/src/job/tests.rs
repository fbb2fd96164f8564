use bridge_traits::{BridgeError, ErrorKind};
use proptest::prelude::*;

use super::*;

/// What may happen to a job.
#[derive(Debug, Clone, Copy)]
enum Step {
    Start,
    Enter(SyncPhase),
    Complete,
    Fail,
    Cancel,
    Rest,
    Recover,
}

const PHASES: [SyncPhase; 3] = [
    SyncPhase::Discovery,
    SyncPhase::Processing,
    SyncPhase::ConflictResolution,
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Start),
        3 => prop::sample::select(&PHASES[..]).prop_map(Step::Enter),
        1 => Just(Step::Complete),
        1 => Just(Step::Fail),
        1 => Just(Step::Cancel),
        1 => Just(Step::Rest),
        1 => Just(Step::Recover),
    ]
}

/// The state that a step leads to, and whether it may be taken, said once more by hand.
fn expected(status: SyncStatus, step: Step) -> (SyncStatus, bool) {
    let next = match step {
        Step::Enter(_) => return (status, true),
        Step::Start => SyncStatus::Running,
        Step::Complete => SyncStatus::Completed,
        Step::Fail | Step::Recover => SyncStatus::Failed,
        Step::Cancel => SyncStatus::Cancelled,
        Step::Rest => SyncStatus::Paused,
    };
    let allowed = match status {
        SyncStatus::Pending => matches!(
            step,
            Step::Start | Step::Fail | Step::Recover | Step::Cancel
        ),
        SyncStatus::Running => !matches!(step, Step::Start),
        _ => false,
    };
    (if allowed { next } else { status }, allowed)
}

fn take(job: &mut SyncJob, step: Step, now: i64) -> bool {
    let offline = || SyncError::from(BridgeError::new(ErrorKind::Offline, "drive"));
    let taken = match step {
        Step::Start => job.start(now),
        Step::Enter(phase) => {
            job.enter(phase);
            Ok(())
        }
        Step::Complete => job.complete(now),
        Step::Fail => job.stop(&SyncError::FeedLoop { page: 1 }, now),
        Step::Cancel => job.stop(&SyncError::Cancelled, now),
        Step::Rest => job.stop(&offline(), now),
        Step::Recover => job.recover(now),
    };
    taken.is_ok()
}

proptest! {
    #[test]
    fn a_job_goes_only_where_it_may_and_ends_once(steps in prop::collection::vec(step(), 0..20)) {
        let mut job = SyncJob::new(1, SyncType::Full, 0);
        for (now, step) in (1..).zip(steps) {
            let before = job.clone();
            let (status, allowed) = expected(before.status(), step);
            prop_assert_eq!(take(&mut job, step, now), allowed, "{:?} of {:?}", step, before);
            prop_assert_eq!(job.status(), status);
            if !allowed {
                prop_assert_eq!(&job, &before, "what was refused left something behind");
            }
            prop_assert_eq!(job.status().is_final(), job.times().2.is_some());
            prop_assert_eq!(job.error().is_some(), job.status().is_final()
                && job.status() != SyncStatus::Completed);
        }
        // And it is stored as it is.
        let again = SyncJob::from_row(job.row.clone());
        prop_assert_eq!(again, Some(job));
    }
}
