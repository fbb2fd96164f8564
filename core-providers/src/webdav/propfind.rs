//! Asking for properties: `PROPFIND` and `REPORT`, and rows as they arrive.

use bridge_traits::http::{HttpRequest, HttpResponse};
use bridge_traits::{BridgeError, ByteStream, ErrorKind, Result};
use futures::StreamExt;

use super::client::{broken, checked};
use super::multistatus::{Multistatus, Row};
use super::xml::Document;

/// The properties that every row needs, and no others: asking for all costs twice the bytes.
const PROPS: &str = "<D:resourcetype/><D:getcontentlength/><D:getetag/><D:getlastmodified/>\
                     <O:fileid/>";

/// Makes the request for the properties of a resource, and of what is directly in it.
pub(super) fn listing(url: String, depth: &str) -> HttpRequest {
    propfind(url, depth, PROPS)
}

/// Makes the request that finds out what a server can do.
pub(super) fn probe(url: String) -> HttpRequest {
    let props = format!("{PROPS}<D:sync-token/><D:supported-report-set/>");
    propfind(url, "0", &props)
}

fn propfind(url: String, depth: &str, props: &str) -> HttpRequest {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:propfind xmlns:D=\"DAV:\" \
         xmlns:O=\"http://owncloud.org/ns\"><D:prop>{props}</D:prop></D:propfind>"
    );
    xml("PROPFIND", url, &body).header("Depth", depth)
}

/// Makes the request for what changed since a token (RFC 6578). There is no limit in it: a server
/// was seen to leave rows out for one without saying so.
pub(super) fn changes(url: String, token: &str, level: &str) -> HttpRequest {
    let token = quick_xml::escape::escape(token);
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:sync-collection xmlns:D=\"DAV:\" \
         xmlns:O=\"http://owncloud.org/ns\"><D:sync-token>{token}</D:sync-token>\
         <D:sync-level>{level}</D:sync-level><D:prop>{PROPS}</D:prop></D:sync-collection>"
    );
    xml("REPORT", url, &body).header("Depth", "0")
}

fn xml(method: &str, url: String, body: &str) -> HttpRequest {
    HttpRequest::new(method, url)
        .header("Content-Type", "application/xml; charset=utf-8")
        .body(body.to_owned())
}

/// The rows of an answer, read as it arrives.
pub(super) struct Rows {
    url: String,
    body: ByteStream,
    /// Gone when all is read.
    document: Option<Document>,
    multistatus: Multistatus,
}

impl Rows {
    /// Begins to read an answer. Its status must be one of success; that it is 207 is not asked,
    /// what it holds is.
    pub(super) fn new(response: HttpResponse) -> Result<Self> {
        let response = checked(response)?;
        let document = Document::new(response.url.clone());
        Ok(Self {
            url: response.url,
            body: response.body,
            document: Some(document),
            multistatus: Multistatus::default(),
        })
    }

    /// Gives the next row; `None` when the document came to its proper end.
    ///
    /// # Errors
    /// `Unsupported` if it is no multistatus, `Corrupt` if it is a broken one, `Offline` if it broke off, and what
    /// the transfer says.
    pub(super) async fn next(&mut self) -> Result<Option<Row>> {
        loop {
            if let Some(row) = self.multistatus.rows.pop_front() {
                return Ok(Some(row));
            }
            let Some(document) = &mut self.document else {
                return Ok(None);
            };
            match self.body.next().await {
                Some(Ok(piece)) => document.push(&piece, &mut self.multistatus)?,
                // What comes after the end of the document is of no interest.
                Some(Err(error)) if !document.is_finished() => return Err(broken(error)),
                Some(Err(_)) | None => {
                    if let Some(document) = self.document.take() {
                        document.end()?;
                    }
                    if !self.multistatus.conditions.is_empty() {
                        return Err(BridgeError::new(ErrorKind::Corrupt, &*self.url)
                            .detail("the server reports an error with a status of success"));
                    }
                }
            }
        }
    }

    /// Gives the token that stood after the rows.
    pub(super) fn sync_token(&mut self) -> Option<String> {
        self.multistatus.sync_token.take()
    }
}

/// Reads which conditions the server says were not met, in the body of a refusal.
pub(super) async fn conditions(response: HttpResponse) -> Vec<String> {
    const LARGEST: usize = 64 << 10;
    let mut document = Document::new(response.url.clone());
    let mut multistatus = Multistatus::default();
    if let Ok(body) = response.bytes(LARGEST).await {
        // What can't be read names no condition.
        let _ = document.push(&body, &mut multistatus);
    }
    multistatus.conditions
}
