//! The layer: what reaches a sink, in which form, and that it is flushed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge_traits::clock::Clock;
use bridge_traits::logging::{LogLevel, LogRecord, LoggerSink};
use bridge_traits::{BridgeError, ErrorKind, platform_async_trait};
use core_runtime::logging::{LogFilter, LogHandle, LogLayer};
use tracing_subscriber::layer::SubscriberExt;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Buffers records until it is flushed, as a sink over slow storage does.
#[derive(Default)]
struct BufferedSink {
    buffer: Mutex<Vec<LogRecord>>,
    stored: Mutex<Vec<LogRecord>>,
    full: AtomicBool,
    /// Storing waits for a timer, which in a browser only the event loop can ring.
    slow: AtomicBool,
    chatty: AtomicBool,
}

#[platform_async_trait]
impl LoggerSink for BufferedSink {
    fn log(&self, record: LogRecord) {
        if self.chatty.load(Ordering::Relaxed) {
            tracing::warn!("the sink itself logs");
        }
        self.buffer.lock().unwrap().push(record);
    }

    async fn flush(&self) -> Result<(), BridgeError> {
        core_async::task::yield_now().await;
        if self.slow.load(Ordering::Relaxed) {
            core_async::time::sleep(Duration::from_millis(500)).await;
        }
        if self.full.load(Ordering::Relaxed) {
            return Err(BridgeError::new(ErrorKind::QuotaExceeded, "log"));
        }
        let mut taken = std::mem::take(&mut *self.buffer.lock().unwrap());
        self.stored.lock().unwrap().append(&mut taken);
        Ok(())
    }
}

struct FixedClock;

impl Clock for FixedClock {
    fn now_ms(&self) -> i64 {
        1_234
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

fn logged(sink: &Arc<BufferedSink>, body: impl FnOnce()) -> Vec<LogRecord> {
    let layer = LogLayer::new(Arc::clone(sink), Arc::new(FixedClock));
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, body);
    std::mem::take(&mut *sink.buffer.lock().unwrap())
}

fn pairs(record: &LogRecord) -> Vec<(&str, &str)> {
    let fields = record.fields.iter();
    fields.map(|(name, value)| (&**name, &**value)).collect()
}

#[test]
fn a_record_has_time_level_target_message_and_fields() {
    let records = logged(&Arc::default(), || {
        tracing::warn!(target: "core_sync", items = 3, path = "a/b.flac", "page done");
    });
    let [record] = &records[..] else {
        panic!("{records:?}");
    };
    assert_eq!(record.time_ms, 1_234);
    assert_eq!(record.level, LogLevel::Warn);
    assert_eq!(record.target, "core_sync");
    assert_eq!(record.message, "page done");
    assert_eq!(pairs(record), [("items", "3"), ("path", "a/b.flac")]);
}

#[test]
fn fields_of_spans_come_first_and_are_redacted_too() {
    let records = logged(&Arc::default(), || {
        let outer = tracing::info_span!("job", job = 7, access_token = "ya29.planted");
        let _outer = outer.enter();
        let inner = tracing::info_span!("item", url = tracing::field::Empty);
        inner.record("url", "https://x/?sig=planted");
        let _inner = inner.enter();
        tracing::info!(attempt = 2, "read for planted@example.org");
    });
    assert_eq!(records[0].message, "read for [email]");
    assert_eq!(
        pairs(&records[0]),
        [
            ("job", "7"),
            ("access_token", "[secret]"),
            ("url", "https://x/?sig=[secret]"),
            ("attempt", "2")
        ]
    );
}

#[test]
fn an_error_is_logged_with_its_causes_and_without_their_secrets() {
    let cause = std::io::Error::other("GET /a?token=planted refused");
    let error =
        BridgeError::new(ErrorKind::Offline, "https://me:planted@dav.example/").source(cause);
    let records = logged(&Arc::default(), || {
        tracing::error!(error = &error as &dyn std::error::Error, "failed");
    });
    assert_eq!(
        pairs(&records[0]),
        [(
            "error",
            "https://[secret]@dav.example/: offline (GET /a?token=[secret] refused)"
        )]
    );
}

#[test]
fn a_sink_that_logs_does_not_call_itself() {
    let sink = Arc::new(BufferedSink::default());
    sink.chatty.store(true, Ordering::Relaxed);
    let records = logged(&sink, || {
        tracing::info!("one");
        tracing::info!("two");
    });
    let messages: Vec<_> = records.iter().map(|it| &*it.message).collect();
    assert_eq!(messages, ["one", "two"]);
}

#[test]
fn a_blocking_flush_returns_when_everything_is_stored() {
    let sink = Arc::new(BufferedSink::default());
    sink.buffer
        .lock()
        .unwrap()
        .extend(logged(&Arc::default(), || tracing::info!("kept")));
    LogHandle::new(Arc::clone(&sink)).flush_blocking().unwrap();
    assert_eq!(sink.stored.lock().unwrap().len(), 1);
}

#[core_async::test]
async fn a_blocking_flush_in_a_blocking_task_returns_when_everything_is_stored() {
    let sink = Arc::new(BufferedSink::default());
    let records = logged(&Arc::default(), || tracing::info!("kept"));
    sink.buffer.lock().unwrap().extend(records);
    let handle = LogHandle::new(Arc::clone(&sink));
    let flushed = core_async::task::spawn_blocking(move || handle.flush_blocking());
    flushed.await.unwrap().unwrap();
    assert_eq!(sink.stored.lock().unwrap().len(), 1);
}

#[core_async::test]
async fn a_blocking_flush_in_asynchronous_code_is_an_error_and_loses_nothing() {
    let sink = Arc::new(BufferedSink::default());
    let records = logged(&Arc::default(), || tracing::info!("kept"));
    sink.buffer.lock().unwrap().extend(records);
    let handle = LogHandle::new(Arc::clone(&sink));
    let refused = core_async::task::spawn(async move { handle.flush_blocking() });
    let error = refused.await.unwrap().unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Unsupported, "{error}");
    LogHandle::new(Arc::clone(&sink)).flush().await.unwrap();
    assert_eq!(sink.stored.lock().unwrap().len(), 1);
}

