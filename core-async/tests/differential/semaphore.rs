//! `Semaphore`: order, batches, hand-off, close.

use super::futures::Futures;
use super::harness::{World, agree, both, catches, see};
use super::random::Random;
use core_async::local::Mutant;
use std::cell::RefCell;
use std::sync::Arc;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[derive(Clone, Debug)]
enum Act {
    Acquire(usize, u32),
    AcquireOwned(usize, u32),
    TryAcquire(u32),
    TryAcquireOwned(u32),
    /// Gives back the permit held in this place.
    Release(usize),
    ForgetHeld(usize),
    Split(usize, usize),
    Merge(usize, usize),
    Add(usize),
    Forget(usize),
    Close,
}

fn generate(random: &mut Random) -> Act {
    let few = |random: &mut Random| random.below(7) as u32;
    match random.below(100) {
        0..30 => Act::Acquire(random.slot(), few(random)),
        30..40 => Act::AcquireOwned(random.slot(), few(random)),
        40..50 => Act::TryAcquire(few(random)),
        50..54 => Act::TryAcquireOwned(few(random)),
        54..70 => Act::Release(random.slot()),
        70..73 => Act::ForgetHeld(random.slot()),
        73..77 => Act::Split(random.slot(), few(random) as usize),
        77..81 => Act::Merge(random.slot(), random.slot()),
        81..93 => Act::Add(few(random) as usize),
        93..98 => Act::Forget(few(random) as usize),
        _ => Act::Close,
    }
}

both! {
    use std::rc::Rc;
    use sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

    pub(super) struct Driver {
        semaphore: Arc<Semaphore>,
        futures: Futures,
        held: Rc<RefCell<Vec<OwnedSemaphorePermit>>>,
    }

    impl Driver {
        fn take(&self, place: usize) -> Option<OwnedSemaphorePermit> {
            let mut held = self.held.borrow_mut();
            let count = held.len();
            (count > 0).then(|| held.remove(place % count))
        }
    }

    impl World for Driver {
        type Act = Act;

        #[allow(clippy::arc_with_non_send_sync, reason = "tokio's signature")]
        fn new(setup: u64) -> Self {
            Self {
                semaphore: Arc::new(Semaphore::new((setup % 5) as usize)),
                futures: Futures::default(),
                held: Rc::default(),
            }
        }

        fn futures(&self) -> &Futures {
            &self.futures
        }

        fn act(&self, act: &Act) {
            match *act {
                Act::Acquire(slot, n) => {
                    let semaphore = self.semaphore.clone();
                    self.futures.start(slot, async move {
                        match semaphore.acquire_many(n).await {
                            Ok(permit) => {
                                let count = permit.num_permits();
                                permit.forget();
                                count as i64
                            }
                            Err(_) => -10,
                        }
                    });
                }
                Act::AcquireOwned(slot, n) => {
                    let (semaphore, held) = (self.semaphore.clone(), self.held.clone());
                    self.futures.start(slot, async move {
                        match semaphore.acquire_many_owned(n).await {
                            Ok(permit) => {
                                held.borrow_mut().push(permit);
                                100 + i64::from(n)
                            }
                            Err(_) => -11,
                        }
                    });
                }
                Act::TryAcquire(n) => match self.semaphore.try_acquire_many(n) {
                    Ok(permit) => {
                        see(permit.num_permits() as i64);
                        permit.forget();
                    }
                    Err(TryAcquireError::Closed) => see(-12),
                    Err(TryAcquireError::NoPermits) => see(-13),
                },
                Act::TryAcquireOwned(n) => match self.semaphore.clone().try_acquire_many_owned(n) {
                    Ok(permit) => {
                        see(permit.num_permits() as i64);
                        self.held.borrow_mut().push(permit);
                    }
                    Err(TryAcquireError::Closed) => see(-12),
                    Err(TryAcquireError::NoPermits) => see(-13),
                },
                Act::Release(place) => drop(self.take(place)),
                Act::ForgetHeld(place) => {
                    if let Some(permit) = self.take(place) {
                        permit.forget();
                    }
                }
                Act::Split(place, n) => {
                    if let Some(mut permit) = self.take(place) {
                        let part = permit.split(n);
                        see(part.as_ref().map_or(-14, |part| part.num_permits() as i64));
                        self.held.borrow_mut().push(permit);
                        self.held.borrow_mut().extend(part);
                    }
                }
                Act::Merge(one, other) => {
                    if let (Some(mut one), other) = (self.take(one), self.take(other)) {
                        if let Some(other) = other {
                            one.merge(other);
                        }
                        see(one.num_permits() as i64);
                        self.held.borrow_mut().push(one);
                    }
                }
                Act::Add(n) => self.semaphore.add_permits(n),
                Act::Forget(n) => see(self.semaphore.forget_permits(n) as i64),
                Act::Close => self.semaphore.close(),
            }
        }

        fn counts(&self) {
            see(self.semaphore.available_permits() as i64);
            see(i64::from(self.semaphore.is_closed()));
        }

        fn probe(&self) {
            self.semaphore.forget_permits(0);
        }
    }
}

#[test]
fn a_semaphore_does_what_tokios_does() {
    agree::<ours::Driver, theirs::Driver>(generate);
}

/// Seeds the defects that this comparison knows.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn caught() -> &'static [Mutant] {
    catches::<ours::Driver, theirs::Driver>(
        generate,
        &[
            Mutant::SemaphoreLifo,
            Mutant::SemaphoreLosesHandOff,
            Mutant::SemaphoreBarges,
            Mutant::SemaphoreOverGrants,
            Mutant::SemaphoreWakesUnderBorrow,
        ],
    )
}
