//! Requests: the suite, and what only a browser does.

use bridge_traits::ErrorKind;
use bridge_traits::http::{HttpClient, HttpRequest};
use bridge_wasm::WasmHttpClient;
use futures::StreamExt;
use futures::future::{Either, select};

mod suite {
    bridge_traits::http_client_conformance!(super::fixture);
}

/// The port of the server of the suite, which lives outside of the browser.
fn port() -> &'static str {
    let Some(port) = option_env!("MUSIC_CORE_HTTP_SERVER") else {
        panic!("run this by `cargo xtask test`, which starts the server and says where it is");
    };
    port
}

/// One server under two names, neither of which is the page's origin.
fn urls() -> (String, String) {
    let port = port();
    (
        format!("http://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
    )
}

async fn fixture() -> ((WasmHttpClient, String, String), ()) {
    let (here, there) = urls();
    ((WasmHttpClient::new(), here, there), ())
}

async fn failure(request: HttpRequest) -> bridge_traits::BridgeError {
    let sent = WasmHttpClient::new().send(request).await;
    sent.map(drop).expect_err("an error was due")
}

#[core_async::test]
async fn a_server_that_does_not_allow_the_page_is_told_from_one_that_is_away() {
    let (base, _) = urls();
    let refused = failure(HttpRequest::get(format!("{base}/no-cors"))).await;
    let ErrorKind::NotAvailable { remedy } = refused.kind() else {
        panic!("{refused}");
    };
    assert!(remedy.contains("Access-Control-Allow-Origin"), "{remedy}");
    assert!(!refused.is_transient());
    // A method that needs the server's leave beforehand, too.
    let url = format!("{base}/no-cors");
    let refused = failure(HttpRequest::new("PROPFIND", url)).await;
    assert!(
        matches!(refused.kind(), ErrorKind::NotAvailable { .. }),
        "{refused}"
    );
}

#[core_async::test]
async fn an_error_never_shows_a_header() {
    for request in [
        HttpRequest::get("http://127.0.0.1:9/").header("Authorization", "hunter2"),
        HttpRequest::get("http://127.0.0.1:9/").header("Authorization", "hunter2\n"),
        HttpRequest::get("http://127.0.0.1:9/").header("Authorization", "hunter2 \u{20ac}"),
        HttpRequest::get("http://127.0.0.1:9/").header("Cookie", "hunter2"),
    ] {
        let error = failure(request).await;
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[core_async::test]
async fn what_a_page_may_not_send_is_refused_and_not_left_out() {
    let (base, _) = urls();
    let url = format!("{base}/echo");
    for request in [
        HttpRequest::get(&url).header("Cookie", "a=b"),
        HttpRequest::get(&url).header("Sec-Fetch-Mode", "x"),
        HttpRequest::get(&url).header("proxy-authorization", "x"),
        HttpRequest::get(&url).body("a body"),
        HttpRequest::new("trace", &url),
        HttpRequest::get(url.replace("//", "//user:word@")),
    ] {
        let shown = format!("{request:?}");
        let error = failure(request).await;
        assert_eq!(*error.kind(), ErrorKind::Unsupported, "{shown}");
    }
    // The browser's own are its own.
    let request = HttpRequest::get(&url).header("User-Agent", "music-core");
    let answer = WasmHttpClient::new().send(request).await.unwrap();
    assert_eq!(answer.status, 200);
}

#[core_async::test]
async fn a_part_that_was_not_asked_for_is_corrupt() {
    let (base, _) = urls();
    for (given, fits) in [
        ("bytes%202-4/10", true),
        ("bytes%202-3/10", true),
        ("bytes%202-4/*", true),
        ("bytes%200-2/10", false),
        ("bytes%202-5/10", false),
        ("bytes%204-2/10", false),
        ("nonsense", false),
    ] {
        let url = format!("{base}/part?{given}");
        let sent = WasmHttpClient::new()
            .send(HttpRequest::get(url).range(2..5))
            .await;
        match sent {
            Ok(response) => assert!(fits && response.status == 206, "{given}"),
            Err(error) => {
                assert!(!fits, "{given}: {error}");
                assert_eq!(*error.kind(), ErrorKind::Corrupt, "{error}");
            }
        }
    }
    // Without a range there is nothing to compare with.
    let request = HttpRequest::get(format!("{base}/part?bytes%200-2/10"));
    assert!(WasmHttpClient::new().send(request).await.is_ok());
}

/// A browser has six connections to a server at most: one that is not given back is missed.
#[core_async::test]
async fn what_is_dropped_gives_its_connection_back() {
    let (base, _) = urls();
    let client = WasmHttpClient::new();
    for _ in 0..8 {
        let url = format!("{base}/stall");
        let mut response = client.send(HttpRequest::get(url)).await.unwrap();
        assert_eq!(response.body.next().await.unwrap().unwrap(), "some");
        drop(response);
    }
    for _ in 0..8 {
        let hanging = client.send(HttpRequest::get(format!("{base}/hang")));
        let answered = client.send(HttpRequest::get(format!("{base}/hello")));
        let Either::Right((answer, hanging)) = select(hanging, answered).await else {
            panic!("the server never answers this");
        };
        assert_eq!(answer.unwrap().status, 200);
        drop(hanging);
    }
}
