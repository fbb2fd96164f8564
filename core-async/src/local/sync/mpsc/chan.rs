//! What both queues share: the values, the counts and the two sides' ways to wait.

use super::error::TryRecvError;
use crate::local::coop;
use crate::local::mutants::{self, Mutant};
use crate::local::sync::Notify;
use crate::local::sync::batch::Batch;
use crate::local::waker_slot::WakerSlot;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

#[derive(Debug)]
pub(super) struct Chan<T> {
    values: RefCell<VecDeque<T>>,
    /// Room in a bounded queue: the free slots, with `bound` of them in all.
    pub(super) room: Option<Batch>,
    pub(super) bound: usize,
    /// The receiver refuses new values.
    closed: Cell<bool>,
    pub(super) senders: Cell<usize>,
    pub(super) weak_senders: Cell<usize>,
    /// Who waits for a value.
    receiver: WakerSlot,
    /// Wakes those who wait for `closed`.
    on_close: Notify,
}

impl<T> Chan<T> {
    pub(super) fn new(bound: Option<usize>) -> Rc<Self> {
        Rc::new(Self {
            values: RefCell::new(VecDeque::new()),
            room: bound.map(Batch::new),
            bound: bound.unwrap_or(usize::MAX),
            closed: Cell::new(false),
            senders: Cell::new(1),
            weak_senders: Cell::new(0),
            receiver: WakerSlot::default(),
            on_close: Notify::new(),
        })
    }

    /// Adds a value whose room the caller holds.
    #[inline]
    pub(super) fn push(&self, value: T) {
        self.values.borrow_mut().push_back(value);
        self.receiver.wake();
    }

    /// Counts the room of a queue that is known to have a limit.
    #[inline]
    pub(super) fn bounded_room(&self) -> &Batch {
        let room = self.room.as_ref();
        room.expect("a bounded channel counts its room")
    }

    pub(super) fn try_recv(&self) -> Result<T, TryRecvError> {
        match self.take() {
            Some(value) => Ok(value),
            None if self.is_over() => Err(TryRecvError::Disconnected),
            None => Err(TryRecvError::Empty),
        }
    }

    /// Takes the next value and gives back its room.
    #[inline]
    fn take(&self) -> Option<T> {
        let value = self.values.borrow_mut().pop_front()?;
        self.give_room(1);
        Some(value)
    }

    #[inline]
    pub(super) fn poll_recv(&self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        ready!(coop::proceed(cx));
        match self.take() {
            Some(value) => {
                coop::spend();
                Poll::Ready(Some(value))
            }
            None => self.poll_empty(cx),
        }
    }

    /// Waits for a value; out of the way of those who find one there.
    #[inline(never)]
    fn poll_empty(&self, cx: &Context<'_>) -> Poll<Option<T>> {
        if self.senders.get() == 0 {
            coop::spend();
            return Poll::Ready(None);
        }
        // The last poll's waker is kept in any case, as `poll_recv` promises.
        self.receiver.register(cx);
        let received = match self.try_recv() {
            Ok(value) => Some(value),
            Err(TryRecvError::Disconnected) => None,
            Err(TryRecvError::Empty) => return Poll::Pending,
        };
        coop::spend();
        Poll::Ready(received)
    }

    pub(super) fn poll_recv_many(
        &self,
        cx: &mut Context<'_>,
        buffer: &mut Vec<T>,
        limit: usize,
    ) -> Poll<usize> {
        if limit == 0 {
            return Poll::Ready(0);
        }
        ready!(coop::proceed(cx));
        for registered in [false, true] {
            let taken = {
                let mut values = self.values.borrow_mut();
                let taken = values.len().min(limit);
                buffer.extend(values.drain(..taken));
                taken
            };
            if taken > 0 {
                coop::spend();
                self.give_room(taken);
                return Poll::Ready(taken);
            }
            if self.is_over() && (registered || self.senders.get() == 0) {
                coop::spend();
                return Poll::Ready(0);
            }
            if !registered {
                self.receiver.register(cx);
            }
        }
        Poll::Pending
    }

    pub(super) fn len(&self) -> usize {
        self.values.borrow().len()
    }

    pub(super) fn close(&self) {
        if !self.closed.replace(true) {
            if let Some(room) = &self.room {
                room.close();
            }
            self.on_close.notify_waiters();
        }
    }

    /// Closes and drops what nobody will receive.
    pub(super) fn desert(&self) {
        self.close();
        self.receiver.clear();
        loop {
            let value = self.values.borrow_mut().pop_front();
            if value.is_none() {
                return;
            }
            self.give_room(1);
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    pub(super) async fn closed(&self) {
        let notified = self.on_close.notified();
        if !self.is_closed() {
            notified.await;
        }
    }

    /// Gives back room that a permit held without using it.
    pub(super) fn give_back(&self, permits: usize) {
        if permits == 0 || mutants::on(Mutant::MpscLeaksPermit) {
            return;
        }
        self.give_room(permits);
        self.wake_if_over();
    }

    /// Wakes a receiver that closed and waits for the last room to come back.
    pub(super) fn wake_if_over(&self) {
        if self.is_closed() && self.is_idle() && !mutants::on(Mutant::MpscForgetsLastWake) {
            self.receiver.wake();
        }
    }

    pub(super) fn sender_gone(&self) {
        let left = self.senders.get() - 1;
        self.senders.set(left);
        if left == 0 && !mutants::on(Mutant::MpscEndIsSilent) {
            self.receiver.wake();
        }
    }

    pub(super) fn add_sender(&self) {
        self.senders.set(self.senders.get() + 1);
    }

    #[inline]
    fn give_room(&self, permits: usize) {
        if let Some(room) = &self.room {
            room.release(permits);
        }
    }

    /// Nothing lies in the queue and nothing can come.
    fn is_over(&self) -> bool {
        self.len() == 0 && (self.senders.get() == 0 || (self.is_closed() && self.is_idle()))
    }

    /// No value is in the queue and no permit is out.
    fn is_idle(&self) -> bool {
        match &self.room {
            Some(room) => room.available() == self.bound || mutants::on(Mutant::MpscForgetsPermits),
            None => self.len() == 0,
        }
    }
}
