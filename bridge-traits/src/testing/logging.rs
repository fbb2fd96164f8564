//! Suite and fake for [`LoggerSink`].

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::logging::{LogLevel, LogRecord, LoggerSink};
use crate::{Result, platform_async_trait};

/// Generates the tests that every [`LoggerSink`] passes.
#[macro_export]
macro_rules! logger_sink_conformance {
    ($fresh:expr) => {
        $crate::__conformance_tests! { logging, $fresh,
            records_are_taken_and_flushed
            a_flood_is_taken_without_waiting
        }
    };
}

/// Makes a record with every part filled in.
pub fn sample_record(message: &str) -> LogRecord {
    LogRecord {
        time_ms: 1_767_225_600_123,
        level: LogLevel::Warn,
        target: "core_sync::coordinator".into(),
        message: message.into(),
        fields: vec![
            ("tracks".into(), "3".into()),
            ("note".into(), "a \"b\"\nc".into()),
        ],
    }
}

pub async fn records_are_taken_and_flushed(sink: impl LoggerSink) {
    sink.flush().await.unwrap();
    sink.log(sample_record("one"));
    sink.log(sample_record("two\nlines"));
    sink.flush().await.unwrap();
    sink.flush().await.unwrap();
}

pub async fn a_flood_is_taken_without_waiting(sink: impl LoggerSink) {
    for at in 0..50_000 {
        sink.log(sample_record(&at.to_string()));
    }
    sink.flush().await.unwrap();
}

/// A sink that keeps the last records. Clones share them.
#[derive(Debug, Clone)]
pub struct MemoryLoggerSink {
    capacity: usize,
    inner: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    records: VecDeque<LogRecord>,
    dropped: u64,
}

impl MemoryLoggerSink {
    /// Makes a sink that keeps 10000 records.
    pub fn new() -> Self {
        Self::with_capacity(10_000)
    }

    /// Makes a sink that keeps `capacity` records, at least one.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            inner: Arc::default(),
        }
    }

    /// Gives the records that are kept, oldest first.
    pub fn records(&self) -> Vec<LogRecord> {
        self.lock().records.iter().cloned().collect()
    }

    /// Counts the records that were dropped to make room.
    pub fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryLoggerSink {
    fn default() -> Self {
        Self::new()
    }
}

#[platform_async_trait]
impl LoggerSink for MemoryLoggerSink {
    fn log(&self, record: LogRecord) {
        let mut kept = self.lock();
        if kept.records.len() == self.capacity {
            kept.records.pop_front();
            kept.dropped += 1;
        }
        kept.records.push_back(record);
    }

    async fn flush(&self) -> Result<()> {
        Ok(())
    }
}
