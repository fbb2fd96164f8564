//! A meeting point for a fixed number of tasks.

use crate::local::mutants::{self, Mutant};
use crate::local::sync::Notify;
use std::cell::Cell;

/// Lets tasks go on only when `n` of them have arrived.
#[derive(Debug)]
pub struct Barrier {
    n: usize,
    arrived: Cell<usize>,
    /// Counts the meetings that are over.
    generation: Cell<usize>,
    met: Notify,
}

impl Barrier {
    /// Makes a barrier for `n` tasks; zero means one.
    pub fn new(n: usize) -> Self {
        Self {
            n: n.max(1),
            arrived: Cell::new(0),
            generation: Cell::new(0),
            met: Notify::new(),
        }
    }

    /// Arrives and waits for the others; the last to arrive is the leader.
    ///
    /// # Cancel safety
    /// None: a dropped wait stays counted as arrived.
    pub async fn wait(&self) -> BarrierWaitResult {
        let generation = self.generation.get();
        self.arrived.set(self.arrived.get() + 1);
        if self.arrived.get() == self.n {
            self.arrived.set(0);
            self.generation.set(generation.wrapping_add(1));
            self.met.notify_waiters();
            return BarrierWaitResult(true);
        }
        let _uncount = mutants::on(Mutant::BarrierUncounts).then(|| Uncount(self));
        while self.generation.get() == generation {
            self.met.notified().await;
        }
        BarrierWaitResult(false)
    }
}

/// The defect [`Mutant::BarrierUncounts`].
struct Uncount<'a>(&'a Barrier);

impl Drop for Uncount<'_> {
    fn drop(&mut self) {
        self.0.arrived.set(self.0.arrived.get().saturating_sub(1));
    }
}

/// Tells the leader from the others.
#[derive(Debug, Clone)]
pub struct BarrierWaitResult(bool);

impl BarrierWaitResult {
    /// Tells whether this task was the last to arrive.
    pub fn is_leader(&self) -> bool {
        self.0
    }
}
