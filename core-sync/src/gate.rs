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

/// A provider whose requests wait for their turn.
///
/// Single reads are sent again where they failed in passing. Listings are not: discovery takes them up
/// again itself, where they broke off.
pub(crate) struct GatedProvider {
    inner: Arc<dyn StorageProvider>,
    account: Arc<Account>,
}

impl GatedProvider {
    /// Puts a provider behind the flow control of its account.
    pub(crate) fn new(inner: Arc<dyn StorageProvider>, account: Arc<Account>) -> Self {
        Self { inner, account }
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
        let token = self.inner.start_token().await;
        self.account.heed(permit, token)
    }

    async fn get_changes(&self, from: ChangesFrom) -> Result<ChangeStream> {
        let permit = self.account.admit().await;
        let stream = self.inner.get_changes(from).await;
        let stream = self.account.heed(permit, stream)?;
        let account = self.account.clone();
        let pages =
            futures::stream::unfold((stream, account), |(mut stream, account)| async move {
                let permit = account.admit().await;
                let page = stream.next().await.transpose();
                let page = account.heed(permit, page).transpose()?;
                Some((page, (stream, account)))
            });
        Ok(Box::pin(pages))
    }

    async fn stat(&self, key: &ItemKey) -> Result<RemoteItem> {
        self.account.call(|| self.inner.stat(key)).await
    }

    async fn read(
        &self,
        key: &ItemKey,
        version: Option<&Version>,
        range: Range<u64>,
    ) -> Result<Bytes> {
        self.account
            .call_for_item(|| self.inner.read(key, version, range.clone()))
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
    use bridge_traits::ErrorKind;
    use bridge_traits::testing::{MemoryProvider, ProviderCall};
    use core_async::time::{Duration, Instant};
    use core_runtime::retry::RetryPolicy;

    use super::*;
    use crate::account::Accounts;

    #[core_async::test(start_paused = true)]
    async fn what_one_provider_is_told_all_of_the_account_heed() {
        let accounts = Accounts::default();
        let retry = RetryPolicy::never();
        let gated = |drive: &MemoryProvider| {
            let account = accounts.of(drive, &retry, 1);
            GatedProvider::new(Arc::new(drive.clone()), account)
        };
        let (first, second) = (MemoryProvider::new(), MemoryProvider::new());
        let key = first.put("song.mp3", "la");
        let (one, other) = (gated(&first), gated(&second));
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
    }
}
