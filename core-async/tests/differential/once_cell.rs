//! `OnceCell`: one initialiser at a time, and what happens when it gives up.

use super::futures::Futures;
use super::harness::{World, agree, both, catches, see};
use super::random::Random;
use core_async::local::Mutant;
use std::rc::Rc;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[derive(Clone, Debug)]
enum Act {
    /// Initialises with a value that comes at the second poll.
    Init(usize, i64),
    /// Tries to initialise; odd values fail.
    TryInit(usize, i64),
    Set(i64),
    Get,
}

fn generate(random: &mut Random) -> Act {
    let value = random.below(50) as i64;
    match random.below(100) {
        0..40 => Act::Init(random.slot(), value),
        40..80 => Act::TryInit(random.slot(), value),
        80..85 => Act::Set(value),
        _ => Act::Get,
    }
}

/// Is pending once, without asking to be woken.
async fn one_poll() {
    let mut asked = false;
    std::future::poll_fn(|_| match std::mem::replace(&mut asked, true) {
        true => std::task::Poll::Ready(()),
        false => std::task::Poll::Pending,
    })
    .await;
}

both! {
    use sync::{OnceCell, SetError};

    pub(super) struct Driver {
        cell: Rc<OnceCell<i64>>,
        futures: Futures,
    }

    impl World for Driver {
        type Act = Act;

        fn new(setup: u64) -> Self {
            let preset = setup.is_multiple_of(8).then_some(99);
            Self { cell: Rc::new(OnceCell::new_with(preset)), futures: Futures::default() }
        }

        fn futures(&self) -> &Futures {
            &self.futures
        }

        fn act(&self, act: &Act) {
            let cell = self.cell.clone();
            match *act {
                Act::Init(slot, value) => self.futures.start(slot, async move {
                    *cell
                        .get_or_init(|| async move {
                            one_poll().await;
                            value
                        })
                        .await
                }),
                Act::TryInit(slot, value) => self.futures.start(slot, async move {
                    let init = || async move {
                        one_poll().await;
                        if value % 2 == 0 { Ok(value) } else { Err(-value) }
                    };
                    match cell.get_or_try_init(init).await {
                        Ok(value) => *value,
                        Err(error) => 1000 - error,
                    }
                }),
                Act::Set(value) => see(match cell.set(value) {
                    Ok(()) => 1,
                    Err(SetError::AlreadyInitializedError(back)) => 2000 + back,
                    Err(SetError::InitializingError(back)) => 3000 + back,
                }),
                Act::Get => see(cell.get().copied().unwrap_or(-10)),
            }
        }

        fn counts(&self) {
            see(i64::from(self.cell.initialized()));
        }

        fn probe(&self) {
            self.cell.get();
        }
    }
}

#[test]
fn a_once_cell_does_what_tokios_does() {
    agree::<ours::Driver, theirs::Driver>(generate);
}

/// Seeds the defects that this comparison knows.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn caught() -> &'static [Mutant] {
    catches::<ours::Driver, theirs::Driver>(
        generate,
        &[
            Mutant::OnceCellStuckAfterCancel,
            Mutant::SemaphoreLosesHandOff,
        ],
    )
}
