//! Web Locks: names that one holder has at a time, across all tabs and workers of an origin.
//!
//! The browser gives a lock back when its holder's page or worker is gone. `web-sys` has these only
//! behind an unstable flag, so the two functions that are used stand here.

use core_async::sync::oneshot;
use js_sys::{Array, Function, Object, Promise, Reflect};
use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::js;

#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &Object,
        callback: &Function,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn query(this: &LockManager) -> Result<Promise, JsValue>;
}

/// Gives the lock manager; pages that were not loaded securely have none.
fn manager() -> Option<LockManager> {
    let locks = js::property(&js::global("navigator"), "locks");
    (!locks.is_falsy()).then(|| locks.unchecked_into())
}

/// A lock that is held until it is dropped.
pub(crate) struct Lock {
    release: Function,
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

/// What came of a request for a lock.
pub(crate) enum Locked {
    /// It is held now.
    Held(Lock),
    /// Somebody else has it.
    Taken,
    /// There are no locks in this place.
    Unavailable,
}

/// Takes a lock if it is free.
pub(crate) async fn try_lock(name: &str) -> Locked {
    request(name, true).await
}

/// Waits for a lock. Who gives up waiting gives back what comes later.
pub(crate) async fn lock(name: &str) -> Locked {
    request(name, false).await
}

async fn request(name: &str, only_if_free: bool) -> Locked {
    let Some(manager) = manager() else {
        return Locked::Unavailable;
    };
    let (sender, receiver) = oneshot::channel();
    let sender = Rc::new(RefCell::new(Some(sender)));
    // The lock is held until the promise that this gives is settled.
    let granted = {
        let sender = sender.clone();
        Closure::once_into_js(move |lock: JsValue| -> JsValue {
            let Some(sender) = sender.borrow_mut().take() else {
                return JsValue::UNDEFINED;
            };
            if lock.is_null() {
                let _ = sender.send(Locked::Taken);
                return JsValue::UNDEFINED;
            }
            let mut release = None;
            let held = Promise::new(&mut |resolve, _| release = Some(resolve));
            if let Some(release) = release {
                // A receiver that is gone drops the lock, which releases it.
                let _ = sender.send(Locked::Held(Lock { release }));
            }
            held.into()
        })
    };
    let options = Object::new();
    let _ = Reflect::set(&options, &"ifAvailable".into(), &only_if_free.into());
    let settled = match manager.request(name, &options, granted.unchecked_ref()) {
        Ok(settled) => settled,
        Err(_) => return Locked::Unavailable,
    };
    // A request that is refused, as in a frame of another site, never calls back.
    let refused = Closure::once_into_js(move |_: JsValue| drop(sender.borrow_mut().take()));
    let _ = Reflect::get(&settled, &"catch".into())
        .and_then(|catch| catch.unchecked_into::<Function>().call1(&settled, &refused));
    receiver.await.unwrap_or(Locked::Unavailable)
}

/// Names the locks with this prefix that somebody holds; `None` where there are no locks.
pub(crate) async fn held(prefix: &str) -> Option<HashSet<String>> {
    let state = JsFuture::from(manager()?.query().ok()?).await.ok()?;
    let held: Array = js::property(&state, "held").dyn_into().ok()?;
    let names = held
        .iter()
        .filter_map(|it| js::property(&it, "name").as_string());
    Some(names.filter(|it| it.starts_with(prefix)).collect())
}

/// Names the tab or worker that holds a lock, as the browser calls it.
pub(crate) async fn holder(name: &str) -> Option<String> {
    let state = JsFuture::from(manager()?.query().ok()?).await.ok()?;
    let held: Array = js::property(&state, "held").dyn_into().ok()?;
    let is_it = |it: &JsValue| js::property(it, "name").as_string().as_deref() == Some(name);
    let found = held.iter().find(is_it)?;
    js::property(&found, "clientId").as_string()
}
