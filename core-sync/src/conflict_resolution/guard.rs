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

#[cfg(test)]
mod tests {
    use super::{GuardVerdict, guard_verdict};
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
}
