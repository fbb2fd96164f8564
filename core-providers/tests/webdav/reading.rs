//! Reading content.

use std::sync::Arc;

use bridge_traits::http::{HttpClient, HttpRequest, HttpResponse};
use bridge_traits::provider::{ItemKey, RemoteItem, StorageProvider, Version};
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use core_providers::{WebDav, WebDavLogin};

use crate::support::{Dialect, Fault, Library, Server, connect, kind, options, read_all};

const CONTENT: &[u8] = b"0123456789";

async fn file(server: &Server) -> (WebDav, RemoteItem) {
    let provider = connect(server).await;
    let library = Library::of(&read_all(&provider).await);
    let item = library.items["A/x.mp3"].clone();
    (provider, item)
}

fn server() -> Server {
    let server = Server::new(Dialect::Plain);
    server.write("A/x.mp3", CONTENT);
    server
}

#[core_async::test(start_paused = true)]
async fn a_range_costs_one_request_and_no_more_bytes() {
    let server = server();
    let (provider, item) = file(&server).await;
    let requests = server.counter();
    let bytes = provider.read(&item.key, Some(&item.version), 2..5).await;
    assert_eq!(bytes.expect("a range"), &CONTENT[2..5]);
    assert_eq!((requests("GET"), requests("PROPFIND")), (1, 0));
    let last = server.requests().pop().expect("a request");
    let header = |name: &str| {
        let found = last.headers.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.clone())
    };
    assert_eq!(header("Range").as_deref(), Some("bytes=2-4"));
    assert!(header("If-Match").is_some_and(|it| it.starts_with('"')));
}

#[core_async::test(start_paused = true)]
async fn without_etags_size_and_date_tell_the_version_in_the_same_request() {
    for ranges in [true, false] {
        let server = server();
        server.set().has_etags = false;
        server.set().ranges = ranges;
        let (provider, item) = file(&server).await;
        let requests = server.counter();
        let bytes = provider.read(&item.key, Some(&item.version), 2..5).await;
        assert_eq!(bytes.expect("a range"), &CONTENT[2..5]);
        assert_eq!((requests("GET"), requests("PROPFIND")), (1, 0));
        server.write("A/x.mp3", b"9876543210");
        let result = provider.read(&item.key, Some(&item.version), 2..5).await;
        assert_eq!(kind(result), ErrorKind::Conflict);
    }
}

/// A page that may not send `If-Match`, since the server does not list it for CORS.
struct Page(Arc<dyn HttpClient>);

#[platform_async_trait]
impl HttpClient for Page {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        if request.headers.iter().any(|(name, _)| name == "If-Match") {
            let kind = ErrorKind::NotAvailable { remedy: "CORS" };
            return Err(BridgeError::new(kind, request.url));
        }
        self.0.send(request).await
    }
}

#[core_async::test(start_paused = true)]
async fn where_a_condition_can_not_be_sent_the_version_is_asked_for() {
    let server = server();
    let page = Arc::new(Page(server.client()));
    let login = WebDavLogin::Anonymous;
    let provider = WebDav::connect(page, server.url(), login, options()).await;
    let provider = provider.expect("it is connected");
    let library = Library::of(&read_all(&provider).await);
    let item = library.items["A/x.mp3"].clone();
    for _ in 0..2 {
        let bytes = provider.read(&item.key, Some(&item.version), 2..5).await;
        assert_eq!(bytes.expect("a range"), &CONTENT[2..5]);
    }
    server.write("A/x.mp3", b"9876543210");
    let result = provider.read(&item.key, Some(&item.version), 2..5).await;
    assert_eq!(kind(result), ErrorKind::Conflict);
}

