//! A queue of waiters: places in one block of memory, linked in order of arrival.
//!
//! A waiter keeps its place until its future takes it out, also after it left the queue: what it was
//! given lies there meanwhile. Joining, leaving and cancelling are O(1), and a steady load allocates nothing.
//!
//! A long queue costs what the caches do not hold of it. So places are small and lie close together, and the one
//! that was freed last is used first. Who cancels reads its own place alone: those of its neighbours are written,
//! which nobody waits for.

use std::num::NonZeroU32;

/// The number of no place.
const NIL: u32 = u32::MAX;
/// What a place has for a newer neighbour when its waiter has left the queue.
const OUT: u32 = NIL - 1;

/// Names one waiter for as long as its place is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Twice the place's number and one, so that it is never zero.
    number: NonZeroU32,
    #[cfg(debug_assertions)]
    generation: u32,
}

impl Key {
    #[inline]
    fn place(self) -> u32 {
        self.number.get() / 2
    }
}

#[derive(Debug)]
struct Place<T> {
    value: T,
    /// The older neighbour in the queue, or `NIL`.
    older: u32,
    /// The newer neighbour in the queue, `NIL`, or `OUT`. In a free place it is the next free one.
    newer: u32,
    /// Tells waiters from earlier users of their places, to notice who uses a key twice.
    #[cfg(debug_assertions)]
    generation: u32,
}

impl<T> Place<T> {
    /// Notices who uses a key twice.
    #[inline]
    fn check(&self, key: Key) {
        #[cfg(debug_assertions)]
        assert_eq!(self.generation, key.generation, "a key is used once");
        #[cfg(not(debug_assertions))]
        let _ = key;
    }

    /// Gives the place another generation, as its waiter leaves.
    #[inline]
    fn outdate(&mut self) {
        #[cfg(debug_assertions)]
        {
            self.generation = self.generation.wrapping_add(1);
        }
    }

    #[inline]
    fn key(&self, number: u32) -> Key {
        Key {
            // The number of places is limited so that this does not overflow.
            number: NonZeroU32::MIN | number << 1,
            #[cfg(debug_assertions)]
            generation: self.generation,
        }
    }
}

/// Waiters of type `T` in first-in, first-out order.
#[derive(Debug)]
pub(crate) struct Waiters<T> {
    places: Vec<Place<T>>,
    /// The place that was freed last, or `NIL`.
    free: u32,
    /// The place of the oldest in the queue, or `NIL`.
    oldest: u32,
    /// The place of the newest in the queue, or `NIL`.
    newest: u32,
}

impl<T> Waiters<T> {
    pub(crate) const fn new() -> Self {
        Self {
            places: Vec::new(),
            free: NIL,
            oldest: NIL,
            newest: NIL,
        }
    }

    /// Tells whether the queue is empty; waiters that left it but hold a place don't count.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.oldest == NIL
    }

    /// Makes neighbours of two places, or of one and an end of the queue.
    #[inline]
    fn link(&mut self, older: u32, newer: u32) {
        match self.places.get_mut(older as usize) {
            Some(place) => place.newer = newer,
            None => self.oldest = newer,
        }
        match self.places.get_mut(newer as usize) {
            Some(place) => place.older = older,
            None => self.newest = older,
        }
    }

    /// Names the newest waiter in the queue.
    pub(crate) fn back(&self) -> Option<Key> {
        let place = self.places.get(self.newest as usize)?;
        Some(place.key(self.newest))
    }

    /// Shows the oldest waiter in the queue.
    pub(crate) fn front_mut(&mut self) -> Option<&mut T> {
        let place = self.places.get_mut(self.oldest as usize)?;
        Some(&mut place.value)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, key: Key) -> &mut T {
        let place = &mut self.places[key.place() as usize];
        place.check(key);
        &mut place.value
    }

    /// Takes the oldest waiter off the queue and shows its place, which stays until
    /// [`remove`](Self::remove).
    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<&mut T> {
        self.pop_front_if(|_| true)
    }

    /// Takes the oldest waiter off the queue like [`pop_front`](Self::pop_front), if what lies there is
    /// what is looked for.
    #[inline]
    pub(crate) fn pop_front_if(&mut self, wanted: impl FnOnce(&T) -> bool) -> Option<&mut T> {
        let number = self.oldest as usize;
        let places = self.places.as_mut_slice();
        let place = places.get_mut(number)?;
        if !wanted(&place.value) {
            return None;
        }
        let newer = std::mem::replace(&mut place.newer, OUT);
        self.oldest = newer;
        match places.get_mut(newer as usize) {
            Some(place) => place.older = NIL,
            None => self.newest = NIL,
        }
        Some(&mut places[number].value)
    }

    /// Takes the newest waiter off the queue and shows its place, which stays until
    /// [`remove`](Self::remove).
    pub(crate) fn pop_back(&mut self) -> Option<&mut T> {
        let number = self.newest as usize;
        let place = self.places.get_mut(number)?;
        place.newer = OUT;
        let older = place.older;
        self.link(older, NIL);
        Some(&mut self.places[number].value)
    }

    /// Frees the place of a waiter that has left the queue, if what lies there is what is looked for. It
    /// stays there, to be overwritten without a drop: nothing in it may need one.
    #[inline]
    pub(crate) fn free_if(&mut self, key: Key, wanted: impl FnOnce(&T) -> bool) -> bool {
        let number = key.place();
        let place = &mut self.places[number as usize];
        place.check(key);
        if !wanted(&place.value) {
            return false;
        }
        debug_assert_eq!(place.newer, OUT, "it has left the queue");
        place.newer = self.free;
        self.free = number;
        place.outdate();
        true
    }
}

