//! What the suite's server answers.

use bytes::Bytes;
use serde_json::{Map, json};

use super::{FakeAnswer, FakeBody};
use crate::http::HttpRequest;

/// What `/large` gives.
pub(super) fn large() -> Bytes {
    (0..600_000u32).map(|it| (it % 247) as u8).collect()
}

/// Answers a request of the suite for [`HttpClient`](crate::http::HttpClient); a test server for
/// real clients sends this over the wire. Of the URL it reads only path and query.
pub fn conformance_answer(request: &HttpRequest) -> FakeAnswer {
    let without_scheme = request.url.split_once("://").map_or("", |(_, rest)| rest);
    let target = without_scheme
        .find('/')
        .map_or("/", |at| &without_scheme[at..]);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match path {
        "/hello" => FakeAnswer::ok("hello").header("ETag", "\"1\""),
        "/echo" => FakeAnswer::ok(echo(request, target)),
        "/large" => FakeAnswer::ok(large()),
        "/digits" => digits(request),
        "/part" => part(query),
        "/redirect" => FakeAnswer::status(302).header("Location", "/echo"),
        "/circle" => FakeAnswer::status(302).header("Location", "/circle"),
        "/away" => FakeAnswer::status(307).header("Location", query),
        "/cut" => FakeAnswer::ok("").body(FakeBody::CutAfter("some".into())),
        "/stall" => FakeAnswer::ok("").body(FakeBody::StallAfter("some".into())),
        "/hang" => FakeAnswer::ok("").body(FakeBody::NoAnswer),
        _ => match path.strip_prefix("/status/").map(str::parse) {
            Some(Ok(status)) => FakeAnswer::status(status).header("Retry-After", "7"),
            _ => FakeAnswer::status(404),
        },
    }
}

fn echo(request: &HttpRequest, target: &str) -> Bytes {
    let headers: Map<_, _> = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), json!(value)))
        .collect();
    let seen = json!({
        "method": request.method,
        "path": target,
        "headers": headers,
        "body": String::from_utf8_lossy(&request.body),
    });
    seen.to_string().into()
}

fn digits(request: &HttpRequest) -> FakeAnswer {
    const DIGITS: &str = "0123456789";
    let range = request
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("range"))
        .and_then(|(_, value)| value.strip_prefix("bytes=")?.split_once('-'))
        .and_then(|(start, last)| Some((start.parse().ok()?, last.parse::<usize>().ok()?)));
    match range {
        Some((start, last)) if start <= last && start < DIGITS.len() => {
            let last = last.min(DIGITS.len() - 1);
            let mut answer = FakeAnswer::ok(&DIGITS[start..=last])
                .header("Content-Range", format!("bytes {start}-{last}/10"));
            answer.status = 206;
            answer
        }
        Some(_) => FakeAnswer::status(416),
        None => FakeAnswer::ok(DIGITS),
    }
}

/// Gives three bytes, and says of them what the query says.
fn part(content_range: &str) -> FakeAnswer {
    let mut answer =
        FakeAnswer::ok("234").header("Content-Range", content_range.replace("%20", " "));
    answer.status = 206;
    answer
}

impl FakeAnswer {
    /// Makes an answer of status 200.
    pub fn ok(body: impl Into<Bytes>) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: FakeBody::Whole(body.into()),
        }
    }

    /// Makes an answer without a body.
    pub fn status(status: u16) -> Self {
        let mut answer = Self::ok("");
        answer.status = status;
        answer
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: FakeBody) -> Self {
        self.body = body;
        self
    }
}
