//! A request on its way: what aborts it, and how long it may take.

use std::time::Duration;

use bridge_traits::http::HttpRequest;
use bridge_traits::{BridgeError, ErrorKind, Result};
use core_async::time::{Instant, timeout, timeout_at};
use web_sys::{AbortController, AbortSignal};

/// How long a server may be silent, in a request without a timeout of its own.
const SILENCE: Duration = Duration::from_secs(60);
/// A longer timeout means none; it keeps the arithmetic in its bounds.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// A request on its way. Dropping it aborts the request, which does nothing to one that is over.
#[derive(Debug)]
pub(super) struct Transfer {
    controller: AbortController,
    deadline: Option<Instant>,
    url: String,
}

impl Transfer {
    /// Starts the clock of a request.
    pub(super) fn new(request: &HttpRequest) -> Result<Self> {
        let controller = AbortController::new().map_err(|_| {
            let remedy = "use a browser that has AbortController";
            BridgeError::new(ErrorKind::NotAvailable { remedy }, "http client")
        })?;
        let deadline = request
            .timeout
            .map(|wait| Instant::now() + wait.min(LONGEST));
        Ok(Self {
            controller,
            deadline,
            url: request.url.clone(),
        })
    }

    pub(super) fn signal(&self) -> AbortSignal {
        self.controller.signal()
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Waits for a step of the request until its time is up.
    pub(super) async fn within<T>(&self, step: impl Future<Output = T>) -> Result<T> {
        let (outcome, why) = match self.deadline {
            Some(deadline) => (timeout_at(deadline, step).await, "the request's time is up"),
            None => (timeout(SILENCE, step).await, "the server is silent"),
        };
        outcome.map_err(|_| BridgeError::new(ErrorKind::Timeout, &*self.url).detail(why))
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        self.controller.abort();
    }
}
