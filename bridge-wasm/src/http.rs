//! Requests over fetch.

mod body;
mod range;
mod refusal;
mod request;
mod transfer;

use bridge_traits::http::{HttpClient, HttpRequest, HttpResponse};
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Response, ResponseType};

use self::body::Body;
use self::range::AskedRange;
use self::transfer::Transfer;

#[wasm_bindgen]
extern "C" {
    /// The global function, which windows and workers have alike.
    #[wasm_bindgen(js_name = fetch)]
    fn fetch(request: &web_sys::Request) -> Promise;
}

/// A client over the browser's fetch, in a window or a worker.
///
/// A request without a timeout of its own fails after a minute of silence, however long it takes as
/// a whole. Nothing comes from the browser's cache, and no cookies are sent.
///
/// What the browser decides and this client can't change:
/// - A server on another origin has to allow the page (CORS): its origin, each method and header,
///   and each header of the answer that the page may read (`Access-Control-Expose-Headers`). A
///   refusal is `NotAvailable` and says so. The browser tells it apart from a dead connection by
///   nothing; this client does, by asking the server once more without reading the answer. (A page
///   with `Cross-Origin-Embedder-Policy: require-corp` gets no such sign of life from most servers,
///   and there a refusal is `Offline`.)
/// - `User-Agent`, `Host`, `Origin`, `Referer`, `Connection`, `Content-Length`, `Date` and
///   `Accept-Encoding` are the browser's own, whatever the request says. Other headers that a page
///   may not set (`Cookie`, `Sec-…`, `Proxy-…`) are refused with `Unsupported`, as are the methods
///   `CONNECT`, `TRACE` and `TRACK`.
/// - Where a redirect that is not followed leads is hidden: such an answer is `Redirected`.
/// - A page served over https can't reach a server without it, this machine excepted.
/// - A body that breaks off is `Corrupt`, or `Offline` where the browser says that it is: why it
///   broke off the browser does not tell.
#[derive(Debug, Clone, Copy, Default)]
pub struct WasmHttpClient;

impl WasmHttpClient {
    /// Makes a client. Clones and other clients share the browser's connections.
    pub fn new() -> Self {
        Self
    }
}

#[platform_async_trait]
impl HttpClient for WasmHttpClient {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let transfer = Transfer::new(&request)?;
        let converted = request::convert(&request, transfer.signal())?;
        let answer = JsFuture::from(fetch(&converted));
        let response: Response = match transfer.within(answer).await? {
            Ok(response) => response.unchecked_into(),
            Err(error) => {
                let explained = refusal::explain(&request.url, &error);
                return Err(transfer.within(explained).await?);
            }
        };
        if response.type_() == ResponseType::Opaqueredirect {
            return Err(BridgeError::new(ErrorKind::Redirected, request.url)
                .detail("a redirect came, and a browser hides where it leads"));
        }
        let headers = headers(&response)?;
        if response.status() == 206
            && let Some(asked) = AskedRange::of(&request)
        {
            asked.check(&headers, &request.url)?;
        }
        let url = Some(response.url()).filter(|it| !it.is_empty());
        Ok(HttpResponse {
            status: response.status(),
            url: url.unwrap_or(request.url),
            body: Body::stream(&response, &request.method, &headers, transfer),
            headers,
        })
    }
}

/// Reads the headers that the browser lets the page see.
fn headers(response: &Response) -> Result<Vec<(String, String)>> {
    let read = |entry: std::result::Result<JsValue, JsValue>| {
        let pair: Array = entry.ok()?.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    let unreadable = || {
        BridgeError::new(ErrorKind::Other, response.url())
            .detail("the browser gives no list of headers")
    };
    js_sys::try_iter(response.headers().as_ref())
        .ok()
        .flatten()
        .ok_or_else(unreadable)?
        .map(|entry| read(entry).ok_or_else(unreadable))
        .collect()
}
