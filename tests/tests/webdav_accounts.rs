//! Signing in to WebDAV servers through the service: where passwords go, and where not.

use std::sync::{Arc, Mutex};

use bridge_native::{NativeClock, NativeDatabase, NativeFileSystem};
use bridge_traits::ErrorKind;
use bridge_traits::http::HttpRequest;
use bridge_traits::storage::SecureStore;
use bridge_traits::testing::{FakeAnswer, FakeHttp, MemorySecureStore};
use bridge_traits::{BridgeError, Result};
use core_service::{
    CoreConfig, CoreService, CoreServiceBuilder, ServiceError, SyncRequest, WebDavFolder,
    WebDavSecret,
};
use music_core_tests::World;

const URL: &str = "https://dav.test/music/";
const PASSWORD: &str = "cor-rect-horse";

/// A server with one empty folder, which answers those who know the password.
#[derive(Clone, Default)]
struct Server {
    is_away: Arc<Mutex<bool>>,
}

impl Server {
    fn client(&self) -> FakeHttp {
        let is_away = self.is_away.clone();
        FakeHttp::new(move |request| {
            if *is_away.lock().unwrap() {
                return Err(BridgeError::new(ErrorKind::Offline, &*request.url));
            }
            answer(request)
        })
    }
}

fn answer(request: &HttpRequest) -> Result<FakeAnswer> {
    // `anna:cor-rect-horse`
    let expected = (
        "Authorization".to_owned(),
        "Basic YW5uYTpjb3ItcmVjdC1ob3JzZQ==".to_owned(),
    );
    if !request.headers.contains(&expected) {
        return Ok(FakeAnswer::status(401));
    }
    let body = "<d:multistatus xmlns:d='DAV:'><d:response><d:href>/music/</d:href><d:propstat>\
                <d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop>\
                <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>";
    let mut answer = FakeAnswer::ok(body);
    answer.status = 207;
    Ok(answer)
}

async fn open(
    world: &World,
    server: &Server,
    secrets: Option<Arc<MemorySecureStore>>,
) -> CoreService {
    let database = NativeDatabase::open(&world.database()).await.unwrap();
    let config = CoreConfig::builder()
        .database_path(world.database())
        .build()
        .unwrap();
    let mut builder = CoreServiceBuilder::new()
        .config(config)
        .database(Arc::new(database))
        .filesystem(Arc::new(NativeFileSystem::new()))
        .clock(Arc::new(NativeClock::new()))
        .http(Arc::new(server.client()));
    if let Some(secrets) = secrets {
        builder = builder.secure_store(secrets);
    }
    builder.build().await.unwrap()
}

fn folder(secret: WebDavSecret) -> WebDavFolder {
    WebDavFolder {
        url: URL.to_owned(),
        user: Some("anna".to_owned()),
        secret,
        ..WebDavFolder::default()
    }
}

fn kind(result: core_service::Result<impl Sized>) -> ErrorKind {
    match result {
        Err(ServiceError::Platform(error)) => error.kind().clone(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it should fail"),
    }
}

async fn sync(core: &CoreService, provider: i64) -> &'static str {
    let job = core
        .start_sync(provider, SyncRequest::default())
        .await
        .unwrap();
    core.wait_for_sync(job).await.unwrap().status
}

#[core_async::test]
async fn a_password_is_kept_in_the_store_and_nowhere_else() {
    let (world, server) = (World::new(), Server::default());
    let secrets = Arc::new(MemorySecureStore::new());
    let core = open(&world, &server, Some(secrets.clone())).await;
    let added = core
        .add_webdav(folder(WebDavSecret::Store(PASSWORD.to_owned())))
        .await
        .unwrap();
    assert_eq!(
        (&*added.kind, &*added.name, &*added.root),
        ("webdav", "music", URL)
    );
    assert_eq!(sync(&core, added.id).await, "completed");
    core.shutdown().await.unwrap();

    // The next start needs no password from anybody.
    let core = open(&world, &server, Some(secrets.clone())).await;
    assert_eq!(sync(&core, added.id).await, "completed");
    let again = core.add_webdav(folder(WebDavSecret::Stored)).await.unwrap();
    assert_eq!(again.id, added.id);
    core.shutdown().await.unwrap();

    let stored = secrets
        .get("webdav:anna@https://dav.test/music/")
        .await
        .unwrap();
    assert_eq!(stored.as_deref(), Some(PASSWORD.as_bytes()));
    for entry in std::fs::read_dir(world.database().parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes
                .windows(PASSWORD.len())
                .any(|it| it == PASSWORD.as_bytes());
            assert!(!found, "the password is in {}", path.display());
        }
    }
}

