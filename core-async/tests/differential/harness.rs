//! Makes sequences, runs them on two worlds and looks for a difference.

use super::futures::{Futures, SLOTS};
use super::random::Random;
use super::wakers::{self, FutureName, WOKEN, waker};
use core_async::local::{Mutant, with_mutant};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Once;
use std::task::{Context, Poll, Waker};

const WAKERS: usize = 6;
const SEQUENCES: u64 = if cfg!(target_arch = "wasm32") {
    20_000
} else {
    100_000
};
/// Enough to catch every seeded defect many times over.
const MUTANT_SEQUENCES: u64 = 30_000;

/// One primitive and what is under way on it.
pub(crate) trait World: 'static {
    /// What can be done besides polling and dropping futures.
    type Act: Clone + Debug + 'static;

    /// Wakers are woken in no particular order.
    const UNORDERED: bool = false;
    /// Wakers may do something when they are woken.
    const NESTED: bool = true;

    fn new(setup: u64) -> Self;
    fn futures(&self) -> &Futures;
    fn act(&self, act: &Self::Act);
    /// Writes down what can be seen from outside.
    fn counts(&self);
    /// Touches the state, to find out whether it is borrowed.
    fn probe(&self);
}

/// One step of a sequence.
#[derive(Clone, Debug)]
pub(crate) enum Step<A> {
    Poll {
        slot: usize,
        waker: usize,
        on_wake: Option<Box<Step<A>>>,
    },
    Drop(usize),
    Act(A),
}

thread_local! {
    static LOG: RefCell<Vec<i64>> = const { RefCell::new(Vec::new()) };
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Writes down something that was seen.
pub(crate) fn see(seen: i64) {
    LOG.with_borrow_mut(|log| log.push(seen));
}

/// Compares the two worlds over 100,000 sequences, or as many as the environment says.
pub(crate) fn agree<Ours: World, Theirs: World<Act = Ours::Act>>(
    generate: fn(&mut Random) -> Ours::Act,
) {
    let sequences = from_environment("CORE_ASYNC_SEQUENCES", SEQUENCES);
    if let Err(difference) = compare::<Ours, Theirs>(generate, sequences) {
        panic!("{difference}");
    }
}

/// Proves that each seeded defect makes a difference, and gives those that did.
pub(crate) fn catches<Ours: World, Theirs: World<Act = Ours::Act>>(
    generate: fn(&mut Random) -> Ours::Act,
    mutants: &'static [Mutant],
) -> &'static [Mutant] {
    for mutant in mutants {
        let compared = with_mutant(*mutant, || {
            compare::<Ours, Theirs>(generate, MUTANT_SEQUENCES)
        });
        assert!(
            compared.is_err(),
            "nothing tells {mutant:?} from the real thing"
        );
    }
    mutants
}

fn compare<Ours: World, Theirs: World<Act = Ours::Act>>(
    generate: fn(&mut Random) -> Ours::Act,
    sequences: u64,
) -> Result<(), String> {
    silence_expected_panics();
    let first = from_environment("CORE_ASYNC_SEED", 1);
    for seed in first..first + sequences {
        let mut random = Random::new(seed);
        let setup = random.next();
        let length = 4 + random.below(36);
        let steps: Vec<_> = (0..length)
            .map(|_| step(&mut random, generate, Ours::NESTED))
            .collect();
        if run::<Ours>(setup, &steps, true) != run::<Theirs>(setup, &steps, false) {
            return Err(shrink::<Ours, Theirs>(seed, setup, steps));
        }
    }
    Ok(())
}

fn step<A>(random: &mut Random, generate: fn(&mut Random) -> A, nested: bool) -> Step<A> {
    match random.below(100) {
        0..45 => Step::Poll {
            slot: random.slot(),
            waker: random.below(WAKERS as u64) as usize,
            on_wake: (nested && random.percent(20))
                .then(|| Box::new(step(random, generate, false))),
        },
        45..57 => Step::Drop(random.slot()),
        _ => Step::Act(generate(random)),
    }
}

