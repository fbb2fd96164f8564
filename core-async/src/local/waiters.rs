//! A queue of waiters: places in one block of memory, linked in order of arrival.
//!
//! A waiter keeps its place until its future takes it out, also after it left the queue: what it was
//! given lies there meanwhile. Joining, leaving and cancelling are O(1), and a steady load allocates nothing.
//!
//! A long queue costs what the caches do not hold of it. So places are small and lie close together, and the one
//! that was freed last is used first. Who cancels reads its own place alone: those of its neighbours are written,
//! which nobody waits for.

use std::num::NonZeroUsize;

/// The number of no place.
const NIL: usize = usize::MAX;
/// What a place has for a newer neighbour when its waiter has left the queue.
const OUT: usize = NIL - 1;

/// Names one waiter for as long as its place is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Twice the place's number and one, so that it is never zero.
    number: NonZeroUsize,
    #[cfg(debug_assertions)]
    generation: u32,
}

impl Key {
    #[inline]
    pub(crate) fn place(self) -> usize {
        self.number.get() / 2
    }
}

#[derive(Debug)]
struct Place<T> {
    value: T,
    /// The older neighbour in the queue, or `NIL`. Out of the queue it is what the waiter was given.
    older: usize,
    /// The newer neighbour in the queue, `NIL`, or `OUT`. In a free place it is the next free one.
    newer: usize,
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
    fn key(&self, number: usize) -> Key {
        Key {
            // The number of places is limited so that this does not overflow.
            number: NonZeroUsize::MIN | number << 1,
            #[cfg(debug_assertions)]
            generation: self.generation,
        }
    }

    /// Tells what the waiter was given, if it has left the queue.
    #[inline]
    fn given(&self) -> Option<usize> {
        (self.newer == OUT).then_some(self.older)
    }
}

/// Waiters of type `T` in first-in, first-out order.
#[derive(Debug)]
pub(crate) struct Waiters<T> {
    places: Vec<Place<T>>,
    /// The place that was freed last, or `NIL`.
    free: usize,
    /// The place of the oldest in the queue, or `NIL`.
    oldest: usize,
    /// The place of the newest in the queue, or `NIL`.
    newest: usize,
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

    /// Names the oldest waiter in the queue.
    #[inline]
    pub(crate) fn front(&self) -> Option<Key> {
        let place = self.places.get(self.oldest)?;
        Some(place.key(self.oldest))
    }

    /// Names the newest waiter in the queue.
    pub(crate) fn back(&self) -> Option<Key> {
        let place = self.places.get(self.newest)?;
        Some(place.key(self.newest))
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, key: Key) -> &mut T {
        let place = &mut self.places[key.place()];
        place.check(key);
        &mut place.value
    }

    /// Tells what a waiter was given, if it has left the queue.
    #[inline]
    pub(crate) fn given(&self, key: Key) -> Option<usize> {
        let place = &self.places[key.place()];
        place.check(key);
        place.given()
    }

    /// Frees the place of a waiter if it has left the queue, and tells whether it has. What lies there stays, to be
    /// overwritten without a drop: nothing in it may need one.
    #[inline]
    pub(crate) fn free_if_out(&mut self, key: Key) -> bool {
        let number = key.place();
        let place = &mut self.places[number];
        place.check(key);
        if place.newer != OUT {
            return false;
        }
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
        if self.free >= self.places.len() {
            self.extend();
        }
        let places = self.places.as_mut_slice();
        let (older, number) = (self.newest, self.free);
        let place = &mut places[number];
        self.free = place.newer;
        // What is free holds nothing that needs a drop; a look for it would cost more than all else here.
        std::mem::forget(std::mem::replace(&mut place.value, value));
        (place.older, place.newer) = (older, NIL);
        let key = place.key(number);
        self.newest = number;
        match places.get_mut(older) {
            Some(place) => place.newer = number,
            None => self.oldest = number,
        }
        key
    }

