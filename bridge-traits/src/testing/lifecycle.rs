//! Suite and fake for [`LifecycleObserver`].

use std::sync::Arc;

use futures::StreamExt;

use super::watched::Watched;
use crate::BoxStream;
use crate::lifecycle::{LifecycleObserver, LifecycleState};

/// Generates the tests that every [`LifecycleObserver`] passes.
#[macro_export]
macro_rules! lifecycle_observer_conformance {
    ($fresh:expr) => {
        $crate::__conformance_tests! { lifecycle, $fresh,
            the_changes_begin_with_the_present_state
        }
    };
}

pub async fn the_changes_begin_with_the_present_state(observer: impl LifecycleObserver) {
    let first = observer.changes().next().await;
    assert_eq!(first, Some(observer.state()));
}

/// An app whose life the test leads. Clones share it.
#[derive(Debug, Clone)]
pub struct FakeLifecycle {
    state: Arc<Watched<LifecycleState>>,
}

impl FakeLifecycle {
    /// Makes an app in the foreground.
    pub fn new() -> Self {
        Self {
            state: Arc::new(Watched::new(LifecycleState::Foreground)),
        }
    }

    /// Changes the state and tells all listeners.
    pub fn set(&self, state: LifecycleState) {
        self.state.set(state);
    }
}

impl Default for FakeLifecycle {
    fn default() -> Self {
        Self::new()
    }
}

impl LifecycleObserver for FakeLifecycle {
    fn state(&self) -> LifecycleState {
        self.state.get()
    }

    fn changes(&self) -> BoxStream<'static, LifecycleState> {
        self.state.stream()
    }
}
