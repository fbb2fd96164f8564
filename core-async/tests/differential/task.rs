//! Tasks, their handles and their sets: order, joining, aborting from inside and outside, panics.
//!
//! A task does what it was told last, whenever it is polled. It runs only in `Act::Turn`, which serves all
//! that were woken.

use super::futures::Futures;
use super::harness::{World, agree, catches, see};
use super::random::Random;
use core_async::local::Mutant;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// What a task does in its next poll.
#[derive(Clone, Copy, Debug)]
enum Order {
    Wait,
    /// Wakes itself and waits.
    Yield,
    End,
    Panic,
    AbortSelf,
    AbortSelfAndEnd,
}

#[derive(Clone, Debug)]
enum Act {
    /// Starts a task; one in so many panics when its future is dropped.
    Spawn(Order, bool),
    SpawnInSet(Order, bool),
    Tell(usize, Order),
    Wake(usize),
    AbortHandle(usize),
    Abort(usize),
    AbortBy(usize),
    Join(usize, usize),
    DropHandle(usize),
    DropAbortHandle(usize),
    JoinNext(usize),
    TryJoinNext,
    AbortAll,
    DetachAll,
    /// Drops the set, and goes on with a new one.
    DropSet,
    Shutdown(usize),
    JoinAll(usize),
    /// Lets the tasks run until all of them wait.
    Turn,
}

fn order(random: &mut Random) -> Order {
    match random.below(100) {
        0..25 => Order::Wait,
        25..40 => Order::Yield,
        40..75 => Order::End,
        75..85 => Order::Panic,
        85..93 => Order::AbortSelf,
        _ => Order::AbortSelfAndEnd,
    }
}

fn generate(random: &mut Random) -> Act {
    let place = random.slot();
    match random.below(100) {
        0..11 => Act::Spawn(order(random), random.percent(5)),
        11..22 => Act::SpawnInSet(order(random), random.percent(5)),
        22..32 => Act::Tell(place, order(random)),
        32..36 => Act::Wake(place),
        36..40 => Act::AbortHandle(place),
        40..44 => Act::Abort(place),
        44..49 => Act::AbortBy(place),
        49..56 => Act::Join(place, random.slot()),
        56..59 => Act::DropHandle(place),
        59..61 => Act::DropAbortHandle(place),
        61..71 => Act::JoinNext(place),
        71..75 => Act::TryJoinNext,
        75..77 => Act::AbortAll,
        77..78 => Act::DetachAll,
        78..80 => Act::DropSet,
        80..82 => Act::Shutdown(place),
        82..83 => Act::JoinAll(place),
        _ => Act::Turn,
    }
}

/// The numbers of the outputs that were not dropped; in which order several go is nobody's promise.
type Kept = Rc<RefCell<BTreeSet<i64>>>;

/// An output that is known to be alive.
struct Output(i64, Kept);

impl Output {
    fn new(number: i64, kept: &Kept) -> Self {
        kept.borrow_mut().insert(number);
        Self(number, kept.clone())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.1.borrow_mut().remove(&self.0);
    }
}

/// Takes what a cell holds at a place, counted round.
fn take_at<T>(from: &RefCell<Vec<T>>, place: usize) -> Option<T> {
    let mut from = from.borrow_mut();
    let count = from.len();
    (count > 0).then(|| from.remove(place % count))
}

