//! The fakes pass the suites of the traits that they fake.

use std::path::PathBuf;

use bridge_traits::http::HttpRequest;
use bridge_traits::storage::FileSystemAccess;
use bridge_traits::testing::{
    FakeAnswer, FakeBackground, FakeClock, FakeHttp, FakeLifecycle, FakeNetwork, MemoryFileSystem,
    MemoryLoggerSink, MemoryProvider, MemorySecureStore, MemorySettings, conformance_answer,
};
use bridge_traits::{BridgeError, ErrorKind, Result};

mod background {
    bridge_traits::background_executor_conformance!(async || (super::FakeBackground::new(), ()));
}
mod clock {
    bridge_traits::clock_conformance!(async || (super::FakeClock::new(), ()));
}
mod lifecycle {
    bridge_traits::lifecycle_observer_conformance!(async || (super::FakeLifecycle::new(), ()));
}
mod network {
    bridge_traits::network_monitor_conformance!(async || (super::FakeNetwork::new(), ()));
}
mod logging {
    bridge_traits::logger_sink_conformance!(async || (super::MemoryLoggerSink::new(), ()));
}
mod secure_store {
    bridge_traits::secure_store_conformance!(async || (super::MemorySecureStore::new(), ()));
}
mod settings {
    bridge_traits::settings_store_conformance!(async || (super::MemorySettings::new(), ()));
}
mod file_system {
    bridge_traits::file_system_conformance!(super::memory_folder);
}
mod http {
    bridge_traits::http_client_conformance!(super::fake_http);
}
mod provider {
    bridge_traits::storage_provider_conformance!(super::small_provider);
}
mod provider_after_a_life {
    bridge_traits::storage_provider_conformance!(super::used_provider);
}

async fn memory_folder() -> ((MemoryFileSystem, PathBuf), ()) {
    let fs = MemoryFileSystem::new();
    let root = PathBuf::from("/music/root");
    fs.create_dir_all(&root).await.unwrap();
    ((fs, root), ())
}

async fn fake_http() -> ((FakeHttp, String, String), ()) {
    fn answer(request: &HttpRequest) -> Result<FakeAnswer> {
        if request.url.contains(":9/") {
            return Err(BridgeError::new(ErrorKind::Offline, &*request.url));
        }
        Ok(conformance_answer(request))
    }
    let (here, there) = ("http://here.test".into(), "http://there.test".into());
    ((FakeHttp::new(answer), here, there), ())
}

async fn small_provider() -> ((MemoryProvider, bridge_traits::testing::ExpectedTree), ()) {
    let provider = MemoryProvider::new();
    provider.put("Artist/Album/01.flac", "content of one");
    provider.put("cover.jpg", vec![7; 100_000]);
    provider.put_folder("empty");
    let tree = provider.tree();
    ((provider, tree), ())
}

async fn used_provider() -> ((MemoryProvider, bridge_traits::testing::ExpectedTree), ()) {
    let provider = MemoryProvider::new();
    provider.set_page_size(3);
    for at in 0..20 {
        provider.put(&format!("a/{}/{at}.mp3", at % 4), format!("content {at}"));
    }
    provider.rename("a/1", "b");
    provider.move_into("b", "a/2");
    provider.delete("a/3");
    provider.put("a/0/0.mp3", "new content");
    provider.expire_cursors();
    let tree = provider.tree();
    ((provider, tree), ())
}
