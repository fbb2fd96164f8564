//! When to try again, and how long to wait before.
//!
//! [`RetryPolicy::decide`] is a pure function: the same inputs give the same answer, so that
//! callers who keep their attempts in a database can use it too. [`retry`] is the small loop around
//! it for calls that are repeated in place.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use bridge_traits::{BridgeError, ErrorKind};

/// How often and how patiently a failed call is repeated.
///
/// The wait before attempt *n* + 1 is drawn evenly from 0 to min(`cap`, `base` · 2ⁿ⁻¹) ("full
/// jitter"), so that many clients that failed together don't return together. Where the service
/// named a time (`Retry-After`), the wait is that time plus the jitter, never less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How many times the call is made in all; 1 means never again.
    pub max_attempts: u32,
    /// The longest wait after the first failure.
    pub base: Duration,
    /// The longest wait that backing off grows to.
    pub cap: Duration,
    /// The longest `Retry-After` that is waited for in place. A longer one gives up, and the work
    /// is for a later run.
    pub max_retry_after: Duration,
}

impl Default for RetryPolicy {
    /// Five attempts, from half a second up to a minute, waiting out a `Retry-After` of up to five
    /// minutes.
    fn default() -> Self {
        Self {
            max_attempts: 5,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(60),
            max_retry_after: Duration::from_secs(300),
        }
    }
}

impl RetryPolicy {
    /// Makes a policy that never repeats a call.
    pub fn never() -> Self {
        Self {
            max_attempts: 1,
            ..Self::default()
        }
    }

    /// Decides what follows the failure of attempt number `attempt`, counted from 1.
    pub fn decide(&self, attempt: u32, failure: Failure, jitter: &mut Jitter) -> Decision {
        let asked = match failure {
            Failure::Permanent => return Decision::GiveUp(GiveUp::Permanent),
            Failure::Transient => Duration::ZERO,
            Failure::RetryAfter(asked) => asked,
        };
        if attempt >= self.max_attempts {
            return Decision::GiveUp(GiveUp::AttemptsExhausted);
        }
        if asked > self.max_retry_after {
            return Decision::GiveUp(GiveUp::RetryAfterTooLong);
        }
        Decision::Wait(asked.saturating_add(jitter.up_to(self.backoff(attempt))))
    }

    /// Gives the longest wait after the failure of attempt number `attempt`, before jitter.
    pub fn backoff(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1);
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        self.base.saturating_mul(factor).min(self.cap)
    }
}

/// What kind of failure a call ended in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The same call will fail again.
    Permanent,
    /// The same call may succeed later.
    Transient,
    /// The service asks to wait at least this long.
    RetryAfter(Duration),
}

impl From<&BridgeError> for Failure {
    fn from(error: &BridgeError) -> Self {
        match error.kind() {
            ErrorKind::Throttled {
                retry_after: Some(wait),
                ..
            } => Self::RetryAfter(*wait),
            _ if error.is_transient() => Self::Transient,
            _ => Self::Permanent,
        }
    }
}

/// What [`RetryPolicy::decide`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Wait this long, then try again.
    Wait(Duration),
    /// Don't try again.
    GiveUp(GiveUp),
}

/// Why a call is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GiveUp {
    /// The failure will not go away by itself.
    Permanent,
    /// The policy allows no further attempt.
    AttemptsExhausted,
    /// The service asks for a longer wait than the policy allows.
    RetryAfterTooLong,
}

impl fmt::Display for GiveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Permanent => "it would fail again",
            Self::AttemptsExhausted => "no attempt is left",
            Self::RetryAfterTooLong => "the service asks for too long a wait",
        })
    }
}

/// Random waits from a seed: the same seed gives the same waits.
///
/// It is made for spreading load, not for secrets.
#[derive(Debug, Clone)]
pub struct Jitter(fastrand::Rng);

impl Jitter {
    /// Makes a source of waits. Give each installation another seed.
    pub fn seeded(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// Draws a wait of at most `longest`, evenly.
    pub fn up_to(&mut self, longest: Duration) -> Duration {
        let nanos = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(self.0.u64(0..=nanos))
    }
}

/// The error of a call that was given up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("given up after {attempts} attempts, {reason}: {error}")]
pub struct RetryError<E> {
    /// What the last attempt said.
    #[source]
    pub error: E,
    /// How many attempts were made.
    pub attempts: u32,
    /// Why there was no further one.
    pub reason: GiveUp,
}

/// Calls `operation` until it succeeds or `policy` gives up, waiting in between.
///
/// `operation` is given the number of the attempt, from 1; `classify` says what kind of failure an
/// error is (`|error| Failure::from(error)` for a [`BridgeError`]).
///
/// # Errors
/// [`RetryError`] with the last error and the reason.
///
/// # Cancel safety
/// Dropping it drops the attempt or the wait that is under way; it has no state of its own.
pub async fn retry<T, E, F>(
    policy: &RetryPolicy,
    jitter: &mut Jitter,
    classify: impl Fn(&E) -> Failure,
    mut operation: impl FnMut(u32) -> F,
) -> Result<T, RetryError<E>>
where
    F: Future<Output = Result<T, E>>,
{
    let mut attempt = 1;
    loop {
        let error = match operation(attempt).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        match policy.decide(attempt, classify(&error), jitter) {
            Decision::Wait(wait) => core_async::time::sleep(wait).await,
            Decision::GiveUp(reason) => {
                return Err(RetryError {
                    error,
                    attempts: attempt,
                    reason,
                });
            }
        }
        attempt += 1;
    }
}
