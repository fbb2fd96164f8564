//! The gate before a provider: closed for everybody while the provider wants no requests.
//!
//! Listing and reading go through the same one, so that a refusal of one request holds all others.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bridge_traits::provider::{
    Capabilities, ChangeStream, ChangesFrom, Checkpoint, FeedScope, ItemKey, RemoteItem,
    StorageProvider, Version,
};
use bridge_traits::storage::BlockingFile;
use bridge_traits::{ErrorKind, Result, platform_async_trait};
use bytes::Bytes;
use core_async::time::{Duration, Instant, sleep_until};
use futures::StreamExt;

use crate::mutants::{self, Mutant};

/// A provider behind its gate.
pub(crate) struct GatedProvider {
    inner: Arc<dyn StorageProvider>,
    gate: Arc<Gate>,
}

struct Gate {
    /// The longest that one refusal closes the gate, however long it asks for.
    longest: Duration,
    closed_until: Mutex<Option<Instant>>,
}

impl GatedProvider {
    /// Puts a provider behind a gate that one refusal closes for `longest` at the most.
    pub(crate) fn new(inner: Arc<dyn StorageProvider>, longest: Duration) -> Self {
        let gate = Gate {
            longest,
            closed_until: Mutex::new(None),
        };
        Self {
            inner,
            gate: Arc::new(gate),
        }
    }
}

impl Gate {
    fn closed_until(&self) -> Option<Instant> {
        *self
            .closed_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until requests are wanted.
    async fn pass(&self) {
        // It may be closed again meanwhile.
        while let Some(until) = self.closed_until()
            && until > Instant::now()
            && !mutants::on(Mutant::GateIgnored)
        {
            sleep_until(until).await;
        }
    }

    /// Closes the gate if that is what an answer asks for.
    fn heed<T>(&self, answer: Result<T>) -> Result<T> {
        if let Err(error) = &answer
            && let ErrorKind::Throttled {
                retry_after: Some(wait),
            } = error.kind()
        {
            let until = Instant::now() + (*wait).min(self.longest);
            let mut closed = self
                .closed_until
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *closed = (*closed).max(Some(until));
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
        self.gate.pass().await;
        self.gate.heed(self.inner.start_token().await)
    }

    async fn get_changes(&self, from: ChangesFrom) -> Result<ChangeStream> {
        self.gate.pass().await;
        let stream = self.gate.heed(self.inner.get_changes(from).await)?;
        let gate = self.gate.clone();
        let pages = futures::stream::unfold((stream, gate), |(mut stream, gate)| async move {
            gate.pass().await;
            let page = gate.heed(stream.next().await.transpose());
            let page = page.transpose()?;
            Some((page, (stream, gate)))
        });
        Ok(Box::pin(pages))
    }

    async fn stat(&self, key: &ItemKey) -> Result<RemoteItem> {
        self.gate.pass().await;
        self.gate.heed(self.inner.stat(key).await)
    }

    async fn read(
        &self,
        key: &ItemKey,
        version: Option<&Version>,
        range: Range<u64>,
    ) -> Result<Bytes> {
        self.gate.pass().await;
        self.gate.heed(self.inner.read(key, version, range).await)
    }

    fn reads_in_place(&self) -> bool {
        self.inner.reads_in_place()
    }

    fn open_blocking(&self, key: &ItemKey) -> Option<Result<Box<dyn BlockingFile>>> {
        self.inner.open_blocking(key)
    }
}
