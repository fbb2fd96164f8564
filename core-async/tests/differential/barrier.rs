//! `Barrier`: leaders, generations, and waits that are dropped.

use super::futures::Futures;
use super::harness::{World, agree, both, catches};
use super::random::Random;
use core_async::local::Mutant;
use std::rc::Rc;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[derive(Clone, Debug)]
struct Wait(usize);

fn generate(random: &mut Random) -> Wait {
    Wait(random.slot())
}

both! {
    use sync::Barrier;

    pub(super) struct Driver {
        barrier: Rc<Barrier>,
        futures: Futures,
    }

    impl World for Driver {
        type Act = Wait;
        // tokio spreads the waiters over eight lists by chance.
        const UNORDERED: bool = true;
        const NESTED: bool = false;

        fn new(setup: u64) -> Self {
            Self {
                barrier: Rc::new(Barrier::new((setup % 6) as usize)),
                futures: Futures::default(),
            }
        }

        fn futures(&self) -> &Futures {
            &self.futures
        }

        fn act(&self, act: &Wait) {
            let barrier = self.barrier.clone();
            self.futures.start(act.0, async move { i64::from(barrier.wait().await.is_leader()) });
        }

        fn counts(&self) {}

        fn probe(&self) {}
    }
}

#[test]
fn a_barrier_does_what_tokios_does() {
    agree::<ours::Driver, theirs::Driver>(generate);
}

/// Seeds the defects that this comparison knows.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn caught() -> &'static [Mutant] {
    catches::<ours::Driver, theirs::Driver>(generate, &[Mutant::BarrierUncounts])
}
