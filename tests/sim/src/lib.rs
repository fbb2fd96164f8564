//! A simulator of syncs.
//!
//! One number, the seed, makes a whole story: a drive of some dialect with files in it,
//! people who edit, move, swap and delete them before and during syncs, and everything that goes
//! wrong: failing and throttled requests, pages that are short, repeated or out of order, refused
//! cursors, damaged content, a full disk, a clock that is set back, cancelled jobs, another process that
//! writes, killed processes and power cuts. The engine, the library and SQLite are the real ones; only the
//! provider, the time and the disk's misfortunes are made up. Time is virtual: hours of waiting cost nothing.
//!
//! After each job, after each crash and at the end the invariants I1 to I7 are checked.
//! The same seed gives the same story to the last request, which [`replay`] proves by comparing
//! traces, so that a violation can be looked at again.
//!
//! Whether such a simulator would notice anything is a fair question. The private feature `mutants`
//! of core-sync has the defects that designs like this one are known for, and [`hunt`] tells after
//! how many seeds each was noticed.

mod clock;
mod database;
mod drive;
mod fault;
mod hub;
mod invariants;
mod provider;
mod report;
mod story;
mod world;

pub use fault::Fault;
pub use report::{Report, Tally, Violation};
pub use story::{hunt, replay, run};
