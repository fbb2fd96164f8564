//! Where log records go.

use crate::{PlatformSendSync, Result, platform_async_trait};

/// How serious a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// Every step.
    Trace,
    /// What a developer wants to see.
    Debug,
    /// What an operator wants to see.
    Info,
    /// Something was wrong and was dealt with.
    Warn,
    /// Something failed.
    Error,
}

/// One log record, already free of secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRecord {
    /// When, in ms since 1970.
    pub time_ms: i64,
    /// How serious.
    pub level: LogLevel,
    /// The module that wrote it.
    pub target: String,
    /// The text.
    pub message: String,
    /// Structured fields, in the order they were given.
    pub fields: Vec<(String, String)>,
}

/// Takes log records.
#[platform_async_trait]
pub trait LoggerSink: PlatformSendSync {
    /// Takes a record without waiting. A sink that is full drops the oldest and counts it.
    fn log(&self, record: LogRecord);

    /// Returns when every record taken so far is where it belongs.
    async fn flush(&self) -> Result<()>;
}