/// Natively the thread waits; in a browser it can't, and says so instead of freezing the page.
#[test]
fn a_blocking_flush_that_needs_the_event_loop_waits_or_says_that_it_cannot() {
    let sink = Arc::new(BufferedSink::default());
    sink.slow.store(true, Ordering::Relaxed);
    let flushed = LogHandle::new(sink).flush_blocking();
    let kind = flushed.map_err(|error| error.kind().clone());
    match cfg!(target_arch = "wasm32") {
        true => assert_eq!(kind, Err(ErrorKind::Unsupported)),
        false => assert_eq!(kind, Ok(())),
    }
}

#[core_async::test]
async fn a_flush_says_what_the_sink_says() {
    let sink = Arc::new(BufferedSink::default());
    sink.full.store(true, Ordering::Relaxed);
    // The `dyn` form is what a host holds.
    let handle = LogHandle::new(sink as Arc<dyn LoggerSink>);
    let error = handle.flush().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::QuotaExceeded);
}

#[test]
fn a_second_installation_is_an_error() {
    let install = || {
        core_runtime::logging::install(
            LogFilter::parse("info,core_sync=debug").unwrap(),
            Arc::new(BufferedSink::default()),
            Arc::new(FixedClock),
        )
    };
    install().unwrap();
    assert!(
        install()
            .unwrap_err()
            .to_string()
            .contains("add a `LogLayer`")
    );
}

#[test]
fn filters_are_read_strictly() {
    for good in ["info", "off", "warn, core_sync=debug", "sqlx::query=TRACE"] {
        LogFilter::parse(good).unwrap();
    }
    for bad in [
        "",
        "inof",
        "core_sync=loud",
        "=info",
        "info,,debug",
        "core_sync=",
        "3",
    ] {
        let error = LogFilter::parse(bad).unwrap_err();
        assert!(bad.contains(&error.part), "{bad}: {error}");
    }
}
