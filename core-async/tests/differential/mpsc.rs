//! `mpsc`: room and permits, order, close with permits out, weak senders.

use super::futures::Futures;
use super::harness::{World, agree, both, catches, see};
use super::random::Random;
use core_async::local::Mutant;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[derive(Clone, Debug)]
enum Act {
    Send(usize, i64),
    /// Waits for room and keeps the permit.
    Reserve(usize),
    ReserveMany(usize, usize),
    TryReserve,
    TryReserveMany(usize),
    TrySend(i64),
    /// Uses the permit of this place.
    UsePermit(usize, i64),
    DropPermit(usize),
    ReleasePermit(usize),
    Closed(usize),
    Receive(usize),
    ReceiveMany(usize, usize),
    TryReceive,
    Close,
    DropReceiver,
    CloneSender,
    DropSender,
    Downgrade,
    Upgrade(usize),
}

fn generate(random: &mut Random) -> Act {
    let place = random.slot();
    let value = random.below(50) as i64;
    let few = random.below(4) as usize;
    match random.below(100) {
        0..14 => Act::Send(place, value),
        14..26 => Act::Reserve(place),
        26..31 => Act::ReserveMany(place, few),
        31..35 => Act::TryReserve,
        35..38 => Act::TryReserveMany(few),
        38..44 => Act::TrySend(value),
        44..52 => Act::UsePermit(place, value),
        52..56 => Act::DropPermit(place),
        56..58 => Act::ReleasePermit(place),
        58..61 => Act::Closed(place),
        61..73 => Act::Receive(place),
        73..77 => Act::ReceiveMany(place, few),
        77..85 => Act::TryReceive,
        85..88 => Act::Close,
        88..89 => Act::DropReceiver,
        89..91 => Act::CloneSender,
        91..95 => Act::DropSender,
        95..97 => Act::Downgrade,
        _ => Act::Upgrade(place),
    }
}