/// Compiles the driver against both, with what each calls by another name.
macro_rules! both {
    ($($driver:tt)*) => {
        mod ours {
            use super::*;
            use core_async::local::task::{self, AbortHandle, Id, JoinError, JoinHandle, JoinSet};

            struct Tasks {
                host: Rc<core_async::local::VirtualHost>,
                runtime: core_async::local::runtime::Runtime,
            }

            impl Tasks {
                fn new() -> Self {
                    let (host, runtime) = core_async::local::VirtualHost::start(1);
                    Self { host, runtime }
                }

                fn spawn(&self, task: Task) -> JoinHandle<Output> {
                    self.runtime.enter(|| task::spawn(task))
                }

                fn spawn_in(&self, set: &mut JoinSet<Output>, task: Task) -> AbortHandle {
                    self.runtime.enter(|| set.spawn(task))
                }

                fn turn(&self) {
                    self.host.settle(&self.runtime);
                }
            }

            $($driver)*
        }

        mod theirs {
            use super::*;
            use tokio::task::{self, AbortHandle, Id, JoinError, JoinHandle, JoinSet};

            struct Tasks {
                local: task::LocalSet,
                runtime: tokio::runtime::Runtime,
            }

            impl Tasks {
                fn new() -> Self {
                    let runtime = tokio::runtime::Builder::new_current_thread().build();
                    Self {
                        local: task::LocalSet::new(),
                        runtime: runtime.expect("it needs nothing of the system"),
                    }
                }

                fn spawn(&self, task: Task) -> JoinHandle<Output> {
                    self.local.spawn_local(task)
                }

                fn spawn_in(&self, set: &mut JoinSet<Output>, task: Task) -> AbortHandle {
                    set.spawn_local_on(task, &self.local)
                }

                fn turn(&self) {
                    // Each time more tasks are polled than a sequence starts.
                    let turns = async {
                        for _ in 0..3 {
                            task::yield_now().await;
                        }
                    };
                    self.runtime.block_on(self.local.run_until(turns));
                }
            }

            $($driver)*
        }
    };
}

