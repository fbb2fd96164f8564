//! `RwLock`: writers wait their turn and are not passed; downgrades let readers in.

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
    /// Reads and keeps the guard.
    Read(usize),
    /// Reads through a borrowed guard and lets go at once.
    Peek(usize),
    /// Writes and keeps the guard.
    Write(usize),
    /// Writes through a borrowed guard, downgrades it, reads and lets go.
    Touch(usize, i64),
    TryRead,
    TryWrite,
    EndRead(usize),
    EndWrite,
    Downgrade,
}

fn generate(random: &mut Random) -> Act {
    match random.below(100) {
        0..22 => Act::Read(random.slot()),
        22..30 => Act::Peek(random.slot()),
        30..45 => Act::Write(random.slot()),
        45..53 => Act::Touch(random.slot(), random.below(9) as i64),
        53..58 => Act::TryRead,
        58..62 => Act::TryWrite,
        62..78 => Act::EndRead(random.slot()),
        78..90 => Act::EndWrite,
        _ => Act::Downgrade,
    }
}

both! {
    use std::rc::Rc;
    use sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, RwLockWriteGuard};

    pub(super) struct Driver {
        lock: Arc<RwLock<i64>>,
        futures: Futures,
        readers: Rc<RefCell<Vec<OwnedRwLockReadGuard<i64>>>>,
        writer: Rc<RefCell<Option<OwnedRwLockWriteGuard<i64>>>>,
    }

    impl World for Driver {
        type Act = Act;

        #[allow(clippy::arc_with_non_send_sync, reason = "tokio's signature")]
        fn new(setup: u64) -> Self {
            Self {
                lock: Arc::new(match setup % 3 {
                    0 => RwLock::new(0),
                    few => RwLock::with_max_readers(0, 1 + few as u32),
                }),
                futures: Futures::default(),
                readers: Rc::default(),
                writer: Rc::default(),
            }
        }

        fn futures(&self) -> &Futures {
            &self.futures
        }

        fn act(&self, act: &Act) {
            match *act {
                Act::Read(slot) => {
                    let (lock, readers) = (self.lock.clone(), self.readers.clone());
                    self.futures.start(slot, async move {
                        let guard = lock.read_owned().await;
                        let seen = *guard;
                        readers.borrow_mut().push(guard);
                        seen
                    });
                }
                Act::Peek(slot) => {
                    let lock = self.lock.clone();
                    self.futures.start(slot, async move { *lock.read().await });
                }
                Act::Write(slot) => {
                    let (lock, writer) = (self.lock.clone(), self.writer.clone());
                    self.futures.start(slot, async move {
                        let mut guard = lock.write_owned().await;
                        *guard += 1;
                        let seen = *guard;
                        *writer.borrow_mut() = Some(guard);
                        seen
                    });
                }
                Act::Touch(slot, n) => {
                    let lock = self.lock.clone();
                    self.futures.start(slot, async move {
                        let mut guard = lock.write().await;
                        *guard += n;
                        if n % 2 == 0 {
                            return *RwLockWriteGuard::map(guard, |value| value);
                        }
                        let guard = RwLockWriteGuard::downgrade(guard);
                        // A writer must not get in here, a reader must.
                        see(i64::from(lock.try_write().is_ok()));
                        see(i64::from(lock.try_read().is_ok()));
                        *guard
                    });
                }
                Act::TryRead => see(match self.lock.clone().try_read_owned() {
                    Ok(guard) => {
                        let seen = *guard;
                        self.readers.borrow_mut().push(guard);
                        seen
                    }
                    Err(_) => -10,
                }),
                Act::TryWrite => see(match self.lock.try_write() {
                    Ok(mut guard) => {
                        *guard += 1;
                        *guard
                    }
                    Err(_) => -10,
                }),
                Act::EndRead(place) => {
                    let guard = {
                        let mut readers = self.readers.borrow_mut();
                        let count = readers.len();
                        (count > 0).then(|| readers.remove(place % count))
                    };
                    drop(guard);
                }
                Act::EndWrite => {
                    let guard = self.writer.borrow_mut().take();
                    drop(guard);
                }
                Act::Downgrade => {
                    let guard = self.writer.borrow_mut().take();
                    if let Some(guard) = guard {
                        let guard = guard.downgrade();
                        see(*guard);
                        self.readers.borrow_mut().push(guard);
                    }
                }
            }
        }

        fn counts(&self) {
            see(self.readers.borrow().len() as i64);
            see(i64::from(self.lock.try_read().is_ok()));
        }

        fn probe(&self) {
            drop(self.lock.try_read());
        }
    }
}

#[test]
fn a_rwlock_does_what_tokios_does() {
    agree::<ours::Driver, theirs::Driver>(generate);
}

/// Seeds the defects that this comparison knows.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn caught() -> &'static [Mutant] {
    catches::<ours::Driver, theirs::Driver>(
        generate,
        &[
            Mutant::RwLockReaderBarges,
            Mutant::RwLockDowngradeUnlocks,
            Mutant::SemaphoreLifo,
            Mutant::SemaphoreLosesHandOff,
        ],
    )
}