both! {
    use sync::mpsc::{self, error::{TryRecvError, TrySendError}};

    type Value = Rc<i64>;
    type Place<T> = Rc<RefCell<Option<T>>>;

    pub(super) struct Driver {
        futures: Futures,
        senders: RefCell<Vec<mpsc::Sender<Value>>>,
        weak: RefCell<Vec<mpsc::WeakSender<Value>>>,
        permits: Rc<RefCell<Vec<mpsc::OwnedPermit<Value>>>>,
        receiver: Place<mpsc::Receiver<Value>>,
        sent: RefCell<Vec<std::rc::Weak<i64>>>,
    }

    /// Borrows the receiver for each poll, so that other steps can use it in between.
    struct Receive(Place<mpsc::Receiver<Value>>, Option<usize>);

    impl Future for Receive {
        type Output = i64;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<i64> {
            let Some(mut receiver) = self.0.borrow_mut().take() else {
                return Poll::Ready(-10);
            };
            let polled = match self.1 {
                None => receiver.poll_recv(cx).map(|value| value.map_or(-11, |value| *value)),
                Some(limit) => {
                    let mut buffer = Vec::new();
                    let polled = receiver.poll_recv_many(cx, &mut buffer, limit);
                    buffer.iter().for_each(|value| see(**value));
                    polled.map(|count| 500 + count as i64)
                }
            };
            *self.0.borrow_mut() = Some(receiver);
            polled
        }
    }

    impl Driver {
        fn sender(&self) -> Option<mpsc::Sender<Value>> {
            self.senders.borrow().last().cloned()
        }

        fn value(&self, value: i64) -> Value {
            let value = Rc::new(value);
            self.sent.borrow_mut().push(Rc::downgrade(&value));
            value
        }

        fn permit(&self, place: usize) -> Option<mpsc::OwnedPermit<Value>> {
            let mut permits = self.permits.borrow_mut();
            let count = permits.len();
            (count > 0).then(|| permits.remove(place % count))
        }

        fn with_receiver(&self, f: impl FnOnce(&mut mpsc::Receiver<Value>)) {
            let receiver = self.receiver.borrow_mut().take();
            if let Some(mut receiver) = receiver {
                f(&mut receiver);
                *self.receiver.borrow_mut() = Some(receiver);
            }
        }
    }

    impl World for Driver {
        type Act = Act;

        fn new(setup: u64) -> Self {
            let (sender, receiver) = mpsc::channel((1 + setup % 4) as usize);
            Self {
                futures: Futures::default(),
                senders: RefCell::new(vec![sender]),
                weak: RefCell::default(),
                permits: Rc::default(),
                receiver: Rc::new(RefCell::new(Some(receiver))),
                sent: RefCell::default(),
            }
        }

        fn futures(&self) -> &Futures {
            &self.futures
        }

        fn act(&self, act: &Act) {
            match *act {
                Act::Send(slot, value) => {
                    if let Some(sender) = self.sender() {
                        let value = self.value(value);
                        self.futures.start(slot, async move {
                            sender.send(value).await.map_or_else(|error| *error.0, |()| 100)
                        });
                    }
                }
                Act::Reserve(slot) => {
                    if let Some(sender) = self.sender() {
                        let permits = self.permits.clone();
                        self.futures.start(slot, async move {
                            match sender.reserve_owned().await {
                                Ok(permit) => {
                                    permits.borrow_mut().push(permit);
                                    101
                                }
                                Err(_) => -12,
                            }
                        });
                    }
                }
                Act::ReserveMany(slot, n) => {
                    if let Some(sender) = self.sender() {
                        let value = self.value(7);
                        self.futures.start(slot, async move {
                            match sender.reserve_many(n).await {
                                Ok(mut permits) => {
                                    // Uses one and gives the rest back.
                                    if let Some(permit) = permits.next() {
                                        permit.send(value);
                                    }
                                    102 + permits.len() as i64
                                }
                                Err(_) => -13,
                            }
                        });
                    }
                }
                Act::TryReserve => {
                    if let Some(sender) = self.sender() {
                        see(match sender.try_reserve_owned() {
                            Ok(permit) => {
                                self.permits.borrow_mut().push(permit);
                                103
                            }
                            Err(TrySendError::Full(_)) => -14,
                            Err(TrySendError::Closed(_)) => -15,
                        });
                    }
                }
                Act::TryReserveMany(n) => {
                    if let Some(sender) = self.sender() {
                        see(match sender.try_reserve_many(n) {
                            Ok(permits) => permits.len() as i64,
                            Err(TrySendError::Full(())) => -14,
                            Err(TrySendError::Closed(())) => -15,
                        });
                    }
                }
                Act::TrySend(value) => {
                    if let Some(sender) = self.sender() {
                        see(match sender.try_send(self.value(value)) {
                            Ok(()) => 104,
                            Err(TrySendError::Full(value)) => 1000 + *value,
                            Err(TrySendError::Closed(value)) => 2000 + *value,
                        });
                    }
                }
                Act::UsePermit(place, value) => {
                    if let Some(permit) = self.permit(place) {
                        let sender = permit.send(self.value(value));
                        see(sender.strong_count() as i64);
                    }
                }
                Act::DropPermit(place) => drop(self.permit(place)),
                Act::ReleasePermit(place) => {
                    if let Some(permit) = self.permit(place) {
                        see(permit.release().capacity() as i64);
                    }
                }
                Act::Closed(slot) => {
                    if let Some(sender) = self.sender() {
                        self.futures.start(slot, async move {
                            sender.closed().await;
                            1
                        });
                    }
                }
                Act::Receive(slot) => {
                    self.futures.start(slot, Receive(self.receiver.clone(), None));
                }
                Act::ReceiveMany(slot, limit) => {
                    self.futures.start(slot, Receive(self.receiver.clone(), Some(limit)));
                }
                Act::TryReceive => self.with_receiver(|receiver| {
                    see(match receiver.try_recv() {
                        Ok(value) => *value,
                        Err(TryRecvError::Empty) => -16,
                        Err(TryRecvError::Disconnected) => -17,
                    });
                }),
                Act::Close => self.with_receiver(mpsc::Receiver::close),
                Act::DropReceiver => {
                    let receiver = self.receiver.borrow_mut().take();
                    drop(receiver);
                }
                Act::CloneSender => {
                    let sender = self.sender();
                    self.senders.borrow_mut().extend(sender);
                }
                Act::DropSender => {
                    let sender = self.senders.borrow_mut().pop();
                    drop(sender);
                }
                Act::Downgrade => {
                    let weak = self.senders.borrow().last().map(mpsc::Sender::downgrade);
                    self.weak.borrow_mut().extend(weak);
                }
                Act::Upgrade(place) => {
                    let upgraded = {
                        let weak = self.weak.borrow();
                        (!weak.is_empty()).then(|| weak[place % weak.len()].upgrade())
                    };
                    if let Some(upgraded) = upgraded {
                        see(i64::from(upgraded.is_some()));
                        self.senders.borrow_mut().extend(upgraded);
                    }
                }
            }
        }

        fn counts(&self) {
            if let Some(sender) = self.senders.borrow().last() {
                see(sender.capacity() as i64);
                see(sender.strong_count() as i64);
                see(sender.weak_count() as i64);
                see(i64::from(sender.is_closed()));
            }
            if let Some(receiver) = &*self.receiver.borrow() {
                see(receiver.len() as i64);
                see(i64::from(receiver.is_empty()));
                see(i64::from(receiver.is_closed()));
                see(receiver.capacity() as i64);
            }
            let kept = self.sent.borrow().iter().filter(|value| value.strong_count() > 0).count();
            see(kept as i64);
        }

        fn probe(&self) {
            if let Ok(senders) = self.senders.try_borrow()
                && let Some(sender) = senders.last()
            {
                sender.capacity();
            }
        }
    }
}

#[test]
fn an_mpsc_does_what_tokios_does() {
    agree::<ours::Driver, theirs::Driver>(generate);
}

/// Seeds the defects that this comparison knows.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn caught() -> &'static [Mutant] {
    catches::<ours::Driver, theirs::Driver>(
        generate,
        &[
            Mutant::MpscForgetsPermits,
            Mutant::MpscLeaksPermit,
            Mutant::MpscForgetsLastWake,
            Mutant::SemaphoreLifo,
            Mutant::SemaphoreBarges,
            Mutant::SemaphoreLosesHandOff,
        ],
    )
}
