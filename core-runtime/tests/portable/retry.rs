//! The retry policy: its bounds for every input, and the loop around it.

use std::time::Duration;

use bridge_traits::{BridgeError, ErrorKind};
use core_runtime::retry::{Decision, Failure, GiveUp, Jitter, RetryPolicy, retry};
#[cfg(not(target_arch = "wasm32"))]
use proptest::prelude::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[cfg(not(target_arch = "wasm32"))]
fn policy() -> impl Strategy<Value = RetryPolicy> {
    (1..20_u32, 0..10_000_u64, 0..100_000_u64, 0..1_000_u64).prop_map(
        |(max_attempts, base, more, after)| RetryPolicy {
            max_attempts,
            base: Duration::from_millis(base),
            cap: Duration::from_millis(base + more),
            max_retry_after: Duration::from_secs(after),
        },
    )
}

#[cfg(not(target_arch = "wasm32"))]
proptest! {
    #[test]
    fn a_wait_is_within_its_bounds(
        policy in policy(),
        attempt in 1..40_u32,
        asked in proptest::option::of(0..2_000_u64),
        seed in any::<u64>(),
    ) {
        let asked = asked.map(Duration::from_secs);
        let failure = asked.map_or(Failure::Transient, Failure::RetryAfter);
        let floor = asked.unwrap_or_default();
        match policy.decide(attempt, failure, &mut Jitter::seeded(seed)) {
            Decision::Wait(wait) => {
                prop_assert!(attempt < policy.max_attempts);
                prop_assert!(floor <= policy.max_retry_after);
                prop_assert!(wait >= floor);
                prop_assert!(wait <= floor + policy.cap);
                let exponential = policy.base.as_millis() << (attempt - 1).min(63);
                prop_assert!((wait - floor).as_millis() <= exponential);
            }
            Decision::GiveUp(GiveUp::AttemptsExhausted) => prop_assert!(attempt >= policy.max_attempts),
            Decision::GiveUp(GiveUp::RetryAfterTooLong) => prop_assert!(floor > policy.max_retry_after),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_waits(policy in policy(), seed in any::<u64>()) {
        let waits = || {
            let mut jitter = Jitter::seeded(seed);
            (1..10).map(|it| policy.decide(it, Failure::Transient, &mut jitter)).collect::<Vec<_>>()
        };
        prop_assert_eq!(waits(), waits());
    }
}

#[test]
fn the_backoff_doubles_up_to_the_cap() {
    let policy = RetryPolicy {
        base: Duration::from_secs(1),
        cap: Duration::from_secs(10),
        ..RetryPolicy::default()
    };
    let waits: Vec<u64> = (1..8).map(|it| policy.backoff(it).as_secs()).collect();
    assert_eq!(waits, [1, 2, 4, 8, 10, 10, 10]);
    assert_eq!(policy.backoff(u32::MAX), policy.cap);
}

#[test]
fn jitter_fills_the_whole_interval() {
    let policy = RetryPolicy {
        base: Duration::from_secs(8),
        max_attempts: 2,
        ..RetryPolicy::default()
    };
    let mut jitter = Jitter::seeded(1);
    let mut seen = [0; 8];
    for _ in 0..8_000 {
        let Decision::Wait(wait) = policy.decide(1, Failure::Transient, &mut jitter) else {
            panic!("gave up");
        };
        seen[(wait.as_secs() as usize).min(7)] += 1;
    }
    assert!(seen.iter().all(|it| (700..1_300).contains(it)), "{seen:?}");
}

#[test]
fn bridge_errors_are_classified_by_kind() {
    let check = |kind: ErrorKind, expected: Failure| {
        let error = BridgeError::new(kind, "x");
        assert_eq!(Failure::from(&error), expected, "{error}");
    };
    let wait = Duration::from_secs(7);
    check(ErrorKind::throttled(Some(wait)), Failure::RetryAfter(wait));
    check(ErrorKind::throttled(None), Failure::Transient);
    check(ErrorKind::Offline, Failure::Transient);
    check(ErrorKind::HttpStatus(502), Failure::Transient);
    check(ErrorKind::HttpStatus(400), Failure::Permanent);
    check(ErrorKind::NotFound, Failure::Permanent);
    check(ErrorKind::AuthExpired, Failure::Permanent);
}

fn at_once(max_attempts: u32) -> RetryPolicy {
    RetryPolicy {
        max_attempts,
        base: Duration::ZERO,
        cap: Duration::ZERO,
        max_retry_after: Duration::ZERO,
    }
}

#[core_async::test]
async fn a_call_is_repeated_until_it_succeeds() {
    let mut attempts = Vec::new();
    let value = retry(
        &at_once(5),
        &mut Jitter::seeded(1),
        |_: &&str| Failure::Transient,
        |attempt| {
            attempts.push(attempt);
            async move {
                if attempt < 3 {
                    Err("busy")
                } else {
                    Ok(attempt)
                }
            }
        },
    )
    .await;
    assert_eq!(value, Ok(3));
    assert_eq!(attempts, [1, 2, 3]);
}

#[core_async::test]
async fn giving_up_says_why() {
    let check = async |failure, attempts, reason| {
        let error = retry(
            &at_once(4),
            &mut Jitter::seeded(1),
            |_: &String| failure,
            |attempt| async move { Err::<(), _>(format!("failure {attempt}")) },
        )
        .await
        .unwrap_err();
        assert_eq!((error.attempts, error.reason), (attempts, reason));
        assert_eq!(error.error, format!("failure {attempts}"));
    };
    check(Failure::Transient, 4, GiveUp::AttemptsExhausted).await;
    check(Failure::Permanent, 1, GiveUp::Permanent).await;
    check(
        Failure::RetryAfter(Duration::from_secs(1)),
        1,
        GiveUp::RetryAfterTooLong,
    )
    .await;
}

#[core_async::test]
async fn never_means_one_attempt() {
    let mut calls = 0;
    let result = retry(
        &RetryPolicy::never(),
        &mut Jitter::seeded(1),
        |_: &()| Failure::Transient,
        |_| {
            calls += 1;
            async { Err::<(), _>(()) }
        },
    )
    .await;
    assert_eq!(result.unwrap_err().reason, GiveUp::AttemptsExhausted);
    assert_eq!(calls, 1);
}
