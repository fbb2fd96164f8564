//! Whether a part of a resource is the part that was asked for.

use bridge_traits::http::HttpRequest;
use bridge_traits::{BridgeError, ErrorKind, Result};

/// The one range that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AskedRange {
    first: u64,
    last: Option<u64>,
}

impl AskedRange {
    /// Reads the `Range` header; `None` without one, and for forms that a first byte does not begin.
    pub(super) fn of(request: &HttpRequest) -> Option<Self> {
        let mut values = request
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("range"));
        let (_, value) = values.next()?;
        let (first, last) = value.trim().strip_prefix("bytes=")?.split_once('-')?;
        let last = match last {
            "" => None,
            last => Some(last.parse().ok()?),
        };
        Some(Self {
            first: first.parse().ok()?,
            last,
        })
    }

    /// Checks what an answer of status 206 says that it is.
    ///
    /// # Errors
    /// `Corrupt` for another part than was asked for. A server on another origin may hide its
    /// `Content-Range`; then the length has to do, which every page may see.
    pub(super) fn check(self, headers: &[(String, String)], url: &str) -> Result<()> {
        let header = |wanted: &str| {
            let mut found = headers
                .iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.next().map(|(_, value)| &**value)
        };
        let fits = match (header("content-range"), header("content-length")) {
            (Some(given), _) => self.is(given),
            (None, Some(length)) => length.parse().is_ok_and(|it| self.may_have(it)),
            (None, None) => true,
        };
        if fits {
            return Ok(());
        }
        let given = header("content-range").or(header("content-length"));
        Err(BridgeError::new(ErrorKind::Corrupt, url).detail(format!(
            "asked for {self}, and the server sent '{}'",
            given.unwrap_or_default()
        )))
    }

    /// Compares with a `Content-Range`: the same first byte, and not past the last.
    fn is(self, given: &str) -> bool {
        let part = given.trim().strip_prefix("bytes ");
        let bounds = part.and_then(|it| it.split_once('/')?.0.trim().split_once('-'));
        let Some((first, last)) = bounds else {
            return false;
        };
        let (first, last) = (first.parse::<u64>(), last.parse::<u64>());
        matches!((first, last), (Ok(first), Ok(last)) if first == self.first
            && last >= first
            && self.last.is_none_or(|asked| last <= asked))
    }

    fn may_have(self, length: u64) -> bool {
        self.last
            .is_none_or(|last| length <= (last + 1).saturating_sub(self.first))
    }
}

impl std::fmt::Display for AskedRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.last {
            Some(last) => write!(f, "bytes {}-{last}", self.first),
            None => write!(f, "bytes {}-", self.first),
        }
    }
}
