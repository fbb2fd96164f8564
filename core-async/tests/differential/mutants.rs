//! Proves that the comparisons catch the known defects of the primitives, every one of them.

use super::{
    barrier, broadcast, cancellation_token, mpsc, mutex, notify, once_cell, oneshot, rwlock,
    semaphore, sleep, task, unbounded, watch,
};
use crate::homes::{Home, home};
use core_async::local::{ALL_MUTANTS, Mutant};
use std::thread;

/// Each seeds its defects, and gives those that made a difference.
const PRIMITIVES: &[fn() -> &'static [Mutant]] = &[
    barrier::caught,
    broadcast::caught,
    cancellation_token::caught,
    mpsc::caught,
    mutex::caught,
    notify::caught,
    once_cell::caught,
    oneshot::caught,
    rwlock::caught,
    semaphore::caught,
    sleep::caught,
    task::caught,
    unbounded::caught,
    watch::caught,
];

#[test]
fn every_defect_of_a_primitive_is_caught() {
    // A defect is seeded into its thread alone.
    let threads = PRIMITIVES.iter().map(thread::spawn);
    let threads: Vec<_> = threads.collect();
    let caught: Vec<Mutant> = threads
        .into_iter()
        .flat_map(|thread| thread.join().expect("it catches its defects"))
        .copied()
        .collect();
    for mutant in ALL_MUTANTS {
        assert!(
            caught.contains(mutant) || home(*mutant) != Home::Differential,
            "no comparison seeds {mutant:?}"
        );
    }
}
