//! A queue of waiters: places in one block of memory, in order of arrival.
//!
//! A waiter keeps its place until its future takes it out, also after it left the queue: what it was
//! given lies there meanwhile. Joining, leaving and cancelling are O(1), and a steady load allocates nothing.
//!
//! A long queue costs what the caches do not hold of it. So four places share a row, which is a cache line on
//! wasm32, and the rows are linked, not the places: who cancels touches its own row alone, unless it was the last
//! that waited there. A row is used again once all its places are free.

use std::num::NonZeroU32;

/// The number of no row.
const NIL: u32 = u32::MAX;
/// How many places a row has.
const PLACES: u32 = 4;

/// Names one waiter for as long as its place is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Twice the place's index and one, so that it is never zero.
    number: NonZeroU32,
    #[cfg(debug_assertions)]
    generation: u32,
}

impl Key {
    #[inline]
    fn row(self) -> u32 {
        self.number.get() / (2 * PLACES)
    }

    #[inline]
    fn place(self) -> u32 {
        self.number.get() / 2 % PLACES
    }
}

/// Places next to each other in the queue.
#[derive(Debug)]
#[repr(align(64))]
struct Row<T> {
    /// Neighbours in the queue. In a free row `next` is the next free one.
    prev: u32,
    next: u32,
    /// The places, a bit each, whose waiters are in the queue.
    queued: u32,
    /// The places, a bit each, that belong to somebody.
    held: u32,
    values: [T; PLACES as usize],
    /// Tells waiters from earlier users of their places, to notice who uses a key twice.
    #[cfg(debug_assertions)]
    generations: [u32; PLACES as usize],
}

impl<T> Row<T> {
    #[inline]
    fn value(&mut self, place: u32) -> &mut T {
        &mut self.values[(place % PLACES) as usize]
    }

    /// Notices who uses a key twice.
    #[inline]
    fn check(&self, key: Key) {
        #[cfg(debug_assertions)]
        assert_eq!(
            self.generations[key.place() as usize],
            key.generation,
            "a key is used once"
        );
        #[cfg(not(debug_assertions))]
        let _ = key;
    }

    #[inline]
    fn key(&self, row: u32, place: u32) -> Key {
        Key {
            // The number of rows is limited so that this does not overflow.
            number: NonZeroU32::MIN | (row * PLACES + place) << 1,
            #[cfg(debug_assertions)]
            generation: self.generations[place as usize],
        }
    }
}

/// Waiters of type `T` in first-in, first-out order.
#[derive(Debug)]
pub(crate) struct Waiters<T> {
    rows: Vec<Row<T>>,
    /// The row that was freed last, or `NIL`.
    free: u32,
    /// The oldest row, or `NIL`. Somebody waits in each row between this and the newest.
    head: u32,
    /// The newest row, or `NIL`; perhaps nobody waits in it.
    tail: u32,
    /// The next place of the newest row; its number of places if there is none.
    fill: u32,
    /// How many wait.
    len: u32,
}

impl<T> Waiters<T> {
    pub(crate) const fn new() -> Self {
        Self {
            rows: Vec::new(),
            free: NIL,
            head: NIL,
            tail: NIL,
            fill: PLACES,
            len: 0,
        }
    }

    /// Tells whether the queue is empty; waiters that left it but hold a place don't count.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes a row off the queue that is not the newest.
    #[inline]
    fn unlink(&mut self, row: u32) {
        let Row { prev, next, .. } = self.rows[row as usize];
        match self.rows.get_mut(prev as usize) {
            Some(row) => row.next = next,
            None => self.head = next,
        }
        self.rows[next as usize].prev = prev;
    }

    /// Finds the newest waiter in the queue.
    #[inline]
    fn newest(&self) -> Option<(u32, u32)> {
        if self.is_empty() {
            return None;
        }
        let mut number = self.tail;
        let mut row = &self.rows[number as usize];
        if row.queued == 0 {
            number = row.prev;
            row = &self.rows[number as usize];
        }
        Some((number, row.queued.ilog2()))
    }

    /// Names the newest waiter in the queue.
    pub(crate) fn back(&self) -> Option<Key> {
        let (row, place) = self.newest()?;
        Some(self.rows[row as usize].key(row, place))
    }

    /// Shows the oldest waiter in the queue.
    pub(crate) fn front_mut(&mut self) -> Option<&mut T> {
        if self.is_empty() {
            return None;
        }
        let row = &mut self.rows[self.head as usize];
        let place = row.queued.trailing_zeros();
        Some(row.value(place))
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, key: Key) -> &mut T {
        let row = &mut self.rows[key.row() as usize];
        row.check(key);
        row.value(key.place())
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
        if self.is_empty() {
            return None;
        }
        let number = self.head;
        let row = &mut self.rows[number as usize];
        let place = row.queued.trailing_zeros();
        wanted(row.value(place)).then(|| self.pop(number, place))
    }

