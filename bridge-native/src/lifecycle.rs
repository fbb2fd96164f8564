//! The app's life, as the host tells it.

use bridge_traits::BoxStream;
use bridge_traits::lifecycle::{LifecycleObserver, LifecycleState};

use crate::fed::Fed;

/// The state of the app, which the host reports from its own notices.
///
/// No system tells a library this. Until the host reports, the app counts as in the foreground.
/// Clones share the state.
#[derive(Debug, Clone)]
pub struct NativeLifecycle {
    state: Fed<LifecycleState>,
}

impl NativeLifecycle {
    /// Makes an observer of an app in the foreground.
    pub fn new() -> Self {
        Self {
            state: Fed::new(LifecycleState::Foreground),
        }
    }

    /// Takes a new state from the host and tells it on.
    pub fn report(&self, state: LifecycleState) {
        self.state.set(state);
    }
}

impl Default for NativeLifecycle {
    fn default() -> Self {
        Self::new()
    }
}

impl LifecycleObserver for NativeLifecycle {
    fn state(&self) -> LifecycleState {
        self.state.get()
    }

    fn changes(&self) -> BoxStream<'static, LifecycleState> {
        self.state.stream()
    }
}
