//! The tasks of an executor, in slots that are used again.
//!
//! It is no `Slab`, because a slot keeps its waker when its task ends: the next task takes it over if
//! nobody else has it, so that a steady load allocates no wakers.

use crate::local::task::waker::TaskWaker;
use crate::local::task::work::Work;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

pub(crate) type TaskWork = Pin<Rc<dyn Work>>;

/// Names one task; its slot may be used again in another generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskKey {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

/// Where a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It waits to be woken.
    Waiting,
    /// It is in a queue.
    Queued,
    /// It is being polled.
    Polled,
    /// It was woken while it is being polled, and goes to the queue after that.
    Woken,
}

pub(super) struct Task {
    /// Tells this task from earlier ones of the slot.
    generation: u32,
    state: State,
    /// Somebody asked for its end.
    pub(super) aborted: bool,
    /// It waits for a closure that runs, and ends with that.
    shielded: bool,
    /// It runs in a macrotask of its own.
    pub(super) blocking: bool,
    /// `None` in a free slot.
    work: Option<TaskWork>,
    /// The waker for polls; `None` while the task is being polled.
    waker: Option<Waker>,
    /// What the waker wakes.
    shared: Arc<TaskWaker>,
    /// The slot that was freed before this one.
    next_free: u32,
}

/// What a poll takes out of the slot.
pub(super) struct Taken {
    pub(super) work: TaskWork,
    pub(super) waker: Waker,
}

#[derive(Default)]
pub(super) struct Tasks {
    slots: Vec<Task>,
    /// The slot that was freed last, or one that there is not.
    free: u32,
    len: usize,
}

impl Tasks {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Names the next task.
    pub(super) fn next_key(&self) -> TaskKey {
        let slot = self.slots.get(self.free as usize);
        TaskKey {
            index: self.free,
            generation: slot.map_or(0, |slot| slot.generation),
        }
    }

    /// Adds the task of the last [`next_key`](Self::next_key), which counts as queued.
    pub(super) fn insert(&mut self, key: TaskKey, runtime: u64, blocking: bool, work: TaskWork) {
        self.len += 1;
        let Some(slot) = self.slots.get_mut(key.index as usize) else {
            return self.grow(key, runtime, blocking, work);
        };
        self.free = slot.next_free;
        // One is the slot's, one is its waker's.
        match Arc::strong_count(&slot.shared) {
            2 => slot.shared.rename(key),
            _ => {
                let (shared, waker) = TaskWaker::new(runtime, key);
                (slot.shared, slot.waker) = (shared, Some(waker));
            }
        }
        slot.state = State::Queued;
        slot.aborted = false;
        slot.shielded = false;
        slot.blocking = blocking;
        slot.work = Some(work);
    }

    #[cold]
    fn grow(&mut self, key: TaskKey, runtime: u64, blocking: bool, work: TaskWork) {
        let (shared, waker) = TaskWaker::new(runtime, key);
        self.slots.push(Task {
            generation: key.generation,
            state: State::Queued,
            aborted: false,
            shielded: false,
            blocking,
            work: Some(work),
            waker: Some(waker),
            shared,
            next_free: 0,
        });
        // There is no free slot.
        self.free = u32::try_from(self.slots.len()).expect("no memory holds so many tasks");
    }

    pub(super) fn get_mut(&mut self, key: TaskKey) -> Option<&mut Task> {
        let slot = self.slots.get_mut(key.index as usize)?;
        (slot.generation == key.generation && slot.work.is_some()).then_some(slot)
    }

    /// Frees the slot of a task that was taken out to be polled, and gives what is left of it, to be dropped
    /// outside of any borrow.
    pub(super) fn remove(&mut self, key: TaskKey, waker: Waker) -> Option<TaskWork> {
        let free = self.free;
        let Some(slot) = self.get_mut(key) else {
            debug_assert!(false, "a task ends once");
            return None;
        };
        slot.generation = slot.generation.wrapping_add(1);
        let work = slot.work.take();
        slot.waker = Some(waker);
        slot.next_free = free;
        self.free = key.index;
        self.len -= 1;
        work
    }

    /// Frees the slots of all tasks that are being polled, and gives what is left of them.
    pub(super) fn remove_polled(&mut self, runtime: u64) -> Vec<TaskWork> {
        let mut removed = Vec::new();
        for (index, slot) in (0..).zip(&mut self.slots) {
            if slot.waker.is_some() {
                continue;
            }
            let Some(work) = slot.work.take() else {
                continue;
            };
            slot.generation = slot.generation.wrapping_add(1);
            let key = TaskKey {
                index,
                generation: slot.generation,
            };
            // The poll that never came back has the waker.
            let (shared, waker) = TaskWaker::new(runtime, key);
            (slot.shared, slot.waker) = (shared, Some(waker));
            slot.next_free = self.free;
            self.free = index;
            self.len -= 1;
            removed.push(work);
        }
        removed
    }

    /// Names all tasks.
    pub(super) fn keys(&self) -> Vec<TaskKey> {
        let slots = (0..).zip(&self.slots);
        let tasks = slots.filter(|(_, slot)| slot.work.is_some());
        let keys = tasks.map(|(index, slot)| TaskKey {
            index,
            generation: slot.generation,
        });
        keys.collect()
    }
}

impl Task {
    /// Notes a wake-up, and tells whether the task has to be queued now.
    pub(super) fn wake(&mut self) -> bool {
        let (queue, state) = match self.state {
            State::Waiting => (true, State::Queued),
            State::Polled => (false, State::Woken),
            other => (false, other),
        };
        self.state = state;
        queue
    }

    /// Asks for the task's end.
    pub(super) fn abort(&mut self) {
        self.aborted |= !self.shielded;
    }

    /// Ignores requests for the task's end from now on, and tells whether there was none before.
    pub(super) fn shield(&mut self) -> bool {
        self.shielded = !self.aborted;
        self.shielded
    }

    /// Takes out what a poll needs, unless one is under way.
    pub(super) fn take(&mut self) -> Option<Taken> {
        let taken = Taken {
            waker: self.waker.take()?,
            work: self.work.clone()?,
        };
        self.state = State::Polled;
        Some(taken)
    }

    /// Puts back the waker that a poll took out, and tells whether the task was woken meanwhile and has to
    /// be queued.
    pub(super) fn put_back(&mut self, waker: Waker) -> bool {
        self.waker = Some(waker);
        let woken = self.state == State::Woken;
        self.state = match woken {
            true => State::Queued,
            false => State::Waiting,
        };
        woken
    }
}
