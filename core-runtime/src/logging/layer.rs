//! Turns `tracing` events into log records.

use std::cell::Cell;
use std::sync::Arc;

use bridge_traits::clock::Clock;
use bridge_traits::logging::{LogLevel, LogRecord, LoggerSink};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::fields::Fields;

/// A `tracing` layer that redacts each record and hands it to a sink.
///
/// A record carries the fields of the spans around it, outermost first, then its own. What a sink
/// logs while it takes a record is dropped, so that it can't call itself for ever.
#[derive(Debug)]
pub struct LogLayer<K: ?Sized, C: ?Sized> {
    sink: Arc<K>,
    clock: Arc<C>,
}

impl<K: ?Sized, C: ?Sized> LogLayer<K, C> {
    /// Makes a layer that stamps records with `clock` and hands them to `sink`.
    pub fn new(sink: Arc<K>, clock: Arc<C>) -> Self {
        Self { sink, clock }
    }
}

impl<S, K, C> Layer<S> for LogLayer<K, C>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    K: LoggerSink + ?Sized + 'static,
    C: Clock + ?Sized + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(_inside) = Inside::enter() else {
            return;
        };
        let mut own = Fields::default();
        event.record(&mut own);
        let mut fields = Vec::new();
        let spans = context.event_scope(event).map(|scope| scope.from_root());
        for span in spans.into_iter().flatten() {
            if let Some(it) = span.extensions().get::<Fields>() {
                fields.extend_from_slice(&it.named);
            }
        }
        fields.append(&mut own.named);
        self.sink.log(LogRecord {
            time_ms: self.clock.now_ms(),
            level: level(*event.metadata().level()),
            target: event.metadata().target().to_owned(),
            message: own.message,
            fields,
        });
    }
}

fn level(level: Level) -> LogLevel {
    match level {
        Level::ERROR => LogLevel::Error,
        Level::WARN => LogLevel::Warn,
        Level::INFO => LogLevel::Info,
        Level::DEBUG => LogLevel::Debug,
        Level::TRACE => LogLevel::Trace,
    }
}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Held while a sink takes a record on this thread.
struct Inside;

impl Inside {
    fn enter() -> Option<Self> {
        (!INSIDE.replace(true)).then_some(Self)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.set(false);
    }
}
