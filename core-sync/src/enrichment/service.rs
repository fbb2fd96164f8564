//! One service, and how often it may be asked.

use std::sync::Arc;

use bridge_traits::http::{HttpClient, HttpRequest};
use bridge_traits::{BridgeError, ErrorKind, Result};
use bytes::Bytes;
use core_async::sync::Mutex;
use core_async::time::{Duration, Instant, sleep_until};

/// How long a service is left alone that says it is asked too much, and not for how long.
pub(super) const QUIET: Duration = Duration::from_secs(60);
const TIMEOUT: Duration = Duration::from_secs(30);

/// Where a service is, and how often it may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceOptions {
    /// Its URL, without a slash at the end.
    pub base: String,
    /// The least time from one request to the next.
    pub interval: Duration,
}

/// What a service said.
pub(super) enum Reply {
    /// Something.
    Body(Bytes),
    /// That it has nothing.
    Nothing,
}

/// A service whose requests go out one at a time, and no more often than it allows.
pub(super) struct Service {
    http: Arc<dyn HttpClient>,
    options: ServiceOptions,
    /// When the next request may go out. Whoever holds it is asking.
    next: Mutex<Option<Instant>>,
}

impl Service {
    pub(super) fn new(http: Arc<dyn HttpClient>, options: ServiceOptions) -> Self {
        Self {
            http,
            options,
            next: Mutex::new(None),
        }
    }

    pub(super) fn base(&self) -> &str {
        &self.options.base
    }

    /// Asks, when it is this request's turn. While the service wants to be left alone, that is an error at
    /// once.
    ///
    /// # Errors
    /// `Throttled` with the time that is left; what the request ends in.
    pub(super) async fn get(&self, url: &str, limit: usize) -> Result<Reply> {
        let mut next = self.next.lock().await;
        if let Some(at) = *next {
            let left = at.saturating_duration_since(Instant::now());
            if left > self.options.interval {
                return Err(BridgeError::new(ErrorKind::throttled(Some(left)), url));
            }
            sleep_until(at).await;
        }
        let request = HttpRequest::get(url)
            .header("Accept", "application/json, image/*")
            .timeout(TIMEOUT);
        let reply = self.send(request, limit).await;
        let wait = match &reply {
            Err(error) => match error.kind() {
                ErrorKind::Throttled { retry_after, .. } => retry_after.unwrap_or(QUIET),
                _ => self.options.interval,
            },
            Ok(_) => self.options.interval,
        };
        *next = Some(Instant::now() + wait.max(self.options.interval));
        reply
    }

    /// Sends nothing for so long.
    pub(super) async fn leave_alone(&self, wait: Duration) {
        *self.next.lock().await = Some(Instant::now() + wait.max(self.options.interval));
    }

    async fn send(&self, request: HttpRequest, limit: usize) -> Result<Reply> {
        let response = self.http.send(request).await?;
        if matches!(response.status, 404 | 410) {
            return Ok(Reply::Nothing);
        }
        let body = response.error_for_status()?.bytes(limit).await?;
        Ok(Reply::Body(body))
    }
}
