//! Log records in the browser's console.

use bridge_traits::logging::{LogLevel, LogRecord, LoggerSink};
use bridge_traits::{Result, platform_async_trait};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = debug)]
    fn console_debug(line: &str);
    #[wasm_bindgen(js_namespace = console, js_name = info)]
    fn console_info(line: &str);
    #[wasm_bindgen(js_namespace = console, js_name = warn)]
    fn console_warn(line: &str);
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(line: &str);
}

/// Writes log records to the console at once, each as one line of text at the console's own level.
///
/// There is no queue, so nothing is ever dropped here; how many lines the console keeps is the
/// browser's affair. It holds no JavaScript value, and so is `Send` and `Sync`, which `tracing`
/// asks for.
#[derive(Debug, Clone, Copy, Default)]
pub struct WasmLoggerSink;

impl WasmLoggerSink {
    /// Makes the sink.
    pub fn new() -> Self {
        Self
    }
}

#[platform_async_trait]
impl LoggerSink for WasmLoggerSink {
    fn log(&self, record: LogRecord) {
        let write = match record.level {
            LogLevel::Trace | LogLevel::Debug => console_debug,
            LogLevel::Info => console_info,
            LogLevel::Warn => console_warn,
            LogLevel::Error => console_error,
        };
        write(&line(&record));
    }

    async fn flush(&self) -> Result<()> {
        Ok(())
    }
}

fn line(record: &LogRecord) -> String {
    use std::fmt::Write;
    // A line break in a message must not look like a new record.
    let message = record.message.replace(['\n', '\r'], " ");
    let mut line = format!("{}: {message}", record.target);
    for (name, value) in &record.fields {
        // Writing to a string does not fail.
        let _ = write!(line, " {name}={value:?}");
    }
    line
}
