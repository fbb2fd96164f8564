//! `CancellationToken`: the tree, guards, and futures run until the token is cancelled.

use super::futures::Futures;
use super::harness::{World, agree, both, catches, see};
use super::random::Random;
use core_async::local::Mutant;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Poll;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[derive(Clone, Debug)]
enum Act {
    Child(usize),
    Clone(usize),
    Drop(usize),
    Cancel(usize),
    Cancelled(usize, usize),
    CancelledOwned(usize, usize),
    /// Runs a future that is ready once the flag is set.
    RunUntil(usize, usize),
    SetFlag(bool),
    Guard(usize),
    DropGuard(usize),
    Disarm(usize),
}

fn generate(random: &mut Random) -> Act {
    let place = random.slot();
    match random.below(100) {
        0..22 => Act::Child(place),
        22..30 => Act::Clone(place),
        30..45 => Act::Drop(place),
        45..55 => Act::Cancel(place),
        55..68 => Act::Cancelled(random.slot(), place),
        68..78 => Act::CancelledOwned(random.slot(), place),
        78..86 => Act::RunUntil(random.slot(), place),
        86..90 => Act::SetFlag(random.percent(60)),
        90..94 => Act::Guard(place),
        94..97 => Act::DropGuard(place),
        _ => Act::Disarm(place),
    }
}

both! {
    use sync::CancellationToken;

    type Guard = Box<dyn FnOnce(bool) -> Option<CancellationToken>>;

    pub(super) struct Driver {
        futures: Futures,
        tokens: RefCell<Vec<CancellationToken>>,
        guards: RefCell<Vec<Guard>>,
        flag: Rc<Cell<bool>>,
    }

    impl Driver {
        fn token(&self, place: usize) -> Option<CancellationToken> {
            let tokens = self.tokens.borrow();
            (!tokens.is_empty()).then(|| tokens[place % tokens.len()].clone())
        }

        fn take(&self, place: usize) -> Option<CancellationToken> {
            let mut tokens = self.tokens.borrow_mut();
            let count = tokens.len();
            (count > 0).then(|| tokens.remove(place % count))
        }

        fn end_guard(&self, place: usize, disarm: bool) {
            let guard = {
                let mut guards = self.guards.borrow_mut();
                let count = guards.len();
                (count > 0).then(|| guards.remove(place % count))
            };
            if let Some(guard) = guard {
                let token = guard(disarm);
                self.tokens.borrow_mut().extend(token);
            }
        }
    }

    impl World for Driver {
        type Act = Act;
        // The order over a tree is nobody's promise.
        const UNORDERED: bool = true;
        const NESTED: bool = false;

        fn new(_setup: u64) -> Self {
            Self {
                futures: Futures::default(),
                tokens: RefCell::new(vec![CancellationToken::new()]),
                guards: RefCell::default(),
                flag: Rc::default(),
            }
        }

        fn futures(&self) -> &Futures {
            &self.futures
        }

        fn act(&self, act: &Act) {
            match *act {
                Act::Child(place) => {
                    if let Some(token) = self.token(place) {
                        self.tokens.borrow_mut().push(token.child_token());
                    }
                }
                Act::Clone(place) => {
                    let token = self.token(place);
                    self.tokens.borrow_mut().extend(token);
                }
                Act::Drop(place) => drop(self.take(place)),
                Act::Cancel(place) => {
                    if let Some(token) = self.token(place) {
                        token.cancel();
                    }
                }
                Act::Cancelled(slot, place) => {
                    if let Some(token) = self.token(place) {
                        self.futures.start(slot, async move {
                            token.cancelled().await;
                            1
                        });
                    }
                }
                Act::CancelledOwned(slot, place) => {
                    if let Some(token) = self.take(place) {
                        let cancelled = token.cancelled_owned();
                        self.futures.start(slot, async move {
                            cancelled.await;
                            2
                        });
                    }
                }
                Act::RunUntil(slot, place) => {
                    if let Some(token) = self.token(place) {
                        let flag = self.flag.clone();
                        self.futures.start(slot, async move {
                            let inner = std::future::poll_fn(|_| match flag.get() {
                                true => Poll::Ready(3),
                                false => Poll::Pending,
                            });
                            token.run_until_cancelled(inner).await.unwrap_or(4)
                        });
                    }
                }
                Act::SetFlag(value) => self.flag.set(value),
                Act::Guard(place) => {
                    if let Some(token) = self.take(place) {
                        let guard = token.drop_guard();
                        self.guards.borrow_mut().push(Box::new(move |disarm| {
                            match disarm { true => Some(guard.disarm()), false => None }
                        }));
                    }
                }
                Act::DropGuard(place) => self.end_guard(place, false),
                Act::Disarm(place) => self.end_guard(place, true),
            }
        }

        fn counts(&self) {
            for token in &*self.tokens.borrow() {
                see(i64::from(token.is_cancelled()));
            }
        }

        fn probe(&self) {
            if let Ok(tokens) = self.tokens.try_borrow()
                && let Some(token) = tokens.first()
            {
                drop(token.child_token());
            }
        }
    }
}

#[test]
fn a_token_does_what_tokio_utils_does() {
    agree::<ours::Driver, theirs::Driver>(generate);
}

/// Seeds the defects that this comparison knows.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn caught() -> &'static [Mutant] {
    catches::<ours::Driver, theirs::Driver>(
        generate,
        &[Mutant::TokenChildCancelsParent, Mutant::TokenBornAlive],
    )
}
