//! Suite and fake for [`HttpClient`].

mod fake;
mod routes;

pub use fake::{FakeAnswer, FakeBody, FakeHttp};
pub use routes::conformance_answer;

use std::time::Duration;

use futures::StreamExt;
use serde_json::{Value, json};

use super::cause;
use crate::ErrorKind;
use crate::http::{HttpClient, HttpRequest};

/// Generates the tests that every [`HttpClient`] passes. The instance is a triple of the client and
/// two base URLs of different hosts without a slash at the end, at both of which a server answers
/// as [`conformance_answer`] says.
#[macro_export]
macro_rules! http_client_conformance {
    ($fresh:expr) => {
        $crate::__conformance_tests! { http, $fresh,
            a_get_brings_status_headers_and_body
            method_headers_and_body_arrive
            every_status_is_an_answer
            ranges_are_asked_for_and_come
            a_large_body_comes_in_pieces
            a_body_over_the_limit_is_refused
            a_body_that_ends_early_is_corrupt
            redirects_are_followed_where_wanted
            another_host_gets_no_credentials
            redirects_in_a_circle_end
            a_timeout_covers_headers_and_body
            a_host_that_does_not_answer_is_offline
            nonsense_is_refused_before_it_is_sent
            a_dropped_response_disturbs_nobody
        }
    };
}

type Fixture<C> = (C, String, String);

/// A port where nobody listens, and which browsers don't let pages reach.
const NOWHERE: &str = "http://127.0.0.1:9/";

async fn get_json(client: &impl HttpClient, request: HttpRequest) -> Value {
    let response = client.send(request).await.unwrap();
    assert_eq!(response.status, 200);
    let body = response.bytes(1 << 20).await.unwrap();
    serde_json::from_slice(&body).unwrap()
}

pub async fn a_get_brings_status_headers_and_body((client, base, _): Fixture<impl HttpClient>) {
    let url = format!("{base}/hello");
    let response = client.send(HttpRequest::get(&url)).await.unwrap();
    assert_eq!((response.status, &response.url), (200, &url));
    assert_eq!(response.header("ETAG"), Some("\"1\""));
    assert_eq!(response.bytes(100).await.unwrap(), "hello");
}

pub async fn method_headers_and_body_arrive((client, base, _): Fixture<impl HttpClient>) {
    for method in ["POST", "PUT", "DELETE", "PROPFIND"] {
        let request = HttpRequest::new(method, format!("{base}/echo?a=%20b&c"))
            .header("X-Test", "one, two")
            .header("Depth", "1")
            .body(format!("body of {method} ü"));
        let seen = get_json(&client, request).await;
        assert_eq!(seen["method"], method);
        assert_eq!(seen["path"], "/echo?a=%20b&c");
        assert_eq!(seen["headers"]["x-test"], "one, two");
        assert_eq!(seen["headers"]["depth"], "1");
        assert_eq!(seen["body"], format!("body of {method} ü"));
    }
    let seen = get_json(&client, HttpRequest::get(format!("{base}/echo"))).await;
    assert_eq!(seen["body"], "");
}

pub async fn every_status_is_an_answer((client, base, _): Fixture<impl HttpClient>) {
    let retry_after = Some(Duration::from_secs(7));
    for (status, kind) in [
        (201, None),
        (204, None),
        (400, Some(ErrorKind::HttpStatus(400))),
        (401, Some(ErrorKind::AuthExpired)),
        (403, Some(ErrorKind::PermissionDenied)),
        (404, Some(ErrorKind::NotFound)),
        (412, Some(ErrorKind::Conflict)),
        (429, Some(ErrorKind::throttled(retry_after))),
        (500, Some(ErrorKind::HttpStatus(500))),
        (503, Some(ErrorKind::throttled(retry_after))),
        (507, Some(ErrorKind::QuotaExceeded)),
    ] {
        let request = HttpRequest::get(format!("{base}/status/{status}"));
        let response = client.send(request).await.unwrap();
        assert_eq!(response.status, status);
        let error = response.error_for_status().err();
        assert_eq!(error.map(|it| it.kind().clone()), kind, "{status}");
    }
}

pub async fn ranges_are_asked_for_and_come((client, base, _): Fixture<impl HttpClient>) {
    let request = HttpRequest::get(format!("{base}/digits")).range(2..5);
    let response = client.send(request).await.unwrap();
    assert_eq!(response.status, 206);
    assert_eq!(response.header("content-range"), Some("bytes 2-4/10"));
    assert_eq!(response.bytes(100).await.unwrap(), "234");
}

pub async fn a_large_body_comes_in_pieces((client, base, _): Fixture<impl HttpClient>) {
    let request = HttpRequest::get(format!("{base}/large"));
    let mut response = client.send(request).await.unwrap();
    let (mut size, mut sum) = (0usize, 0u64);
    while let Some(piece) = response.body.next().await {
        let piece = piece.unwrap();
        size += piece.len();
        sum += piece.iter().map(|it| u64::from(*it)).sum::<u64>();
    }
    assert!(response.body.next().await.is_none(), "more after the end");
    let expected = routes::large();
    assert_eq!(size, expected.len());
    assert_eq!(sum, expected.iter().map(|it| u64::from(*it)).sum::<u64>());
}

