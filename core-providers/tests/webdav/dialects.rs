//! What is found out about a server.

use bridge_traits::ErrorKind;
use bridge_traits::provider::{FeedKind, InitialSync, PageTokens, StorageProvider};
use core_providers::{WebDav, WebDavFeed, WebDavLogin, WebDavOptions};

use crate::support::{Dialect, Fault, Hrefs, Library, Server, connect, kind, options, read_all};

#[core_async::test]
async fn each_kind_of_server_is_recognised() {
    for (dialect, feed, kind, initial, tokens) in [
        (
            Dialect::Plain,
            WebDavFeed::Listing,
            FeedKind::Snapshot,
            InitialSync::ListThenFeed,
            PageTokens::Hours,
        ),
        (
            Dialect::Nextcloud,
            WebDavFeed::TreeEtags,
            FeedKind::TreeEtag,
            InitialSync::ListThenFeed,
            PageTokens::Hours,
        ),
        (
            Dialect::Sync,
            WebDavFeed::SyncCollection,
            FeedKind::Native,
            InitialSync::FeedIsList,
            PageTokens::Durable,
        ),
        (
            Dialect::Flat,
            WebDavFeed::FlatSyncCollection,
            FeedKind::Native,
            InitialSync::FeedIsList,
            PageTokens::Durable,
        ),
    ] {
        let provider = connect(&Server::with(dialect, &["a.mp3"])).await;
        assert_eq!(provider.server().feed, feed);
        let can = provider.capabilities();
        assert_eq!(
            (can.feed, can.initial, can.page_tokens),
            (kind, initial, tokens)
        );
    }
}

#[core_async::test]
async fn a_flat_feed_is_of_no_use_where_there_are_folders() {
    let server = Server::with(Dialect::Flat, &["A/a.mp3"]);
    let provider = connect(&server).await;
    assert_eq!(provider.server().feed, WebDavFeed::Listing);
}

#[core_async::test]
async fn what_was_found_out_serves_the_next_time_without_a_request() {
    let server = Server::with(Dialect::Nextcloud, &["A/a.mp3"]);
    server.set().hrefs = Hrefs::Inner;
    let first = connect(&server).await;
    assert_eq!(first.server().path.as_deref(), Some("/srv"));
    let requests = server.counter();
    let known = WebDav::known(
        server.client(),
        server.url(),
        WebDavLogin::Anonymous,
        options(),
        first.server().clone(),
    )
    .expect("a known server");
    assert_eq!(requests("PROPFIND"), 0);
    assert_eq!(known.scope(), first.scope());
    assert_eq!(
        Library::of(&read_all(&known).await).keys(),
        ["A", "A/a.mp3"]
    );
}

#[core_async::test]
async fn what_is_no_webdav_folder_is_refused_with_its_cause() {
    let attempt = async |url: &str, faults: Vec<Fault>| {
        let server = Server::with(Dialect::Plain, &["a.mp3"]);
        server.fail("PROPFIND", faults);
        let options = WebDavOptions::default();
        kind(WebDav::connect(server.client(), url, WebDavLogin::Anonymous, options).await)
    };
    let root = "http://dav.test/dav/My%20Music/";
    let html = Fault::Body(
        "text/html",
        "<!DOCTYPE html><html><body>Welcome</body></html>",
    );
    let short = Fault::Body(
        "text/html",
        "<html><head><meta charset='utf-8'></head></html>",
    );
    for (url, faults, expected) in [
        (
            root,
            vec![Fault::Status(405, vec![])],
            ErrorKind::Unsupported,
        ),
        (
            root,
            vec![Fault::Status(501, vec![])],
            ErrorKind::Unsupported,
        ),
        (
            root,
            vec![Fault::Status(401, vec![])],
            ErrorKind::AuthExpired,
        ),
        (
            root,
            vec![Fault::Status(403, vec![])],
            ErrorKind::PermissionDenied,
        ),
        (root, vec![html], ErrorKind::Unsupported),
        (root, vec![short], ErrorKind::Unsupported),
        (root, vec![Fault::Rows(0)], ErrorKind::Corrupt),
        (
            root,
            vec![Fault::Status(507, vec![])],
            ErrorKind::HttpStatus(507),
        ),
        (
            "http://dav.test/dav/My%20Music/none/",
            vec![],
            ErrorKind::NotFound,
        ),
        (
            "http://dav.test/dav/My%20Music/a.mp3",
            vec![],
            ErrorKind::NotADirectory,
        ),
        ("dav.test/music", vec![], ErrorKind::InvalidInput),
    ] {
        assert_eq!(
            attempt(url, faults.clone()).await,
            expected,
            "{url} {faults:?}"
        );
    }
}

#[core_async::test]
async fn options_out_of_range_are_named() {
    let server = Server::with(Dialect::Plain, &[]);
    for (options, name) in [
        (
            WebDavOptions {
                page_items: 0,
                ..options()
            },
            "page_items",
        ),
        (
            WebDavOptions {
                look_ahead: 65,
                ..options()
            },
            "look_ahead",
        ),
        (
            WebDavOptions {
                read_concurrency: 0,
                ..options()
            },
            "read_concurrency",
        ),
    ] {
        let login = WebDavLogin::Anonymous;
        let result = WebDav::connect(server.client(), server.url(), login, options).await;
        let error = result.expect_err(name);
        assert_eq!(
            (error.kind(), error.subject()),
            (&ErrorKind::InvalidInput, name)
        );
    }
}