    /// Adds a free place.
    #[cold]
    #[inline(never)]
    fn extend(&mut self) {
        let number = self.places.len();
        assert!(number < OUT / 2, "no memory holds so many waiters");
        self.places.push(Place {
            value: T::default(),
            older: NIL,
            newer: self.free,
            #[cfg(debug_assertions)]
            generation: 0,
        });
        self.free = number;
    }

    /// Takes the oldest waiter off the queue and gives what lay in its place, where instead lies `given` until the
    /// place is freed.
    #[inline]
    pub(crate) fn pop_front(&mut self, given: usize) -> Option<T> {
        let places = self.places.as_mut_slice();
        let place = places.get_mut(self.oldest)?;
        let value = std::mem::take(&mut place.value);
        let newer = std::mem::replace(&mut place.newer, OUT);
        place.older = given;
        self.oldest = newer;
        match places.get_mut(newer) {
            Some(place) => place.older = NIL,
            None => self.newest = NIL,
        }
        Some(value)
    }

    /// Takes the newest waiter off the queue like [`pop_front`](Self::pop_front).
    pub(crate) fn pop_back(&mut self, given: usize) -> Option<T> {
        let places = self.places.as_mut_slice();
        let place = places.get_mut(self.newest)?;
        let value = std::mem::take(&mut place.value);
        place.newer = OUT;
        let older = std::mem::replace(&mut place.older, given);
        self.newest = older;
        match places.get_mut(older) {
            Some(place) => place.newer = NIL,
            None => self.oldest = NIL,
        }
        Some(value)
    }

    /// Takes a waiter that has not left it off the queue, frees its place and gives what lay there.
    #[inline]
    pub(crate) fn remove(&mut self, key: Key) -> T {
        let places = self.places.as_mut_slice();
        let number = key.place();
        let place = &mut places[number];
        place.check(key);
        debug_assert_ne!(place.newer, OUT, "it is in the queue");
        let value = std::mem::take(&mut place.value);
        let older = place.older;
        let newer = std::mem::replace(&mut place.newer, self.free);
        place.outdate();
        self.free = number;
        match places.get_mut(older) {
            Some(place) => place.newer = newer,
            None => self.oldest = newer,
        }
        match places.get_mut(newer) {
            Some(place) => place.older = older,
            None => self.newest = older,
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
        while let Some(place) = waiters.places.get(number) {
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
        let mut parked: Vec<(Key, usize)> = Vec::new();
        for step in 0..20_000u32 {
            match random(6) {
                0 | 1 => model.push_back((waiters.push_back(step), step)),
                2 if !model.is_empty() => {
                    let (key, value) = model.remove(random(model.len())).expect("in range");
                    assert_eq!(waiters.remove(key), value);
                }
                3 if !model.is_empty() => {
                    let (key, value) = model.pop_front().expect("not empty");
                    assert_eq!(waiters.pop_front(step as usize), Some(value));
                    parked.push((key, step as usize));
                }
                4 if !model.is_empty() => {
                    let (key, value) = model.pop_back().expect("not empty");
                    assert_eq!(waiters.pop_back(step as usize), Some(value));
                    parked.push((key, step as usize));
                }
                _ => {
                    if let Some((key, given)) = parked.pop() {
                        assert_eq!(waiters.given(key), Some(given));
                        assert!(waiters.free_if_out(key));
                    }
                    if let Some((key, value)) = model.back() {
                        assert_eq!(waiters.given(*key), None);
                        assert!(!waiters.free_if_out(*key));
                        assert_eq!(waiters.get_mut(*key), value);
                    }
                }
            }
            if step % 64 == 0 {
                let expected: Vec<u32> = model.iter().map(|entry| entry.1).collect();
                assert_eq!(contents(&waiters), expected);
                assert_eq!(waiters.front(), model.front().map(|entry| entry.0));
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
    fn keys_and_places_are_small() {
        assert_eq!(size_of::<Option<Key>>(), size_of::<usize>());
        assert_eq!(
            size_of::<Place<Option<std::task::Waker>>>(),
            4 * size_of::<usize>()
        );
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
