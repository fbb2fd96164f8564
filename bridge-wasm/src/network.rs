//! The network's state.

use std::rc::Rc;

use bridge_traits::network::{NetworkMonitor, NetworkStatus};
use bridge_traits::{BoxStream, Result, platform_async_trait};
use wasm_bindgen::JsCast;
use web_sys::EventTarget;

use crate::js;
use crate::listener::Listener;
use crate::observed::Observed;

/// Watches the network by what the browser tells, in a window or a worker.
///
/// `navigator.onLine` is reliable in one direction alone. False means that there is no network. True
/// means that there is an interface, which may lead nowhere, so it is reported as unknown. Whether
/// traffic costs money only some browsers tell: a cellular connection, or a person who asked to
/// save data, counts as metered; anything else is unknown.
#[derive(Debug, Clone, Copy, Default)]
pub struct WasmNetworkMonitor;

impl WasmNetworkMonitor {
    /// Makes a monitor.
    pub fn new() -> Self {
        Self
    }
}

#[platform_async_trait]
impl NetworkMonitor for WasmNetworkMonitor {
    async fn status(&self) -> Result<NetworkStatus> {
        Ok(present())
    }

    async fn changes(&self) -> Result<BoxStream<'static, NetworkStatus>> {
        let status = Observed::new(present());
        let look = {
            let status = status.clone();
            move |_| status.set(present())
        };
        let here: EventTarget = js_sys::global().unchecked_into();
        let mut listeners = vec![
            Listener::new(&here, "online", look.clone()),
            Listener::new(&here, "offline", look.clone()),
        ];
        if let Ok(connection) = connection().dyn_into::<EventTarget>() {
            listeners.push(Listener::new(&connection, "change", look));
        }
        Ok(status.stream(Rc::new(listeners)))
    }
}

/// Tells whether the browser is sure that there is no network.
pub(crate) fn is_offline() -> bool {
    js::property(&js::global("navigator"), "onLine").as_bool() == Some(false)
}

/// Gives what some browsers tell of the connection; `undefined` elsewhere.
fn connection() -> wasm_bindgen::JsValue {
    js::property(&js::global("navigator"), "connection")
}

fn present() -> NetworkStatus {
    let connection = connection();
    let cellular = js::property(&connection, "type").as_string().as_deref() == Some("cellular");
    let saves_data = js::property(&connection, "saveData").as_bool() == Some(true);
    NetworkStatus {
        online: is_offline().then_some(false),
        metered: (cellular || saves_data).then_some(true),
    }
}