pub async fn a_body_over_the_limit_is_refused((client, base, _): Fixture<impl HttpClient>) {
    let request = HttpRequest::get(format!("{base}/large"));
    let response = client.send(request).await.unwrap();
    assert_eq!(cause(response.bytes(1000).await), ErrorKind::Corrupt);
}

pub async fn a_body_that_ends_early_is_corrupt((client, base, _): Fixture<impl HttpClient>) {
    let request = HttpRequest::get(format!("{base}/cut"));
    let mut response = client.send(request).await.unwrap();
    let mut failed = None;
    while let Some(piece) = response.body.next().await {
        match piece {
            Ok(_) => assert!(failed.is_none(), "bytes after an error"),
            Err(error) => failed = Some(error),
        }
    }
    let error = failed.expect("the end is missing");
    assert_eq!(*error.kind(), ErrorKind::Corrupt, "{error}");
}

/// A browser does not show where a redirect that it must not follow leads.
pub async fn redirects_are_followed_where_wanted((client, base, _): Fixture<impl HttpClient>) {
    let request = HttpRequest::get(format!("{base}/redirect")).header("Authorization", "secret");
    let response = client.send(request.clone()).await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(response.url, format!("{base}/echo"));
    let body = response.bytes(1 << 20).await.unwrap();
    let seen: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(seen["headers"]["authorization"], "secret");
    let mut stay = request;
    stay.follow_redirects = false;
    match client.send(stay).await {
        Ok(response) => {
            assert_eq!(response.status, 302);
            assert_eq!(response.header("Location"), Some("/echo"));
        }
        Err(error) => assert_eq!(*error.kind(), ErrorKind::Redirected, "{error}"),
    }
}

pub async fn another_host_gets_no_credentials((client, base, other): Fixture<impl HttpClient>) {
    assert_ne!(base, other);
    let request = HttpRequest::get(format!("{base}/away?{other}/echo"))
        .header("Authorization", "secret")
        .header("X-Test", "kept");
    let seen = get_json(&client, request).await;
    assert_eq!(seen["headers"]["authorization"], json!(null), "{seen}");
    assert_eq!(seen["headers"]["cookie"], json!(null), "{seen}");
    assert_eq!(seen["headers"]["x-test"], "kept");
}

pub async fn redirects_in_a_circle_end((client, base, _): Fixture<impl HttpClient>) {
    let request = HttpRequest::get(format!("{base}/circle"));
    let kind = cause(client.send(request).await.map(drop));
    // A browser reports it as it reports a failed connection.
    assert!(
        matches!(kind, ErrorKind::Corrupt | ErrorKind::Offline),
        "{kind}"
    );
}

pub async fn a_timeout_covers_headers_and_body((client, base, _): Fixture<impl HttpClient>) {
    let wait = Duration::from_millis(100);
    let request = HttpRequest::get(format!("{base}/hang")).timeout(wait);
    let result = client.send(request).await.map(drop);
    assert_eq!(cause(result), ErrorKind::Timeout);
    let request = HttpRequest::get(format!("{base}/stall")).timeout(wait);
    let kind = match client.send(request).await {
        Ok(response) => cause(response.bytes(100).await),
        Err(error) => error.kind().clone(),
    };
    assert_eq!(kind, ErrorKind::Timeout);
}

pub async fn a_host_that_does_not_answer_is_offline((client, ..): Fixture<impl HttpClient>) {
    let result = client.send(HttpRequest::get(NOWHERE)).await.map(drop);
    assert_eq!(cause(result), ErrorKind::Offline);
}

pub async fn nonsense_is_refused_before_it_is_sent((client, base, _): Fixture<impl HttpClient>) {
    for request in [
        HttpRequest::get("not a url"),
        HttpRequest::get("/relative"),
        HttpRequest::get("ftp://127.0.0.1/"),
        HttpRequest::get(""),
        HttpRequest::get(&base).header("X-Bad", "line\r\nX-Smuggled: yes"),
        HttpRequest::get(&base).header("bad name", "x"),
        HttpRequest::new("BAD METHOD", &base),
    ] {
        let shown = format!("{request:?}");
        let result = client.send(request).await.map(drop);
        let kind = result.err().map(|it| it.kind().clone());
        assert_eq!(kind, Some(ErrorKind::InvalidInput), "{shown}");
    }
}

pub async fn a_dropped_response_disturbs_nobody((client, base, _): Fixture<impl HttpClient>) {
    for _ in 0..5 {
        let request = HttpRequest::get(format!("{base}/large"));
        drop(client.send(request).await.unwrap());
        let request = HttpRequest::get(format!("{base}/stall"));
        drop(client.send(request).await.unwrap());
    }
    let request = HttpRequest::get(format!("{base}/hello"));
    let response = client.send(request).await.unwrap();
    assert_eq!(response.bytes(10).await.unwrap(), "hello");
}
