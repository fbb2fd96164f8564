//! `mpsc` without a limit: order, close, weak senders, and whoever waits for the close.

use super::futures::Futures;
use super::harness::{World, agree, both, catches, see};
use super::random::Random;
use core_async::local::Mutant;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[derive(Clone, Debug)]
enum Act {
    Send(i64),
    Closed(usize),
    Receive(usize),
    ReceiveMany(usize, usize),
    TryReceive,
    Close,
    DropReceiver,
    CloneSender,
    DropSender,
    Downgrade,
    CloneWeak(usize),
    DropWeak(usize),
    Upgrade(usize),
    SameChannel,
}

fn generate(random: &mut Random) -> Act {
    let place = random.slot();
    match random.below(100) {
        0..26 => Act::Send(random.below(50) as i64),
        26..34 => Act::Closed(place),
        34..52 => Act::Receive(place),
        52..60 => Act::ReceiveMany(place, random.below(4) as usize),
        60..70 => Act::TryReceive,
        70..74 => Act::Close,
        74..76 => Act::DropReceiver,
        76..79 => Act::CloneSender,
        79..86 => Act::DropSender,
        86..90 => Act::Downgrade,
        90..92 => Act::CloneWeak(place),
        92..94 => Act::DropWeak(place),
        94..99 => Act::Upgrade(place),
        _ => Act::SameChannel,
    }
}

both! {
    use sync::mpsc::{self, error::TryRecvError};

    type Value = Rc<i64>;
    type Receiver = mpsc::UnboundedReceiver<Value>;
    type Place<T> = Rc<RefCell<Option<T>>>;

    pub(super) struct Driver {
        futures: Futures,
        senders: RefCell<Vec<mpsc::UnboundedSender<Value>>>,
        weak: RefCell<Vec<mpsc::WeakUnboundedSender<Value>>>,
        receiver: Place<Receiver>,
        /// Tells how many values are still alive.
        sent: RefCell<Vec<Weak<i64>>>,
    }

    /// Borrows the receiver for each poll, so that other steps can use it in between.
    struct Receive(Place<Receiver>, Option<usize>);

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
        fn sender(&self) -> Option<mpsc::UnboundedSender<Value>> {
            self.senders.borrow().last().cloned()
        }

        fn with_receiver(&self, f: impl FnOnce(&mut Receiver)) {
            let receiver = self.receiver.borrow_mut().take();
            if let Some(mut receiver) = receiver {
                f(&mut receiver);
                *self.receiver.borrow_mut() = Some(receiver);
            }
        }

        fn with_weak(&self, place: usize, f: impl FnOnce(&mut Vec<mpsc::WeakUnboundedSender<Value>>, usize)) {
            let mut weak = self.weak.borrow_mut();
            let count = weak.len();
            if count > 0 {
                f(&mut weak, place % count);
            }
        }
    }

    impl World for Driver {
        type Act = Act;

        fn new(_setup: u64) -> Self {
            let (sender, receiver) = mpsc::unbounded_channel();
            Self {
                futures: Futures::default(),
                senders: RefCell::new(vec![sender]),
                weak: RefCell::default(),
                receiver: Rc::new(RefCell::new(Some(receiver))),
                sent: RefCell::default(),
            }
        }

        fn futures(&self) -> &Futures {
            &self.futures
        }

        fn act(&self, act: &Act) {
            match *act {
                Act::Send(value) => {
                    if let Some(sender) = self.sender() {
                        let value = Rc::new(value);
                        self.sent.borrow_mut().push(Rc::downgrade(&value));
                        see(sender.send(value).map_or_else(|error| 1_000 + *error.0, |()| 100));
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
                Act::Close => self.with_receiver(Receiver::close),
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
                    let weak = self.senders.borrow().last().map(mpsc::UnboundedSender::downgrade);
                    self.weak.borrow_mut().extend(weak);
                }
                Act::CloneWeak(place) => self.with_weak(place, |weak, place| {
                    let clone = weak[place].clone();
                    weak.push(clone);
                }),
                Act::DropWeak(place) => self.with_weak(place, |weak, place| {
                    drop(weak.swap_remove(place));
                }),
                Act::Upgrade(place) => self.with_weak(place, |weak, place| {
                    see(weak[place].strong_count() as i64);
                    see(weak[place].weak_count() as i64);
                    let upgraded = weak[place].upgrade();
                    see(i64::from(upgraded.is_some()));
                    self.senders.borrow_mut().extend(upgraded);
                }),
                Act::SameChannel => {
                    if let Some(sender) = self.sender() {
                        let (stranger, _receiver) = mpsc::unbounded_channel();
                        let other = sender.clone();
                        see(i64::from(sender.same_channel(&other)));
                        see(i64::from(sender.same_channel(&stranger)));
                    }
                }
            }
        }

        fn counts(&self) {
            if let Some(sender) = self.senders.borrow().last() {
                see(sender.strong_count() as i64);
                see(sender.weak_count() as i64);
                see(i64::from(sender.is_closed()));
            }
            if let Some(receiver) = &*self.receiver.borrow() {
                see(receiver.len() as i64);
                see(i64::from(receiver.is_empty()));
                see(i64::from(receiver.is_closed()));
                see(receiver.sender_strong_count() as i64);
                see(receiver.sender_weak_count() as i64);
            }
            let kept = self.sent.borrow().iter().filter(|value| value.strong_count() > 0).count();
            see(kept as i64);
        }

        fn probe(&self) {
            if let Ok(receiver) = self.receiver.try_borrow()
                && let Some(receiver) = &*receiver
            {
                receiver.len();
            }
        }
    }
}

#[test]
fn an_unbounded_mpsc_does_what_tokios_does() {
    agree::<ours::Driver, theirs::Driver>(generate);
}

/// Seeds the defects that this comparison knows.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn caught() -> &'static [Mutant] {
    catches::<ours::Driver, theirs::Driver>(
        generate,
        &[Mutant::UnboundedSendsToClosed, Mutant::MpscEndIsSilent],
    )
}
