//! Requests as fetch takes them.

use bridge_traits::http::HttpRequest;
use bridge_traits::{BridgeError, ErrorKind, Result};
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use web_sys::{
    AbortSignal, Headers, ReferrerPolicy, Request, RequestCache, RequestCredentials, RequestInit,
    RequestRedirect, Url,
};

use crate::error::Thrown;

/// Headers that the browser sets itself, and leaves out of what a page asks for without a word.
const BROWSERS_OWN: &[&str] = &[
    "accept-charset",
    "accept-encoding",
    "connection",
    "content-length",
    "date",
    "host",
    "origin",
    "referer",
    "user-agent",
];

/// Headers that a page may not set and that a server would act on; see "forbidden request-header" in
/// the Fetch standard.
const FORBIDDEN: &[&str] = &[
    "access-control-request-headers",
    "access-control-request-method",
    "cookie",
    "cookie2",
    "dnt",
    "expect",
    "keep-alive",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

const FORBIDDEN_METHODS: &[&str] = &["CONNECT", "TRACE", "TRACK"];

/// Converts a request.
///
/// # Errors
/// `InvalidInput` for a URL, method or header that can't be sent, `Unsupported` for what a page may
/// not send. A value, which may be a secret, is never a part of the error.
pub(super) fn convert(request: &HttpRequest, signal: AbortSignal) -> Result<Request> {
    let refuse =
        |kind, why: String| BridgeError::new(kind, format!("url '{}'", request.url)).detail(why);
    let url = Url::new(&request.url)
        .map_err(|_| refuse(ErrorKind::InvalidInput, "not an absolute url".to_owned()))?;
    if !matches!(&*url.protocol(), "http:" | "https:") {
        let why = format!("scheme {} is not http", url.protocol());
        return Err(refuse(ErrorKind::InvalidInput, why));
    }
    if !url.username().is_empty() || !url.password().is_empty() {
        let why = "a page sends no user and password in a url; use a header".to_owned();
        return Err(refuse(ErrorKind::Unsupported, why));
    }
    if FORBIDDEN_METHODS
        .iter()
        .any(|it| request.method.eq_ignore_ascii_case(it))
    {
        let why = format!("a page may not use the method {}", request.method);
        return Err(refuse(ErrorKind::Unsupported, why));
    }
    let takes_no_body = ["GET", "HEAD"]
        .iter()
        .any(|it| request.method.eq_ignore_ascii_case(it));
    if takes_no_body && !request.body.is_empty() {
        let why = format!("a page can't send a body with {}", request.method);
        return Err(refuse(ErrorKind::Unsupported, why));
    }

    let init = RequestInit::new();
    init.set_method(&request.method);
    init.set_headers(&headers(request)?);
    init.set_credentials(RequestCredentials::Omit);
    // What the page's cache holds may be older than what a change feed has just said.
    init.set_cache(RequestCache::NoStore);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_redirect(if request.follow_redirects {
        RequestRedirect::Follow
    } else {
        RequestRedirect::Manual
    });
    init.set_signal(Some(&signal));
    if !request.body.is_empty() {
        // A copy, since a view would move when the memory grows.
        init.set_body(&Uint8Array::from(&*request.body));
    }
    Request::new_with_str_and_init(&request.url, &init).map_err(|error| {
        let why = format!("method '{}' or its body can't be sent", request.method);
        refuse(ErrorKind::InvalidInput, why).source(Thrown::read(&error))
    })
}

fn headers(request: &HttpRequest) -> Result<JsValue> {
    let refuse =
        |kind, why: String| BridgeError::new(kind, format!("url '{}'", request.url)).detail(why);
    let headers = Headers::new().map_err(|error| {
        refuse(ErrorKind::Other, "no headers".to_owned()).source(Thrown::read(&error))
    })?;
    for (name, value) in &request.headers {
        let lower = name.to_ascii_lowercase();
        if BROWSERS_OWN.contains(&&*lower) {
            continue;
        }
        if FORBIDDEN.contains(&&*lower) || lower.starts_with("sec-") || lower.starts_with("proxy-")
        {
            let why = format!("a page may not send the header {name}");
            return Err(refuse(ErrorKind::Unsupported, why));
        }
        // The browser's own words would show the value.
        if value.contains(['\r', '\n', '\0']) || headers.append(name, value).is_err() {
            let why = format!("header '{name}' is not a word, or its value can't be sent");
            return Err(refuse(ErrorKind::InvalidInput, why));
        }
    }
    Ok(headers.into())
}
