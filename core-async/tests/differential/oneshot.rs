//! `oneshot`: both ends close, send and drop in any order.

use super::futures::Futures;
use super::harness::{World, agree, both, catches, see};
use super::random::Random;
use core_async::local::Mutant;
use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Poll};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[derive(Clone, Debug)]
enum Act {
    /// Waits for the value and keeps the receiver out of reach.
    Receive(usize),
    /// Waits for the receiver to go and keeps the sender out of reach; afterwards it comes back.
    Closed(usize),
    Send(i64),
    DropSender,
    DropReceiver,
    Close,
    TryRecv,
    /// A new channel.
    Renew,
}

fn generate(random: &mut Random) -> Act {
    match random.below(100) {
        0..20 => Act::Receive(random.slot()),
        20..40 => Act::Closed(random.slot()),
        40..55 => Act::Send(random.below(50) as i64),
        55..62 => Act::DropSender,
        62..69 => Act::DropReceiver,
        69..80 => Act::Close,
        80..92 => Act::TryRecv,
        _ => Act::Renew,
    }
}

both! {
    use std::rc::Rc;
    use sync::oneshot::{self, error::TryRecvError};

    pub(super) struct Driver {
        futures: Futures,
        sender: Rc<RefCell<Option<oneshot::Sender<i64>>>>,
        receiver: Rc<RefCell<Option<oneshot::Receiver<i64>>>>,
    }

    /// Borrows the receiver for each poll, so that other steps can use it in between.
    struct Receive(Rc<RefCell<Option<oneshot::Receiver<i64>>>>);

    impl Future for Receive {
        type Output = i64;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<i64> {
            let Some(mut receiver) = self.0.borrow_mut().take() else {
                return Poll::Ready(-10);
            };
            if receiver.is_terminated() {
                return Poll::Ready(-13);
            }
            let polled = Pin::new(&mut receiver).poll(cx);
            *self.0.borrow_mut() = Some(receiver);
            polled.map(|result| result.unwrap_or(-11))
        }
    }

    struct Closed(Rc<RefCell<Option<oneshot::Sender<i64>>>>);

    impl Future for Closed {
        type Output = i64;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<i64> {
            let Some(mut sender) = self.0.borrow_mut().take() else {
                return Poll::Ready(-10);
            };
            let polled = sender.poll_closed(cx);
            *self.0.borrow_mut() = Some(sender);
            polled.map(|()| 1)
        }
    }

    impl World for Driver {
        type Act = Act;

        fn new(_setup: u64) -> Self {
            let (sender, receiver) = oneshot::channel();
            Self {
                futures: Futures::default(),
                sender: Rc::new(RefCell::new(Some(sender))),
                receiver: Rc::new(RefCell::new(Some(receiver))),
            }
        }

        fn futures(&self) -> &Futures {
            &self.futures
        }

        fn act(&self, act: &Act) {
            let sender = || self.sender.borrow_mut().take();
            let receiver = || self.receiver.borrow_mut().take();
            match *act {
                Act::Receive(slot) => self.futures.start(slot, Receive(self.receiver.clone())),
                Act::Closed(slot) => self.futures.start(slot, Closed(self.sender.clone())),
                Act::Send(value) => {
                    if let Some(sender) = sender() {
                        see(sender.send(value).err().unwrap_or(-10));
                    }
                }
                Act::DropSender => drop(sender()),
                Act::DropReceiver => drop(receiver()),
                Act::Close => {
                    if let Some(mut receiver) = receiver() {
                        receiver.close();
                        *self.receiver.borrow_mut() = Some(receiver);
                    }
                }
                Act::TryRecv => {
                    if let Some(mut receiver) = receiver() {
                        see(match receiver.try_recv() {
                            Ok(value) => value,
                            Err(TryRecvError::Empty) => -11,
                            Err(TryRecvError::Closed) => -12,
                        });
                        *self.receiver.borrow_mut() = Some(receiver);
                    }
                }
                Act::Renew => {
                    let (new_sender, new_receiver) = oneshot::channel();
                    drop(sender());
                    drop(receiver());
                    *self.sender.borrow_mut() = Some(new_sender);
                    *self.receiver.borrow_mut() = Some(new_receiver);
                }
            }
        }

        fn counts(&self) {
            if let Some(sender) = &*self.sender.borrow() {
                see(i64::from(sender.is_closed()));
            }
            if let Some(receiver) = &*self.receiver.borrow() {
                see(i64::from(receiver.is_empty()));
                see(i64::from(receiver.is_terminated()));
            }
        }

        fn probe(&self) {
            if let Ok(receiver) = self.receiver.try_borrow()
                && let Some(receiver) = &*receiver
            {
                receiver.is_empty();
            }
        }
    }
}

#[test]
fn a_oneshot_does_what_tokios_does() {
    agree::<ours::Driver, theirs::Driver>(generate);
}

/// Seeds the defects that this comparison knows.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn caught() -> &'static [Mutant] {
    catches::<ours::Driver, theirs::Driver>(
        generate,
        &[Mutant::OneshotSendsToClosed, Mutant::OneshotDropIsSilent],
    )
}
