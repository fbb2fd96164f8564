//! Log records into a file or to the error output.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use bridge_traits::logging::{LogLevel, LogRecord, LoggerSink};
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use core_async::sync::watch;
use serde_json::{Map, Value, json};

/// How many records wait to be written at most, if nothing else is said.
const CAPACITY: usize = 8192;

/// Writes log records on a thread of its own, from a queue that drops its oldest when it is full.
///
/// Into a file goes one JSON object a line; to the error output goes text. Where records were
/// dropped a line says how many. Dropping the sink lets the thread write what is queued, and does
/// not wait for it; [`flush`](LoggerSink::flush) does.
#[derive(Debug)]
pub struct TracingSink {
    shared: Arc<Shared>,
    written: watch::Receiver<Written>,
    subject: String,
}

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    filled: Condvar,
    capacity: usize,
}

#[derive(Debug, Default)]
struct Queue {
    records: VecDeque<LogRecord>,
    /// How many records were ever taken: the sequence number of the newest.
    taken: u64,
    /// How many were dropped since the last line that says so.
    unreported: u64,
    /// How many were dropped ever.
    dropped: u64,
    closed: bool,
}

/// What the thread has done.
#[derive(Debug, Clone, Copy, Default)]
struct Written {
    /// Every record up to this sequence number is written or dropped.
    up_to: u64,
    /// Why the last batch could not be written.
    failure: Option<std::io::ErrorKind>,
}

#[derive(Debug, Clone, Copy)]
enum Format {
    JsonLines,
    Text,
}

impl TracingSink {
    /// Adds to the file at `path`, or makes it; its folder must exist.
    ///
    /// # Errors
    /// What opening the file says.
    pub fn to_file(path: &Path) -> Result<Self> {
        let subject = path.to_string_lossy().into_owned();
        let file = File::options()
            .append(true)
            .create(true)
            .open(path)
            .map_err(|error| BridgeError::from_io(error, &*subject))?;
        Self::start(BufWriter::new(file), Format::JsonLines, subject, CAPACITY)
    }

    /// Writes to the error output of the process.
    ///
    /// # Errors
    /// `Other` if the system gives no thread.
    pub fn to_stderr() -> Result<Self> {
        let output = BufWriter::new(std::io::stderr());
        Self::start(output, Format::Text, "error output".to_owned(), CAPACITY)
    }

    /// Writes JSON lines to any output, with at most `capacity` records waiting.
    ///
    /// # Errors
    /// `InvalidInput` for a capacity of 0, `Other` if the system gives no thread.
    pub fn to_writer(output: impl Write + Send + 'static, capacity: usize) -> Result<Self> {
        Self::start(output, Format::JsonLines, "log output".to_owned(), capacity)
    }

    /// Counts the records that were dropped because the queue was full.
    pub fn dropped(&self) -> u64 {
        self.shared.lock().dropped
    }

    fn start(
        output: impl Write + Send + 'static,
        format: Format,
        subject: String,
        capacity: usize,
    ) -> Result<Self> {
        if capacity == 0 {
            return Err(
                BridgeError::new(ErrorKind::InvalidInput, subject).detail("a queue of 0 records")
            );
        }
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            filled: Condvar::new(),
            capacity,
        });
        let (sender, written) = watch::channel(Written::default());
        let thread = shared.clone();
        std::thread::Builder::new()
            .name("music-core-log".to_owned())
            .spawn(move || write_all(&thread, output, format, &sender))
            .map_err(|error| BridgeError::from_io(error, &*subject))?;
        Ok(Self {
            shared,
            written,
            subject,
        })
    }
}

#[platform_async_trait]
impl LoggerSink for TracingSink {
    fn log(&self, record: LogRecord) {
        let mut queue = self.shared.lock();
        if queue.records.len() == self.shared.capacity {
            queue.records.pop_front();
            queue.unreported += 1;
            queue.dropped += 1;
        }
        queue.records.push_back(record);
        queue.taken += 1;
        drop(queue);
        self.shared.filled.notify_one();
    }

    async fn flush(&self) -> Result<()> {
        let wanted = self.shared.lock().taken;
        let mut written = self.written.clone();
        let done = written
            .wait_for(|it| it.up_to >= wanted)
            .await
            .map(|it| *it)
            .map_err(|_| {
                BridgeError::new(ErrorKind::Other, &*self.subject)
                    .detail("the thread that writes has died")
            })?;
        match done.failure {
            Some(kind) => Err(BridgeError::from_io(kind.into(), &*self.subject)),
            None => Ok(()),
        }
    }
}

impl Drop for TracingSink {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.filled.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for records; `None` when there are none and none will come.
    fn next_batch(&self) -> Option<(VecDeque<LogRecord>, u64, u64)> {
        let mut queue = self.lock();
        while queue.records.is_empty() {
            if queue.closed {
                return None;
            }
            queue = self
                .filled
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let dropped = std::mem::take(&mut queue.unreported);
        Some((std::mem::take(&mut queue.records), queue.taken, dropped))
    }
}

fn write_all(
    shared: &Shared,
    mut output: impl Write,
    format: Format,
    written: &watch::Sender<Written>,
) {
    while let Some((batch, up_to, dropped)) = shared.next_batch() {
        let outcome = write_batch(&mut output, &batch, dropped, format);
        let failure = outcome.err().map(|error| error.kind());
        // Nobody may be there to hear it.
        written.send_replace(Written { up_to, failure });
    }
}

fn write_batch(
    output: &mut impl Write,
    batch: &VecDeque<LogRecord>,
    dropped: u64,
    format: Format,
) -> std::io::Result<()> {
    if dropped > 0 {
        let notice = LogRecord {
            time_ms: batch.front().map_or(0, |it| it.time_ms),
            level: LogLevel::Warn,
            target: "bridge_native::logging".to_owned(),
            message: "log records were dropped because the queue was full".to_owned(),
            fields: vec![("dropped".to_owned(), dropped.to_string())],
        };
        write_record(output, &notice, format)?;
    }
    for record in batch {
        write_record(output, record, format)?;
    }
    output.flush()
}

fn write_record(
    output: &mut impl Write,
    record: &LogRecord,
    format: Format,
) -> std::io::Result<()> {
    match format {
        Format::JsonLines => {
            let fields = record.fields.iter();
            let fields: Map<String, Value> = fields
                .map(|(name, value)| (name.clone(), json!(value)))
                .collect();
            let line = json!({
                "time_ms": record.time_ms,
                "level": name_of(record.level),
                "target": record.target,
                "message": record.message,
                "fields": fields,
            });
            serde_json::to_writer(&mut *output, &line)?;
            output.write_all(b"\n")
        }
        Format::Text => {
            let level = name_of(record.level);
            // A line break in a message must not look like a new record.
            let message = record.message.replace(['\n', '\r'], " ");
            write!(output, "{level:5} {}: {message}", record.target)?;
            for (name, value) in &record.fields {
                write!(output, " {name}={value:?}")?;
            }
            output.write_all(b"\n")
        }
    }
}

fn name_of(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Trace => "trace",
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Error => "error",
    }
}
