//! Gives events their number and sends them in that order.
//!
//! Sending wakes subscribers, and a waker is somebody else's code: it may publish. So nothing is
//! sent under the lock. Whoever finds the outbox idle sends for all, until it is empty; the others
//! only leave their event there.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use core_async::sync::broadcast;

use super::{CoreEvent, Event, PublishError};

pub(super) struct Outbox {
    state: Mutex<State>,
}

struct State {
    /// Makes the channel live; `None` after shutdown. While somebody sends, it holds a clone, so
    /// the channel closes only after the last event is sent.
    sender: Option<broadcast::Sender<Arc<Event>>>,
    /// The number of the last event.
    sequence: u64,
    /// Events that have their number and are not sent yet, in order.
    waiting: VecDeque<Arc<Event>>,
    /// Whether somebody is sending.
    sending: bool,
}

impl Outbox {
    pub(super) fn new(sender: broadcast::Sender<Arc<Event>>) -> Self {
        Self {
            state: Mutex::new(State {
                sender: Some(sender),
                sequence: 0,
                waiting: VecDeque::new(),
                sending: false,
            }),
        }
    }

    pub(super) fn publish(&self, event: CoreEvent) -> Result<u64, PublishError> {
        let mut state = self.lock();
        let Some(sender) = state.sender.clone() else {
            let event = Box::new(event);
            return Err(PublishError { event });
        };
        state.sequence += 1;
        let sequence = state.sequence;
        state.waiting.push_back(Arc::new(Event { sequence, event }));
        if state.sending {
            return Ok(sequence);
        }
        state.sending = true;
        let mut turn = Turn {
            outbox: self,
            over: false,
        };
        while let Some(event) = state.waiting.pop_front() {
            drop(state);
            // An error says that nobody listens, which is no error here.
            let _ = sender.send(event);
            state = self.lock();
        }
        state.sending = false;
        turn.over = true;
        Ok(sequence)
    }

    /// Runs `read` on the channel; `None` after shutdown.
    pub(super) fn with_sender<T>(
        &self,
        read: impl FnOnce(&broadcast::Sender<Arc<Event>>) -> T,
    ) -> Option<T> {
        let sender = self.lock().sender.clone();
        sender.as_ref().map(read)
    }

    pub(super) fn close(&self) {
        // Dropped after the lock is released: the last sender wakes the subscribers.
        let sender = self.lock().sender.take();
        drop(sender);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code of others runs under the lock, so a poisoned state is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn of the one who sends. If a waker panics, the turn ends all the same, so that the next
/// publisher can send.
struct Turn<'a> {
    outbox: &'a Outbox,
    over: bool,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.over {
            self.outbox.lock().sending = false;
        }
    }
}
