//! The names of tasks.

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

/// One count for all threads: names are unique in the program.
static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static CURRENT: Cell<Option<Id>> = const { Cell::new(None) };
}

/// Names a task, uniquely among all tasks of the program.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub struct Id(NonZeroU64);

impl Id {
    pub(crate) fn next() -> Self {
        let id = NonZeroU64::new(NEXT.fetch_add(1, Ordering::Relaxed));
        Self(id.expect("no program lives to start so many tasks"))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Gives the id of the running task.
///
/// # Panics
/// If no task is running.
#[track_caller]
pub fn id() -> Id {
    match try_id() {
        Some(id) => id,
        None => panic!("can't get a task id when not inside a task"),
    }
}

/// Gives the id of the running task, if one is running.
pub fn try_id() -> Option<Id> {
    CURRENT.get()
}

/// Notes that no task is running, after one whose poll never came back.
pub(crate) fn leave() {
    CURRENT.set(None);
}

/// Makes a task the running one until the guard is dropped.
#[inline]
pub(crate) fn enter(id: Option<Id>) -> impl Drop {
    struct Restore(Option<Id>);
    impl Drop for Restore {
        #[inline]
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    Restore(CURRENT.replace(id))
}
