//! Every native implementation passes the suite of its trait.

use std::path::PathBuf;
use std::sync::Arc;

use bridge_native::{
    NativeBackground, NativeClock, NativeDatabase, NativeFileSystem, NativeHttpClient,
    NativeLifecycle, NativeNetworkMonitor, NativeSecureStore, NativeSettingsStore, TracingSink,
};
use bridge_traits::network::NetworkStatus;
use tempfile::TempDir;

#[path = "../../bridge-traits/examples/http_conformance_server/server.rs"]
mod http_server;

mod database_in_memory {
    bridge_traits::database_conformance!(super::database_in_memory);
}
mod database_in_a_file {
    bridge_traits::database_conformance!(super::database_in_a_file);
}
mod file_system {
    bridge_traits::file_system_conformance!(super::file_system);
}
mod http {
    bridge_traits::http_client_conformance!(super::http);
}
mod secure_store_in_files {
    bridge_traits::secure_store_conformance!(super::secure_store_in_files);
}
mod settings {
    bridge_traits::settings_store_conformance!(super::settings);
}
mod clock {
    bridge_traits::clock_conformance!(async || (super::NativeClock::new(), ()));
}
mod network_of_the_system {
    bridge_traits::network_monitor_conformance!(async || (super::NativeNetworkMonitor::new(), ()));
}
mod network_fed_by_the_host {
    bridge_traits::network_monitor_conformance!(super::fed_network);
}
mod lifecycle {
    bridge_traits::lifecycle_observer_conformance!(async || (super::NativeLifecycle::new(), ()));
}
mod background {
    bridge_traits::background_executor_conformance!(async || (super::NativeBackground::new(), ()));
}
mod logging_to_a_file {
    bridge_traits::logger_sink_conformance!(super::log_file);
}

async fn database_in_memory() -> (NativeDatabase, ()) {
    (NativeDatabase::in_memory().await.unwrap(), ())
}

async fn database_in_a_file() -> (NativeDatabase, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    (NativeDatabase::open(&path).await.unwrap(), folder)
}

async fn file_system() -> ((NativeFileSystem, PathBuf), TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    ((NativeFileSystem::new(), root), folder)
}

async fn http() -> ((NativeHttpClient, String, String), ()) {
    let port = http_server::start(0);
    let client = NativeHttpClient::new("music-core-tests").unwrap();
    // One server under two names.
    let here = format!("http://127.0.0.1:{port}");
    let there = format!("http://localhost:{port}");
    ((client, here, there), ())
}

async fn secure_store_in_files() -> (NativeSecureStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let (secrets, key) = (folder.path().join("secrets"), folder.path().join("key"));
    (
        NativeSecureStore::open_files(&secrets, &key).unwrap(),
        folder,
    )
}

async fn settings() -> (NativeSettingsStore, ()) {
    let database = NativeDatabase::in_memory().await.unwrap();
    let store = NativeSettingsStore::open(Arc::new(database)).await;
    (store.unwrap(), ())
}

async fn fed_network() -> (NativeNetworkMonitor, ()) {
    let status = NetworkStatus {
        online: Some(true),
        metered: Some(true),
    };
    (NativeNetworkMonitor::fed_by_host(status), ())
}

async fn log_file() -> (TracingSink, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let sink = TracingSink::to_file(&folder.path().join("log")).unwrap();
    (sink, folder)
}
