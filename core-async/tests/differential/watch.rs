//! `watch`: versions, what counts as seen, and the close that comes after the last value.

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
    /// Waits for a change with the receiver of this place, out of reach meanwhile.
    Changed(usize, usize),
    /// Waits for a value with the receiver of this place.
    WaitFor(usize, usize, i64),
    Closed(usize),
    Send(i64),
    Replace(i64),
    /// Changes the value and says so, or not.
    Modify(i64, bool),
    Borrow(usize),
    BorrowAndUpdate(usize),
    HasChanged(usize),
    Mark(usize, bool),
    Subscribe,
    CloneReceiver(usize),
    DropReceiver(usize),
    CloneSender,
    DropSender,
}

fn generate(random: &mut Random) -> Act {
    let place = random.slot();
    let value = random.below(5) as i64;
    match random.below(100) {
        0..22 => Act::Changed(random.slot(), place),
        22..32 => Act::WaitFor(random.slot(), place, value),
        32..38 => Act::Closed(random.slot()),
        38..52 => Act::Send(value),
        52..56 => Act::Replace(value),
        56..62 => Act::Modify(value, random.percent(50)),
        62..66 => Act::Borrow(place),
        66..70 => Act::BorrowAndUpdate(place),
        70..74 => Act::HasChanged(place),
        74..78 => Act::Mark(place, random.percent(50)),
        78..83 => Act::Subscribe,
        83..87 => Act::CloneReceiver(place),
        87..93 => Act::DropReceiver(place),
        93..95 => Act::CloneSender,
        _ => Act::DropSender,
    }
}

both! {
    use sync::watch;

    type Receivers = Rc<RefCell<Vec<watch::Receiver<i64>>>>;

    pub(super) struct Driver {
        futures: Futures,
        senders: Rc<RefCell<Vec<Rc<watch::Sender<i64>>>>>,
        receivers: Receivers,
    }

    /// Puts a receiver back when its future ends in any way.
    struct Lent(Option<watch::Receiver<i64>>, Receivers);

    impl Drop for Lent {
        fn drop(&mut self) {
            self.1.borrow_mut().extend(self.0.take());
        }
    }

    impl Driver {
        fn with<R>(&self, place: usize, f: impl FnOnce(&mut watch::Receiver<i64>) -> R) -> Option<R> {
            let mut receivers = self.receivers.borrow_mut();
            let count = receivers.len();
            (count > 0).then(|| f(&mut receivers[place % count]))
        }

        fn take(&self, place: usize) -> Option<watch::Receiver<i64>> {
            let mut receivers = self.receivers.borrow_mut();
            let count = receivers.len();
            (count > 0).then(|| receivers.remove(place % count))
        }

        fn lend(&self, place: usize) -> Option<Lent> {
            self.take(place).map(|receiver| Lent(Some(receiver), self.receivers.clone()))
        }

        fn sender(&self) -> Option<Rc<watch::Sender<i64>>> {
            self.senders.borrow().last().cloned()
        }
    }

    impl World for Driver {
        type Act = Act;
        // tokio spreads the waiters over eight lists by chance.
        const UNORDERED: bool = true;
        const NESTED: bool = false;

        fn new(_setup: u64) -> Self {
            let (sender, receiver) = watch::channel(0);
            Self {
                futures: Futures::default(),
                senders: Rc::new(RefCell::new(vec![Rc::new(sender)])),
                receivers: Rc::new(RefCell::new(vec![receiver])),
            }
        }

        fn futures(&self) -> &Futures {
            &self.futures
        }

        fn act(&self, act: &Act) {
            match *act {
                Act::Changed(slot, place) => {
                    if let Some(mut lent) = self.lend(place) {
                        self.futures.start(slot, async move {
                            let receiver = lent.0.as_mut().expect("lent");
                            match receiver.changed().await {
                                Ok(()) => *receiver.borrow(),
                                Err(_) => -10,
                            }
                        });
                    }
                }
                Act::WaitFor(slot, place, value) => {
                    if let Some(mut lent) = self.lend(place) {
                        self.futures.start(slot, async move {
                            let receiver = lent.0.as_mut().expect("lent");
                            match receiver.wait_for(|found| *found == value).await {
                                Ok(found) => *found + 100 * i64::from(found.has_changed()),
                                Err(_) => -10,
                            }
                        });
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
                        see(sender.send(value).map_or_else(|error| error.0, |()| -10));
                    }
                }
                Act::Replace(value) => {
                    if let Some(sender) = self.sender() {
                        see(sender.send_replace(value));
                    }
                }
                Act::Modify(value, tell) => {
                    if let Some(sender) = self.sender() {
                        see(i64::from(sender.send_if_modified(|place| {
                            *place += value;
                            tell
                        })));
                    }
                }
                Act::Borrow(place) => {
                    self.with(place, |receiver| {
                        let value = receiver.borrow();
                        see(*value + 100 * i64::from(value.has_changed()));
                    });
                }
                Act::BorrowAndUpdate(place) => {
                    self.with(place, |receiver| {
                        let value = receiver.borrow_and_update();
                        see(*value + 100 * i64::from(value.has_changed()));
                    });
                }
                Act::HasChanged(place) => {
                    self.with(place, |receiver| {
                        see(receiver.has_changed().map_or(-10, i64::from));
                        see(i64::from(receiver.is_closed()));
                    });
                }
                Act::Mark(place, changed) => {
                    self.with(place, |receiver| match changed {
                        true => receiver.mark_changed(),
                        false => receiver.mark_unchanged(),
                    });
                }
                Act::Subscribe => {
                    if let Some(sender) = self.sender() {
                        self.receivers.borrow_mut().push(sender.subscribe());
                    }
                }
                Act::CloneReceiver(place) => {
                    let clone = self.with(place, |receiver| receiver.clone());
                    self.receivers.borrow_mut().extend(clone);
                }
                Act::DropReceiver(place) => drop(self.take(place)),
                Act::CloneSender => {
                    if let Some(sender) = self.sender() {
                        self.senders.borrow_mut().push(Rc::new((*sender).clone()));
                    }
                }
                Act::DropSender => {
                    let sender = self.senders.borrow_mut().pop();
                    drop(sender);
                }
            }
        }

        fn counts(&self) {
            if let Some(sender) = self.sender() {
                see(sender.receiver_count() as i64);
                see(sender.sender_count() as i64);
                see(*sender.borrow());
                see(i64::from(sender.is_closed()));
            }
        }

        fn probe(&self) {
            if let Some(sender) = self.sender() {
                sender.send_if_modified(|_| false);
            }
        }
    }
}

#[test]
fn a_watch_does_what_tokios_does() {
    agree::<ours::Driver, theirs::Driver>(generate);
}

/// Seeds the defects that this comparison knows.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn caught() -> &'static [Mutant] {
    catches::<ours::Driver, theirs::Driver>(
        generate,
        &[
            Mutant::WatchClosesBeforeSeen,
            Mutant::WatchSendsToNobody,
            Mutant::WatchBorrowMarksSeen,
        ],
    )
}
