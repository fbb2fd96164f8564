//! Requests over reqwest.

use std::error::Error as StdError;
use std::time::Duration;

use bridge_traits::http::{HttpClient, HttpRequest, HttpResponse};
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use futures::{StreamExt, stream};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Url};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(15);
/// How long a server may be silent, in a request without a timeout of its own.
const SILENCE: Duration = Duration::from_secs(60);
/// How many redirects are followed.
const REDIRECTS: usize = 10;

/// A client for HTTP/1.1 and HTTP/2 with the system's root certificates.
///
/// A request without a timeout of its own fails after a minute of silence, however long it takes
/// as a whole. Clones share the connections.
#[derive(Debug, Clone)]
pub struct NativeHttpClient {
    following: Client,
    staying: Client,
}

impl NativeHttpClient {
    /// Makes a client that names itself `user_agent`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that can't be sent, `NotAvailable` if the TLS library can't start.
    pub fn new(user_agent: &str) -> Result<Self> {
        let agent = HeaderValue::from_str(user_agent).map_err(|error| {
            BridgeError::new(ErrorKind::InvalidInput, "user agent").source(error)
        })?;
        let build = |policy| {
            Client::builder()
                .user_agent(agent.clone())
                .connect_timeout(CONNECT)
                .read_timeout(SILENCE)
                .redirect(policy)
                .build()
                .map_err(|error| {
                    let remedy = "check the system's root certificates";
                    let kind = ErrorKind::NotAvailable { remedy };
                    BridgeError::new(kind, "http client").source(error)
                })
        };
        Ok(Self {
            // It leaves out credentials when it goes to another host.
            following: build(Policy::limited(REDIRECTS))?,
            staying: build(Policy::none())?,
        })
    }
}

#[platform_async_trait]
impl HttpClient for NativeHttpClient {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let client = if request.follow_redirects {
            &self.following
        } else {
            &self.staying
        };
        let request = convert(request)?;
        let url = request.url().to_string();
        let response = client
            .execute(request)
            .await
            .map_err(|error| map(error, &url))?;
        Ok(answer(response))
    }
}

fn convert(request: HttpRequest) -> Result<reqwest::Request> {
    let refuse = |why: String| {
        BridgeError::new(ErrorKind::InvalidInput, format!("url '{}'", request.url)).detail(why)
    };
    let url = Url::parse(&request.url).map_err(|error| refuse(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse(format!("scheme {} is not http", url.scheme())));
    }
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| refuse(format!("method '{}' is not a word", request.method)))?;
    let mut headers = HeaderMap::with_capacity(request.headers.len());
    for (name, value) in &request.headers {
        // The value may be a secret and stays out of the error.
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| refuse(format!("header name '{name}' is not a word")))?;
        let value = HeaderValue::from_str(value)
            .map_err(|_| refuse(format!("header {name} has a value that can't be sent")))?;
        headers.append(header, value);
    }
    let mut converted = reqwest::Request::new(method, url);
    *converted.headers_mut() = headers;
    *converted.timeout_mut() = request.timeout;
    if !request.body.is_empty() {
        *converted.body_mut() = Some(request.body.into());
    }
    Ok(converted)
}

fn answer(response: reqwest::Response) -> HttpResponse {
    let url = response.url().to_string();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect();
    let status = response.status().as_u16();
    let subject = url.clone();
    // Ends after an error.
    let body = stream::unfold(
        Some((response.bytes_stream().boxed(), subject)),
        async |state| {
            let (mut pieces, subject) = state?;
            match pieces.next().await? {
                Ok(piece) => Some((Ok(piece), Some((pieces, subject)))),
                Err(error) => Some((Err(map(error, &subject)), None)),
            }
        },
    );
    HttpResponse {
        status,
        url,
        headers,
        body: Box::pin(body.fuse()),
    }
}

fn map(error: reqwest::Error, url: &str) -> BridgeError {
    let kind = if error.is_timeout() {
        ErrorKind::Timeout
    } else if error.is_connect() {
        ErrorKind::Offline
    } else if error.is_builder() {
        ErrorKind::InvalidInput
    } else if error.is_redirect() || not_http(&error) {
        ErrorKind::Corrupt
    } else {
        // The connection broke.
        ErrorKind::Offline
    };
    // The URL is the subject already.
    BridgeError::new(kind, url).source(error.without_url())
}

/// Tells whether what came was not the HTTP that was promised: not parsable, or ended early. A
/// connection that was reset is another matter: trying again may help.
fn not_http(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn StdError + 'static)> = error.source();
    while let Some(it) = cause {
        if let Some(hyper) = it.downcast_ref::<hyper::Error>()
            && (hyper.is_parse() || hyper.is_incomplete_message())
        {
            return true;
        }
        if let Some(io) = it.downcast_ref::<std::io::Error>() {
            return io.kind() == std::io::ErrorKind::UnexpectedEof;
        }
        cause = it.source();
    }
    false
}
