//! `Notify`: the stored wake-up, the call count, forwarding.

use super::futures::Futures;
use super::harness::{World, agree, both, catches, see};
use super::random::Random;
use core_async::local::Mutant;
use std::pin::Pin;
use std::sync::Arc;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[derive(Clone, Debug)]
enum Act {
    /// Makes the future in its slot at once, so that it counts calls before its first poll.
    Owned(usize),
    /// Makes the future on the first poll.
    Borrowed(usize),
    /// Makes a future that joins the queue by `enable`.
    Enable(usize),
    One,
    Last,
    All,
}

fn generate(random: &mut Random) -> Act {
    match random.below(100) {
        0..30 => Act::Owned(random.slot()),
        30..40 => Act::Borrowed(random.slot()),
        40..50 => Act::Enable(random.slot()),
        50..74 => Act::One,
        74..88 => Act::Last,
        _ => Act::All,
    }
}

both! {
    use sync::Notify;

    pub(super) struct Driver {
        notify: Arc<Notify>,
        futures: Futures,
    }

    impl World for Driver {
        type Act = Act;

        #[allow(clippy::arc_with_non_send_sync, reason = "tokio's signature")]
        fn new(_setup: u64) -> Self {
            Self { notify: Arc::new(Notify::new()), futures: Futures::default() }
        }

        fn futures(&self) -> &Futures {
            &self.futures
        }

        fn act(&self, act: &Act) {
            match *act {
                Act::Owned(slot) => {
                    let notified = self.notify.clone().notified_owned();
                    self.futures.start(slot, async move {
                        notified.await;
                        1
                    });
                }
                Act::Borrowed(slot) => {
                    let notify = self.notify.clone();
                    self.futures.start(slot, async move {
                        notify.notified().await;
                        2
                    });
                }
                Act::Enable(slot) => {
                    let mut notified = Box::pin(self.notify.clone().notified_owned());
                    let early = notified.as_mut().enable();
                    see(i64::from(early));
                    see(i64::from(Pin::as_mut(&mut notified).enable()));
                    self.futures.start(slot, async move {
                        notified.await;
                        3
                    });
                }
                Act::One => self.notify.notify_one(),
                Act::Last => self.notify.notify_last(),
                Act::All => self.notify.notify_waiters(),
            }
        }

        fn counts(&self) {}

        fn probe(&self) {
            drop(self.notify.notified());
        }
    }
}

#[test]
fn a_notify_does_what_tokios_does() {
    agree::<ours::Driver, theirs::Driver>(generate);
}

/// Seeds the defects that this comparison knows.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn caught() -> &'static [Mutant] {
    catches::<ours::Driver, theirs::Driver>(
        generate,
        &[
            Mutant::NotifyOneSlot,
            Mutant::NotifyOverwritesLastWaker,
            Mutant::NotifySwallowsPermit,
            Mutant::NotifyMissesUnpolled,
        ],
    )
}