both! {
    /// What a task shares with who tells it what to do.
    struct Orders {
        number: i64,
        next: Cell<Order>,
        waker: RefCell<Option<Waker>>,
        own: RefCell<Option<AbortHandle>>,
    }

    struct Task {
        orders: Rc<Orders>,
        explodes: bool,
        kept: Kept,
        over: Rc<Cell<bool>>,
    }

    impl Future for Task {
        type Output = Output;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Output> {
            let orders = &self.orders;
            see(10_000 + orders.number);
            let old = orders.waker.borrow_mut().replace(cx.waker().clone());
            drop(old);
            let order = orders.next.replace(Order::Wait);
            if matches!(order, Order::AbortSelf | Order::AbortSelfAndEnd) {
                let own = orders.own.borrow().clone();
                own.expect("it was put there").abort();
            }
            match order {
                Order::Wait | Order::AbortSelf => Poll::Pending,
                Order::Yield => {
                    cx.waker().wake_by_ref();
                    Poll::Pending
                }
                Order::End | Order::AbortSelfAndEnd => Poll::Ready(Output::new(orders.number, &self.kept)),
                Order::Panic => panic!("as told"),
            }
        }
    }

    impl Drop for Task {
        fn drop(&mut self) {
            if !self.over.get() {
                see(20_000 + self.orders.number);
            }
            assert!(!self.explodes || std::thread::panicking(), "in drop");
        }
    }

    pub(super) struct Driver {
        futures: Futures,
        tasks: Tasks,
        orders: RefCell<Vec<Rc<Orders>>>,
        handles: RefCell<Vec<JoinHandle<Output>>>,
        aborts: RefCell<Vec<AbortHandle>>,
        set: Rc<RefCell<Option<JoinSet<Output>>>>,
        numbers: Rc<RefCell<HashMap<Id, i64>>>,
        /// The slots of those who wait for a task of the set.
        waiting: RefCell<Vec<usize>>,
        /// How the set was used: a task was joined, and then another one started.
        joined: Rc<Cell<bool>>,
        refilled: Cell<bool>,
        turning: Cell<bool>,
        kept: Kept,
        /// The end has begun, whose order is nobody's promise.
        over: Rc<Cell<bool>>,
    }

    type Numbers = Rc<RefCell<HashMap<Id, i64>>>;

    /// Tells how a task ended, which may be one whose number isn't known yet.
    fn told(result: Result<Output, JoinError>, numbers: &Numbers) -> i64 {
        match result {
            Ok(output) => 500 + output.0,
            Err(error) => {
                see(numbers.borrow()[&error.id()]);
                match error.is_cancelled() {
                    true => -100,
                    false => match error.into_panic().downcast_ref::<&str>() {
                        Some(text) => -(text.len() as i64),
                        None => -101,
                    },
                }
            }
        }
    }

    /// Borrows the set for each poll, so that other steps can use it in between.
    struct JoinNext(Rc<RefCell<Option<JoinSet<Output>>>>, Numbers, Rc<Cell<bool>>);

    impl Future for JoinNext {
        type Output = i64;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<i64> {
            let Some(mut set) = self.0.borrow_mut().take() else {
                return Poll::Ready(-10);
            };
            let polled = set.poll_join_next_with_id(cx).map(|next| match next {
                None => -11,
                Some(Ok((id, output))) => {
                    see(self.1.borrow()[&id]);
                    500 + output.0
                }
                Some(Err(error)) => told(Err(error), &self.1),
            });
            self.2.set(self.2.get() || polled.is_ready());
            let displaced = self.0.borrow_mut().replace(set);
            drop(displaced);
            polled
        }
    }

    impl Driver {
        fn task(&self, order: Order, explodes: bool) -> Task {
            let orders = Rc::new(Orders {
                number: self.orders.borrow().len() as i64,
                next: Cell::new(order),
                waker: RefCell::default(),
                own: RefCell::default(),
            });
            self.orders.borrow_mut().push(orders.clone());
            Task {
                orders,
                explodes,
                kept: self.kept.clone(),
                over: self.over.clone(),
            }
        }

        fn know(&self, orders: &Orders, own: AbortHandle) {
            self.numbers.borrow_mut().insert(own.id(), orders.number);
            *orders.own.borrow_mut() = Some(own);
        }

        fn orders(&self, place: usize) -> Option<Rc<Orders>> {
            let orders = self.orders.borrow();
            (!orders.is_empty()).then(|| orders[place % orders.len()].clone())
        }

        fn wake(&self, place: usize) {
            let waker = self.orders(place).and_then(|orders| orders.waker.borrow().clone());
            if let Some(waker) = waker {
                waker.wake();
            }
        }

        fn with_set(&self, f: impl FnOnce(&mut JoinSet<Output>)) {
            let set = self.set.borrow_mut().take();
            if let Some(mut set) = set {
                f(&mut set);
                let displaced = self.set.borrow_mut().replace(set);
                drop(displaced);
            }
        }

        /// Ends what waits for the set, as its borrow would make sure.
        fn nobody_waits(&self) {
            for slot in self.waiting.take() {
                self.futures.cancel(slot);
            }
        }

        /// Takes the set out and leaves a new one.
        ///
        /// Not one that was refilled: in which order its tasks are aborted is not compared, since tokio
        /// promises none.
        fn renew(&self) -> Option<JoinSet<Output>> {
            if self.refilled.get() {
                return None;
            }
            self.nobody_waits();
            self.joined.set(false);
            let set = self.set.borrow_mut().take();
            set.inspect(|_| *self.set.borrow_mut() = Some(JoinSet::new()))
        }
    }

    impl Drop for Driver {
        fn drop(&mut self) {
            self.over.set(true);
        }
    }

    impl World for Driver {
        type Act = Act;

        fn new(_setup: u64) -> Self {
            Self {
                futures: Futures::default(),
                tasks: Tasks::new(),
                orders: RefCell::default(),
                handles: RefCell::default(),
                aborts: RefCell::default(),
                set: Rc::new(RefCell::new(Some(JoinSet::new()))),
                numbers: Rc::default(),
                waiting: RefCell::default(),
                joined: Rc::default(),
                refilled: Cell::new(false),
                turning: Cell::new(false),
                kept: Rc::default(),
                over: Rc::default(),
            }
        }

        fn futures(&self) -> &Futures {
            &self.futures
        }

        fn act(&self, act: &Act) {
            match *act {
                Act::Spawn(order, explodes) => {
                    let task = self.task(order, explodes);
                    let orders = task.orders.clone();
                    let handle = self.tasks.spawn(task);
                    self.know(&orders, handle.abort_handle());
                    self.handles.borrow_mut().push(handle);
                }
                Act::SpawnInSet(order, explodes) => self.with_set(|set| {
                    let task = self.task(order, explodes);
                    let orders = task.orders.clone();
                    let own = self.tasks.spawn_in(set, task);
                    self.know(&orders, own.clone());
                    self.refilled.set(self.refilled.get() || self.joined.get());
                    self.aborts.borrow_mut().push(own);
                }),
                Act::Tell(place, order) => {
                    if let Some(orders) = self.orders(place) {
                        orders.next.set(order);
                    }
                    self.wake(place);
                }
                Act::Wake(place) => self.wake(place),
                Act::AbortHandle(place) => {
                    let handles = self.handles.borrow();
                    if !handles.is_empty() {
                        let abort = handles[place % handles.len()].abort_handle();
                        self.aborts.borrow_mut().push(abort);
                    }
                }
                Act::Abort(place) => {
                    let handles = self.handles.borrow();
                    if !handles.is_empty() {
                        handles[place % handles.len()].abort();
                    }
                }
                Act::AbortBy(place) => {
                    let aborts = self.aborts.borrow();
                    if !aborts.is_empty() {
                        aborts[place % aborts.len()].abort();
                    }
                }
                Act::Join(slot, place) => {
                    if let Some(handle) = take_at(&self.handles, place) {
                        let numbers = self.numbers.clone();
                        self.futures.start(slot, async move { told(handle.await, &numbers) });
                    }
                }
                Act::DropHandle(place) => drop(take_at(&self.handles, place)),
                Act::DropAbortHandle(place) => drop(take_at(&self.aborts, place)),
                Act::JoinNext(slot) => {
                    self.waiting.borrow_mut().push(slot);
                    self.futures.start(slot, JoinNext(self.set.clone(), self.numbers.clone(), self.joined.clone()));
                }
                Act::TryJoinNext => self.with_set(|set| {
                    see(match set.try_join_next() {
                        None => -16,
                        Some(result) => {
                            self.joined.set(true);
                            told(result, &self.numbers)
                        }
                    });
                }),
                Act::AbortAll if self.refilled.get() => {}
                Act::AbortAll => self.with_set(JoinSet::abort_all),
                Act::DetachAll => {
                    self.nobody_waits();
                    self.with_set(JoinSet::detach_all);
                    self.joined.set(false);
                    self.refilled.set(false);
                }
                Act::DropSet => drop(self.renew()),
                Act::Shutdown(slot) => {
                    if let Some(mut set) = self.renew() {
                        self.futures.start(slot, async move {
                            set.shutdown().await;
                            set.len() as i64
                        });
                    }
                }
                Act::JoinAll(slot) => {
                    if let Some(set) = self.renew() {
                        self.futures.start(slot, async move {
                            let outputs = set.join_all().await;
                            outputs.iter().for_each(|output| see(output.0));
                            700 + outputs.len() as i64
                        });
                    }
                }
                Act::Turn => {
                    if !self.turning.replace(true) {
                        self.tasks.turn();
                        self.turning.set(false);
                    }
                }
            }
        }

        fn counts(&self) {
            self.handles.borrow().iter().for_each(|handle| see(i64::from(handle.is_finished())));
            self.aborts.borrow().iter().for_each(|abort| see(i64::from(abort.is_finished())));
            self.kept.borrow().iter().for_each(|output| see(30_000 + output));
            if let Some(set) = &*self.set.borrow() {
                see(set.len() as i64);
                see(i64::from(set.is_empty()));
            }
        }

        fn probe(&self) {
            if let Ok(handles) = self.handles.try_borrow() {
                handles.iter().for_each(|handle| { handle.is_finished(); });
            }
        }
    }
}

#[test]
fn tasks_do_what_tokios_do() {
    agree::<ours::Driver, theirs::Driver>(generate);
}

/// Seeds the defects that this comparison knows.
pub(crate) fn caught() -> &'static [Mutant] {
    catches::<ours::Driver, theirs::Driver>(
        generate,
        &[
            Mutant::AbortDiscardsResult,
            Mutant::FinishedMeansAborted,
            Mutant::FinishedNeedsAbort,
            Mutant::SelfAbortUnderBorrow,
        ],
    )
}
