//! Flow control of one account.
//!
//! All requests of all providers of an account go through it, listing and reading alike: none while
//! the service wants none (of this account, or of any), no more at once than it takes well, and those that failed in passing once
//! more, as long as that does not become a habit.

mod budget;
mod limiter;
mod throttle;

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bridge_traits::provider::StorageProvider;
use bridge_traits::{BridgeError, ErrorKind, Result, ThrottleScope};
use core_async::time::{Duration, sleep};
use core_runtime::retry::{Decision, Failure, Jitter, RetryPolicy};

use budget::Budget;
use limiter::{Limiter, Permit};
use throttle::Throttle;

/// The flow control of one account.
pub(crate) struct Account {
    /// Closed for all accounts of the service.
    service: Arc<Throttle>,
    /// Closed for this account.
    throttle: Throttle,
    limiter: Limiter,
    retry: RetryPolicy,
    again: Mutex<Again>,
}

/// What decides whether a request is sent once more.
struct Again {
    budget: Budget,
    jitter: Jitter,
}

impl Account {
    /// Makes the flow control of an account of `service` that takes up to `most` requests at once.
    fn new(service: Arc<Throttle>, retry: RetryPolicy, most: usize, seed: u64) -> Self {
        Self {
            service,
            throttle: Throttle::new(retry.max_retry_after),
            limiter: Limiter::new(most),
            retry,
            again: Mutex::new(Again {
                budget: Budget::new(),
                jitter: Jitter::seeded(seed),
            }),
        }
    }

    /// Makes the flow control of an account that is the only one of its service.
    #[cfg(test)]
    pub(crate) fn alone(retry: RetryPolicy, most: usize) -> Arc<Self> {
        let service = Arc::new(Throttle::new(retry.max_retry_after));
        Arc::new(Self::new(service, retry, most, 7))
    }

    /// Waits until a request may be sent. The permit is kept until its answer is there.
    pub(crate) async fn admit(&self) -> Permit {
        loop {
            self.service.pass().await;
            self.throttle.pass().await;
            let permit = self.limiter.acquire().await;
            // One may have been closed while this request waited for its turn.
            if self.service.is_open() && self.throttle.is_open() {
                return permit;
            }
        }
    }

    /// Takes what an answer says of the service, and gives the answer back.
    pub(crate) fn heed<T>(&self, permit: Permit, answer: Result<T>) -> Result<T> {
        match answer.as_ref().map_err(BridgeError::kind) {
            Ok(_) => {
                self.limiter.went_well();
                lock(&self.again).budget.earn();
            }
            // Other items may be asked for.
            Err(ErrorKind::Throttled {
                scope: ThrottleScope::Item,
                ..
            }) => {}
            Err(ErrorKind::Throttled { retry_after, scope }) => {
                let throttle = self.throttle_of(*scope);
                if let Some(wait) = retry_after {
                    throttle.close_for(*wait);
                }
                // One request asks whether the service takes any again.
                self.limiter.slow_down(&permit, |_| 1);
            }
            Err(ErrorKind::Timeout | ErrorKind::Offline | ErrorKind::HttpStatus(500..)) => {
                self.limiter.slow_down(&permit, |limit| limit / 2);
            }
            Err(_) => {}
        }
        answer
    }

    fn throttle_of(&self, scope: ThrottleScope) -> &Throttle {
        match scope {
            ThrottleScope::Service => &self.service,
            _ => &self.throttle,
        }
    }

    /// Tells for how long nothing will be sent once this error is [heeded](Self::heed), if that is new.
    pub(crate) fn would_hold(&self, error: &BridgeError) -> Option<Duration> {
        match error.kind() {
            ErrorKind::Throttled {
                retry_after: Some(wait),
                scope,
            } if *scope != ThrottleScope::Item => self.throttle_of(*scope).would_close_for(*wait),
            _ => None,
        }
    }

    /// Sends a request, and again where it failed in passing.
    pub(crate) async fn call<T, F>(&self, request: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        self.call_unless(|_| false, request).await
    }

    /// Sends a request for an item, and again where it failed in passing; not where the service wants that
    /// item left alone: others can be read meanwhile.
    pub(crate) async fn call_for_item<T, F>(&self, request: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        self.call_unless(|error| wait_for_item(error).is_some(), request)
            .await
    }

