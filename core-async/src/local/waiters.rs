//! A queue of waiters: slots in one block of memory, linked by index.
//!
//! A waiter keeps its slot until its future takes it out, also after it left the queue: what it was
//! given lies there meanwhile. Joining, leaving and cancelling are O(1); a freed slot is used again, so
//! that a steady load allocates nothing. It is no `Slab`, because every hand-off goes through here and
//! a slab would look three times where this looks once.

const NIL: u32 = u32::MAX;

/// Names one waiter for as long as its slot is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    index: u32,
    generation: u32,
}

#[derive(Debug)]
struct Slot<T> {
    /// Tells this waiter from earlier users of the slot.
    generation: u32,
    /// Neighbours in the queue. What has left the queue is before itself; in a free slot `next` is the
    /// next free one.
    prev: u32,
    next: u32,
    value: T,
}

impl<T> Slot<T> {
    #[inline]
    fn free(&mut self, next: u32) {
        self.generation = self.generation.wrapping_add(1);
        self.next = next;
    }
}

/// Waiters of type `T` in first-in, first-out order.
#[derive(Debug)]
pub(crate) struct Waiters<T> {
    slots: Vec<Slot<T>>,
    /// The slot that was freed last, or `NIL`.
    free: u32,
    /// The oldest waiter in the queue, or `NIL`.
    head: u32,
    /// The newest waiter in the queue, or `NIL`.
    tail: u32,
}

impl<T> Waiters<T> {
    pub(crate) const fn new() -> Self {
        Self {
            slots: Vec::new(),
            free: NIL,
            head: NIL,
            tail: NIL,
        }
    }

    /// Tells whether the queue is empty; waiters that left it but hold a slot don't count.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.head == NIL
    }
}

impl<T: Default> Waiters<T> {
    #[inline]
    pub(crate) fn push_back(&mut self, value: T) -> Key {
        let prev = self.tail;
        let key = match self.slots.get_mut(self.free as usize) {
            Some(slot) => {
                let index = self.free;
                self.free = slot.next;
                slot.prev = prev;
                slot.next = NIL;
                slot.value = value;
                Key {
                    index,
                    generation: slot.generation,
                }
            }
            None => self.grow(prev, value),
        };
        match self.slots.get_mut(prev as usize) {
            Some(slot) => slot.next = key.index,
            None => self.head = key.index,
        }
        self.tail = key.index;
        key
    }

    #[cold]
    fn grow(&mut self, prev: u32, value: T) -> Key {
        let index = u32::try_from(self.slots.len()).unwrap_or(NIL);
        assert!(index != NIL, "no memory holds so many waiters");
        self.slots.push(Slot {
            generation: 0,
            prev,
            next: NIL,
            value,
        });
        Key {
            index,
            generation: 0,
        }
    }

    /// Names the newest waiter in the queue.
    pub(crate) fn back(&self) -> Option<Key> {
        self.slots.get(self.tail as usize).map(|slot| Key {
            index: self.tail,
            generation: slot.generation,
        })
    }

