//! Credentials: where they go, and where not.

use std::sync::Arc;

use bridge_traits::ErrorKind;
use bridge_traits::provider::{ItemKey, StorageProvider};
use bridge_traits::storage::SecureStore;
use bridge_traits::testing::MemorySecureStore;
use core_providers::{WebDav, WebDavLogin, WebDavOptions, WebDavPassword};

use crate::support::{Dialect, Fault, Server, kind, read_all};

fn server() -> Server {
    let server = Server::with(Dialect::Plain, &["a.mp3"]);
    server.set().login = Some("anna:ge:heim".to_owned());
    server
}

async fn connect(server: &Server, password: WebDavPassword) -> bridge_traits::Result<WebDav> {
    let login = WebDavLogin::Basic {
        user: "anna".to_owned(),
        password,
    };
    WebDav::connect(
        server.client(),
        server.url(),
        login,
        WebDavOptions::default(),
    )
    .await
}

fn given(password: &str) -> WebDavPassword {
    WebDavPassword::Given(password.to_owned())
}

fn has_credentials(request: &bridge_traits::http::HttpRequest) -> bool {
    request
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
}

#[core_async::test]
async fn the_right_password_opens_and_a_wrong_one_is_told() {
    let server = server();
    let provider = connect(&server, given("ge:heim")).await.expect("signed in");
    assert_eq!(provider.scope().account, "anna");
    read_all(&provider).await;
    let error = connect(&server, given("falsch-wrong"))
        .await
        .expect_err("a wrong one");
    assert_eq!(*error.kind(), ErrorKind::AuthExpired);
    assert!(
        !format!("{error} {error:?}").contains("falsch"),
        "{error:?}"
    );
    assert!(!format!("{provider:?}").contains("heim"), "{provider:?}");
    let digest = vec![("WWW-Authenticate", "Digest realm=\"x\", nonce=\"y\"")];
    server.fail("PROPFIND", [Fault::Status(401, digest)]);
    let error = connect(&server, given("ge:heim"))
        .await
        .expect_err("digest");
    assert!(error.to_string().contains("Digest"), "{error}");
}

#[core_async::test]
async fn a_stored_password_is_read_when_needed_and_again_when_it_changed() {
    let server = server();
    let store = Arc::new(MemorySecureStore::new());
    let stored = WebDavPassword::Stored {
        store: store.clone(),
        name: "webdav/1".to_owned(),
    };
    let result = connect(&server, stored.clone()).await;
    assert_eq!(kind(result), ErrorKind::AuthExpired);
    store.set("webdav/1", b"ge:heim").await.expect("stored");
    let provider = connect(&server, stored).await.expect("signed in");
    server.set().login = Some("anna:neu".to_owned());
    store.set("webdav/1", b"neu").await.expect("stored");
    read_all(&provider).await;
    server.set().login = Some("anna:anders".to_owned());
    let requests = server.counter();
    let result = provider.stat(&ItemKey("a.mp3".into())).await;
    assert_eq!(kind(result), ErrorKind::AuthExpired);
    assert_eq!(
        requests("PROPFIND"),
        1,
        "the same password is not sent twice"
    );
}

#[core_async::test]
async fn no_other_host_gets_credentials() {
    let server = server();
    let provider = connect(&server, given("ge:heim")).await.expect("signed in");
    let elsewhere = "http://cdn.test/elsewhere?token=hush";
    let away = || Fault::Status(302, vec![("Location", elsewhere)]);
    server.fail("PROPFIND", vec![away(); 3]);
    let error = provider
        .stat(&ItemKey("a.mp3".into()))
        .await
        .expect_err("away");
    assert_eq!(*error.kind(), ErrorKind::Redirected, "{error}");
    assert!(
        error.to_string().contains("http://cdn.test/elsewhere"),
        "{error}"
    );
    assert!(!error.to_string().contains("hush"), "{error}");
    // Where it is the folder to sync there is nothing to sync here.
    for attempt in [
        provider.stat(&ItemKey::root()).await.map(drop),
        connect(&server, given("ge:heim")).await.map(drop),
    ] {
        let error = attempt.expect_err("away");
        assert_eq!(*error.kind(), ErrorKind::RootUnavailable, "{error}");
        let said = error.to_string();
        assert!(
            said.contains("http://cdn.test/elsewhere") && !said.contains("hush"),
            "{said}"
        );
    }
    server.set().clear_faults();
    server.fail("GET", [away()]);
    let bytes = provider.read(&ItemKey("a.mp3".into()), None, 0..100).await;
    assert_eq!(bytes.expect("from elsewhere"), "from elsewhere with None");
    for request in server.requests() {
        assert_eq!(
            has_credentials(&request),
            request.url.starts_with("http://dav.test/"),
            "{}",
            request.url
        );
    }
}

#[core_async::test]
async fn redirects_within_the_server_are_followed_and_circles_end() {
    let server = server();
    let provider = connect(&server, given("ge:heim")).await.expect("signed in");
    let here = vec![("Location", "/dav/My%20Music/a.mp3")];
    server.fail("PROPFIND b.mp3", [Fault::Status(301, here)]);
    // It is told of another file than it asked for, and does not believe it.
    let result = provider.stat(&ItemKey("b.mp3".into())).await;
    assert_eq!(kind(result), ErrorKind::Corrupt);
    let same = vec![("Location", "/dav/My%20Music/a.mp3/")];
    server.fail("PROPFIND a.mp3", [Fault::Status(301, same.clone())]);
    provider
        .stat(&ItemKey("a.mp3".into()))
        .await
        .expect("followed");
    server.fail("PROPFIND a.mp3", vec![Fault::Status(301, same); 9]);
    let result = provider.stat(&ItemKey("a.mp3".into())).await;
    assert_eq!(kind(result), ErrorKind::Redirected);
}

#[core_async::test]
async fn users_that_basic_can_not_carry_are_refused() {
    let server = server();
    for user in ["", "a:b", "a\nb"] {
        let login = WebDavLogin::Basic {
            user: user.to_owned(),
            password: given("x"),
        };
        let options = WebDavOptions::default();
        let result = WebDav::connect(server.client(), server.url(), login, options).await;
        assert_eq!(kind(result), ErrorKind::InvalidInput, "{user:?}");
    }
}
