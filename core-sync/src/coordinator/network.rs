//! Syncs that wait for the network, and begin again by themselves when it is there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, Weak};

use bridge_traits::network::{NetworkMonitor, NetworkStatus};
use core_async::sync::{CancellationToken, Notify};
use core_async::time::{Duration, sleep};
use futures::StreamExt;
use futures::future::{Either, pending};

use super::{Shared, SyncCoordinator, SyncRequest, lock};
use crate::stop::StopReason;

/// How soon a sync that found no network is tried again, whatever the platform says of it.
const FIRST_TRY: Duration = Duration::from_secs(30);
/// How long that wait grows to.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// What is known where the platform says nothing.
const UNKNOWN: NetworkStatus = NetworkStatus {
    online: None,
    metered: None,
};

/// The syncs that wait, one a provider.
#[derive(Default)]
pub(super) struct Waiting {
    providers: Mutex<BTreeMap<i64, SyncRequest>>,
    /// What the platform said last.
    last: Mutex<Option<NetworkStatus>>,
    added: Notify,
    stopped: CancellationToken,
}

impl Waiting {
    pub(super) fn add(&self, provider: i64, request: SyncRequest) {
        lock(&self.providers).insert(provider, request);
        self.added.notify_one();
    }

    pub(super) fn remove(&self, provider: i64) {
        lock(&self.providers).remove(&provider);
    }

    fn is_empty(&self) -> bool {
        lock(&self.providers).is_empty()
    }

    fn take(&self) -> BTreeMap<i64, SyncRequest> {
        std::mem::take(&mut lock(&self.providers))
    }
}

impl SyncCoordinator {
    /// Follows the network from now on, until [`unfollow_network`](Self::unfollow_network) or until
    /// the last clone is gone.
    ///
    /// A sync that stops because there is no network begins again when the platform says that there
    /// is one, and from time to time to see. Where the settings say so, syncs over the network stop
    /// while it is metered and go on when it is not.
    pub fn follow_network(&self, monitor: Arc<dyn NetworkMonitor>) {
        let stopped = self.shared.waiting.stopped.clone();
        let (shared, waiting) = (Arc::downgrade(&self.shared), self.shared.waiting.clone());
        core_async::task::spawn(async move {
            core_async::select! {
                biased;
                () = stopped.cancelled() => {}
                () = follow(shared, waiting, monitor) => {}
            }
        });
    }

    /// Follows the network no longer: what waits for it waits for somebody to start it.
    pub fn unfollow_network(&self) {
        self.shared.waiting.stopped.cancel();
    }

    /// Acts on a state of the network.
    async fn heed_network(&self, status: NetworkStatus) {
        let last = lock(&self.shared.waiting.last).replace(status);
        if last.is_some_and(|last| last != status) {
            self.shared.reporter.network(status);
        }
        if self.is_too_dear() {
            for (provider, job) in self.active_by_provider() {
                if self.uses_network(provider) {
                    // It may have ended by itself meanwhile.
                    let _ = self.stop(job, StopReason::Metered);
                }
            }
        } else if status.online != Some(false) {
            self.start_waiting().await;
        }
    }

    /// Tells whether syncs should not use the network as it is.
    pub(super) fn is_too_dear(&self) -> bool {
        let last = *lock(&self.shared.waiting.last);
        let is_metered = last.is_some_and(|status| status.metered == Some(true));
        is_metered && !self.shared.config.sync_on_metered
    }

    async fn start_waiting(&self) {
        for (provider, request) in self.shared.waiting.take() {
            if let Err(error) = self.start_sync(provider, request).await {
                tracing::info!(provider, %error, "a sync that waited does not begin again");
            }
        }
    }

    fn active_by_provider(&self) -> Vec<(i64, crate::SyncJobId)> {
        lock(&self.shared.active)
            .iter()
            .map(|(provider, job)| (*provider, job.id))
            .collect()
    }

    fn uses_network(&self, provider: i64) -> bool {
        let provider = self.provider(provider);
        provider.is_ok_and(|provider| provider.uses_network())
    }
}

async fn follow(shared: Weak<Shared>, waiting: Arc<Waiting>, monitor: Arc<dyn NetworkMonitor>) {
    let mut changes = match monitor.changes().await {
        Ok(changes) => Some(changes),
        Err(error) => {
            tracing::info!(%error, "changes of the network are not told; syncs try by themselves");
            None
        }
    };
    let mut wait = FIRST_TRY;
    loop {
        let change = match &mut changes {
            Some(changes) => Either::Left(changes.next()),
            None => Either::Right(pending()),
        };
        let turn = if waiting.is_empty() {
            Either::Right(pending())
        } else {
            Either::Left(sleep(wait))
        };
        let status = core_async::select! {
            biased;
            change = change => match change {
                Some(status) => {
                    wait = FIRST_TRY;
                    status
                }
                None => {
                    changes = None;
                    continue;
                }
            },
            () = waiting.added.notified() => continue,
            () = turn => {
                wait = (wait * 2).min(LONGEST_WAIT);
                monitor.status().await.unwrap_or(UNKNOWN)
            }
        };
        // The coordinator is not kept alive by who waits for its network.
        let Some(shared) = shared.upgrade() else {
            return;
        };
        SyncCoordinator { shared }.heed_network(status).await;
    }
}
