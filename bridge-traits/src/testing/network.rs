//! Suite and fake for [`NetworkMonitor`].

use std::sync::Arc;

use futures::StreamExt;

use super::watched::Watched;
use crate::network::{NetworkMonitor, NetworkStatus};
use crate::{BoxStream, ErrorKind, Result, platform_async_trait};

/// Generates the tests that every [`NetworkMonitor`] passes.
#[macro_export]
macro_rules! network_monitor_conformance {
    ($fresh:expr) => {
        $crate::__conformance_tests! { network, $fresh,
            the_status_can_be_asked_again_and_again
            changes_begin_with_the_present_status_or_are_refused_with_a_remedy
        }
    };
}

pub async fn the_status_can_be_asked_again_and_again(monitor: impl NetworkMonitor) {
    for _ in 0..3 {
        monitor.status().await.unwrap();
    }
}

pub async fn changes_begin_with_the_present_status_or_are_refused_with_a_remedy(
    monitor: impl NetworkMonitor,
) {
    match monitor.changes().await {
        Ok(mut changes) => {
            let first = changes.next().await;
            assert_eq!(first, Some(monitor.status().await.unwrap()));
        }
        Err(error) => {
            let ErrorKind::NotAvailable { remedy } = error.kind() else {
                panic!("{error}");
            };
            assert!(!remedy.is_empty());
        }
    }
}

/// A network that the test plugs and unplugs. Clones share it.
#[derive(Debug, Clone)]
pub struct FakeNetwork {
    status: Arc<Watched<NetworkStatus>>,
}

impl FakeNetwork {
    /// Makes a network that is online and costs nothing.
    pub fn new() -> Self {
        Self {
            status: Arc::new(Watched::new(NetworkStatus {
                online: Some(true),
                metered: Some(false),
            })),
        }
    }

    /// Changes the status and tells all listeners.
    pub fn set(&self, status: NetworkStatus) {
        self.status.set(status);
    }
}

impl Default for FakeNetwork {
    fn default() -> Self {
        Self::new()
    }
}

#[platform_async_trait]
impl NetworkMonitor for FakeNetwork {
    async fn status(&self) -> Result<NetworkStatus> {
        Ok(self.status.get())
    }

    async fn changes(&self) -> Result<BoxStream<'static, NetworkStatus>> {
        Ok(self.status.stream())
    }
}