/// Drops steps as long as a difference remains, and describes what is left.
fn shrink<Ours: World, Theirs: World<Act = Ours::Act>>(
    seed: u64,
    setup: u64,
    mut steps: Vec<Step<Ours::Act>>,
) -> String {
    let mut index = 0;
    while index < steps.len() {
        let mut fewer = steps.clone();
        fewer.remove(index);
        if run::<Ours>(setup, &fewer, true) != run::<Theirs>(setup, &fewer, false) {
            steps = fewer;
            index = 0;
        } else {
            index += 1;
        }
    }
    let ours = run::<Ours>(setup, &steps, true);
    let theirs = run::<Theirs>(setup, &steps, false);
    let mut text = format!("seed {seed}, setup {setup}: ours differs from tokio\n");
    for (number, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        let mark = if ours == theirs { ' ' } else { '!' };
        let step = match steps.get(number) {
            Some(step) => format!("{step:?}"),
            None => "the end".to_owned(),
        };
        text += &format!("{mark} {step}\n    ours {ours:?}\n    tokio {theirs:?}\n");
    }
    text
}

/// Runs a sequence and gives what was seen in each step, and at the end.
fn run<W: World>(setup: u64, steps: &[Step<W::Act>], ours: bool) -> Vec<Vec<i64>> {
    wakers::reset();
    LOG.take();
    let mut seen = Vec::with_capacity(steps.len() + 1);
    QUIET.set(true);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let world = Rc::new(W::new(setup));
        if ours {
            let probed = Rc::downgrade(&world);
            wakers::set_probe(Some(Rc::new(move || {
                if let Some(world) = probed.upgrade() {
                    world.probe();
                }
            })));
        }
        let asked = Rc::downgrade(&world);
        wakers::set_pending(Rc::new(move |(slot, generation)| {
            asked
                .upgrade()
                .is_some_and(|world| world.futures().note_wake(slot, generation))
        }));
        let plain = Plain::default();
        for step in steps {
            take(&world, step, &plain);
            world.counts();
            seen.push(logged::<W>());
        }
        for slot in 0..SLOTS {
            world.futures().cancel(slot);
        }
        world.counts();
        drop(plain);
        drop(world);
    }));
    QUIET.set(false);
    if panicked.is_err() {
        see(-999);
    }
    let alive = wakers::reset();
    let mut end = logged::<W>();
    end.push(if panicked.is_err() { 0 } else { alive });
    seen.push(end);
    seen
}

/// Wakers that do nothing but note; the same one comes again, so that `will_wake` is true.
#[derive(Clone, Default)]
struct Plain(Rc<RefCell<HashMap<(FutureName, usize), Waker>>>);

impl Plain {
    fn get(&self, future: FutureName, number: usize) -> Waker {
        let mut made = self.0.borrow_mut();
        let made = made.entry((future, number));
        made.or_insert_with(|| waker(future, number, None)).clone()
    }
}

fn take<W: World>(world: &Rc<W>, step: &Step<W::Act>, plain: &Plain) {
    match step {
        Step::Act(act) => world.act(act),
        Step::Drop(slot) => see(i64::from(world.futures().cancel(*slot))),
        Step::Poll {
            slot,
            waker: number,
            on_wake,
        } => {
            let future = (*slot, world.futures().generation(*slot));
            let own = on_wake.as_ref().map(|step| {
                let (world, step) = (Rc::downgrade(world), step.clone());
                let plain = plain.clone();
                let action: Rc<dyn Fn()> = Rc::new(move || {
                    if let Some(world) = world.upgrade() {
                        take(&world, &step, &plain);
                        world.counts();
                    }
                });
                waker(future, *number + 100, Some(action))
            });
            let waker = own.unwrap_or_else(|| plain.get(future, *number));
            let mut cx = Context::from_waker(&waker);
            match world.futures().poll(*slot, &mut cx) {
                None => see(-1),
                Some(Poll::Pending) => see(-2),
                Some(Poll::Ready(value)) => see(value),
            }
        }
    }
}

fn logged<W: World>() -> Vec<i64> {
    let mut log = LOG.take();
    if W::UNORDERED {
        for run in log.chunk_by_mut(|a, b| (*a >= WOKEN) == (*b >= WOKEN)) {
            if run[0] >= WOKEN {
                run.sort_unstable();
            }
        }
    }
    log
}

fn from_environment(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
        Err(_) => default,
    }
}

/// Keeps the panics of compared runs off the screen; they are part of what is compared.
fn silence_expected_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                usual(info);
            }
        }));
    });
}

/// Compiles one driver against both backends, as `ours` and `theirs`.
macro_rules! both {
    ($($driver:tt)*) => {
        mod ours {
            #[allow(unused_imports, reason = "not every driver needs all")]
            use {super::*, core_async::local::sync};
            $($driver)*
        }

        mod theirs {
            #[allow(unused_imports, reason = "not every driver needs all")]
            use {super::*, crate::tokio_sync as sync};
            $($driver)*
        }
    };
}
pub(crate) use both;
