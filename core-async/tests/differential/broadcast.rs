//! `broadcast`: lag, close, channels that open again, values that are dropped when all have seen them.

use super::futures::Futures;
use super::harness::{World, agree, both, catches, see};
use super::random::Random;
use core_async::local::Mutant;
use std::cell::RefCell;
use std::rc::Rc;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[derive(Clone, Debug)]
enum Act {
    /// Receives with the receiver of this place, out of reach meanwhile.
    Receive(usize, usize),
    TryReceive(usize),
    Closed(usize),
    Send(i64),
    Subscribe,
    Resubscribe(usize),
    DropReceiver(usize),
    CloneSender,
    DropSender,
    Downgrade,
    Upgrade(usize),
    DropWeak(usize),
}

fn generate(random: &mut Random) -> Act {
    let place = random.slot();
    match random.below(100) {
        0..25 => Act::Receive(random.slot(), place),
        25..37 => Act::TryReceive(place),
        37..41 => Act::Closed(random.slot()),
        41..70 => Act::Send(random.below(50) as i64),
        70..76 => Act::Subscribe,
        76..79 => Act::Resubscribe(place),
        79..88 => Act::DropReceiver(place),
        88..90 => Act::CloneSender,
        90..94 => Act::DropSender,
        94..96 => Act::Downgrade,
        96..98 => Act::Upgrade(place),
        _ => Act::DropWeak(place),
    }
}

both! {
    use sync::broadcast::{self, error::{RecvError, TryRecvError}};

    /// A value whose copies are counted, so that its end can be seen.
    type Value = Rc<i64>;
    type Receivers = Rc<RefCell<Vec<broadcast::Receiver<Value>>>>;

    pub(super) struct Driver {
        futures: Futures,
        senders: RefCell<Vec<broadcast::Sender<Value>>>,
        weak: RefCell<Vec<broadcast::WeakSender<Value>>>,
        receivers: Receivers,
        sent: RefCell<Vec<std::rc::Weak<i64>>>,
    }

    /// Puts a receiver back when its future ends in any way.
    struct Lent(Option<broadcast::Receiver<Value>>, Receivers);

    impl Drop for Lent {
        fn drop(&mut self) {
            self.1.borrow_mut().extend(self.0.take());
        }
    }

    impl Driver {
        fn take(&self, place: usize) -> Option<broadcast::Receiver<Value>> {
            let mut receivers = self.receivers.borrow_mut();
            let count = receivers.len();
            (count > 0).then(|| receivers.remove(place % count))
        }

        fn sender(&self) -> Option<broadcast::Sender<Value>> {
            self.senders.borrow().last().cloned()
        }
    }

    impl World for Driver {
        type Act = Act;

        fn new(setup: u64) -> Self {
            let (sender, receiver) = broadcast::channel((1 + setup % 5) as usize);
            Self {
                futures: Futures::default(),
                senders: RefCell::new(vec![sender]),
                weak: RefCell::default(),
                receivers: Rc::new(RefCell::new(vec![receiver])),
                sent: RefCell::default(),
            }
        }

        fn futures(&self) -> &Futures {
            &self.futures
        }

        fn act(&self, act: &Act) {
            match *act {
                Act::Receive(slot, place) => {
                    if let Some(receiver) = self.take(place) {
                        let mut lent = Lent(Some(receiver), self.receivers.clone());
                        self.futures.start(slot, async move {
                            let receiver = lent.0.as_mut().expect("lent");
                            match receiver.recv().await {
                                Ok(value) => *value,
                                Err(RecvError::Closed) => -10,
                                Err(RecvError::Lagged(n)) => 1000 + n as i64,
                            }
                        });
                    }
                }
                Act::TryReceive(place) => {
                    if let Some(mut receiver) = self.take(place) {
                        see(match receiver.try_recv() {
                            Ok(value) => *value,
                            Err(TryRecvError::Closed) => -10,
                            Err(TryRecvError::Empty) => -11,
                            Err(TryRecvError::Lagged(n)) => 1000 + n as i64,
                        });
                        self.receivers.borrow_mut().push(receiver);
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
                Act::Send(value) => {
                    if let Some(sender) = self.sender() {
                        let value = Rc::new(value);
                        self.sent.borrow_mut().push(Rc::downgrade(&value));
                        see(match sender.send(value) {
                            Ok(receivers) => 100 + receivers as i64,
                            Err(error) => *error.0,
                        });
                    }
                }
                Act::Subscribe => {
                    if let Some(sender) = self.sender() {
                        self.receivers.borrow_mut().push(sender.subscribe());
                    }
                }
                Act::Resubscribe(place) => {
                    if let Some(receiver) = self.take(place) {
                        let fresh = receiver.resubscribe();
                        self.receivers.borrow_mut().extend([receiver, fresh]);
                    }
                }
                Act::DropReceiver(place) => drop(self.take(place)),
                Act::CloneSender => {
                    let sender = self.sender();
                    self.senders.borrow_mut().extend(sender);
                }
                Act::DropSender => {
                    let sender = self.senders.borrow_mut().pop();
                    drop(sender);
                }
                Act::Downgrade => {
                    let weak = self.senders.borrow().last().map(broadcast::Sender::downgrade);
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
                Act::DropWeak(place) => {
                    let mut weak = self.weak.borrow_mut();
                    if !weak.is_empty() {
                        let count = weak.len();
                        weak.remove(place % count);
                    }
                }
            }
        }

        fn counts(&self) {
            if let Some(sender) = self.senders.borrow().last() {
                see(sender.receiver_count() as i64);
                see(sender.len() as i64);
                see(i64::from(sender.is_empty()));
                see(sender.strong_count() as i64);
                see(sender.weak_count() as i64);
            }
            for receiver in &*self.receivers.borrow() {
                see(receiver.len() as i64);
                see(i64::from(receiver.is_closed()));
            }
            let kept = self.sent.borrow().iter().filter(|value| value.strong_count() > 0).count();
            see(kept as i64);
        }

        fn probe(&self) {
            if let Ok(senders) = self.senders.try_borrow()
                && let Some(sender) = senders.last()
            {
                sender.is_empty();
            }
        }
    }
}

#[test]
fn a_broadcast_does_what_tokios_does() {
    agree::<ours::Driver, theirs::Driver>(generate);
}

/// Seeds the defects that this comparison knows.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn caught() -> &'static [Mutant] {
    catches::<ours::Driver, theirs::Driver>(
        generate,
        &[
            Mutant::BroadcastHangsAfterClose,
            Mutant::BroadcastLagUnrounded,
            Mutant::BroadcastStaysClosed,
        ],
    )
}
