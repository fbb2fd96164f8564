//! Wakers that write down that they were woken, and may do something on the spot.

use super::harness::see;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Wake, Waker};

/// Marks a wake in the log; the waker's number is added.
pub(crate) const WOKEN: i64 = 1_000_000;

/// A slot, and which of the futures there.
pub(crate) type FutureName = (usize, usize);

type Action = Rc<dyn Fn()>;
type IsPending = Rc<dyn Fn(FutureName) -> bool>;

thread_local! {
    static ACTIONS: RefCell<Vec<Option<Action>>> = const { RefCell::new(Vec::new()) };
    static PROBE: RefCell<Option<Rc<dyn Fn()>>> = const { RefCell::new(None) };
    static IS_PENDING: RefCell<Option<IsPending>> = const { RefCell::new(None) };
    static ALIVE: Cell<i64> = const { Cell::new(0) };
}

struct Noted {
    number: usize,
    /// What it was made for. Once the future has ended or was woken, another wake-up means
    /// nothing, and whether it comes is nobody's promise.
    future: FutureName,
    /// What to do when woken, by its place in `ACTIONS`.
    action: Option<usize>,
}

impl Wake for Noted {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let is_pending = IS_PENDING.with_borrow(Clone::clone);
        if !is_pending.is_some_and(|is_pending| is_pending(self.future)) {
            return;
        }
        see(WOKEN + self.number as i64);
        // Once only, so that wakers that wake each other come to an end.
        let action = self
            .action
            .and_then(|place| ACTIONS.with_borrow_mut(|actions| actions[place].take()));
        if let Some(action) = action {
            action();
        }
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get() - 1);
        let probe = PROBE.with_borrow(Clone::clone);
        if let Some(probe) = probe
            && !std::thread::panicking()
        {
            probe();
        }
    }
}

/// Makes a waker that does something once when it is woken.
pub(crate) fn waker(future: FutureName, number: usize, action: Option<Rc<dyn Fn()>>) -> Waker {
    let action = action.map(|action| {
        ACTIONS.with_borrow_mut(|actions| {
            actions.push(Some(action));
            actions.len() - 1
        })
    });
    ALIVE.set(ALIVE.get() + 1);
    Waker::from(Arc::new(Noted {
        number,
        future,
        action,
    }))
}

/// Runs something whenever a waker's last clone is dropped.
pub(crate) fn set_probe(probe: Option<Rc<dyn Fn()>>) {
    let old = PROBE.replace(probe);
    drop(old);
}

/// Says which slots wake-ups matter to.
pub(crate) fn set_pending(is_pending: Rc<dyn Fn(FutureName) -> bool>) {
    let old = IS_PENDING.replace(Some(is_pending));
    drop(old);
}

/// Forgets all actions and tells how many wakers are still alive.
pub(crate) fn reset() -> i64 {
    set_probe(None);
    drop(IS_PENDING.take());
    let actions = ACTIONS.take();
    drop(actions);
    ALIVE.replace(0)
}
