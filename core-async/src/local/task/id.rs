//! The names of tasks.

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;

thread_local! {
    static NEXT: Cell<NonZeroU64> = const { Cell::new(NonZeroU64::MIN) };
    static CURRENT: Cell<Option<Id>> = const { Cell::new(None) };
}

/// Names a task, uniquely among all tasks of the thread.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub struct Id(NonZeroU64);

impl Id {
    pub(crate) fn next() -> Self {
        let id = NEXT.get();
        NEXT.set(id.saturating_add(1));
        Self(id)
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

/// Makes a task the running one until the guard is dropped.
pub(crate) fn enter(id: Option<Id>) -> impl Drop {
    struct Restore(Option<Id>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    Restore(CURRENT.replace(id))
}
