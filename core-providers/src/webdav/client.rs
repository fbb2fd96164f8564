//! Requests to the server: signed in, never led astray, with typed errors.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bridge_traits::http::{HttpClient, HttpRequest, HttpResponse};
use bridge_traits::{BridgeError, ErrorKind, Result};
use core_runtime::retry::{Failure, Jitter, RetryPolicy, retry};
use data_encoding::BASE64;
use futures::StreamExt;
use url::Url;

use super::options::{WebDavLogin, WebDavPassword};
use crate::digest;

/// How many redirects are followed.
const REDIRECTS: usize = 5;

/// How a request is repeated that broke on its way. Waiting longer is for those who ask.
const ON_THE_WAY: RetryPolicy = RetryPolicy {
    max_attempts: 4,
    base: Duration::from_millis(50),
    cap: Duration::from_secs(1),
    max_retry_after: Duration::ZERO,
};

pub(super) struct Client {
    http: Arc<dyn HttpClient>,
    /// Scheme, host and port to which credentials go.
    origin: String,
    login: WebDavLogin,
    /// The header that was made of the password.
    authorization: Mutex<Option<String>>,
}

impl Client {
    pub(super) fn new(http: Arc<dyn HttpClient>, origin: &str, login: WebDavLogin) -> Self {
        Self {
            http,
            origin: origin.to_owned(),
            login,
            authorization: Mutex::new(None),
        }
    }

    pub(super) fn login(&self) -> &WebDavLogin {
        &self.login
    }

    /// Calls `attempt` again where it failed in a way that may pass at once. Where the server asks
    /// for patience the error goes to the caller, who has one gate for the whole account.
    pub(super) async fn persist<T, F>(&self, attempt: impl FnMut(u32) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let classify = |error: &BridgeError| match error.kind() {
            ErrorKind::Throttled { .. } => Failure::Permanent,
            _ => Failure::from(error),
        };
        let mut jitter = Jitter::seeded(digest::of_texts(&[&self.origin]));
        retry(&ON_THE_WAY, &mut jitter, classify, attempt)
            .await
            .map_err(|given_up| given_up.error)
    }

