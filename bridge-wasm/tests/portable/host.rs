//! Clock, network, lifecycle, background and console: their suites, and what only a browser does.

use bridge_traits::lifecycle::{LifecycleObserver, LifecycleState};
use bridge_traits::network::NetworkMonitor;
use bridge_wasm::{
    WasmBackgroundExecutor, WasmClock, WasmLifecycleObserver, WasmLoggerSink, WasmNetworkMonitor,
};
use futures::StreamExt;
use wasm_bindgen::JsCast;
use web_sys::EventTarget;

mod clock {
    bridge_traits::clock_conformance!(async || (super::WasmClock::new(), ()));
}
mod network {
    bridge_traits::network_monitor_conformance!(async || (super::WasmNetworkMonitor::new(), ()));
}
mod lifecycle {
    bridge_traits::lifecycle_observer_conformance!(async || {
        (super::WasmLifecycleObserver::new(), ())
    });
}
mod background {
    bridge_traits::background_executor_conformance!(async || {
        (super::WasmBackgroundExecutor::new(), ())
    });
}
mod logging {
    bridge_traits::logger_sink_conformance!(async || (super::WasmLoggerSink::new(), ()));
}

fn set_online(online: Option<bool>) {
    let navigator = js_sys::Reflect::get(&js_sys::global(), &"navigator".into()).unwrap();
    let navigator: js_sys::Object = navigator.unchecked_into();
    let name = "onLine".into();
    let Some(online) = online else {
        js_sys::Reflect::delete_property(&navigator, &name).unwrap();
        return;
    };
    let how = js_sys::Object::new();
    js_sys::Reflect::set(&how, &"value".into(), &online.into()).unwrap();
    js_sys::Reflect::set(&how, &"configurable".into(), &true.into()).unwrap();
    js_sys::Object::define_property(&navigator, &name, &how);
}

fn dispatch(target: &EventTarget, event: &str) {
    let event = web_sys::Event::new(event).unwrap();
    target.dispatch_event(&event).unwrap();
}

/// The browser is made to say it, since nobody can pull its plug from in here.
#[core_async::test]
async fn being_offline_is_known_and_being_online_is_not() {
    let here: EventTarget = js_sys::global().unchecked_into();
    let monitor = WasmNetworkMonitor::new();
    let mut changes = monitor.changes().await.unwrap();
    assert_eq!(changes.next().await.unwrap().online, None);
    set_online(Some(false));
    dispatch(&here, "offline");
    assert_eq!(changes.next().await.unwrap().online, Some(false));
    assert_eq!(monitor.status().await.unwrap().online, Some(false));
    set_online(None);
    dispatch(&here, "online");
    assert_eq!(changes.next().await.unwrap().online, None);
}

#[core_async::test]
async fn a_host_may_tell_the_state_of_the_page() {
    let observer = WasmLifecycleObserver::new();
    let mut changes = observer.changes();
    changes.next().await.unwrap();
    for state in [
        LifecycleState::Background,
        LifecycleState::Terminating,
        LifecycleState::Foreground,
    ] {
        observer.report(state);
        assert_eq!(changes.next().await, Some(state));
        assert_eq!(observer.state(), state);
    }
    // The stream keeps what it listens to alive.
    drop(observer);
}

/// A worker has no document, and then the host has the only word.
#[core_async::test]
async fn a_page_that_is_left_is_terminating() {
    let here: EventTarget = js_sys::global().unchecked_into();
    let is_window = js_sys::Reflect::has(&js_sys::global(), &"document".into()).unwrap();
    let observer = WasmLifecycleObserver::new();
    let before = observer.state();
    dispatch(&here, "pagehide");
    let expected = if is_window {
        LifecycleState::Terminating
    } else {
        before
    };
    assert_eq!(observer.state(), expected);
    dispatch(&here, "pageshow");
    assert_eq!(observer.state(), before);
}
