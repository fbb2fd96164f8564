//! A provider behind the flow control of its account.

use std::ops::Range;
use std::sync::Arc;

use bridge_traits::provider::{
    Capabilities, ChangeStream, ChangesFrom, Checkpoint, FeedScope, ItemKey, RemoteItem,
    StorageProvider, Version,
};
use bridge_traits::storage::BlockingFile;
use bridge_traits::{Result, platform_async_trait};
use bytes::Bytes;
use futures::StreamExt;

use crate::account::Account;
use crate::progress::Reporter;

/// A provider whose requests wait for their turn.
///
/// Single reads are sent again where they failed in passing. Listings are not: discovery takes them up
/// again itself, where they broke off.
pub(crate) struct GatedProvider {
    inner: Arc<dyn StorageProvider>,
    account: Arc<Account>,
    herald: Herald,
}

impl GatedProvider {
    /// Puts the provider of an id behind the flow control of its account.
    pub(crate) fn new(
        id: i64,
        inner: Arc<dyn StorageProvider>,
        account: Arc<Account>,
        reporter: Reporter,
    ) -> Self {
        let herald = Herald { id, reporter };
        Self {
            inner,
            account,
            herald,
        }
    }

    /// Tells hosts if an answer, which the account has not heeded yet, holds requests up.
    fn told<T>(&self, answer: Result<T>) -> Result<T> {
        self.herald.told(&self.account, answer)
    }
}

/// Who tells that a service wants no requests.
#[derive(Clone)]
struct Herald {
    /// The provider whose requests it hears of.
    id: i64,
    reporter: Reporter,
}

impl Herald {
    fn told<T>(&self, account: &Account, answer: Result<T>) -> Result<T> {
        let hold = answer.as_ref().err().and_then(|it| account.would_hold(it));
        if let Some(wait) = hold {
            self.reporter.throttled(self.id, wait);
        }
        answer
    }
}

#[platform_async_trait]
impl StorageProvider for GatedProvider {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn scope(&self) -> FeedScope {
        self.inner.scope()
    }

    async fn start_token(&self) -> Result<Option<Checkpoint>> {
        let permit = self.account.admit().await;
        let token = self.told(self.inner.start_token().await);
        self.account.heed(permit, token)
    }

    async fn get_changes(&self, from: ChangesFrom) -> Result<ChangeStream> {
        let permit = self.account.admit().await;
        let stream = self.told(self.inner.get_changes(from).await);
        let stream = self.account.heed(permit, stream)?;
        let (account, herald) = (self.account.clone(), self.herald.clone());
        let listing = (stream, account, herald);
        let pages = futures::stream::unfold(listing, |(mut stream, account, herald)| async move {
            let permit = account.admit().await;
            let page = herald.told(&account, stream.next().await.transpose());
            let page = account.heed(permit, page).transpose()?;
            Some((page, (stream, account, herald)))
        });
        Ok(Box::pin(pages))
    }

    async fn stat(&self, key: &ItemKey) -> Result<RemoteItem> {
        self.account
            .call(|| async { self.told(self.inner.stat(key).await) })
            .await
    }

    async fn read(
        &self,
        key: &ItemKey,
        version: Option<&Version>,
        range: Range<u64>,
    ) -> Result<Bytes> {
        self.account
            .call_for_item(|| async {
                self.told(self.inner.read(key, version, range.clone()).await)
            })
            .await
    }

    fn uses_network(&self) -> bool {
        self.inner.uses_network()
    }

    fn reads_in_place(&self) -> bool {
        self.inner.reads_in_place()
    }

    fn open_blocking(&self, key: &ItemKey) -> Option<Result<Box<dyn BlockingFile>>> {
        self.inner.open_blocking(key)
    }
}

#[cfg(test)]
mod tests {
    use bridge_traits::testing::{MemoryProvider, ProviderCall};
    use bridge_traits::{BridgeError, ErrorKind};
    use core_async::time::{Duration, Instant};
    use core_runtime::events::{CoreEvent, EventBus, NetworkEvent};
    use core_runtime::retry::RetryPolicy;

    use super::*;
    use crate::account::Accounts;

    #[core_async::test(start_paused = true)]
    async fn what_one_provider_is_told_all_of_the_account_heed() {
        let accounts = Accounts::default();
        let retry = RetryPolicy::never();
        let events = EventBus::new(8).expect("there is room");
        let mut heard = events.subscribe();
        let gated = |id, drive: &MemoryProvider| {
            let account = accounts.of(drive, &retry, 1);
            let reporter = Reporter::new(events.clone(), Duration::ZERO);
            GatedProvider::new(id, Arc::new(drive.clone()), account, reporter)
        };
        let (first, second) = (MemoryProvider::new(), MemoryProvider::new());
        let key = first.put("song.mp3", "la");
        let (one, other) = (gated(1, &first), gated(2, &second));
        let wait = Duration::from_secs(60);
        first.fail_next_call(ProviderCall::Read, ErrorKind::throttled(Some(wait)));
        let start = Instant::now();
        one.read(&key, None, 0..2).await.expect_err("throttled");
        let listing = other.get_changes(ChangesFrom::Beginning).await;
        assert!(listing.is_ok());
        assert!(
            start.elapsed() >= wait,
            "it listed after {:?}",
            start.elapsed()
        );
        // It is told once, of the one that was refused.
        let told = heard.try_recv().expect("it was told");
        let expected = NetworkEvent::Throttled {
            provider: 1,
            wait_ms: 60_000,
        };
        assert_eq!(told.event, expected.into());
        assert!(heard.try_recv().is_err());
    }

    #[core_async::test(start_paused = true)]
    async fn a_hold_is_told_when_it_begins_and_when_it_is_made_longer() {
        let events = EventBus::new(8).expect("there is room");
        let mut heard = events.subscribe();
        let drive = MemoryProvider::new();
        let key = drive.put("song.mp3", "la");
        let account = Account::alone(RetryPolicy::default(), 8);
        let reporter = Reporter::new(events, Duration::ZERO);
        let gated = GatedProvider::new(7, Arc::new(drive.clone()), account.clone(), reporter);
        let mut waits = || -> Vec<u64> {
            std::iter::from_fn(|| heard.try_recv().ok())
                .map(|it| match &it.event {
                    CoreEvent::Network(NetworkEvent::Throttled {
                        provider: 7,
                        wait_ms,
                    }) => *wait_ms,
                    other => panic!("{other:?}"),
                })
                .collect()
        };
        let refusal = |seconds| ErrorKind::throttled(Some(Duration::from_secs(seconds)));
        // All are under way at once, and refused one after another.
        let refusals = [
            (ErrorKind::throttled(None), &[][..]),
            (ErrorKind::HttpStatus(503), &[]),
            (refusal(20), &[20_000]),
            (refusal(20), &[]),
            (refusal(5), &[]),
            (refusal(60), &[60_000]),
            (refusal(21), &[]),
        ];
        let sent = refusals.iter().map(|_| account.admit());
        let sent = futures::future::join_all(sent).await;
        for ((kind, told), permit) in refusals.into_iter().zip(sent) {
            let answer = gated.told(Err::<(), _>(BridgeError::new(kind.clone(), "it")));
            let _ = account.heed(permit, answer);
            assert_eq!(waits(), told, "{kind:?}");
        }

        // They are over. The next read waits, is refused once more, and is sent again.
        drive.fail_next_call(ProviderCall::Read, refusal(20));
        gated.read(&key, None, 0..2).await.expect("a second answer");
        assert_eq!(waits(), [20_000]);
    }
}
