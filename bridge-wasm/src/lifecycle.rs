//! The page's life.

use std::rc::Rc;

use bridge_traits::BoxStream;
use bridge_traits::lifecycle::{LifecycleObserver, LifecycleState};
use wasm_bindgen::JsCast;
use web_sys::{Document, EventTarget, PageTransitionEvent, VisibilityState};

use crate::js;
use crate::listener::Listener;
use crate::observed::Observed;

/// The state of the page, as the browser or the host tells it.
///
/// In a window the browser tells: a hidden page is in the background, one that is being left is
/// terminating. The last is a hint that may never come: a page that is killed, discarded, or frozen
/// while hidden is not told, so whoever has to save something does it when the page goes to the
/// background. A page that comes back from the browser's store of pages is in the foreground again.
///
/// A worker has no such notice. There the page has to [`report`](Self::report), and until it does
/// the state is the foreground. Clones share the state.
#[derive(Debug, Clone)]
pub struct WasmLifecycleObserver {
    state: Observed<LifecycleState>,
    listeners: Rc<Vec<Listener>>,
}

impl WasmLifecycleObserver {
    /// Makes an observer, which listens to the browser as long as a clone or a stream of it lives.
    pub fn new() -> Self {
        let document: Option<Document> = js::global("document").dyn_into().ok();
        let state = Observed::new(
            document
                .as_ref()
                .map_or(LifecycleState::Foreground, visible),
        );
        let listeners = document.map_or_else(Vec::new, |document| listen(&document, &state));
        Self {
            state,
            listeners: Rc::new(listeners),
        }
    }

    /// Takes a new state from the host and tells it on.
    pub fn report(&self, state: LifecycleState) {
        self.state.set(state);
    }
}

impl Default for WasmLifecycleObserver {
    fn default() -> Self {
        Self::new()
    }
}

impl LifecycleObserver for WasmLifecycleObserver {
    fn state(&self) -> LifecycleState {
        self.state.get()
    }

    fn changes(&self) -> BoxStream<'static, LifecycleState> {
        self.state.stream(self.listeners.clone())
    }
}

fn visible(document: &Document) -> LifecycleState {
    match document.visibility_state() {
        VisibilityState::Hidden => LifecycleState::Background,
        _ => LifecycleState::Foreground,
    }
}

fn listen(document: &Document, state: &Observed<LifecycleState>) -> Vec<Listener> {
    let window: EventTarget = js_sys::global().unchecked_into();
    let look = {
        let (state, document) = (state.clone(), document.clone());
        move |_| state.set(visible(&document))
    };
    let leave = {
        let state = state.clone();
        move |event: web_sys::Event| {
            // One that is kept may come back.
            let kept = event
                .dyn_ref::<PageTransitionEvent>()
                .is_some_and(PageTransitionEvent::persisted);
            state.set(if kept {
                LifecycleState::Background
            } else {
                LifecycleState::Terminating
            });
        }
    };
    [
        Listener::new(document, "visibilitychange", look.clone()),
        Listener::new(&window, "pageshow", look),
        Listener::new(&window, "pagehide", leave),
    ]
    .into_iter()
    .flatten()
    .collect()
}