#[core_async::test(start_paused = true)]
async fn a_server_that_compares_etags_in_its_own_way_is_understood() {
    for (etags, if_match) in [
        (("W/\"", "\""), true),
        (("\"", "\""), false),
        (("", ""), true),
    ] {
        let server = server();
        server.set().etags = etags;
        server.set().if_match = if_match;
        let (provider, item) = file(&server).await;
        for _ in 0..2 {
            let bytes = provider.read(&item.key, Some(&item.version), 0..4).await;
            assert_eq!(bytes.expect("a range"), &CONTENT[..4], "{etags:?}");
        }
        server.write("A/x.mp3", b"9876543210");
        let result = provider.read(&item.key, Some(&item.version), 0..4).await;
        assert_eq!(kind(result), ErrorKind::Conflict, "{etags:?} {if_match}");
    }
}

#[core_async::test(start_paused = true)]
async fn without_ranges_the_bytes_are_found_in_the_whole() {
    let server = server();
    server.set().ranges = false;
    let (provider, item) = file(&server).await;
    for range in [0..3, 4..7, 7..30, 10..12, 50..60, 0..10] {
        let bytes = provider
            .read(&item.key, Some(&item.version), range.clone())
            .await;
        let end = range.end.min(10) as usize;
        let start = range.start.min(10) as usize;
        assert_eq!(bytes.expect("bytes"), &CONTENT[start..end], "{range:?}");
    }
}

#[core_async::test(start_paused = true)]
async fn a_wrong_range_is_never_passed_on() {
    for range in [
        "bytes 0-2/10",
        "bytes 3-5/10",
        "bytes 2-3/10",
        "bytes 2-9/10",
        "bytes 5-3/10",
        "nonsense",
    ] {
        let server = server();
        let (provider, item) = file(&server).await;
        server.fail("GET", vec![Fault::Range(range); 4]);
        let result = provider.read(&item.key, Some(&item.version), 2..5).await;
        assert_eq!(kind(result), ErrorKind::Corrupt, "{range}");
    }
}

#[core_async::test(start_paused = true)]
async fn a_body_that_is_too_short_is_asked_for_again() {
    for fault in [
        Fault::Cut(1),
        Fault::Short(1),
        Fault::Short(0),
        Fault::Reset,
        Fault::Stall,
        Fault::Status(500, vec![]),
    ] {
        let server = server();
        let (provider, item) = file(&server).await;
        server.fail("GET", vec![fault.clone(); 3]);
        let bytes = provider.read(&item.key, Some(&item.version), 2..8).await;
        assert_eq!(bytes.expect("bytes"), &CONTENT[2..8], "{fault:?}");
        server.fail("GET", vec![fault.clone(); 4]);
        let result = provider.read(&item.key, Some(&item.version), 2..8).await;
        assert!(result.expect_err("too often").is_transient(), "{fault:?}");
    }
}

#[core_async::test(start_paused = true)]
async fn a_page_in_place_of_music_is_refused() {
    let server = server();
    let (provider, item) = file(&server).await;
    server.fail(
        "GET",
        [Fault::Body("text/html; charset=utf-8", "<html>Sign in")],
    );
    for version in [Some(&item.version), None] {
        let result = provider.read(&item.key, version, 0..4).await;
        if version.is_some() {
            assert_eq!(kind(result), ErrorKind::PermissionDenied);
        } else {
            assert_eq!(result.expect("music again"), &CONTENT[..4]);
        }
    }
}

#[core_async::test(start_paused = true)]
async fn a_redirect_that_leads_nowhere_is_told_of_its_file() {
    for location in [
        "",
        "/dav/My%20Music/A/x.mp3",
        "http://cdn.test/elsewhere?closed&hush",
        "http://cdn.test/elsewhere?dead&hush",
    ] {
        let server = server();
        let (provider, item) = file(&server).await;
        let away = Fault::Status(302, vec![("Location", location)]);
        server.fail("GET A/x.mp3", vec![away; 30]);
        let result = provider.read(&item.key, Some(&item.version), 2..5).await;
        let error = result.expect_err("it can't be read");
        assert_eq!(*error.kind(), ErrorKind::Redirected, "{location}");
        let said = error.to_string();
        assert!(
            said.contains("x.mp3") && said.contains("the server redirects it"),
            "{said}"
        );
        assert!(!said.contains("hush"), "{said}");
        server.set().clear_faults();
        let bytes = provider.read(&item.key, Some(&item.version), 2..5).await;
        assert_eq!(bytes.expect("a range"), &CONTENT[2..5]);
    }
}

