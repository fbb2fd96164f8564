//! What simulations came to.

use std::collections::BTreeMap;

use crate::fault::Fault;

/// What one seed came to.
#[derive(Debug, Clone)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// A number for all that happened.
    pub trace: u64,
    /// All that happened, if it was asked for.
    pub lines: Vec<String>,
    /// The invariants that did not hold.
    pub violations: Vec<String>,
    /// How often each fault happened.
    pub faults: BTreeMap<Fault, u64>,
    /// How many jobs ended in each state.
    pub jobs: BTreeMap<String, u64>,
    /// Requests to providers.
    pub requests: u64,
    /// Virtual time that passed, in ms.
    pub virtual_ms: u64,
}

/// An invariant that did not hold.
#[derive(Debug, Clone)]
pub struct Violation {
    /// The seed that shows it.
    pub seed: u64,
    /// Which invariant, and what was wrong.
    pub text: String,
}

/// What many seeds came to.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// How many seeds there were.
    pub seeds: u64,
    /// How often each fault happened.
    pub faults: BTreeMap<Fault, u64>,
    /// How many jobs ended in each state.
    pub jobs: BTreeMap<String, u64>,
    /// Requests to providers.
    pub requests: u64,
    /// Virtual time that passed, in ms.
    pub virtual_ms: u64,
    /// What did not hold.
    pub violations: Vec<Violation>,
    /// Seeds whose second run was not as the first.
    pub unequal: Vec<u64>,
}

impl Tally {
    /// Adds a seed's report.
    pub fn add(&mut self, report: Report) {
        self.seeds += 1;
        self.requests += report.requests;
        self.virtual_ms += report.virtual_ms;
        for (fault, count) in report.faults {
            *self.faults.entry(fault).or_default() += count;
        }
        for (status, count) in report.jobs {
            *self.jobs.entry(status).or_default() += count;
        }
        let seed = report.seed;
        let violations = report.violations.into_iter();
        self.violations
            .extend(violations.map(|text| Violation { seed, text }));
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.requests += other.requests;
        self.virtual_ms += other.virtual_ms;
        for (fault, count) in other.faults {
            *self.faults.entry(fault).or_default() += count;
        }
        for (status, count) in other.jobs {
            *self.jobs.entry(status).or_default() += count;
        }
        self.violations.extend(other.violations);
        self.unequal.extend(other.unequal);
    }

    /// Lists the faults that never happened.
    pub fn never_happened(&self) -> Vec<Fault> {
        let happened = |fault: &Fault| self.faults.get(fault).is_some_and(|count| *count > 0);
        Fault::ALL
            .into_iter()
            .filter(|fault| !happened(fault))
            .collect()
    }
}
