//! Logging, what the host feeds, and all parts together.

use std::io::Write;
use std::sync::mpsc;

use bridge_native::{NativeBridge, NativeLifecycle, NativeNetworkMonitor, TracingSink};
use bridge_traits::ErrorKind;
use bridge_traits::database::DatabaseAdapter;
use bridge_traits::lifecycle::{LifecycleObserver, LifecycleState};
use bridge_traits::logging::{LogLevel, LogRecord, LoggerSink};
use bridge_traits::network::{NetworkMonitor, NetworkStatus};
use bridge_traits::storage::{SecureStore, SettingsStore};
use futures::{FutureExt, StreamExt};
use serde_json::{Value, json};

fn record(message: &str) -> LogRecord {
    LogRecord {
        time_ms: 5,
        level: LogLevel::Info,
        target: "test".into(),
        message: message.into(),
        fields: vec![("name".into(), "va\"l\nue".into())],
    }
}

fn lines(path: &std::path::Path) -> Vec<Value> {
    std::fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[core_async::test]
async fn flushed_records_are_in_the_file_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    for run in 0..2 {
        let sink = TracingSink::to_file(&path).unwrap();
        for at in 0..100 {
            sink.log(record(&format!("{run} line\n{at}")));
        }
        sink.flush().await.unwrap();
        let found = lines(&path);
        assert_eq!(found.len(), 100 * (run + 1));
        assert_eq!(found[100 * run + 7]["message"], format!("{run} line\n7"));
    }
    let expected = json!({
        "time_ms": 5, "level": "info", "target": "test", "message": "0 line\n0",
        "fields": {"name": "va\"l\nue"},
    });
    assert_eq!(lines(&path)[0], expected);
}

/// An output that writes when it is let, and tells what it wrote.
struct Gate {
    open: mpsc::Receiver<()>,
    written: mpsc::Sender<Vec<u8>>,
    waiting: mpsc::Sender<()>,
    passed: bool,
}

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if !self.passed {
            let _ = self.waiting.send(());
            let _ = self.open.recv();
            self.passed = true;
        }
        let _ = self.written.send(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[core_async::test]
async fn a_full_queue_drops_the_oldest_and_says_so() {
    let (open, gate) = mpsc::channel();
    let (sender, written) = mpsc::channel();
    let (waiting, waits) = mpsc::channel();
    let output = Gate {
        open: gate,
        written: sender,
        waiting,
        passed: false,
    };
    let sink = TracingSink::to_writer(output, 10).unwrap();
    sink.log(record("first"));
    waits.recv().unwrap();
    // The thread hangs in its first record; 25 more come, and 10 have room.
    for at in 0..25 {
        sink.log(record(&at.to_string()));
    }
    assert_eq!(sink.dropped(), 15);
    assert!(sink.flush().now_or_never().is_none(), "nothing is written");
    open.send(()).unwrap();
    sink.flush().await.unwrap();
    let text = String::from_utf8(written.try_iter().flatten().collect()).unwrap();
    let messages: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .collect();
    let shown: Vec<_> = messages
        .iter()
        .map(|it| it["message"].as_str().unwrap())
        .collect();
    assert_eq!(shown[0], "first");
    assert_eq!(messages[1]["fields"]["dropped"], "15");
    assert_eq!(
        shown[2..],
        ["15", "16", "17", "18", "19", "20", "21", "22", "23", "24"]
    );
}

struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[core_async::test]
async fn records_that_could_not_be_written_fail_the_flush() {
    let sink = TracingSink::to_writer(Full, 10).unwrap();
    sink.log(record("lost"));
    let error = sink.flush().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::QuotaExceeded);
}

#[core_async::test]
async fn a_log_in_a_missing_folder_is_not_found() {
    let folder = tempfile::tempdir().unwrap();
    let error = TracingSink::to_file(&folder.path().join("no/log")).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotFound);
}

#[core_async::test]
async fn what_the_host_reports_reaches_every_listener() {
    let life = NativeLifecycle::new();
    let mut listeners = [life.changes(), life.changes()];
    for listener in &mut listeners {
        assert_eq!(listener.next().await, Some(LifecycleState::Foreground));
        assert!(listener.next().now_or_never().is_none());
    }
    life.report(LifecycleState::Background);
    life.report(LifecycleState::Terminating);
    for listener in &mut listeners {
        assert_eq!(listener.next().await, Some(LifecycleState::Terminating));
    }
    assert_eq!(life.state(), LifecycleState::Terminating);

    let status = |online| NetworkStatus {
        online: Some(online),
        metered: None,
    };
    let network = NativeNetworkMonitor::fed_by_host(status(true));
    let mut changes = network.changes().await.unwrap();
    assert_eq!(changes.next().await, Some(status(true)));
    network.report(status(false)).unwrap();
    assert_eq!(changes.next().await, Some(status(false)));
    drop(network);
    assert_eq!(changes.next().await, None);
    let unfed = NativeNetworkMonitor::new().report(status(true));
    assert_eq!(*unfed.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[core_async::test]
async fn everything_opens_in_one_folder_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new/data");
    for run in 0..2 {
        let bridge = NativeBridge::open(&data).await.unwrap();
        let volume = bridge.settings.get("volume").await.unwrap();
        assert_eq!(volume, (run > 0).then(|| json!(7)));
        bridge.settings.set("volume", json!(7)).await.unwrap();
        let sql = "CREATE TABLE IF NOT EXISTS t (a)";
        bridge.database.execute(sql, vec![]).await.unwrap();
        assert!(!bridge.secrets.protection().is_empty());
        bridge.log.log(record("hello"));
        bridge.log.flush().await.unwrap();
        assert_eq!(lines(&data.join("log.jsonl")).len(), run + 1);
    }
}
