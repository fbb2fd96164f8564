//! A client without a network.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::{StreamExt, future, stream};

use crate::PlatformSendSync;
use crate::http::{HttpClient, HttpRequest, HttpResponse};
use crate::{BridgeError, ByteStream, ErrorKind, Result, platform_async_trait};

/// An answer that a test wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeAnswer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: FakeBody,
}

/// How the body of a [`FakeAnswer`] comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FakeBody {
    /// All of it.
    Whole(Bytes),
    /// These bytes, and then the connection breaks though more was announced.
    CutAfter(Bytes),
    /// These bytes, and then nothing more happens.
    StallAfter(Bytes),
    /// Not even headers come.
    NoAnswer,
}

/// What answers in the place of a server.
trait Handler: PlatformSendSync {
    fn answer(&self, request: &HttpRequest) -> Result<FakeAnswer>;
}

impl<F> Handler for F
where
    F: Fn(&HttpRequest) -> Result<FakeAnswer> + PlatformSendSync,
{
    fn answer(&self, request: &HttpRequest) -> Result<FakeAnswer> {
        self(request)
    }
}

/// A client that asks a function instead of a server. Clones share the function and the record.
///
/// It follows redirects as a real client does. Time does not pass in it: what would take for ever
/// fails with `Timeout` at once where the request has a timeout, and never ends where it has none.
#[derive(Clone)]
pub struct FakeHttp {
    handler: Arc<dyn Handler>,
    requests: Arc<Mutex<Vec<HttpRequest>>>,
}

/// How many redirects are followed.
const REDIRECTS: usize = 10;

impl FakeHttp {
    /// Makes a client that answers with what `handler` says, one call a redirect.
    pub fn new(
        handler: impl Fn(&HttpRequest) -> Result<FakeAnswer> + PlatformSendSync + 'static,
    ) -> Self {
        Self::with(Arc::new(handler))
    }

    /// Gives the requests so far, redirected ones included.
    pub fn requests(&self) -> Vec<HttpRequest> {
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn with(handler: Arc<dyn Handler>) -> Self {
        Self {
            handler,
            requests: Arc::default(),
        }
    }
}

impl fmt::Debug for FakeHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeHttp").finish_non_exhaustive()
    }
}

#[platform_async_trait]
impl HttpClient for FakeHttp {
    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse> {
        for _ in 0..=REDIRECTS {
            check(&request)?;
            self.requests
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(request.clone());
            let answer = self.handler.answer(&request)?;
            let location = answer
                .headers
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("location"))
                .map(|(_, value)| value.clone());
            match location {
                Some(location)
                    if request.follow_redirects
                        && matches!(answer.status, 301 | 302 | 303 | 307 | 308) =>
                {
                    redirect(&mut request, answer.status, &location);
                }
                _ => return respond(request, answer).await,
            }
        }
        Err(BridgeError::new(ErrorKind::Corrupt, request.url)
            .detail(format!("more than {REDIRECTS} redirects")))
    }
}

fn check(request: &HttpRequest) -> Result<()> {
    let refuse = |why: &str| {
        Err(BridgeError::new(ErrorKind::InvalidInput, format!("url '{}'", request.url)).detail(why))
    };
    let is_token = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&it))
    };
    if origin(&request.url).is_none() || request.url.contains(char::is_whitespace) {
        return refuse("not an absolute http or https url");
    }
    if !is_token(&request.method) {
        return refuse("the method is not a word");
    }
    for (name, value) in &request.headers {
        if !is_token(name) || value.contains(['\r', '\n', '\0']) {
            return refuse("a header that can't be sent");
        }
    }
    Ok(())
}

/// Gives scheme and host of a URL, without a slash at the end.
fn origin(url: &str) -> Option<&str> {
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    (!host.is_empty()).then(|| &url[..url.len() - rest.len() + host.len()])
}

fn redirect(request: &mut HttpRequest, status: u16, location: &str) {
    let here = origin(&request.url).unwrap_or_default().to_owned();
    let target = if location.starts_with('/') {
        format!("{here}{location}")
    } else {
        location.to_owned()
    };
    if origin(&target) != Some(&here) {
        request.headers.retain(|(name, _)| {
            !name.eq_ignore_ascii_case("authorization") && !name.eq_ignore_ascii_case("cookie")
        });
    }
    let becomes_get = status == 303 || (status < 303 && request.method == "POST");
    if becomes_get && request.method != "HEAD" {
        request.method = "GET".into();
        request.body = Bytes::new();
    }
    request.url = target;
}

async fn respond(request: HttpRequest, answer: FakeAnswer) -> Result<HttpResponse> {
    let timeout = || BridgeError::new(ErrorKind::Timeout, &*request.url);
    let body: ByteStream = match answer.body {
        FakeBody::Whole(body) => Box::pin(stream::iter((!body.is_empty()).then_some(Ok(body)))),
        FakeBody::CutAfter(start) => {
            let cut =
                BridgeError::new(ErrorKind::Corrupt, &*request.url).detail("the body ends early");
            Box::pin(stream::iter([Ok(start), Err(cut)]))
        }
        FakeBody::StallAfter(start) if request.timeout.is_some() => {
            Box::pin(stream::iter([Ok(start), Err(timeout())]))
        }
        FakeBody::StallAfter(start) => Box::pin(stream::iter([Ok(start)]).chain(stream::pending())),
        FakeBody::NoAnswer if request.timeout.is_some() => return Err(timeout()),
        FakeBody::NoAnswer => return future::pending().await,
    };
    Ok(HttpResponse {
        status: answer.status,
        url: request.url,
        headers: answer.headers,
        body,
    })
}