    async fn call_unless<T, F>(
        &self,
        gives_up: impl Fn(&BridgeError) -> bool,
        request: impl Fn() -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let mut attempt = 0;
        loop {
            let permit = self.admit().await;
            let answer = request().await;
            let error = match self.heed(permit, answer) {
                Ok(value) => return Ok(value),
                Err(error) if gives_up(&error) => return Err(error),
                Err(error) => error,
            };
            attempt += 1;
            match self.wait_before_next(attempt, &error) {
                Some(wait) => sleep(wait).await,
                None => return Err(error),
            }
        }
    }

    /// Tells how long to wait before the same request is sent again; `None` if it is not.
    fn wait_before_next(&self, attempt: u32, error: &BridgeError) -> Option<Duration> {
        let mut again = lock(&self.again);
        let decision = self
            .retry
            .decide(attempt, Failure::from(error), &mut again.jitter);
        match decision {
            Decision::Wait(wait) if again.budget.spend() => Some(wait),
            Decision::Wait(_) | Decision::GiveUp(_) => None,
        }
    }
}

/// Tells how long an item is to be left alone, if a request failed for that: zero where the service did
/// not say.
pub(crate) fn wait_for_item(error: &BridgeError) -> Option<Duration> {
    match error.kind() {
        ErrorKind::Throttled {
            retry_after,
            scope: ThrottleScope::Item,
        } => Some(retry_after.unwrap_or_default()),
        _ => None,
    }
}

/// The accounts of the providers that are registered.
#[derive(Default)]
pub(crate) struct Accounts(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// By service and account.
    accounts: HashMap<(String, String), Weak<Account>>,
    /// What is closed for all accounts of a service.
    services: HashMap<String, Weak<Throttle>>,
}

impl Accounts {
    /// Gives the account that a provider belongs to. Where it names none it has one of its own.
    pub(crate) fn of(
        &self,
        provider: &dyn StorageProvider,
        retry: &RetryPolicy,
        seed: u64,
    ) -> Arc<Account> {
        let most = provider.capabilities().read_concurrency.max(1);
        let scope = provider.scope();
        let mut known = lock(&self.0);
        known.accounts.retain(|_, it| it.strong_count() > 0);
        known.services.retain(|_, it| it.strong_count() > 0);
        let key = (scope.provider, scope.account);
        if let Some(account) = known.accounts.get(&key).and_then(Weak::upgrade) {
            account.limiter.allow(most);
            return account;
        }
        let service = known.services.get(&key.0).and_then(Weak::upgrade);
        let service = service.unwrap_or_else(|| Arc::new(Throttle::new(retry.max_retry_after)));
        let weak = Arc::downgrade(&service);
        known.services.insert(key.0.clone(), weak);
        let account = Arc::new(Account::new(service, retry.clone(), most, seed));
        if !key.1.is_empty() {
            known.accounts.insert(key, Arc::downgrade(&account));
        }
        account
    }
}

