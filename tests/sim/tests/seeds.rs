//! Whatever goes wrong, nothing is lost; and where the engine is broken on purpose, that is seen.

use std::thread;

use core_sync::mutants::{self, Mutant};
use music_core_sim::{Tally, hunt, replay};

fn threads() -> usize {
    thread::available_parallelism().map_or(1, |it| it.get())
}

/// Later ones that once ended badly.
const WELL_KNOWN: [u64; 4] = [3_956, 4_464, 6_496, 8_681];

#[test]
fn two_thousand_stories_end_well_and_go_the_same_way_again() {
    let count = threads();
    let parts: Vec<_> = (0..count)
        .map(|part| {
            let seeds = (1..=2_000).chain(WELL_KNOWN);
            thread::spawn(move || replay(seeds.skip(part).step_by(count)))
        })
        .collect();
    let mut tally = Tally::default();
    for part in parts {
        tally.merge(part.join().expect("a simulation does not panic"));
    }
    assert!(
        tally.violations.is_empty(),
        "replay with `cargo xtask sim --seed N`: {:#?}",
        tally.violations
    );
    assert_eq!(tally.unequal, Vec::<u64>::new(), "not the same way again");
    assert_eq!(tally.never_happened(), [], "faults that never happened");
}

/// So many seeds may pass before a defect is noticed.
fn patience(mutant: Mutant) -> u64 {
    match mutant {
        // Takes a file that moves from what is still to be listed to what was listed, within one listing.
        Mutant::SweepBeforeDrain => 1_000,
        // Takes a folder that can't be read in the very sync that lists it anew, and a file below it.
        Mutant::UnreadableIsGone => 1_000,
        _ => 300,
    }
}

#[test]
fn every_known_defect_is_noticed() {
    let count = threads();
    let parts: Vec<_> = (0..count)
        .map(|part| {
            thread::spawn(move || {
                let mine = mutants::ALL.iter().copied().skip(part).step_by(count);
                mine.filter(|mutant| hunt(*mutant, 1, patience(*mutant)).is_none())
                    .collect::<Vec<Mutant>>()
            })
        })
        .collect();
    let unnoticed: Vec<Mutant> = parts
        .into_iter()
        .flat_map(|part| part.join().expect("a simulation does not panic"))
        .collect();
    assert_eq!(unnoticed, [], "not noticed in time");
}