#[core_async::test(start_paused = true)]
async fn a_range_that_is_refused_is_found_in_the_whole() {
    for headers in [vec![], vec![("Content-Range", "bytes */10")]] {
        let server = server();
        let (provider, item) = file(&server).await;
        for version in [Some(&item.version), None] {
            server.fail("GET", [Fault::Status(416, headers.clone())]);
            let bytes = provider.read(&item.key, version, 2..5).await;
            assert_eq!(bytes.expect("a range"), &CONTENT[2..5], "{headers:?}");
        }
        server.fail("GET", vec![Fault::Status(416, headers); 9]);
        let result = provider.read(&item.key, Some(&item.version), 2..5).await;
        let error = result.expect_err("it refuses everything");
        assert_eq!(*error.kind(), ErrorKind::HttpStatus(416));
        assert!(error.to_string().contains("range"), "{error}");
    }
}

#[core_async::test(start_paused = true)]
async fn a_file_that_became_shorter_is_another_one() {
    for has_etags in [true, false] {
        let server = server();
        server.set().has_etags = has_etags;
        let (provider, item) = file(&server).await;
        // Some say so of a file that they list as it was.
        let shorter = Fault::Status(416, vec![("Content-Range", "bytes */4")]);
        server.fail("GET", [shorter]);
        let result = provider.read(&item.key, Some(&item.version), 6..10).await;
        assert_eq!(kind(result), ErrorKind::Conflict);
        server.write("A/x.mp3", b"0123");
        let result = provider.read(&item.key, Some(&item.version), 6..10).await;
        assert_eq!(kind(result), ErrorKind::Conflict);
        let requests = server.counter();
        let past = provider.read(&item.key, None, 6..10).await;
        assert!(past.expect("nothing").is_empty());
        assert_eq!((requests("GET"), requests("PROPFIND")), (1, 0));
    }
}

#[core_async::test(start_paused = true)]
async fn throttling_and_refusals_are_told() {
    for (status, expected) in [
        (401, ErrorKind::AuthExpired),
        (403, ErrorKind::PermissionDenied),
        (404, ErrorKind::NotFound),
        (429, ErrorKind::throttled(None)),
    ] {
        let server = server();
        let (provider, item) = file(&server).await;
        let requests = server.counter();
        server.fail("GET", vec![Fault::Status(status, vec![]); 9]);
        let result = provider.read(&item.key, Some(&item.version), 0..4).await;
        assert_eq!(kind(result), expected);
        assert_eq!(requests("GET"), 1, "{status}");
    }
}

#[core_async::test(start_paused = true)]
async fn nonsense_is_refused() {
    let server = server();
    let (provider, item) = file(&server).await;
    #[expect(clippy::reversed_empty_ranges, reason = "it is what is to be refused")]
    let backwards = provider.read(&item.key, None, 5..2).await;
    assert_eq!(kind(backwards), ErrorKind::InvalidInput);
    let huge = provider.read(&item.key, None, 0..u64::MAX).await;
    assert_eq!(kind(huge), ErrorKind::InvalidInput);
    for key in ["../x", "A//x.mp3", "A/%41.mp3"] {
        let result = provider.read(&ItemKey(key.into()), None, 0..1).await;
        assert_eq!(kind(result), ErrorKind::InvalidInput, "{key}");
    }
    let root = provider.read(&ItemKey::root(), None, 0..1).await;
    assert_eq!(kind(root), ErrorKind::IsADirectory);
    let stale = Version("m:10:yesterday".into());
    let result = provider.read(&item.key, Some(&stale), 0..1).await;
    assert_eq!(kind(result), ErrorKind::Conflict);
}