#[core_async::test]
async fn a_session_s_password_is_forgotten_with_the_session() {
    let (world, server) = (World::new(), Server::default());
    let secrets = Arc::new(MemorySecureStore::new());
    let core = open(&world, &server, Some(secrets.clone())).await;
    let session = WebDavSecret::Session(PASSWORD.to_owned());
    assert!(!format!("{:?}", folder(session.clone())).contains(PASSWORD));
    let added = core.add_webdav(folder(session)).await.unwrap();
    assert_eq!(sync(&core, added.id).await, "completed");
    core.shutdown().await.unwrap();
    let core = open(&world, &server, Some(secrets)).await;
    assert_eq!(
        sync(&core, added.id).await,
        "paused",
        "somebody has to sign in"
    );
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn what_does_not_work_leaves_nothing_behind() {
    let (world, server) = (World::new(), Server::default());
    let secrets = Arc::new(MemorySecureStore::new());
    let core = open(&world, &server, Some(secrets.clone())).await;
    let wrong = folder(WebDavSecret::Store("wrong".to_owned()));
    assert_eq!(kind(core.add_webdav(wrong).await), ErrorKind::AuthExpired);
    let missing = folder(WebDavSecret::Stored);
    assert_eq!(kind(core.add_webdav(missing).await), ErrorKind::AuthExpired);
    let bad = WebDavFolder {
        url: "https://anna:hush@dav.test/".to_owned(),
        ..WebDavFolder::default()
    };
    assert_eq!(kind(core.add_webdav(bad).await), ErrorKind::InvalidInput);
    *server.is_away.lock().unwrap() = true;
    let away = folder(WebDavSecret::Session(PASSWORD.to_owned()));
    assert_eq!(kind(core.add_webdav(away).await), ErrorKind::Offline);
    assert!(core.providers().await.unwrap().is_empty());
    let stored = secrets
        .get("webdav:anna@https://dav.test/music/")
        .await
        .unwrap();
    assert_eq!(stored, None);
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn a_known_server_is_found_while_it_is_away_and_its_sync_rests() {
    let (world, server) = (World::new(), Server::default());
    let secrets = Arc::new(MemorySecureStore::new());
    let core = open(&world, &server, Some(secrets)).await;
    let added = core
        .add_webdav(folder(WebDavSecret::Store(PASSWORD.to_owned())))
        .await
        .unwrap();
    *server.is_away.lock().unwrap() = true;
    let again = WebDavFolder {
        ask_again: true,
        ..folder(WebDavSecret::Stored)
    };
    assert_eq!(core.add_webdav(again).await.unwrap().id, added.id);
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn without_a_store_a_password_is_not_promised_to_be_kept() {
    let (world, server) = (World::new(), Server::default());
    let core = open(&world, &server, None).await;
    let result = core
        .add_webdav(folder(WebDavSecret::Store(PASSWORD.to_owned())))
        .await;
    assert!(matches!(kind(result), ErrorKind::NotAvailable { .. }));
    assert!(core.providers().await.unwrap().is_empty());
    let added = core
        .add_webdav(folder(WebDavSecret::Session(PASSWORD.to_owned())))
        .await
        .unwrap();
    core.shutdown().await.unwrap();
    // What is in the library can be asked for, though the server can't be reached.
    let core = open(&world, &server, None).await;
    assert_eq!(core.providers().await.unwrap()[0].id, added.id);
    core.shutdown().await.unwrap();
}

#[core_async::test]
async fn the_password_of_a_removed_server_is_deleted() {
    let (world, server) = (World::new(), Server::default());
    let secrets = Arc::new(MemorySecureStore::new());
    let core = open(&world, &server, Some(secrets.clone())).await;
    let added = core
        .add_webdav(folder(WebDavSecret::Store(PASSWORD.to_owned())))
        .await
        .unwrap();
    core.remove_provider(added.id).await.unwrap();
    let stored = secrets
        .get("webdav:anna@https://dav.test/music/")
        .await
        .unwrap();
    assert_eq!(stored, None);
    let again = core.add_webdav(folder(WebDavSecret::Stored)).await;
    assert_eq!(kind(again), ErrorKind::AuthExpired);
    core.shutdown().await.unwrap();
}
