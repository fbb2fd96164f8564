//! `Mutex`: order, hand-off, guards.

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
    /// Locks, adds to the value and unlocks at once.
    Pass(usize, i64),
    /// Locks and keeps the guard.
    Keep(usize),
    TryPass(i64),
    TryKeep,
    Unlock,
}

fn generate(random: &mut Random) -> Act {
    match random.below(100) {
        0..20 => Act::Pass(random.slot(), random.below(9) as i64),
        20..50 => Act::Keep(random.slot()),
        50..60 => Act::TryPass(random.below(9) as i64),
        60..65 => Act::TryKeep,
        _ => Act::Unlock,
    }
}

both! {
    use std::rc::Rc;
    use sync::{Mutex, MutexGuard, OwnedMutexGuard};

    type Guard = OwnedMutexGuard<(i64, i64)>;

    pub(super) struct Driver {
        mutex: Arc<Mutex<(i64, i64)>>,
        futures: Futures,
        held: Rc<RefCell<Option<Guard>>>,
    }

    impl World for Driver {
        type Act = Act;

        #[allow(clippy::arc_with_non_send_sync, reason = "tokio's signature")]
        fn new(_setup: u64) -> Self {
            Self {
                mutex: Arc::new(Mutex::new((0, 7))),
                futures: Futures::default(),
                held: Rc::default(),
            }
        }

        fn futures(&self) -> &Futures {
            &self.futures
        }

        fn act(&self, act: &Act) {
            match *act {
                Act::Pass(slot, n) => {
                    let mutex = self.mutex.clone();
                    self.futures.start(slot, async move {
                        let guard = mutex.lock().await;
                        let mut part = MutexGuard::map(guard, |value| &mut value.0);
                        *part += n;
                        *part
                    });
                }
                Act::Keep(slot) => {
                    let (mutex, held) = (self.mutex.clone(), self.held.clone());
                    self.futures.start(slot, async move {
                        let mut guard = mutex.lock_owned().await;
                        guard.1 += 1;
                        let seen = guard.1;
                        *held.borrow_mut() = Some(guard);
                        seen
                    });
                }
                Act::TryPass(n) => match self.mutex.try_lock() {
                    Ok(mut guard) => {
                        guard.0 += n;
                        see(guard.0);
                    }
                    Err(_) => see(-10),
                },
                Act::TryKeep => match self.mutex.clone().try_lock_owned() {
                    Ok(guard) => {
                        see(guard.0 * 1000 + guard.1);
                        *self.held.borrow_mut() = Some(guard);
                    }
                    Err(_) => see(-10),
                },
                Act::Unlock => {
                    let guard = self.held.borrow_mut().take();
                    drop(guard);
                }
            }
        }

        fn counts(&self) {
            see(i64::from(self.held.try_borrow().is_ok_and(|held| held.is_some())));
        }

        fn probe(&self) {
            drop(self.mutex.try_lock());
        }
    }
}

#[test]
fn a_mutex_does_what_tokios_does() {
    agree::<ours::Driver, theirs::Driver>(generate);
}

/// Seeds the defects that this comparison knows.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn caught() -> &'static [Mutant] {
    catches::<ours::Driver, theirs::Driver>(
        generate,
        &[
            Mutant::MutexLostOnCancel,
            Mutant::SemaphoreLifo,
            Mutant::SemaphoreBarges,
        ],
    )
}