impl<T: Default> Waiters<T> {
    #[inline]
    pub(crate) fn push_back(&mut self, value: T) -> Key {
        // The value never leaves the registers, which it would have to if it went to another function.
        if self.free as usize >= self.places.len() {
            self.extend();
        }
        let (older, number) = (self.newest, self.free);
        let place = &mut self.places[number as usize];
        self.free = place.newer;
        // What is free holds nothing that needs a drop; a look for it would cost more than all else here.
        std::mem::forget(std::mem::replace(&mut place.value, value));
        (place.older, place.newer) = (older, NIL);
        let key = place.key(number);
        self.newest = number;
        match self.places.get_mut(older as usize) {
            Some(place) => place.newer = number,
            None => self.oldest = number,
        }
        key
    }

    /// Adds a free place.
    #[cold]
    #[inline(never)]
    fn extend(&mut self) {
        let number = u32::try_from(self.places.len()).unwrap_or(NIL);
        assert!(number < NIL / 2, "no memory holds so many waiters");
        self.places.push(Place {
            value: T::default(),
            older: NIL,
            newer: self.free,
            #[cfg(debug_assertions)]
            generation: 0,
        });
        self.free = number;
    }

    /// Takes a waiter off the queue and frees its place.
    #[inline]
    pub(crate) fn remove(&mut self, key: Key) -> T {
        let number = key.place();
        let place = &mut self.places[number as usize];
        place.check(key);
        let value = std::mem::take(&mut place.value);
        let older = place.older;
        let newer = std::mem::replace(&mut place.newer, self.free);
        place.outdate();
        self.free = number;
        if newer != OUT {
            self.link(older, newer);
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    fn contents(waiters: &Waiters<u32>) -> Vec<u32> {
        let mut seen = Vec::new();
        let (mut older, mut number) = (NIL, waiters.oldest);
        while let Some(place) = waiters.places.get(number as usize) {
            assert_eq!(place.older, older);
            seen.push(place.value);
            (older, number) = (number, place.newer);
        }
        assert_eq!((older, number), (waiters.newest, NIL));
        assert_eq!(seen.is_empty(), waiters.is_empty());
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
                    assert_eq!(waiters.remove(key), value);
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
                    }
                }
            }
            if step % 64 == 0 {
                let expected: Vec<u32> = model.iter().map(|entry| entry.1).collect();
                assert_eq!(contents(&waiters), expected);
                let front = model.front().map(|entry| entry.1);
                assert_eq!(waiters.front_mut().copied(), front);
                assert_eq!(waiters.back(), model.back().map(|entry| entry.0));
            }
        }
    }

    #[test]
    #[should_panic(expected = "a key is used once")]
    #[cfg(debug_assertions)]
    fn a_stale_key_is_noticed() {
        let mut waiters = Waiters::new();
        let key = waiters.push_back(1);
        waiters.remove(key);
        let _other = waiters.push_back(2);
        waiters.remove(key);
    }

    #[test]
    #[cfg(not(debug_assertions))]
    fn a_key_is_small() {
        assert_eq!(size_of::<Option<Key>>(), 4);
    }

    #[test]
    fn a_steady_load_reuses_its_places() {
        let mut waiters = Waiters::new();
        for round in 0..1_000u32 {
            let keys: Vec<Key> = (0..6).map(|n| waiters.push_back(round + n)).collect();
            for key in keys {
                waiters.remove(key);
            }
        }
        assert_eq!(waiters.places.len(), 6);
    }

    #[test]
    fn those_who_stay_do_not_keep_the_places_of_those_who_go() {
        let mut waiters = Waiters::new();
        let stays: Vec<Key> = (0..10)
            .map(|n| {
                let goes: Vec<Key> = (0..1_000).map(|n| waiters.push_back(n)).collect();
                let stays = waiters.push_back(n);
                for key in goes {
                    waiters.remove(key);
                }
                stays
            })
            .collect();
        assert_eq!(waiters.places.len(), 1_000 + stays.len());
        assert_eq!(contents(&waiters), (0..10).collect::<Vec<_>>());
    }
}