    /// Sends a request to the server and follows it where it redirects within itself. Any other
    /// status is `Ok`. The answer bears the URL that was asked for.
    ///
    /// # Errors
    /// What the bridge says; `Redirected` where the server redirects to another host, in a circle or to
    /// nowhere. Only a download follows to another host, without credentials; what it is refused there is
    /// `Redirected`, too.
    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let response = self.send_as_known(request.clone()).await?;
        let may_have_changed = response.status == 401
            && matches!(
                &self.login,
                WebDavLogin::Basic {
                    password: WebDavPassword::Stored { .. },
                    ..
                }
            );
        if !may_have_changed {
            return Ok(response);
        }
        // The password may have been replaced in the store since it was read.
        let before = self.lock().take();
        if self.authorization().await? == before {
            return Ok(response);
        }
        self.send_as_known(request).await
    }

    async fn send_as_known(&self, mut request: HttpRequest) -> Result<HttpResponse> {
        request.follow_redirects = false;
        if let Some(value) = self.authorization().await? {
            request = request.header("Authorization", value);
        }
        let asked = request.url.clone();
        // The place on another host to which the server redirects.
        let mut away: Option<String> = None;
        for _ in 0..=REDIRECTS {
            let answer = self.http.send(request.clone()).await;
            let response = match (answer, &away) {
                (Ok(response), _) => response,
                (Err(error), Some(place)) => {
                    return Err(redirected(&asked, &format!("to {place}: {}", error.kind())));
                }
                (Err(error), None) => return Err(broken(error)),
            };
            match (response.status, &away) {
                (301 | 302 | 303 | 307 | 308, _) => {}
                (status @ (400..=407 | 409..=411 | 451), Some(place)) => {
                    let answer = format!("to {place}, which answers with status {status}");
                    return Err(redirected(&asked, &answer));
                }
                _ => return Ok(in_its_name(response, asked, away.is_some())),
            }
            let place = self.redirect(&asked, &mut request, &response)?;
            away = place.or(away);
        }
        Err(redirected(&asked, "in a circle"))
    }

    /// Points the request to where the answer says. Tells the place if it is on another host.
    fn redirect(
        &self,
        asked: &str,
        request: &mut HttpRequest,
        response: &HttpResponse,
    ) -> Result<Option<String>> {
        let location = response.header("Location").unwrap_or_default();
        let target = Url::parse(&request.url).and_then(|here| here.join(location));
        let target = match target {
            Ok(target) if !location.is_empty() => target,
            _ => return Err(redirected(asked, "to nowhere")),
        };
        let origin = target.origin().ascii_serialization();
        let mut away = None;
        if origin != self.origin {
            // The rest of the URL may hold a secret.
            let place = format!("{origin}{}", target.path());
            let downgrades = request.url.starts_with("https:") && target.scheme() != "https";
            if request.method != "GET" || downgrades {
                let advice = format!("to {place}; if that is right, use it");
                return Err(redirected(asked, &advice));
            }
            request
                .headers
                .retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
            away = Some(place);
        }
        request.url = target.into();
        Ok(away)
    }

    async fn authorization(&self) -> Result<Option<String>> {
        let WebDavLogin::Basic { user, password } = &self.login else {
            return Ok(None);
        };
        if let Some(known) = &*self.lock() {
            return Ok(Some(known.clone()));
        }
        let password = match password {
            WebDavPassword::Given(password) => password.clone().into_bytes(),
            WebDavPassword::Stored { store, name } => store.get(name).await?.ok_or_else(|| {
                BridgeError::new(ErrorKind::AuthExpired, &*self.origin)
                    .detail(format!("there is no password stored for {user}"))
            })?,
        };
        let mut pair = format!("{user}:").into_bytes();
        pair.extend(password);
        let value = format!("Basic {}", BASE64.encode(&pair));
        *self.lock() = Some(value.clone());
        Ok(Some(value))
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.authorization
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn redirected(asked: &str, whither: &str) -> BridgeError {
    BridgeError::new(ErrorKind::Redirected, asked)
        .detail(format!("the server redirects it {whither}"))
}

/// Lets an answer, and what is wrong with its body, bear the URL that was asked for: that of another host may
/// hold a secret.
fn in_its_name(mut response: HttpResponse, asked: String, is_from_away: bool) -> HttpResponse {
    response.url.clone_from(&asked);
    if is_from_away {
        let name = move |error: BridgeError| {
            BridgeError::new(error.kind().clone(), &*asked)
                .detail("the answer of the host to which the server redirects broke off")
        };
        let body = response.body.map(move |piece| piece.map_err(&name));
        response.body = Box::pin(body);
    }
    response
}

/// Says of a root that is elsewhere that it is not here.
pub(super) fn root_redirected(error: BridgeError) -> BridgeError {
    match error.kind() {
        ErrorKind::Redirected => {
            BridgeError::new(ErrorKind::RootUnavailable, error.subject().to_owned())
                .detail("the folder to sync is elsewhere")
                .source(error)
        }
        _ => error,
    }
}

/// Gives the error that a status means, where it means one.
pub(super) fn checked(response: HttpResponse) -> Result<HttpResponse> {
    match response.status {
        200..=299 => Ok(response),
        401 => {
            let offers = response.header("WWW-Authenticate").unwrap_or_default();
            let is_digest = offers.to_ascii_lowercase().starts_with("digest");
            let detail = if is_digest {
                "the server wants Digest authentication, which is not supported"
            } else {
                "the server does not accept the user or the password"
            };
            Err(BridgeError::new(ErrorKind::AuthExpired, &*response.url).detail(detail))
        }
        429 | 503 => {
            let kind = ErrorKind::throttled(retry_after(&response));
            Err(BridgeError::new(kind, &*response.url)
                .detail(format!("status {}", response.status)))
        }
        // Not our storage is full, and nothing is written there.
        507 => Err(BridgeError::new(ErrorKind::HttpStatus(507), &*response.url)
            .detail("the server has no room left to answer")),
        _ => response.error_for_status(),
    }
}

/// Reads the wait that the server asks for. A date counts from the server's own clock, since ours
/// may be wrong.
fn retry_after(response: &HttpResponse) -> Option<Duration> {
    response.retry_after().or_else(|| {
        let date = |name| httpdate::parse_http_date(response.header(name)?.trim()).ok();
        let (until, now) = (date("Retry-After")?, date("Date")?);
        Some(until.duration_since(now).unwrap_or_default())
    })
}

/// Words the end of a body that came too early as the broken connection that it is.
pub(super) fn broken(error: BridgeError) -> BridgeError {
    match error.kind() {
        ErrorKind::Corrupt => BridgeError::new(ErrorKind::Offline, error.subject().to_owned())
            .detail("the answer broke off")
            .source(error),
        _ => error,
    }
}
