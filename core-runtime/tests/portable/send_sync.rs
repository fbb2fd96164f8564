//! Which public types and futures are `Send`, `Sync` and `Unpin`, per target.

use std::sync::Arc;

use core_runtime::config::{ConfigError, CoreConfig, CoreConfigBuilder, MassDeletionGuard};
use core_runtime::events::{
    CoreEvent, Event, EventBus, EventError, EventSubscriber, InvalidCapacity, Lagged, PublishError,
    TryEventError,
};
use core_runtime::logging::{InvalidLogFilter, LogFilter, LogHandle, LogLayer};
use core_runtime::retry::{Decision, Failure, Jitter, RetryPolicy};
use static_assertions::assert_impl_all;

type DynLog = LogLayer<dyn bridge_traits::logging::LoggerSink, dyn bridge_traits::clock::Clock>;
type DynHandle = LogHandle<dyn bridge_traits::logging::LoggerSink>;

// What travels as data crosses threads everywhere.
assert_impl_all!(Event: Send, Sync, Unpin);
assert_impl_all!(Arc<Event>: Send, Sync, Unpin);
assert_impl_all!(CoreEvent: Send, Sync, Unpin);
assert_impl_all!(EventError: Send, Sync, Unpin);
assert_impl_all!(TryEventError: Send, Sync, Unpin);
assert_impl_all!(Lagged: Send, Sync, Unpin);
assert_impl_all!(PublishError: Send, Sync, Unpin);
assert_impl_all!(InvalidCapacity: Send, Sync, Unpin);
assert_impl_all!(CoreConfig: Send, Sync, Unpin);
assert_impl_all!(CoreConfigBuilder: Send, Sync, Unpin);
assert_impl_all!(MassDeletionGuard: Send, Sync, Unpin);
assert_impl_all!(ConfigError: Send, Sync, Unpin);
assert_impl_all!(LogFilter: Send, Sync, Unpin);
assert_impl_all!(InvalidLogFilter: Send, Sync, Unpin);
assert_impl_all!(RetryPolicy: Send, Sync, Unpin);
assert_impl_all!(Jitter: Send, Sync, Unpin);
assert_impl_all!(Failure: Send, Sync, Unpin);
assert_impl_all!(Decision: Send, Sync, Unpin);

// What waits or refers to the platform crosses them natively only.
assert_impl_all!(EventBus: Unpin);
assert_impl_all!(EventSubscriber: Unpin);
assert_impl_all!(DynLog: Unpin);
assert_impl_all!(DynHandle: Unpin);

#[cfg(not(target_arch = "wasm32"))]
mod natively {
    use super::*;
    assert_impl_all!(EventBus: Send, Sync);
    assert_impl_all!(EventSubscriber: Send, Sync);
    assert_impl_all!(DynLog: Send, Sync);
    assert_impl_all!(DynHandle: Send, Sync);
}

#[cfg(target_arch = "wasm32")]
mod in_a_browser {
    use super::*;
    use static_assertions::assert_not_impl_any;
    assert_not_impl_any!(EventBus: Send, Sync);
    assert_not_impl_any!(EventSubscriber: Send, Sync);
    assert_not_impl_any!(DynLog: Send, Sync);
    assert_not_impl_any!(DynHandle: Send, Sync);
}

/// The futures and streams that methods give, none of which has a name.
#[cfg(not(target_arch = "wasm32"))]
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
