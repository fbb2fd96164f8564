//! What several files need.

use core_async::local::VirtualHost;
use core_async::local::runtime::Runtime;
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

/// Runs a future on a fresh virtual host.
pub(crate) fn run<F>(future: F) -> F::Output
where
    F: Future + 'static,
    F::Output: 'static,
{
    let (host, runtime) = VirtualHost::start(1);
    host.run(&runtime, future)
}

/// Runs a future with the host and the runtime at hand.
pub(crate) fn run_with<F>(make: impl FnOnce(Rc<VirtualHost>, Runtime) -> F) -> F::Output
where
    F: Future + 'static,
    F::Output: 'static,
{
    let (host, runtime) = VirtualHost::start(1);
    let future = make(host.clone(), runtime.clone());
    host.run(&runtime, future)
}

/// A list that tasks write to.
#[derive(Clone, Default)]
pub(crate) struct Notes(Rc<RefCell<Vec<String>>>);

impl Notes {
    pub(crate) fn add(&self, note: impl Into<String>) {
        self.0.borrow_mut().push(note.into());
    }

    pub(crate) fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

/// Writes a note when it is dropped.
pub(crate) struct OnDrop(pub(crate) Notes, pub(crate) &'static str);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.add(self.1);
    }
}

/// Counts how often it is woken.
#[derive(Default)]
pub(crate) struct Wakes(AtomicUsize);

impl Wakes {
    pub(crate) fn waker(self: &Arc<Self>) -> Waker {
        Waker::from(self.clone())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
