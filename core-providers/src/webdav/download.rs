//! Reading content: the right bytes of the right version, or an error.

use std::ops::Range;
use std::sync::atomic::Ordering;

use bridge_traits::http::{HttpRequest, HttpResponse};
use bridge_traits::provider::{ItemKey, ItemKind, Version};
use bridge_traits::{BridgeError, ErrorKind, Result};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;

use super::client::{broken, checked};
use super::multistatus::Props;
use super::shared::Shared;
use super::version;

/// How much is read at once.
const MAX_RANGE: u64 = 1 << 30;

/// Tells whether the platform would not send the request at all.
fn is_refused(error: &BridgeError) -> bool {
    matches!(error.kind(), ErrorKind::NotAvailable { .. })
}

/// Reads a range of a file; shorter where the file ends before it.
pub(super) async fn read(
    shared: &Shared,
    key: &ItemKey,
    version: Option<&Version>,
    range: Range<u64>,
) -> Result<Bytes> {
    let refuse =
        |why: &str| Err(BridgeError::new(ErrorKind::InvalidInput, key.to_string()).detail(why));
    if range.start > range.end {
        return refuse("the range to read ends before it begins");
    }
    if range.end - range.start > MAX_RANGE {
        return refuse("the range to read is longer than 1 GiB");
    }
    let url = shared.address.url(key, false)?;
    if key.is_root() {
        return Err(BridgeError::new(ErrorKind::IsADirectory, url));
    }
    shared
        .client
        .persist(|_| async {
            let mut wanted = Wanted {
                key,
                version,
                range: range.clone(),
                is_current: false,
                size: None,
            };
            wanted.get(shared, &url).await
        })
        .await
}

struct Wanted<'a> {
    key: &'a ItemKey,
    version: Option<&'a Version>,
    range: Range<u64>,
    /// Whether the server was just asked, and has the version that is wanted.
    is_current: bool,
    /// How long the file is, where the server was asked and says so.
    size: Option<u64>,
}

impl Wanted<'_> {
    async fn get(&mut self, shared: &Shared, url: &str) -> Result<Bytes> {
        // What bears no name of a media file may be a folder, for which servers give a page.
        if ItemKind::of_file_name(&self.key.0) == ItemKind::Other {
            self.look(shared).await?;
        }
        if self.range.is_empty() {
            return match self.version {
                Some(_) if !self.is_current => self.look(shared).await.map(|()| Bytes::new()),
                _ => Ok(Bytes::new()),
            };
        }
        let etag = self.version.and_then(version::etag_of);
        let with_condition = etag.filter(|_| !shared.distrusts_if_match.load(Ordering::Relaxed));
        match self.send(shared, url, with_condition).await {
            Ok(response) if response.status != 412 || with_condition.is_none() => {
                return self.take_range(shared, url, response).await;
            }
            Err(error) if with_condition.is_none() || !is_refused(&error) => return Err(error),
            // Either the file changed, or the server compares in a way of its own, as those must whose
            // ETags are weak; or this is a page, and the server does not let pages send the header (CORS).
            Ok(_) | Err(_) => {}
        }
        self.look(shared).await?;
        shared.distrusts_if_match.store(true, Ordering::Relaxed);
        let response = self.send(shared, url, None).await?;
        self.take_range(shared, url, response).await
    }

    async fn send(
        &self,
        shared: &Shared,
        url: &str,
        if_match: Option<&str>,
    ) -> Result<HttpResponse> {
        let mut request = whole(url).range(self.range.clone());
        if let Some(etag) = if_match {
            request = request.header("If-Match", format!("\"{etag}\""));
        }
        shared.client.send(request).await
    }

    /// Asks what the item is now.
    ///
    /// # Errors
    /// `IsADirectory`, `NotFound`, or `Conflict` if it is not of the version that is wanted.
    async fn look(&mut self, shared: &Shared) -> Result<()> {
        let props = shared.look_at(self.key, false).await?;
        if props.is_collection == Some(true) {
            return Err(BridgeError::new(
                ErrorKind::IsADirectory,
                self.key.to_string(),
            ));
        }
        if let Some(version) = self.version
            && version::file_version(&props) != *version
        {
            return Err(self.changed());
        }
        self.is_current = true;
        self.size = props.size;
        Ok(())
    }

    /// Takes what came of asking for the range: where that is refused, the file ends before it, is another by
    /// now, or the server can't do ranges and is asked for all of it.
    async fn take_range(
        &mut self,
        shared: &Shared,
        url: &str,
        response: HttpResponse,
    ) -> Result<Bytes> {
        if response.status != 416 {
            return self.take(shared, response).await;
        }
        let told: Option<u64> = response
            .header("Content-Range")
            .and_then(|text| text.trim().strip_prefix("bytes */")?.trim().parse().ok());
        if told.is_none() || (self.version.is_some() && !self.is_current) {
            self.look(shared).await?;
        }
        let ends_before = |size: u64| size <= self.range.start;
        if self.size.or(told).is_none_or(ends_before) {
            return Ok(Bytes::new());
        }
        if told.is_some_and(ends_before) {
            return Err(self.changed());
        }
        let response = shared.client.send(whole(url)).await?;
        if response.status == 416 {
            let error = BridgeError::new(ErrorKind::HttpStatus(416), self.key.to_string());
            return Err(error.detail("the server refuses any range of it, and the whole"));
        }
        self.take(shared, response).await
    }

    async fn take(&mut self, shared: &Shared, response: HttpResponse) -> Result<Bytes> {
        let response = checked(response)?;
        if is_page(&response) {
            // Not the file is at fault, but the way to it; the page may come in place of any answer.
            match self.look(shared).await {
                Ok(_) => {}
                // It says no more than is known.
                Err(error)
                    if matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::Unsupported) => {}
                Err(error) => return Err(error),
            }
            let error = BridgeError::new(ErrorKind::PermissionDenied, self.key.to_string());
            return Err(
                error.detail("the server sent a web page in its place; perhaps one has to sign in")
            );
        }
        if !self.is_version(&response) {
            // Browsers hide the header from us, and some servers write it in two ways.
            self.look(shared).await?;
        }
        let (skip, length) = match response.status {
            206 => (0, self.check_range(&response)?),
            // The server has no ranges and sends it all.
            200 => (
                self.range.start,
                match content_length(&response) {
                    Some(all) => all.clamp(self.range.start, self.range.end) - self.range.start,
                    None => self.range.end - self.range.start,
                },
            ),
            status => {
                return Err(BridgeError::new(
                    ErrorKind::HttpStatus(status),
                    self.key.to_string(),
                ));
            }
        };
        let is_exact = response.status == 206 || content_length(&response).is_some();
        let bytes = take_bytes(response, skip, length).await?;
        if is_exact && bytes.len() as u64 != length {
            return Err(BridgeError::new(ErrorKind::Offline, self.key.to_string())
                .detail("the answer broke off"));
        }
        Ok(bytes)
    }

    /// Tells whether the answer is known to be of the version that is wanted.
    fn is_version(&self, response: &HttpResponse) -> bool {
        let Some(version) = self.version else {
            return true;
        };
        let total = match response.status {
            206 => response
                .header("Content-Range")
                .and_then(content_range)
                .and_then(|(_, total)| total),
            _ => content_length(response),
        };
        let header = |name: &str| response.header(name).map(str::to_owned);
        let given = Props {
            etag: header("ETag").filter(|_| version::etag_of(version).is_some()),
            modified: header("Last-Modified"),
            size: total,
            ..Props::default()
        };
        self.is_current || version::file_version(&given) == *version
    }

    /// Checks the range that came; tells how many bytes are to follow.
    fn check_range(&self, response: &HttpResponse) -> Result<u64> {
        let Some(text) = response.header("Content-Range") else {
            // Browsers hide it from us; then the length has to do.
            return Ok(match content_length(response) {
                Some(length) => length.min(self.range.end - self.range.start),
                None => self.range.end - self.range.start,
            });
        };
        let Some((came, total)) = content_range(text) else {
            return Err(self.corrupt(&format!("the server sent the range '{text}'")));
        };
        let end = total.map_or(self.range.end, |total| total.min(self.range.end));
        if came.start != self.range.start || came.end != end {
            let (start, last) = (self.range.start, end.saturating_sub(1));
            return Err(self.corrupt(&format!(
                "the server sent the range '{text}' in place of {start}-{last}"
            )));
        }
        Ok(came.end - came.start)
    }

    fn changed(&self) -> BridgeError {
        BridgeError::new(ErrorKind::Conflict, self.key.to_string())
            .detail("the file changed since it was listed")
    }

    fn corrupt(&self, why: &str) -> BridgeError {
        BridgeError::new(ErrorKind::Corrupt, self.key.to_string()).detail(why)
    }
}

