//! A queue of waiters: a slab linked by index.
//!
//! A waiter keeps its slot until its future takes it out, also after it left the queue: what it was
//! given lies there meanwhile. Joining, leaving and cancelling are O(1); a freed slot is used again, so
//! that a steady load allocates nothing.

use slab::Slab;

const NIL: usize = usize::MAX;

/// Names one waiter for as long as its slot is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    index: usize,
    generation: u64,
}

#[derive(Debug)]
struct Node<T> {
    /// Tells this waiter from earlier users of the slot.
    generation: u64,
    /// Neighbours in the queue; meaningless unless `linked`.
    prev: usize,
    next: usize,
    linked: bool,
    value: T,
}

/// Waiters of type `T` in first-in, first-out order.
#[derive(Debug)]
pub(crate) struct Waiters<T> {
    slots: Slab<Node<T>>,
    /// The oldest waiter in the queue, or `NIL`.
    head: usize,
    /// The newest waiter in the queue, or `NIL`.
    tail: usize,
    /// The next waiter's generation.
    generation: u64,
}

impl<T> Waiters<T> {
    pub(crate) const fn new() -> Self {
        Self {
            slots: Slab::new(),
            head: NIL,
            tail: NIL,
            generation: 0,
        }
    }

    /// Tells whether the queue is empty; waiters that left it but hold a slot don't count.
    pub(crate) fn is_empty(&self) -> bool {
        self.head == NIL
    }

    pub(crate) fn push_back(&mut self, value: T) -> Key {
        let generation = self.generation;
        self.generation = generation.wrapping_add(1);
        let index = self.slots.insert(Node {
            generation,
            prev: self.tail,
            next: NIL,
            linked: true,
            value,
        });
        match self.slots.get_mut(self.tail) {
            Some(tail) => tail.next = index,
            None => self.head = index,
        }
        self.tail = index;
        Key { index, generation }
    }

    pub(crate) fn front(&self) -> Option<Key> {
        self.key_at(self.head)
    }

    pub(crate) fn back(&self) -> Option<Key> {
        self.key_at(self.tail)
    }

    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        self.node(key).map(|node| &mut node.value)
    }

    /// Takes a waiter off the queue; its slot stays until [`remove`](Self::remove).
    pub(crate) fn unlink(&mut self, key: Key) {
        let Some(node) = self.node(key) else { return };
        if !node.linked {
            return;
        }
        node.linked = false;
        let (prev, next) = (node.prev, node.next);
        match self.slots.get_mut(prev) {
            Some(node) => node.next = next,
            None => self.head = next,
        }
        match self.slots.get_mut(next) {
            Some(node) => node.prev = prev,
            None => self.tail = prev,
        }
    }

    /// Takes the oldest waiter off the queue and shows what it left in its slot.
    pub(crate) fn pop_front(&mut self) -> Option<&mut T> {
        let key = self.front()?;
        self.unlink(key);
        self.get_mut(key)
    }

    /// Takes a waiter off the queue and frees its slot.
    pub(crate) fn remove(&mut self, key: Key) -> Option<T> {
        self.node(key)?;
        self.unlink(key);
        Some(self.slots.remove(key.index).value)
    }

    fn node(&mut self, key: Key) -> Option<&mut Node<T>> {
        self.slots
            .get_mut(key.index)
            .filter(|node| node.generation == key.generation)
    }

    fn key_at(&self, index: usize) -> Option<Key> {
        self.slots.get(index).map(|node| Key {
            index,
            generation: node.generation,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    fn contents(waiters: &mut Waiters<u32>) -> Vec<u32> {
        let mut seen = Vec::new();
        let mut index = waiters.head;
        while let Some(node) = waiters.slots.get(index) {
            seen.push(node.value);
            index = node.next;
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
            match random(5) {
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
                _ => {
                    if let Some(key) = parked.pop() {
                        assert!(waiters.remove(key).is_some());
                    }
                }
            }
            if step % 64 == 0 {
                let expected: Vec<u32> = model.iter().map(|entry| entry.1).collect();
                assert_eq!(contents(&mut waiters), expected);
                assert_eq!(waiters.front(), model.front().map(|entry| entry.0));
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
