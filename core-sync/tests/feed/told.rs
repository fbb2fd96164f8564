//! A drive whose feed is told in another way.

use std::ops::Range;

use bridge_traits::provider::{
    Capabilities, ChangeStream, ChangesFrom, Checkpoint, FeedScope, ItemKey, RemoteItem,
    StorageProvider, Version,
};
use bridge_traits::{PlatformSendSync, Result, platform_async_trait};
use bytes::Bytes;

/// What is other in a feed than in that of the drive behind it.
#[platform_async_trait]
pub(crate) trait Feed: PlatformSendSync {
    fn drive(&self) -> &dyn StorageProvider;

    fn capabilities(&self) -> Capabilities {
        self.drive().capabilities()
    }

    async fn start_token(&self) -> Result<Option<Checkpoint>> {
        self.drive().start_token().await
    }

    async fn changes(&self, from: ChangesFrom) -> Result<ChangeStream>;
}

/// The drive with that feed.
pub(crate) struct Told<F>(pub(crate) F);

#[platform_async_trait]
impl<F: Feed> StorageProvider for Told<F> {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn scope(&self) -> FeedScope {
        self.0.drive().scope()
    }

    async fn start_token(&self) -> Result<Option<Checkpoint>> {
        self.0.start_token().await
    }

    async fn get_changes(&self, from: ChangesFrom) -> Result<ChangeStream> {
        self.0.changes(from).await
    }

    async fn stat(&self, key: &ItemKey) -> Result<RemoteItem> {
        self.0.drive().stat(key).await
    }

    async fn read(
        &self,
        key: &ItemKey,
        version: Option<&Version>,
        range: Range<u64>,
    ) -> Result<Bytes> {
        self.0.drive().read(key, version, range).await
    }
}