/// Makes the request for all of a file.
fn whole(url: &str) -> HttpRequest {
    HttpRequest::get(url).header("Accept-Encoding", "identity")
}

/// Reads `length` bytes after `skip` others, or what there is, and drops the rest unread.
async fn take_bytes(mut response: HttpResponse, skip: u64, length: u64) -> Result<Bytes> {
    let mut skip = skip;
    let mut whole = BytesMut::new();
    while (whole.len() as u64) < length {
        let Some(piece) = response.body.next().await else {
            break;
        };
        let piece = piece.map_err(broken)?;
        let passed = skip.min(piece.len() as u64);
        skip -= passed;
        let wanted = length - whole.len() as u64;
        let rest = &piece[passed as usize..];
        whole.extend_from_slice(&rest[..rest.len().min(wanted as usize)]);
    }
    Ok(whole.freeze())
}

fn is_page(response: &HttpResponse) -> bool {
    response
        .header("Content-Type")
        .is_some_and(|text| text.trim().to_ascii_lowercase().starts_with("text/html"))
}

fn content_length(response: &HttpResponse) -> Option<u64> {
    response.header("Content-Length")?.trim().parse().ok()
}

/// Reads `bytes 2-4/10`; the total may be unknown.
fn content_range(text: &str) -> Option<(Range<u64>, Option<u64>)> {
    let (range, total) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let total = match total.trim() {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    let is_sound = first <= last && total.is_none_or(|total| last < total);
    is_sound.then_some((first..last + 1, total))
}

#[cfg(test)]
mod tests {
    use super::content_range;

    #[test]
    fn a_content_range_is_read_or_refused() {
        assert_eq!(content_range("bytes 2-4/10"), Some((2..5, Some(10))));
        assert_eq!(content_range("bytes 0-0/*"), Some((0..1, None)));
        for text in [
            "",
            "bytes */10",
            "bytes 4-2/10",
            "bytes 2-10/10",
            "2-4/10",
            "bytes a-b/c",
        ] {
            assert_eq!(content_range(text), None, "{text}");
        }
    }
}
