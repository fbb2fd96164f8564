//! A signal to stop that reaches down a tree of tokens.

use crate::local::mutants::{self, Mutant};
use crate::local::sync::Notify;
use crate::local::sync::notify::{Notified, OwnedNotified};
use pin_project_lite::pin_project;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::hash::{Hash, Hasher};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Tells any number of tasks to stop; clones share the signal, children follow their parent.
pub struct CancellationToken {
    node: Rc<Node>,
}

/// One token of the tree.
///
/// Parents hold their children and children their parent; the last handle of a node breaks the circle.
struct Node {
    cancelled: Cell<bool>,
    /// The tokens that share this node.
    handles: Cell<usize>,
    parent: RefCell<Option<Rc<Node>>>,
    /// This node's place in its parent's `children`.
    place: Cell<usize>,
    children: RefCell<Vec<Rc<Node>>>,
    notify: Arc<Notify>,
}

impl Node {
    #[allow(
        clippy::arc_with_non_send_sync,
        reason = "`notified_owned` takes an Arc, as tokio's does"
    )]
    fn new(parent: Option<Rc<Node>>, cancelled: bool) -> Rc<Self> {
        Rc::new(Self {
            cancelled: Cell::new(cancelled),
            handles: Cell::new(1),
            parent: RefCell::new(parent),
            place: Cell::new(0),
            children: RefCell::new(Vec::new()),
            notify: Arc::new(Notify::new()),
        })
    }

    fn adopt(self: &Rc<Self>, child: Rc<Node>) {
        let mut children = self.children.borrow_mut();
        child.place.set(children.len());
        *child.parent.borrow_mut() = Some(self.clone());
        children.push(child);
    }

    /// Takes the node out of its parent and gives the parent.
    fn leave(&self) -> Option<Rc<Node>> {
        let parent = self.parent.take()?;
        let mut siblings = parent.children.borrow_mut();
        siblings.swap_remove(self.place.get());
        if let Some(moved) = siblings.get(self.place.get()) {
            moved.place.set(self.place.get());
        }
        if siblings.len() * 4 <= siblings.capacity() {
            let wanted = siblings.len() * 2;
            siblings.shrink_to(wanted);
        }
        drop(siblings);
        Some(parent)
    }

    /// Cancels the node and all below, without recursion however deep the tree.
    fn cancel(self: &Rc<Self>) {
        if self.cancelled.get() {
            return;
        }
        if mutants::on(Mutant::TokenChildCancelsParent)
            && let Some(parent) = self.leave()
        {
            parent.cancel();
        }
        self.leave();
        let mut hit = vec![self.clone()];
        let mut next = 0;
        while let Some(node) = hit.get(next).cloned() {
            node.cancelled.set(true);
            for child in node.children.take() {
                child.parent.take();
                hit.push(child);
            }
            next += 1;
        }
        for node in hit {
            node.notify.notify_waiters();
        }
    }

    /// Unties the node from the tree; its children go to its parent.
    fn last_handle_gone(&self) {
        let children = self.children.take();
        let parent = self.leave();
        for child in children {
            match &parent {
                Some(parent) => parent.adopt(child),
                None => drop(child.parent.take()),
            }
        }
    }
}

impl CancellationToken {
    /// Makes a token that is not cancelled.
    pub fn new() -> Self {
        Self {
            node: Node::new(None, false),
        }
    }

    /// Makes a token that is cancelled with this one, but not the other way round.
    #[must_use]
    pub fn child_token(&self) -> Self {
        if self.is_cancelled() && !mutants::on(Mutant::TokenBornAlive) {
            return Self {
                node: Node::new(None, true),
            };
        }
        let node = Node::new(None, false);
        self.node.adopt(node.clone());
        Self { node }
    }

    /// Cancels the token, its clones and its children.
    pub fn cancel(&self) {
        self.node.cancel();
    }

