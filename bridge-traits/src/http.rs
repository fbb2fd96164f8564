//! Requests to servers.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use crate::{BridgeError, ByteStream, ErrorKind, PlatformSendSync, Result, platform_async_trait};

/// A request. Header names are compared without regard to case. Its `Debug` text leaves out the
/// values of headers and the body, which may be secrets.
#[derive(Clone)]
pub struct HttpRequest {
    /// `GET`, `PROPFIND` …
    pub method: String,
    /// An absolute URL.
    pub url: String,
    /// Headers in the order they are sent.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Bytes,
    /// The most time from the first byte sent to the last byte of the body read; `None` for the
    /// client's default.
    pub timeout: Option<Duration>,
    /// Whether redirects to the same host are followed. Redirects to another host are never
    /// followed with `Authorization` or `Cookie` headers.
    pub follow_redirects: bool,
}

impl HttpRequest {
    /// Makes a request without headers or body.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Bytes::new(),
            timeout: None,
            follow_redirects: true,
        }
    }

    /// Makes a `GET`.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Asks for the bytes `start..end` of the resource.
    #[must_use]
    pub fn range(self, range: std::ops::Range<u64>) -> Self {
        let last = range.end.saturating_sub(1);
        self.header("Range", format!("bytes={}-{last}", range.start))
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets the timeout, which covers the body too.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("header_names", &names)
            .field("body_bytes", &self.body.len())
            .field("timeout", &self.timeout)
            .field("follow_redirects", &self.follow_redirects)
            .finish()
    }
}

/// A response whose body is still to be read. Dropping it aborts the transfer.
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// The URL that answered, after redirects.
    pub url: String,
    /// The headers that the platform lets us see.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: ByteStream,
}

impl HttpResponse {
    /// Finds a header, without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, value)| &**value)
    }

    /// Turns a status outside 200–299 into a typed error.
    ///
    /// # Errors
    /// 401 `AuthExpired`, 403 `PermissionDenied`, 404 and 410 `NotFound`, 409, 412 and 423
    /// `Conflict`, 429 and 503 `Throttled` (with [`retry_after`](Self::retry_after)), 507
    /// `QuotaExceeded`, others `HttpStatus`.
    pub fn error_for_status(self) -> Result<Self> {
        let kind = match self.status {
            200..=299 => return Ok(self),
            401 => ErrorKind::AuthExpired,
            403 => ErrorKind::PermissionDenied,
            404 | 410 => ErrorKind::NotFound,
            409 | 412 | 423 => ErrorKind::Conflict,
            429 | 503 => ErrorKind::throttled(self.retry_after()),
            507 => ErrorKind::QuotaExceeded,
            status => ErrorKind::HttpStatus(status),
        };
        Err(BridgeError::new(kind, self.url).detail(format!("status {}", self.status)))
    }

    /// Reads the wait that the server asks for (RFC 9110, section 10.2.3): in seconds, or until a time, which is
    /// counted from the time that the server says it is.
    pub fn retry_after(&self) -> Option<Duration> {
        let wait = self.header("Retry-After")?.trim();
        if let Ok(seconds) = wait.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = httpdate::parse_http_date(wait).ok()?;
        let now = httpdate::parse_http_date(self.header("Date")?.trim()).ok()?;
        Some(until.duration_since(now).unwrap_or_default())
    }

    /// Reads the whole body, at most `limit` bytes.
    ///
    /// # Errors
    /// `Corrupt` if the body is longer than `limit`, or ends early; else what the transfer says.
    ///
    /// # Cancel safety
    /// What was read is lost.
    pub async fn bytes(mut self, limit: usize) -> Result<Bytes> {
        use futures::StreamExt;
        let mut whole = Vec::new();
        while let Some(piece) = self.body.next().await {
            let piece = piece?;
            if whole.len() + piece.len() > limit {
                return Err(BridgeError::new(ErrorKind::Corrupt, self.url)
                    .detail(format!("body is longer than {limit} bytes")));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.into())
    }
}

/// Sends requests.
#[platform_async_trait]
pub trait HttpClient: PlatformSendSync {
    /// Sends a request and returns when the headers are there. Any status is `Ok`.
    ///
    /// # Errors
    /// `Offline` when the host can't be reached, `Timeout`, `InvalidInput` for a bad URL or header,
    /// `Corrupt` when the answer is not HTTP.
    ///
    /// # Cancel safety
    /// A dropped call aborts the request; the server may have acted on it.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_tells_how_long_to_wait_in_seconds_or_until_when() {
        #[track_caller]
        fn check(wait: &str, now: Option<&str>, expected: Option<u64>) {
            let headers = [("retry-after", Some(wait)), ("date", now)];
            let headers = headers
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)));
            let response = HttpResponse {
                status: 503,
                url: String::new(),
                headers: headers
                    .map(|(name, value)| (name.into(), value.into()))
                    .collect(),
                body: Box::pin(futures::stream::empty()),
            };
            let expected = expected.map(Duration::from_secs);
            assert_eq!(response.retry_after(), expected, "{wait} at {now:?}");
        }
        let now = Some("Thu, 26 Nov 2026 13:00:00 GMT");
        check(" 120 ", None, Some(120));
        check("Thu, 26 Nov 2026 13:01:30 GMT", now, Some(90));
        check("Thu, 26 Nov 2026 12:00:00 GMT", now, Some(0));
        check("Thu, 26 Nov 2026 13:01:30 GMT", None, None);
        check("soon", now, None);
        check("-1", now, None);
    }
}