    /// Takes the newest waiter off the queue and shows its place, which stays until
    /// [`remove`](Self::remove).
    pub(crate) fn pop_back(&mut self) -> Option<&mut T> {
        let (row, place) = self.newest()?;
        Some(self.pop(row, place))
    }

    #[inline]
    fn pop(&mut self, number: u32, place: u32) -> &mut T {
        self.len -= 1;
        let row = &mut self.rows[number as usize];
        row.queued &= !(1 << place);
        if row.queued == 0 && number != self.tail {
            self.unlink(number);
        }
        self.rows[number as usize].value(place)
    }

    /// Frees a place if what is looked for lies there, and takes its waiter off the queue if it waits.
    #[inline]
    fn leave<R>(&mut self, key: Key, look: impl FnOnce(&mut T) -> Option<R>) -> Option<R> {
        let (number, place) = (key.row(), key.place());
        let row = &mut self.rows[number as usize];
        row.check(key);
        let found = look(row.value(place))?;
        #[cfg(debug_assertions)]
        {
            let generation = &mut row.generations[place as usize];
            *generation = generation.wrapping_add(1);
        }
        let (queued, rest) = (row.queued, !(1 << place));
        row.queued &= rest;
        row.held &= rest;
        let (queued_now, held) = (row.queued, row.held);
        self.len -= queued >> place & 1;
        if number == self.tail {
            if held == 0 {
                self.fill = 0;
            }
            return Some(found);
        }
        if queued_now == 0 {
            if queued != 0 {
                self.unlink(number);
            }
            if held == 0 {
                self.rows[number as usize].next = self.free;
                self.free = number;
            }
        }
        Some(found)
    }
}

impl<T: Default> Waiters<T> {
    #[inline]
    pub(crate) fn push_back(&mut self, value: T) -> Key {
        // The value never leaves the registers, which it would have to if it went to another function.
        if self.fill >= PLACES {
            self.extend();
        }
        let (number, place) = (self.tail, self.fill);
        self.fill += 1;
        self.len += 1;
        let row = &mut self.rows[number as usize];
        row.queued |= 1 << place;
        row.held |= 1 << place;
        *row.value(place) = value;
        row.key(number, place)
    }

    /// Puts a free row at the end of the queue.
    #[cold]
    #[inline(never)]
    fn extend(&mut self) {
        let (old, number) = (self.tail, self.free);
        let number = match self.rows.get_mut(number as usize) {
            Some(row) => {
                self.free = row.next;
                (row.prev, row.next) = (old, NIL);
                number
            }
            None => self.add(old),
        };
        (self.tail, self.fill) = (number, 0);
        let Some(row) = self.rows.get_mut(old as usize) else {
            self.head = number;
            return;
        };
        row.next = number;
        if row.queued == 0 {
            self.unlink(old);
        }
    }

    fn add(&mut self, prev: u32) -> u32 {
        let number = u32::try_from(self.rows.len()).unwrap_or(NIL);
        assert!(
            number < NIL / (2 * PLACES),
            "no memory holds so many waiters"
        );
        self.rows.push(Row {
            prev,
            next: NIL,
            queued: 0,
            held: 0,
            values: Default::default(),
            #[cfg(debug_assertions)]
            generations: [0; PLACES as usize],
        });
        number
    }

    /// Takes a waiter off the queue and frees its place.
    #[inline]
    pub(crate) fn remove(&mut self, key: Key) -> T {
        let found = self.leave(key, |value| Some(std::mem::take(value)));
        found.expect("something lies there")
    }

    /// Takes a waiter off the queue and frees its place, if what lies there is what is looked for. It
    /// stays there, to be overwritten.
    #[inline]
    pub(crate) fn free_if(&mut self, key: Key, wanted: impl FnOnce(&T) -> bool) -> bool {
        let found = self.leave(key, |value| wanted(value).then_some(()));
        found.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    fn contents(waiters: &mut Waiters<u32>) -> Vec<u32> {
        let mut seen = Vec::new();
        let mut number = waiters.head;
        while let Some(row) = waiters.rows.get(number as usize) {
            assert!(row.queued != 0 || number == waiters.tail);
            assert_eq!(row.queued & !row.held, 0, "who waits has a place");
            let queued = (0..PLACES).filter(|place| row.queued & (1 << place) != 0);
            seen.extend(queued.map(|place| row.values[place as usize]));
            number = row.next;
        }
        assert_eq!(seen.len(), waiters.len as usize);
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
                assert_eq!(contents(&mut waiters), expected);
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
        assert!(waiters.rows.len() <= 2);
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
        // Each keeps a row of its own at worst.
        assert!(waiters.rows.len() <= 252 + stays.len());
        assert_eq!(contents(&mut waiters), (0..10).collect::<Vec<_>>());
    }
}
