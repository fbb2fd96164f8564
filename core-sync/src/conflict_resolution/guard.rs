//! The guard against mass deletion. Pure.

use core_runtime::config::MassDeletionGuard;

/// What the guard says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuardVerdict {
    /// The deletions look meant.
    Proceed,
    /// The deletions look like an unmounted disk or an emptied folder: a person has to confirm.
    Hold,
}

/// Tells whether `gone` of `present` tracks may go missing. Losing all of them, or more than
/// the settings allow, needs a person's word.
pub fn guard_verdict(
    guard: &MassDeletionGuard,
    gone: u64,
    present: u64,
    confirmed: bool,
) -> GuardVerdict {
    let everything = gone > 0 && gone >= present;
    let suspicious = everything || guard.holds(gone, present);
    if suspicious && !confirmed {
        GuardVerdict::Hold
    } else {
        GuardVerdict::Proceed
    }
}

/// Tells how many tracks have to be present for the guard to let `gone` go: with more its verdict is the
/// same.
pub(super) fn enough_present(guard: &MassDeletionGuard, gone: u64) -> u64 {
    let (more_than_all, always) = (gone.saturating_add(1), gone <= guard.always_allowed);
    if always {
        return more_than_all;
    }
    // Rounded up, and one more for the rounding of the division. Nothing is enough for a share of 0.
    let by_share = (gone as f64 / guard.max_fraction).ceil() + 1.0;
    more_than_all.max(by_share as u64)
}

#[cfg(test)]
mod tests {
    use super::{GuardVerdict, enough_present, guard_verdict};
    use core_runtime::config::MassDeletionGuard;

    #[test]
    fn the_guard_holds_what_looks_like_a_mishap() {
        let guard = MassDeletionGuard {
            always_allowed: 20,
            max_fraction: 0.3,
        };
        let cases = [
            // gone, present, confirmed, holds
            (0, 0, false, false),
            (1, 1, false, true),
            (2, 2, false, true),
            (1, 2, false, false),
            (20, 21, false, false),
            (21, 40, false, true),
            (21, 71, false, false),
            (300, 1_000, false, false),
            (301, 1_000, false, true),
            (1_000, 1_000, false, true),
            (1_000, 1_000, true, false),
        ];
        for (gone, present, confirmed, holds) in cases {
            let expected = if holds {
                GuardVerdict::Hold
            } else {
                GuardVerdict::Proceed
            };
            let verdict = guard_verdict(&guard, gone, present, confirmed);
            assert_eq!(
                verdict, expected,
                "{gone} of {present}, confirmed: {confirmed}"
            );
        }
    }

    #[test]
    fn counting_as_far_as_is_enough_changes_no_verdict() {
        for max_fraction in [0.0, 0.1, 0.25, 0.3, 1.0] {
            let guard = MassDeletionGuard {
                always_allowed: 10,
                max_fraction,
            };
            for gone in 0..60 {
                let enough = enough_present(&guard, gone);
                for present in gone..700 {
                    assert_eq!(
                        guard_verdict(&guard, gone, present.min(enough), false),
                        guard_verdict(&guard, gone, present, false),
                        "{gone} of {present}, at most {max_fraction}"
                    );
                }
            }
        }
    }
}