/// Locks what nothing panics under.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use core_async::time::Instant;

    use super::*;

    fn account(most: usize) -> Account {
        let retry = RetryPolicy {
            base: Duration::from_secs(1),
            ..RetryPolicy::default()
        };
        let service = Arc::new(Throttle::new(retry.max_retry_after));
        Account::new(service, retry, most, 7)
    }

    fn failing(kind: ErrorKind) -> BridgeError {
        BridgeError::new(kind, "test")
    }

    fn throttled(seconds: u64) -> BridgeError {
        failing(ErrorKind::throttled(Some(Duration::from_secs(seconds))))
    }

    #[core_async::test(start_paused = true)]
    async fn after_retry_after_one_request_asks_before_the_others_follow() {
        let account = Arc::new(account(8));
        let permit = account.admit().await;
        let _ = account.heed(permit, Err::<(), _>(throttled(100)));
        let start = Instant::now();
        let first = account.admit().await;
        assert!(start.elapsed() >= Duration::from_secs(100));

        let other = account.clone();
        let second = core_async::task::spawn(async move { other.admit().await });
        sleep(Duration::from_secs(60)).await;
        assert!(!second.is_finished(), "two requests at once");
        assert!(account.heed(first, Ok(())).is_ok());
        second.await.expect("the second follows");
    }

    #[core_async::test(start_paused = true)]
    async fn a_request_that_waited_for_its_turn_heeds_a_gate_closed_meanwhile() {
        let account = Arc::new(account(1));
        let first = account.admit().await;
        let other = account.clone();
        let start = Instant::now();
        let second = core_async::task::spawn(async move {
            let _permit = other.admit().await;
            start.elapsed()
        });
        core_async::task::yield_now().await;
        let _ = account.heed(first, Err::<(), _>(throttled(50)));
        assert!(second.await.expect("it ends") >= Duration::from_secs(50));
    }

    #[core_async::test(start_paused = true)]
    async fn a_request_that_fails_in_passing_is_sent_again_after_a_wait() {
        let account = account(4);
        let sent = AtomicU32::new(0);
        let start = Instant::now();
        let answer = account.call(|| async {
            match sent.fetch_add(1, Ordering::Relaxed) {
                0 => Err(failing(ErrorKind::HttpStatus(502))),
                1 => Err(throttled(30)),
                _ => Ok("there"),
            }
        });
        assert_eq!(answer.await.expect("an answer"), "there");
        assert_eq!(sent.load(Ordering::Relaxed), 3);
        assert!(start.elapsed() >= Duration::from_secs(30));
    }

    fn throttled_of(scope: ThrottleScope) -> BridgeError {
        failing(ErrorKind::Throttled {
            retry_after: Some(Duration::from_secs(100)),
            scope,
        })
    }

    #[core_async::test(start_paused = true)]
    async fn an_item_that_is_to_be_left_alone_holds_nobody_up() {
        let account = account(2);
        let start = Instant::now();
        let sent = AtomicU32::new(0);
        let answer = account.call_for_item(|| async {
            sent.fetch_add(1, Ordering::Relaxed);
            Err::<(), _>(throttled_of(ThrottleScope::Item))
        });
        let error = answer.await.expect_err("it is to be left alone");
        assert_eq!(wait_for_item(&error), Some(Duration::from_secs(100)));
        assert_eq!(sent.load(Ordering::Relaxed), 1);
        let both = (account.admit().await, account.admit().await);
        assert_eq!(start.elapsed(), Duration::ZERO, "as many at once as before");
        drop(both);

        // Whoever can't go on without it waits.
        let answer = account.call(|| async {
            match sent.fetch_add(1, Ordering::Relaxed) {
                1 => Err(throttled_of(ThrottleScope::Item)),
                _ => Ok(()),
            }
        });
        answer.await.expect("an answer");
        assert!(start.elapsed() >= Duration::from_secs(100));
    }

    #[core_async::test(start_paused = true)]
    async fn a_service_that_wants_no_requests_gets_none_from_any_account() {
        let service = Arc::new(Throttle::new(Duration::from_secs(300)));
        let of = |it: &Arc<Throttle>| Account::new(it.clone(), RetryPolicy::never(), 4, 7);
        let (one, other) = (of(&service), of(&service));
        let stranger = account(4);
        let permit = one.admit().await;
        let start = Instant::now();
        let _ = one.heed(permit, Err::<(), _>(throttled_of(ThrottleScope::Service)));
        drop(stranger.admit().await);
        assert_eq!(start.elapsed(), Duration::ZERO, "another service");
        drop(other.admit().await);
        assert!(start.elapsed() >= Duration::from_secs(100));
    }

    #[core_async::test(start_paused = true)]
    async fn what_will_fail_again_is_sent_once() {
        for kind in [
            ErrorKind::NotFound,
            ErrorKind::AuthExpired,
            ErrorKind::Conflict,
        ] {
            let sent = AtomicU32::new(0);
            let account = account(4);
            let answer = account.call(|| async {
                sent.fetch_add(1, Ordering::Relaxed);
                Err::<(), _>(failing(kind.clone()))
            });
            answer.await.expect_err("it fails");
            assert_eq!(sent.load(Ordering::Relaxed), 1, "{kind:?}");
        }
    }

    #[core_async::test(start_paused = true)]
    async fn a_service_that_is_down_is_not_asked_ever_more_often() {
        let account = account(4);
        let sent = AtomicU32::new(0);
        for _ in 0..100 {
            let answer = account.call(|| async {
                sent.fetch_add(1, Ordering::Relaxed);
                Err::<(), _>(failing(ErrorKind::HttpStatus(503)))
            });
            answer.await.expect_err("it is down");
        }
        let sent = sent.load(Ordering::Relaxed);
        assert!(sent <= 110, "100 requests were sent {sent} times");
    }
}