    /// Shows the oldest waiter in the queue.
    pub(crate) fn front_mut(&mut self) -> Option<&mut T> {
        let slot = self.slots.get_mut(self.head as usize);
        slot.map(|slot| &mut slot.value)
    }

    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let slot = self.slots.get_mut(key.index as usize);
        slot.filter(|slot| slot.generation == key.generation)
            .map(|slot| &mut slot.value)
    }

    /// Takes the oldest waiter off the queue and shows its slot, which stays until
    /// [`remove`](Self::remove).
    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<&mut T> {
        self.pop_front_if(|_| true)
    }

    /// Takes the oldest waiter off the queue like [`pop_front`](Self::pop_front), if what lies there is
    /// what is looked for.
    #[inline]
    pub(crate) fn pop_front_if(&mut self, wanted: impl FnOnce(&T) -> bool) -> Option<&mut T> {
        let index = self.head as usize;
        let slot = self.slots.get_mut(index)?;
        if !wanted(&slot.value) {
            return None;
        }
        let next = slot.next;
        slot.prev = self.head;
        self.head = next;
        match self.slots.get_mut(next as usize) {
            Some(slot) => slot.prev = NIL,
            None => self.tail = NIL,
        }
        Some(&mut self.slots[index].value)
    }

    /// Takes the newest waiter off the queue and shows its slot, which stays until
    /// [`remove`](Self::remove).
    pub(crate) fn pop_back(&mut self) -> Option<&mut T> {
        let index = self.tail as usize;
        let slot = self.slots.get_mut(index)?;
        let prev = std::mem::replace(&mut slot.prev, self.tail);
        self.join(prev, NIL);
        Some(&mut self.slots[index].value)
    }

    /// Takes a waiter off the queue and frees its slot.
    #[inline]
    pub(crate) fn remove(&mut self, key: Key) -> Option<T> {
        let slot = self.slots.get_mut(key.index as usize)?;
        if slot.generation != key.generation {
            return None;
        }
        let value = std::mem::take(&mut slot.value);
        let (prev, next) = (slot.prev, slot.next);
        slot.free(self.free);
        self.free = key.index;
        if prev != key.index {
            self.join(prev, next);
        }
        Some(value)
    }

    /// Takes a waiter off the queue and frees its slot, if what lies there is what is looked for. It
    /// stays there, to be overwritten.
    #[inline]
    pub(crate) fn free_if(&mut self, key: Key, wanted: impl FnOnce(&T) -> bool) -> bool {
        let Some(slot) = self.slots.get_mut(key.index as usize) else {
            return false;
        };
        if slot.generation != key.generation || !wanted(&slot.value) {
            return false;
        }
        let (prev, next) = (slot.prev, slot.next);
        slot.free(self.free);
        self.free = key.index;
        if prev != key.index {
            self.join(prev, next);
        }
        true
    }

    /// Makes neighbours of what was before and behind a waiter that left.
    fn join(&mut self, prev: u32, next: u32) {
        match self.slots.get_mut(prev as usize) {
            Some(slot) => slot.next = next,
            None => self.head = next,
        }
        match self.slots.get_mut(next as usize) {
            Some(slot) => slot.prev = prev,
            None => self.tail = prev,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    fn contents(waiters: &mut Waiters<u32>) -> Vec<u32> {
        let mut seen = Vec::new();
        let mut index = waiters.head;
        while let Some(slot) = waiters.slots.get(index as usize) {
            seen.push(slot.value);
            index = slot.next;
        }
        seen
    }

    #[test]
    fn a_random_queue_equals_a_plain_list() {
        let mut state = 7u64;
        let mut random = move |below: usize| {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 33) as usize % below
        };
        let mut waiters = Waiters::new();
        let mut model: VecDeque<(Key, u32)> = VecDeque::new();
        let mut parked: Vec<Key> = Vec::new();
        for step in 0..20_000u32 {
            match random(6) {
                0 | 1 => model.push_back((waiters.push_back(step), step)),
                2 if !model.is_empty() => {
                    let (key, value) = model.remove(random(model.len())).expect("in range");
                    assert_eq!(waiters.remove(key), Some(value));
                    assert_eq!(waiters.remove(key), None, "a stale key finds nothing");
                }
                3 if !model.is_empty() => {
                    let (key, value) = model.pop_front().expect("not empty");
                    assert_eq!(waiters.pop_front().copied(), Some(value));
                    parked.push(key);
                }
                4 if !model.is_empty() => {
                    let (key, value) = model.pop_back().expect("not empty");
                    assert_eq!(waiters.pop_back().copied(), Some(value));
                    parked.push(key);
                }
                _ => {
                    if let Some(key) = parked.pop() {
                        assert!(!waiters.free_if(key, |value| *value > step));
                        assert!(waiters.free_if(key, |value| *value <= step));
                        assert!(!waiters.free_if(key, |_| true), "a stale key finds nothing");
                    }
                }
            }
            if step % 64 == 0 {
                let expected: Vec<u32> = model.iter().map(|entry| entry.1).collect();
                assert_eq!(contents(&mut waiters), expected);
                let front = model.front().map(|entry| entry.1);
                assert_eq!(waiters.front_mut().copied(), front);
                assert_eq!(waiters.back(), model.back().map(|entry| entry.0));
            }
        }
    }

    #[test]
    fn a_steady_load_reuses_its_slots() {
        let mut waiters = Waiters::new();
        for round in 0..1_000u32 {
            let keys: Vec<Key> = (0..4).map(|n| waiters.push_back(round + n)).collect();
            for key in keys {
                assert!(waiters.remove(key).is_some());
            }
        }
        assert!(waiters.slots.capacity() <= 4);
    }
}
