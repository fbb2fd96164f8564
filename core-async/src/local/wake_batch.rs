//! Wakers collected under a borrow, to be woken after it.

use std::task::Waker;

const INLINE: usize = 8;

/// A list of wakers that lives on the stack up to eight, which covers every hand-off.
pub(crate) struct WakeBatch {
    inline: [Option<Waker>; INLINE],
    len: usize,
    spill: Vec<Waker>,
}

impl WakeBatch {
    pub(crate) const fn new() -> Self {
        Self {
            inline: [const { None }; INLINE],
            len: 0,
            spill: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, waker: Option<Waker>) {
        let Some(waker) = waker else { return };
        match self.inline.get_mut(self.len) {
            Some(slot) => {
                *slot = Some(waker);
                self.len += 1;
            }
            None => self.spill.push(waker),
        }
    }

    /// Wakes all in the order of collection. No cell may be borrowed now.
    pub(crate) fn wake(mut self) {
        for slot in &mut self.inline[..self.len] {
            if let Some(waker) = slot.take() {
                waker.wake();
            }
        }
        for waker in self.spill {
            waker.wake();
        }
    }
}
