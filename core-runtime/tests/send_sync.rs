//! Which public types may cross threads natively. In a browser nothing is asked of them.
#![cfg(not(target_arch = "wasm32"))]

use core_runtime::config::{ConfigError, CoreConfig, CoreConfigBuilder};
use core_runtime::events::{CoreEvent, Event, EventBus, EventError, EventSubscriber, PublishError};
use core_runtime::logging::{LogFilter, LogHandle, LogLayer};
use core_runtime::retry::{Jitter, RetryPolicy};

type DynLog = LogLayer<dyn bridge_traits::logging::LoggerSink, dyn bridge_traits::clock::Clock>;
type DynHandle = LogHandle<dyn bridge_traits::logging::LoggerSink>;

#[test]
fn public_types_are_send_and_sync() {
    fn check<T: Send + Sync + 'static>() {}
    check::<EventBus>();
    check::<EventSubscriber>();
    check::<Event>();
    check::<CoreEvent>();
    check::<EventError>();
    check::<PublishError>();
    check::<CoreConfig>();
    check::<CoreConfigBuilder>();
    check::<ConfigError>();
    check::<LogFilter>();
    check::<DynLog>();
    check::<DynHandle>();
    check::<RetryPolicy>();
    check::<Jitter>();
}

#[test]
fn futures_are_send() {
    fn check<T: Send>(_: T) {}
    let bus = EventBus::new(1).unwrap();
    let mut subscriber = bus.subscribe();
    check(subscriber.recv());
    check(bus.subscribe().into_stream());
    fn flush(handle: &DynHandle) {
        check(handle.flush());
    }
    let _ = flush;
}
