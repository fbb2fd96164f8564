//! The tasks of an executor, in slots that are used again.
//!
//! It is no `Slab`, because a slot keeps its waker when its task ends: the next task takes it over if
//! nobody else has it, so that a steady load allocates no wakers.

use crate::local::task::id::Id;
use crate::local::task::join::JoinTarget;
use crate::local::task::waker::TaskWaker;
use crate::local::task::work::Work;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

pub(crate) type TaskWork = Pin<Box<dyn Work>>;

/// Names one task; its slot may be used again under another id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskKey {
    pub(crate) index: usize,
    pub(crate) id: Id,
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
    /// `None` in a free slot.
    id: Option<Id>,
    state: State,
    /// Somebody asked for its end.
    pub(super) aborted: bool,
    /// It runs in a macrotask of its own.
    pub(super) blocking: bool,
    /// `None` while it is being polled.
    work: Option<TaskWork>,
    /// Who learns of it if a poll never comes back; `None` in a free slot.
    join: Option<Rc<dyn JoinTarget>>,
    /// The waker for polls, which takes it out.
    waker: Option<Waker>,
    /// What the waker wakes.
    shared: Arc<TaskWaker>,
    /// The slot that was freed before this one.
    next_free: usize,
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
    free: usize,
    len: usize,
}

impl Tasks {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds a task that counts as queued.
    pub(super) fn insert(
        &mut self,
        runtime: u64,
        blocking: bool,
        work: TaskWork,
        join: Rc<dyn JoinTarget>,
    ) -> TaskKey {
        let id = Id::next();
        let index = self.free;
        self.len += 1;
        let Some(slot) = self.slots.get_mut(index) else {
            return self.grow(runtime, blocking, (work, join), id);
        };
        self.free = slot.next_free;
        let key = TaskKey { index, id };
        // One is the slot's, one is its waker's.
        match Arc::strong_count(&slot.shared) {
            2 => slot.shared.rename(id),
            _ => {
                let (shared, waker) = TaskWaker::new(runtime, key);
                (slot.shared, slot.waker) = (shared, Some(waker));
            }
        }
        slot.id = Some(id);
        slot.state = State::Queued;
        slot.aborted = false;
        slot.blocking = blocking;
        slot.work = Some(work);
        slot.join = Some(join);
        key
    }

    #[cold]
    fn grow(
        &mut self,
        runtime: u64,
        blocking: bool,
        (work, join): (TaskWork, Rc<dyn JoinTarget>),
        id: Id,
    ) -> TaskKey {
        let key = TaskKey {
            index: self.slots.len(),
            id,
        };
        let (shared, waker) = TaskWaker::new(runtime, key);
        self.slots.push(Task {
            id: Some(id),
            state: State::Queued,
            aborted: false,
            blocking,
            work: Some(work),
            join: Some(join),
            waker: Some(waker),
            shared,
            next_free: 0,
        });
        // There is no free slot.
        self.free = self.slots.len();
        key
    }

    pub(super) fn get_mut(&mut self, key: TaskKey) -> Option<&mut Task> {
        let slot = self.slots.get_mut(key.index)?;
        (slot.id == Some(key.id)).then_some(slot)
    }

    /// Frees the slot of a task that was taken out to be polled.
    pub(super) fn remove(&mut self, key: TaskKey, waker: Waker) {
        let free = self.free;
        let Some(slot) = self.get_mut(key) else {
            debug_assert!(false, "a task ends once");
            return;
        };
        slot.id = None;
        slot.join = None;
        slot.waker = Some(waker);
        slot.next_free = free;
        self.free = key.index;
        self.len -= 1;
    }

    /// Frees the slots of all tasks that are being polled, and names them.
    pub(super) fn remove_polled(&mut self, runtime: u64) -> Vec<(Id, Rc<dyn JoinTarget>)> {
        let mut removed = Vec::new();
        for (index, slot) in self.slots.iter_mut().enumerate() {
            if slot.work.is_some() {
                continue;
            }
            let (Some(id), Some(join)) = (slot.id.take(), slot.join.take()) else {
                continue;
            };
            // The poll that never came back has the waker.
            let (shared, waker) = TaskWaker::new(runtime, TaskKey { index, id });
            (slot.shared, slot.waker) = (shared, Some(waker));
            slot.next_free = self.free;
            self.free = index;
            self.len -= 1;
            removed.push((id, join));
        }
        removed
    }

    /// Names all tasks.
    pub(super) fn keys(&self) -> Vec<TaskKey> {
        let slots = self.slots.iter().enumerate();
        let keys = slots.filter_map(|(index, slot)| {
            Some(TaskKey {
                index,
                id: slot.id?,
            })
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

    /// Takes out what a poll needs, unless one is under way.
    pub(super) fn take(&mut self) -> Option<Taken> {
        let taken = Taken {
            work: self.work.take()?,
            waker: self.waker.take()?,
        };
        self.state = State::Polled;
        Some(taken)
    }

    /// Puts back what a poll took out, and tells whether the task was woken meanwhile and has to be
    /// queued.
    pub(super) fn put_back(&mut self, taken: Taken) -> bool {
        self.work = Some(taken.work);
        self.waker = Some(taken.waker);
        let woken = self.state == State::Woken;
        self.state = match woken {
            true => State::Queued,
            false => State::Waiting,
        };
        woken
    }
}