    /// Tells whether the token is cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.node.cancelled.get()
    }

    /// Waits until the token is cancelled.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub fn cancelled(&self) -> WaitForCancellationFuture<'_> {
        WaitForCancellationFuture {
            token: self,
            notified: self.node.notify.notified(),
        }
    }

    /// Waits until the token is cancelled and keeps the token meanwhile.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub fn cancelled_owned(self) -> WaitForCancellationFutureOwned {
        WaitForCancellationFutureOwned {
            notified: self.node.notify.clone().notified_owned(),
            token: self,
        }
    }

    /// Makes a guard that cancels the token when it is dropped.
    pub fn drop_guard(self) -> DropGuard {
        DropGuard { token: Some(self) }
    }

    /// Makes a guard that cancels the borrowed token when it is dropped.
    pub fn drop_guard_ref(&self) -> DropGuardRef<'_> {
        DropGuardRef { token: Some(self) }
    }

    /// Runs a future until it is ready, or gives `None` when the token is cancelled before.
    ///
    /// If both happen at once the future wins, unless the token was cancelled from the start.
    ///
    /// # Cancel safety
    /// As far as the future itself.
    pub async fn run_until_cancelled<F: Future>(&self, fut: F) -> Option<F::Output> {
        if self.is_cancelled() {
            return None;
        }
        let cancelled = self.cancelled();
        let mut race = pin!(Race { cancelled, fut });
        std::future::poll_fn(|cx| race.as_mut().poll_race(cx)).await
    }

    /// Runs a future like [`run_until_cancelled`](Self::run_until_cancelled) and keeps the token.
    ///
    /// # Cancel safety
    /// As far as the future itself.
    pub async fn run_until_cancelled_owned<F: Future>(self, fut: F) -> Option<F::Output> {
        self.run_until_cancelled(fut).await
    }
}

pin_project! {
    struct Race<'a, F> {
        cancelled: WaitForCancellationFuture<'a>,
        #[pin]
        fut: F,
    }
}

impl<F: Future> Race<'_, F> {
    fn poll_race(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        let this = self.project();
        if let Poll::Ready(output) = this.fut.poll(cx) {
            return Poll::Ready(Some(output));
        }
        Pin::new(this.cancelled).poll(cx).map(|()| None)
    }
}

impl Clone for CancellationToken {
    fn clone(&self) -> Self {
        self.node.handles.set(self.node.handles.get() + 1);
        Self {
            node: self.node.clone(),
        }
    }
}

impl Drop for CancellationToken {
    fn drop(&mut self) {
        let left = self.node.handles.get() - 1;
        self.node.handles.set(left);
        if left == 0 {
            self.node.last_handle_gone();
        }
    }
}

impl Default for CancellationToken {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for CancellationToken {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.node, &other.node)
    }
}

impl Eq for CancellationToken {}

impl Hash for CancellationToken {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Rc::as_ptr(&self.node).hash(state);
    }
}

impl fmt::Debug for CancellationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancellationToken")
            .field("is_cancelled", &self.is_cancelled())
            .finish()
    }
}

/// Waits until a borrowed token is cancelled.
#[must_use = "futures do nothing unless polled"]
pub struct WaitForCancellationFuture<'a> {
    token: &'a CancellationToken,
    notified: Notified<'a>,
}

/// Waits until a token is cancelled.
#[must_use = "futures do nothing unless polled"]
pub struct WaitForCancellationFutureOwned {
    // Dropped before the token.
    notified: OwnedNotified,
    token: CancellationToken,
}

macro_rules! waiting {
    ($($name:ty),*) => {$(
        impl Future for $name {
            type Output = ();

            fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
                if self.token.is_cancelled() {
                    return Poll::Ready(());
                }
                Pin::new(&mut self.notified).poll(cx)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

waiting!(
    WaitForCancellationFuture<'_>,
    WaitForCancellationFutureOwned
);

/// Cancels its token when it is dropped.
#[derive(Debug)]
pub struct DropGuard {
    /// `None` once disarmed.
    token: Option<CancellationToken>,
}

impl DropGuard {
    /// Gives the token.
    pub fn token(&self) -> &CancellationToken {
        self.token.as_ref().expect("a disarmed guard is consumed")
    }

    /// Gives the token back without cancelling it.
    pub fn disarm(mut self) -> CancellationToken {
        self.token.take().expect("a disarmed guard is consumed")
    }
}

impl Drop for DropGuard {
    fn drop(&mut self) {
        if let Some(token) = &self.token {
            token.cancel();
        }
    }
}

/// Cancels its borrowed token when it is dropped.
#[derive(Debug)]
pub struct DropGuardRef<'a> {
    /// `None` once disarmed.
    token: Option<&'a CancellationToken>,
}

impl<'a> DropGuardRef<'a> {
    /// Gives the token.
    pub fn token(&self) -> &CancellationToken {
        self.token.expect("a disarmed guard is consumed")
    }

    /// Gives the token back without cancelling it.
    pub fn disarm(mut self) -> &'a CancellationToken {
        self.token.take().expect("a disarmed guard is consumed")
    }
}

impl Drop for DropGuardRef<'_> {
    fn drop(&mut self) {
        if let Some(token) = self.token {
            token.cancel();
        }
    }
}
