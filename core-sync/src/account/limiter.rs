//! How many requests are under way at once: one more while all goes well, far fewer when the service
//! is overloaded (additive increase, multiplicative decrease).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use core_async::sync::{OwnedSemaphorePermit, Semaphore};

use crate::mutants::{self, Mutant};

pub(super) struct Limiter {
    permits: Arc<Semaphore>,
    state: Arc<Mutex<State>>,
}

/// The right to have one request under way; dropping it gives it back.
pub(crate) struct Permit {
    permit: Option<OwnedSemaphorePermit>,
    state: Arc<Mutex<State>>,
    round: u64,
}

/// The limit. Pure.
#[derive(Debug)]
struct State {
    limit: usize,
    most: usize,
    /// Answers since the limit changed.
    wins: usize,
    /// Grows when the limit sinks: what was sent before says nothing of the new limit.
    round: u64,
    /// Permits that are out and are not to come back.
    debt: usize,
}

impl Limiter {
    /// Begins with the most that the provider says is useful.
    pub(super) fn new(most: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(most)),
            state: Arc::new(Mutex::new(State::new(most))),
        }
    }

    pub(super) async fn acquire(&self) -> Permit {
        let permit = self.permits.clone().acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        Permit {
            permit: (!mutants::on(Mutant::PermitDroppedEarly)).then_some(permit),
            round: lock(&self.state).round,
            state: self.state.clone(),
        }
    }

    /// Raises what the limit may grow to.
    pub(super) fn allow(&self, most: usize) {
        let mut state = lock(&self.state);
        state.most = state.most.max(most);
    }

    /// Notes an answer.
    pub(super) fn went_well(&self) {
        let grown = lock(&self.state).went_well();
        if grown {
            self.permits.add_permits(1);
        }
    }

    /// Lowers the limit, unless it was lowered since the request of this permit was sent.
    pub(super) fn slow_down(&self, permit: &Permit, to: impl FnOnce(usize) -> usize) {
        let mut state = lock(&self.state);
        let cut = state.slow_down(permit.round, to);
        // Free permits go at once; those that are out when they come back.
        state.debt += cut - self.permits.forget_permits(cut);
    }
}

impl State {
    fn new(most: usize) -> Self {
        Self {
            limit: most,
            most,
            wins: 0,
            round: 0,
            debt: 0,
        }
    }

    /// Tells whether there is a permit more.
    fn went_well(&mut self) -> bool {
        self.wins += 1;
        if self.wins < self.limit || self.limit >= self.most {
            return false;
        }
        self.wins = 0;
        self.limit += 1;
        match self.debt.checked_sub(1) {
            Some(rest) => {
                self.debt = rest;
                false
            }
            None => true,
        }
    }

    /// Tells how many permits there are less.
    fn slow_down(&mut self, round: u64, to: impl FnOnce(usize) -> usize) -> usize {
        if round < self.round {
            return 0;
        }
        self.round += 1;
        self.wins = 0;
        let limit = to(self.limit).clamp(1, self.limit);
        let cut = self.limit - limit;
        self.limit = limit;
        cut
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(permit) = self.permit.take() else {
            return;
        };
        let mut state = lock(&self.state);
        let is_owed = state.debt > 0;
        if is_owed {
            state.debt -= 1;
        }
        drop(state);
        if is_owed {
            permit.forget();
        }
    }
}

/// Locks the limit. Nothing panics while it is held.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    /// Takes all permits that are free.
    fn take(limiter: &Limiter) -> Vec<Permit> {
        std::iter::from_fn(|| limiter.acquire().now_or_never()).collect()
    }

    #[test]
    fn the_limit_sinks_once_for_all_that_was_under_way_and_grows_again() {
        let limiter = Limiter::new(8);
        let all = take(&limiter);
        assert_eq!(all.len(), 8);
        for permit in &all {
            limiter.slow_down(permit, |limit| limit / 2);
        }
        drop(all);
        let half = take(&limiter);
        assert_eq!(half.len(), 4, "halved once");
        for _ in 0..4 {
            limiter.went_well();
        }
        assert_eq!(take(&limiter).len(), 1, "four answers allow one more");
        drop(half);
        for _ in 0..1_000 {
            limiter.went_well();
        }
        assert_eq!(take(&limiter).len(), 8, "never more than at first");
    }

    #[test]
    fn free_permits_go_at_once() {
        let limiter = Limiter::new(8);
        let permit = limiter.acquire().now_or_never().expect("a permit");
        limiter.slow_down(&permit, |_| 0);
        assert!(take(&limiter).is_empty(), "the one that is out is the last");
        drop(permit);
        assert_eq!(take(&limiter).len(), 1);
    }

    #[test]
    fn a_second_provider_of_the_account_may_allow_more() {
        let limiter = Limiter::new(2);
        limiter.allow(3);
        for _ in 0..2 {
            limiter.went_well();
        }
        assert_eq!(take(&limiter).len(), 3);
    }
}
